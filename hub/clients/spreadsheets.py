"""Clients from a table: CSV as Excel, Google and shops write it. Pure.

The header's words say what a column is, in English and in Ukrainian; a table without a
header is understood by what its first row looks like. What a column is not known for
becomes an attribute under the column's own name.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from hub.clients.cards import Card, Way
from hub.errors import InvalidError
from hub.storage.batches import Refused

DELIMITERS = ";,\t|"

#: Words of a header, without apostrophes and in lower case, and what the column holds.
_WHOLE = {
    "name": {
        *("name", "full name", "display name", "client", "customer", "contact"),
        *("імя", "піб", "повне імя", "клієнт", "контакт", "назва", "покупець"),
    },
    "given": {"first name", "given name", "імя", "імя клієнта"},
    "middle": {"middle name", "additional name", "по батькові"},
    "family": {"last name", "family name", "surname", "прізвище"},
    "locale": {"locale", "language", "lang", "мова"},
}
#: One of these words is enough.
_WORDS = {
    "email": {"email", "emails", "mail", "пошта", "емейл", "імейл", "мейл"},
    "phone": {
        *("phone", "phones", "telephone", "tel", "mobile", "cell"),
        *("телефон", "телефони", "тел", "мобільний", "моб"),
    },
}
#: Columns that only say what their neighbour is.
_ABOUT = {"type", "label", "тип", "fax", "факс"}

_PHONE = re.compile(r"[+(]?\d[\d\s()./-]{5,}")
_MANY_MAILS = re.compile(r"[;,|\s]+|:::")
_MANY_PHONES = re.compile(r"[;,|\n]+|:::")


@dataclass(frozen=True, slots=True)
class _Column:
    """What a column holds: a kind of ``_WHOLE`` or ``_WORDS``, or an attribute."""

    kind: str
    name: str


def read(lines: Iterable[str]) -> Iterator[tuple[int, Card | Refused]]:
    """Read a table; give the number of each row's first line with it.

    Args:
        lines: Of a file opened with ``newline=""``.

    Raises:
        InvalidError: No column can be a mail address or a phone number.
    """
    rest = iter(lines)
    first = next(rest, "")
    delimiter = _delimiter(first)
    skipped = 0
    if first.lower().startswith("sep="):
        # Excel's own way to tell the delimiter; not a row.
        first, skipped = next(rest, ""), 1
    rows = csv.reader(chain([first], rest), delimiter=delimiter, strict=True)
    columns: list[_Column] | None = None
    while True:
        line = rows.line_num + skipped + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, Refused(_broken(error))
            continue
        if not any(cell.strip() for cell in row):
            continue
        if columns is None:
            columns = _headed(row)
            if columns is not None:
                continue
            columns = _guessed(row)
        yield line, _card(row, columns)


def _delimiter(first: str) -> str:
    if first.lower().startswith("sep="):
        return first[4:5]
    plain = re.sub(r'"[^"]*"', "", first)
    return max(DELIMITERS, key=plain.count)


def _headed(row: list[str]) -> list[_Column] | None:
    """Understand a header; None when it looks like a client already."""
    if any("@" in cell or _PHONE.fullmatch(cell.strip()) for cell in row):
        return None
    titles = [_title(cell) for cell in row]
    kinds = [_kind(title) for title in titles]
    if "family" in kinds:
        # Beside a family name, a "name" is the given one.
        kinds = ["given" if kind == "name" else kind for kind in kinds]
    if "email" not in kinds and "phone" not in kinds:
        raise InvalidError(
            "no column is known for mail addresses or phone numbers; call one "
            f'"email" or "phone". There are: {", ".join(row)}'
        )
    return [
        _Column(kind, cell.strip() or f"column {number}")
        for number, (kind, cell) in enumerate(zip(kinds, row, strict=True), 1)
    ]


def _title(cell: str) -> str:
    plain = cell.casefold().replace("e-mail", "email").translate(_APOSTROPHES)
    return " ".join(re.findall(r"[^\W\d_]+", plain))


_APOSTROPHES = dict.fromkeys(map(ord, "'’`\u02bc"), None)


def _kind(title: str) -> str:
    words = set(title.split())
    if words & _ABOUT:
        return "attribute"
    for kind, known in _WORDS.items():
        if words & known:
            return kind
    return next((kind for kind, known in _WHOLE.items() if title in known), "attribute")


def _guessed(row: list[str]) -> list[_Column]:
    """Understand a table without a header by its first row."""
    columns: list[_Column] = []
    for number, cell in enumerate(row, 1):
        if "@" in cell:
            kind = "email"
        elif _PHONE.fullmatch(cell.strip()):
            kind = "phone"
        elif all(column.kind != "name" for column in columns):
            kind = "name"
        else:
            kind = "attribute"
        columns.append(_Column(kind, f"column {number}"))
    return columns


def _card(row: list[str], columns: list[_Column]) -> Card | Refused:
    if any(cell.strip() for cell in row[len(columns) :]):
        return Refused(f"it has {len(row)} cells, and there are {len(columns)} columns")
    said: dict[str, list[str]] = {}
    attributes: dict[str, str] = {}
    for column, written in zip(columns, row, strict=False):
        # Excel writes '+380… so as not to take it for a sum.
        cell = written.strip().removeprefix("'")
        if not cell:
            continue
        if column.kind == "attribute":
            attributes[column.name] = cell
        else:
            said.setdefault(column.kind, []).append(cell)
    parts = said.get("name") or [
        part for kind in ("given", "middle", "family") for part in said.get(kind, ())
    ]
    return Card(
        name=" ".join(parts),
        ways=(
            *_ways("email", said.get("email", ()), _MANY_MAILS),
            *_ways("phone", said.get("phone", ()), _MANY_PHONES),
        ),
        locale=next(iter(said.get("locale", ())), ""),
        attributes=attributes,
    )


def _ways(kind: str, cells: Iterable[str], between: re.Pattern[str]) -> Iterator[Way]:
    for cell in cells:
        for part in between.split(cell):
            if part.strip():
                yield Way(kind=kind, written=part.strip())


def _broken(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "a quote is opened here and never closed: nothing after it was read"
    return f"not a row of a table: {error}"
