"""Phone numbers as people write them, in the one form that is compared (E.164). Pure."""

import re
import unicodedata

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    ValidationResult,
    is_possible_number_with_reason,
)

_WHOLE = ValidationResult.IS_POSSIBLE
_OLD_TRUNK = re.compile(r"(?<!\d)8(?=[\s(-]*0)")


def number_of(written: str, country: str) -> str | None:
    """Read what is a phone number and nothing else.

    Args:
        written: As it came.
        country: ISO 3166 code, for a number without a country.

    Returns:
        E.164; None for what is none, as short codes and names that send texts.
    """
    # "00" is how most of the world dials "+".
    dialled = re.sub(r"^00", "+", _plain(written))
    try:
        number = phonenumbers.parse(dialled, country)
    except NumberParseException:
        return None
    # Short codes are "possible" too, as what one dials within a town.
    if is_possible_number_with_reason(number) != _WHOLE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def typed_number(written: str, country: str) -> str | None:
    """Read a number that a person typed, perhaps with words: "067 123 45 67 (Viber)".

    Returns:
        E.164; None where no number stands in it, or more than one.
    """
    if whole := number_of(written, country):
        return whole
    words = _plain(written)
    if country == "UA":
        # Before 2009 one dialled 8 first, and many still write it.
        words = _OLD_TRUNK.sub("", words)
    found = list(phonenumbers.PhoneNumberMatcher(words, country))
    if len(found) != 1:
        return None
    return phonenumbers.format_number(found[0].number, PhoneNumberFormat.E164)


def _plain(written: str) -> str:
    return unicodedata.normalize("NFKC", written).strip()
