"""Which words somebody may have meant. Pure.

A word of four to seven letters is looked up under itself and under every way to leave
out one of its letters; two words that are one slip apart meet there. A longer one is
looked up by its first four and its last four letters in the same way, which lets it
have two slips. So the nearest words are found by exact keys, however many words there
are, and only a handful is compared letter by letter.
"""

import zlib
from collections.abc import Iterable

#: Shorter words are too like each other.
SHORTEST = 4
#: From here on a word may have two slips.
LONG = 8
_HALF = 4

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`"
_UKRAINIAN = "йцукенгшщзхїфівапролджєячсмитьбю'"
_TO_UKRAINIAN = str.maketrans(_LATIN, _UKRAINIAN)
_TO_LATIN = str.maketrans(_UKRAINIAN, _LATIN)


def keys(word: str) -> list[int]:
    """Give the numbers that a folded word is kept under; none for a short one."""
    if len(word) < SHORTEST:
        return []
    if len(word) < LONG:
        return whole_keys(word)
    return [*head_keys(word), *tail_keys(word)]


def whole_keys(word: str) -> list[int]:
    """Give the numbers that stand for the whole of a short word."""
    return _numbers(_shorter(word))


def head_keys(word: str) -> list[int]:
    """Give the numbers that stand for a long word's beginning."""
    return _numbers(f"<{one}" for one in _shorter(word[:_HALF]))


def tail_keys(word: str) -> list[int]:
    """Give the numbers that stand for a long word's end."""
    return _numbers(f">{one}" for one in _shorter(word[-_HALF:]))


def slips(word: str) -> int:
    """Tell how many slips are forgiven in a word."""
    if len(word) < SHORTEST:
        return 0
    return 1 if len(word) < LONG else 2


def nearest(
    word: str, known: Iterable[tuple[str, int]], *, limit: int
) -> list[tuple[str, int]]:
    """Choose the words nearest to ``word``: few slips first, then much used ones.

    Args:
        word: As it was typed, folded.
        known: (word, how often it was met).
        limit: At most so many.

    Returns:
        (word, slips), only such within ``slips(word)``.
    """
    allowed = slips(word)
    near = [
        (apart, -uses, one)
        for one, uses in known
        if one != word and (apart := distance(word, one, most=allowed)) <= allowed
    ]
    return [(one, apart) for apart, _, one in sorted(near)[:limit]]


def distance(one: str, other: str, *, most: int) -> int:
    """Count the slips from one word to another; ``most + 1`` when there are more.

    A slip is a letter too many, too few or another, or two neighbours swapped.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [at]
        for to, other_letter in enumerate(other, start=1):
            same = letter == other_letter
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (not same))
            if (
                at > 1
                and to > 1
                and letter == other[to - 2]
                and one[at - 2] == other_letter
            ):
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def other_layout(typed: str) -> str:
    """Read what was typed as if the keyboard had been in the other language."""
    lower = typed.lower()
    if any("а" <= one <= "ї" for one in lower):
        return lower.translate(_TO_LATIN)
    return lower.translate(_TO_UKRAINIAN)


def _shorter(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _numbers(texts: Iterable[str]) -> list[int]:
    """PostgreSQL's integers have a sign."""
    return sorted({zlib.crc32(one.encode()) - 2**31 for one in texts})
