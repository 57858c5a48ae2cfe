"""Choose the piece of a text that shows why it was found. Pure.

Marks are ranges of plain text. Nothing here makes HTML, so nothing that a client wrote
can become any.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.search.documents import phone_keys
from hub.search.stems import stem
from hub.search.views import MarkView, PassageView
from hub.search.words import phones, words

#: Letters of a passage, and those before the first mark.
LENGTH = 200
_LEAD = 48
#: Letters of a text that are looked through.
_REACH = 20_000
#: Words told as found, at the most.
_MATCHED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is marked."""

    stems: frozenset[str] = frozenset()
    #: Beginnings of words, as typed.
    beginnings: tuple[str, ...] = ()
    #: See ``documents.phone_keys``.
    phones: frozenset[str] = frozenset()

    def finds(self, plain: str) -> str | None:
        """Tell what a folded word was found by."""
        if (key := stem(plain)) in self.stems:
            return key
        return next((one for one in self.beginnings if plain.startswith(one)), None)


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    key: str


def passage(text: str, wanted: Wanted, *, length: int = LENGTH) -> PassageView:
    """Give the piece that has the most of what is wanted, with marks."""
    text = text[:_REACH]
    found = list(_found(text, wanted))
    start = _start(text, found, length)
    end = _end(text, start, length)
    return PassageView(
        text=("… " if start else "")
        + _flat(text[start:end])
        + (" …" if end < len(text) else ""),
        marks=[
            _mark(text, start, one)
            for one in found
            if start <= one.start and one.end <= end
        ],
    )


def has(text: str, wanted: Wanted) -> bool:
    """Tell whether there is anything to mark."""
    return next(_found(text[:_REACH], wanted), None) is not None


def matched(texts: Sequence[str], wanted: Wanted) -> list[str]:
    """Give the words that were found, each once, as they stand there."""
    seen: dict[str, None] = {}
    for text in texts:
        for one in _found(text[:_REACH], wanted):
            seen.setdefault(text[one.start : one.end])
            if len(seen) >= _MATCHED:
                return list(seen)
    return list(seen)


def _found(text: str, wanted: Wanted) -> Iterator[_Found]:
    numbers = []
    if wanted.phones:
        for number in phones(text):
            keys = phone_keys(number.digits)
            if key := next((one for one in keys if one in wanted.phones), None):
                numbers.append(_Found(number.start, number.end, key))
    yield from _merged(
        numbers,
        [
            _Found(one.start, one.end, key)
            for one in words(text)
            if (key := wanted.finds(one.plain)) is not None
        ],
    )


def _merged(numbers: list[_Found], single: list[_Found]) -> list[_Found]:
    """Leave out words that lie within a number that is marked as a whole."""
    free = [
        one
        for one in single
        if not any(n.start < one.end and one.start < n.end for n in numbers)
    ]
    return sorted([*numbers, *free], key=lambda one: one.start)


def _start(text: str, found: list[_Found], length: int) -> int:
    if len(text) <= length or not found:
        return 0
    best = max(
        found,
        key=lambda one: (
            len(
                {
                    other.key
                    for other in found
                    if one.start <= other.start <= one.start + length - _LEAD
                }
            ),
            -one.start,
        ),
    )
    if best.end <= length:
        return 0
    start = best.start - _LEAD
    # Not amidst a word.
    blank = text.find(" ", start, best.start)
    return blank + 1 if blank >= 0 else best.start


def _end(text: str, start: int, length: int) -> int:
    if start + length >= len(text):
        return len(text)
    blank = text.rfind(" ", start + length // 2, start + length)
    return blank if blank >= 0 else start + length


def _flat(text: str) -> str:
    """Keep every letter's place: lines become one, nothing is drawn together."""
    return "".join(" " if one.isspace() or one < " " else one for one in text)


def _mark(text: str, start: int, one: _Found) -> MarkView:
    lead = 2 if start else 0
    return MarkView(
        start=lead + _units(text[start : one.start]),
        end=lead + _units(text[start : one.end]),
    )


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
