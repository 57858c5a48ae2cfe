"""Cyrillic bytes under a wrong name: which of its charsets makes words of them."""

import re

#: Letters of Ukrainian and Russian texts, the most frequent first.
_BY_FREQUENCY = "оаинетрсвлкмдпуіязьгбчйхжюшцщєїфыґэъё"
_WEIGHTS = {letter: 1 - place / 20 for place, letter in enumerate(_BY_FREQUENCY)}
_CHARSETS = ("cp1251", "koi8_u", "iso8859_5", "cp866")
_STRANGE = -2.0
#: A small letter before a capital one within a word.
_SWAPPED = -1.0
#: So much better, for each letter, must another charset do than the one that is named.
_BETTER_BY = 0.25
#: Letters enough to judge by.
_ENOUGH = 8
#: So many letters beyond ASCII follow one another, on the average, in Cyrillic words.
_CYRILLIC_RUN = 3
_RUNS = re.compile(rb"[\x80-\xff]+")
_LONGEST_SAMPLE = 4000


def other_cyrillic(data: bytes, named: str) -> str | None:
    """Name the charset that ``data`` is in, if that is surely not the ``named`` one.

    Args:
        data: No UTF-8.
        named: The codec by its label: Cyrillic itself, or ``cp1252``, under which
            programs send all kinds of letters.
    """
    sample = data[:_LONGEST_SAMPLE]
    runs = _RUNS.findall(sample)
    high = sum(map(len, runs))
    if high < _ENOUGH:
        return None
    if named == "cp1252":
        # Accents stand alone among Latin letters; Cyrillic words have no others.
        least = 0.0 if high >= _CYRILLIC_RUN * len(runs) else None
    else:
        named = named.replace("-", "_")
        is_cyrillic = named in _CHARSETS
        least = _worth(sample, named) + _BETTER_BY if is_cyrillic else None
    if least is None:
        return None
    worth, best = max((_worth(sample, one), one) for one in _CHARSETS)
    return best if worth > least and best != named else None


def _worth(sample: bytes, codec: str) -> float:
    """Tell how much like words it reads, for each letter."""
    text = sample.decode(codec, "replace")
    worth = 0.0
    letters = 0
    for before, letter in zip(" " + text, text, strict=False):
        if letter.isascii():
            continue
        letters += 1
        worth += _WEIGHTS.get(letter.lower(), _STRANGE)
        if letter.isupper() and before.islower():
            worth += _SWAPPED
    return worth / max(letters, 1)
