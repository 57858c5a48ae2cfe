"""Bring addresses to the one form under which they are compared. Pure."""

import unicodedata
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat

from hub.contracts.phones import number_of, typed_number
from hub.errors import InvalidError

KINDS = ("email", "phone")


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
    if not strict:
        plain = unicodedata.normalize("NFKC", written).strip()
        return number_of(written, country) or plain
    if number := typed_number(written, country):
        return number
    raise InvalidError("phone", errors={"phone": "not a phone number"})
