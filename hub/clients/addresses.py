"""Bring addresses to the one form under which they are compared. Pure."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    ValidationResult,
    is_possible_number_with_reason,
)

from hub.errors import InvalidError

KINDS = ("email", "phone")
_WHOLE = ValidationResult.IS_POSSIBLE
_OLD_TRUNK = re.compile(r"(?<!\d)8(?=[\s(-]*0)")


# The same few people write again and again.
@lru_cache(maxsize=4096)
def normalise(kind: str, written: str, *, country: str) -> str:
    """Give the form under which an address is compared.

    Mail: Unicode NFC, lower case, the domain in Unicode. The local part is folded
    too: RFC 5321 lets a server tell ``Anna@`` from ``anna@``, and none does. Dots and
    plus parts stay, because for most servers they are different people.
    Phone: E.164; a number without a country is read as one of ``country``.

    What arrives from a provider but is no regular address (``root@localhost``, a
    short code, an alphanumeric sender) is kept as it is, so nothing is lost.
    """
    if kind == "email":
        return _email(written, strict=False)
    return _phone(written, country, strict=False)


def check(kind: str, written: str, *, country: str) -> str:
    """Normalise an address that somebody typed.

    Raises:
        InvalidError: It cannot be an address of this kind.
    """
    if kind == "email":
        return _email(written, strict=True)
    if kind == "phone":
        return _phone(written, country, strict=True)
    raise InvalidError("kind", errors={"kind": f"one of {', '.join(KINDS)}"})


def display(kind: str, value: str) -> str:
    """Write a normalised address for people."""
    if kind == "phone":
        try:
            number = phonenumbers.parse(value, None)
        except NumberParseException:
            return value
        return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    return value


def _email(written: str, *, strict: bool) -> str:
    plain = unicodedata.normalize("NFC", written).strip()
    try:
        valid = validate_email(
            plain,
            check_deliverability=False,
            # A company's own network has names that the world does not know.
            globally_deliverable=False,
            test_environment=True,
        )
    except EmailNotValidError as error:
        if strict:
            raise InvalidError("email", errors={"email": str(error)}) from error
        return plain.casefold()
    return valid.normalized.casefold()


def _phone(written: str, country: str, *, strict: bool) -> str:
    plain = unicodedata.normalize("NFKC", written).strip()
    # "00" is how most of the world dials "+".
    dialled = f"+{plain[2:]}" if plain.startswith("00") else plain
    try:
        number = phonenumbers.parse(dialled, country)
    except NumberParseException:
        number = None
    # Short codes are "possible" too, as what one dials within a town.
    if number is not None and is_possible_number_with_reason(number) == _WHOLE:
        return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if not strict:
        return plain
    if among := _among_words(plain, country):
        return among
    raise InvalidError("phone", errors={"phone": "not a phone number"})


def _among_words(written: str, country: str) -> str | None:
    """Find the one number in what a person wrote: "067 123 45 67 (Viber)"."""
    if country == "UA":
        # Before 2009 one dialled 8 first, and many still write it.
        written = _OLD_TRUNK.sub("", written)
    found = list(phonenumbers.PhoneNumberMatcher(written, country))
    if len(found) != 1:
        return None
    return phonenumbers.format_number(found[0].number, PhoneNumberFormat.E164)
