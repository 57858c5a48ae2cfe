"""Say under which words a thing is found. Pure.

A document is written as PostgreSQL's ``tsvector``: stems with their places and weights
(A what it is called, B what was said, C files and lines, D who and what was quoted), and
marks, which begin with ``=`` and so are no words: of what kind it is, in which slices of
its table it lies, by whom it was said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hub.search.stems import stem
from hub.search.words import NATIONAL, PHONE_DIGITS, folded, phones

#: Letters of a text that are looked at.
LONGEST_TEXT = 20_000
LONGEST_QUOTE = 4_000
#: Places that a tsvector can tell apart, and places kept of one word.
_LAST_PLACE = 16_000
_PLACES = 16
#: Between parts, so that no phrase reaches from one into the next.
_GAP = 8
#: Bits of an id that are dropped to get its slice, small to large.
SLICES = (12, 16, 20)
#: Characters of a number's beginning by which it is found while it is typed.
_BEGINNINGS = range(2, 21)


@dataclass(slots=True)
class Document:
    """What is collected of one thing."""

    places: dict[str, list[str]] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    #: The words as they were, for those who begin or mistype them.
    plain: set[str] = field(default_factory=set)
    _at: int = 0

    def add(self, text: str, weight: str) -> None:
        """Take in a part of it."""
        self._take(folded(text), weight)
        for number in phones(text):
            self.add_phone(number.digits)

    def add_person(self, text: str, mark: str) -> None:
        """Take in who said it or was told it, to be asked for by ``from:`` and ``to:``."""
        found = folded(text)
        self._take(found, "D")
        self.marks.update(f"={mark}:{stem(one)}" for one in found)
        for number in phones(text):
            for key in phone_keys(number.digits):
                self.marks |= {key, f"={mark}{key}"}

    def add_phone(self, digits: str) -> None:
        """Take in a number, whatever stands before its national part."""
        self.marks |= set(phone_keys(digits))

    def add_number(self, number: str) -> None:
        """Take in an order's number, to be found by how it begins."""
        parts = folded(number)
        for part in {"".join(parts), *parts}:
            self.marks |= {f"=n:{part[:size]}" for size in _BEGINNINGS if part[:size]}

    def vector(self) -> str:
        """Write it as a tsvector."""
        parts = [f"'{one}'" for one in sorted(self.marks)]
        parts += [f"'{one}':{','.join(at)}" for one, at in self.places.items()]
        return " ".join(parts)

    def _take(self, found: Sequence[str], weight: str) -> None:
        found = found[: max(0, _LAST_PLACE - self._at)]
        for at, plain in enumerate(found, self._at + 1):
            places = self.places.setdefault(stem(plain), [])
            if len(places) < _PLACES:
                places.append(f"{at}{weight}")
        self.plain.update(found)
        self._at += len(found) + _GAP


def phone_keys(digits: str) -> list[str]:
    """Give the marks of a number: its last nine digits, and its last seven."""
    sizes = [PHONE_DIGITS, NATIONAL] if len(digits) >= NATIONAL else [PHONE_DIGITS]
    return [f"=p{size}:{digits[-size:]}" for size in sizes]


def slice_mark(kind: str, level: int, number: int) -> str:
    """Name a slice of a table."""
    return f"={kind[0]}{level}:{number}"


def of_item(row: Mapping[str, Any]) -> Document:
    """Write what was said; ``client_name`` stands in for an author without a name."""
    document = _begun("item", row["id"])
    document.marks.add(f"=kind:{row['kind']}")
    if row["channel"]:
        document.marks.add(f"=channel:{row['channel']}")
    document.add(row["subject"] or "", "A")
    document.add((row["text"] or "")[:LONGEST_TEXT], "B")
    names = [str(one.get("name") or "") for one in row["attachments"] or ()]
    if names:
        document.marks.add("=has:attachment")
    for name in names:
        document.add(name, "C")
    author = row["author_name"] or ""
    address = row["address"] or ""
    if row["direction"] == "out":
        document.add_person(author, "from")
        document.add_person(f"{row['client_name'] or ''} {address}", "to")
    else:
        name = author
        if row["author_kind"] == "client" and not author:
            name = row["client_name"] or ""
        document.add_person(f"{name} {address}", "from")
    document.add((row["quoted"] or "")[:LONGEST_QUOTE], "D")
    return document


def of_client(row: Mapping[str, Any], addresses: Sequence[tuple[str, str]]) -> Document:
    """Write a client with his addresses (kind, value) and the names that he had."""
    document = _begun("client", row["id"])
    document.add(row["name"], "A")
    for name in row["other_names"] or ():
        document.add(name, "C")
    for kind, value in addresses:
        document.add(value, "B")
        digits = "".join(one for one in value if one.isdecimal())
        if kind == "phone" and len(digits) >= PHONE_DIGITS:
            document.add_phone(digits)
            national = digits[-NATIONAL:]
            document.marks |= {
                f"=pp:{national[:size]}" for size in range(2, len(national) + 1)
            }
            document.marks.add(f"=ps:{digits[-4:]}")
    for value in _texts((row["attributes"] or {}).values()):
        document.add(value, "D")
    return document


def of_order(row: Mapping[str, Any], lines: Iterable[str]) -> Document:
    """Write an order with what was ordered."""
    document = _begun("order", row["id"])
    document.add(row["number"], "A")
    document.add_number(row["number"])
    document.add(row["title"], "B")
    for line in lines:
        document.add(line, "C")
    if row["tracking_number"]:
        document.add(row["tracking_number"], "B")
        document.add_number(row["tracking_number"])
    document.add(row["carrier"], "D")
    return document


def _begun(kind: str, row_id: int) -> Document:
    document = Document()
    for level, bits in enumerate(SLICES):
        document.marks.add(slice_mark(kind, level, row_id >> bits))
    return document


def _texts(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        if isinstance(value, str | int) and not isinstance(value, bool):
            yield str(value)
        elif isinstance(value, list):
            yield from _texts(value)
