"""Cut text into words that compare as people mean them. Pure.

Case, accents, apostrophes, ґ and г, ё and е make no difference. Every word keeps its
place in the text, so that what was found can be shown there.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

#: Letters of one word; what is longer is no word, and its beginning does.
LONGEST = 40
#: Digits that make a number somebody can be called at.
PHONE_DIGITS = 7
#: Digits that tell numbers of one country apart.
NATIONAL = 9

_MARKS = "\u0300-\u036f"
# Apostrophes of all keyboards; signs that only say where a word may be broken.
_JOINTS = "'\u2019\u02bc\u2018`\u00b4\u02b9\u00ad\u200c\u200d"
# An apostrophe belongs to a word only between letters; accents may stand after any.
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}]|[{_JOINTS}]+(?=[^\W_]))*")
_GAP = r"[\s().\u2010-\u2013-]{0,2}"
# Not every row of digits: dates and sums are none. In turn: with its country or the
# zero before an area; digits alone; as Americans write; as within one town.
_PHONE = re.compile(
    rf"(?<![\w+.,-])(?:\+(?:{_GAP}\d){{8,14}}|(?:\(?0|38{_GAP}0)(?:{_GAP}\d){{9}}"
    rf"|\d{{10,15}}"
    rf"|\(?\d{{3}}\)?[-. ]\d{{3}}[-. ]\d{{4}}|\d{{3}}[- ]\d{{2}}[- ]\d{{2}})(?!\w)"
)
_DIGIT = re.compile(r"\d")
_DROPPED = str.maketrans("", "", _JOINTS)
_SAME = str.maketrans({"ґ": "г", "ё": "е", "ѐ": "е", "ѝ": "и"})
#: Letters of Cyrillic that are made of two signs and are letters of their own.
_OWN = frozenset("йї")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, and where it stands there."""

    #: As it compares.
    plain: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phone:
    """A number of a text in any writing, and where it stands there."""

    digits: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """Give the words of a text in their order."""
    for found in _WORD.finditer(text):
        if plain := fold(found.group()):
            yield Word(plain, found.start(), found.end())


def folded(text: str) -> list[str]:
    """Give the words of a text in their order, only as they compare."""
    return [plain for one in _WORD.findall(text) if (plain := fold(one))]


def phones(text: str) -> Iterator[Phone]:
    """Give what may be a number to call, in its order."""
    if _DIGIT.search(text) is None:
        return
    for found in _PHONE.finditer(text):
        digits = "".join(one for one in found.group() if one.isdecimal())
        if len(digits) >= PHONE_DIGITS:
            yield Phone(plain_digits(digits), found.start(), found.end())


def plain_digits(digits: str) -> str:
    """Write decimal digits of any script as 0 to 9."""
    if digits.isascii():
        return digits
    return "".join(str(unicodedata.decimal(one)) for one in digits)


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Give the form in which a word compares.

    Case, accents and apostrophes go; a letter that is put together from two signs is
    the same as one that is not; й and ї stay letters of their own.
    """
    plain = unicodedata.normalize("NFKC", word).casefold().translate(_DROPPED)
    plain = unicodedata.normalize("NFC", plain).translate(_SAME)
    if not plain.isascii():
        plain = "".join(map(_bare, plain))
    return "".join(one for one in plain if one.isalnum())[:LONGEST]


def _bare(letter: str) -> str:
    if letter in _OWN:
        return letter
    return "".join(
        one
        for one in unicodedata.normalize("NFD", letter)
        if not unicodedata.combining(one)
    ).translate(_SAME)
