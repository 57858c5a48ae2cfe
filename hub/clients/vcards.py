"""Clients from vCards 2.1, 3.0 and 4.0, as phones and mail programs write them. Pure.

Our own reader, because one broken card must cost nothing but itself and be named by
its line: the libraries stop at the first, or drop what they do not know in silence.
"""

import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hub.clients.cards import Card, Way
from hub.storage.batches import Refused

#: Telephones that nobody answers and no SMS reaches.
MACHINES = {"fax", "pager", "modem", "pcs", "bbs"}
#: Properties that become attributes, and under which names.
KEPT = {
    "ORG": "organisation",
    "TITLE": "title",
    "BDAY": "birthday",
    "ADR": "address",
    "NOTE": "note",
}

_PARAMETER = re.compile(r';([^=:;"]+)(?:=((?:"[^"]*"|[^";:])*))?')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COMPONENTS = re.compile(r"(?<!\\);")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Property:
    """One line of a card, unfolded."""

    line: int
    name: str
    #: By upper-case name; bare words of vCard 2.1 count as types.
    parameters: dict[str, str]
    #: Decoded, its escapes not yet undone.
    value: str

    @property
    def types(self) -> set[str]:
        written = self.parameters.get("TYPE", "")
        return {one.strip().lower() for one in written.strip('"').split(",")}

    def text(self) -> str:
        return _unescaped(self.value).strip()

    def components(self) -> list[str]:
        return [_unescaped(one).strip() for one in _COMPONENTS.split(self.value)]


@dataclass(slots=True)
class _Open:
    """A card that is being read."""

    line: int
    properties: list[_Property] = field(default_factory=list)
    #: Cards within it (AGENT of 2.1) that are still open.
    inner: int = 0


def read(lines: Iterable[str]) -> Iterator[tuple[int, Card | Refused]]:
    """Read all cards of a file; give the line of each one's BEGIN with it."""
    card: _Open | None = None
    for number, line in _unfolded(lines):
        found = _property(number, line)
        mark = (found.name, found.value.strip().upper()) if found else ("", "")
        if mark == ("BEGIN", "VCARD"):
            if card is not None and _is_within(card):
                card.inner += 1
                continue
            if card is not None:
                yield card.line, Refused("the card never ends")
            card = _Open(line=number)
        elif card is None:
            yield number, Refused("this is outside of any card")
        elif mark == ("END", "VCARD"):
            if card.inner:
                card.inner -= 1
                continue
            yield card.line, _card(card.properties)
            card = None
        elif found is not None and not card.inner:
            card.properties.append(found)
    if card is not None:
        yield card.line, Refused("the card never ends")


def _is_within(card: _Open) -> bool:
    last = card.properties[-1] if card.properties else None
    return bool(card.inner) or (
        last is not None and last.name == "AGENT" and not last.value.strip()
    )


def _unfolded(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Join what was broken over several lines; give the first one's number."""
    held, start, soft = "", 0, False
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r\n")
        if soft:
            # Quoted-printable goes on after "=", with or without an indent.
            held = held[:-1] + line.removeprefix(" ")
        elif line[:1] in {" ", "\t"} and held:
            held += line[1:]
        else:
            if held.strip():
                yield start, held
            held, start = line, number
        soft = held.endswith("=") and _is_quoted_printable(held)
    if held.strip():
        yield start, held


def _is_quoted_printable(line: str) -> bool:
    return "QUOTED-PRINTABLE" in line.partition(":")[0].upper()


def _property(number: int, line: str) -> _Property | None:
    head = re.match(r"[A-Za-z0-9.-]+", line.strip().removeprefix("\ufeff"))
    if head is None:
        return None
    rest = line.strip().removeprefix("\ufeff")[head.end() :]
    parameters: dict[str, str] = {}
    while found := _PARAMETER.match(rest):
        name, value = found[1].strip().upper(), found[2]
        if value is None:
            name, value = ("ENCODING", name) if name in _ENCODINGS else ("TYPE", name)
        before = parameters.get(name)
        parameters[name] = f"{before},{value}" if before else value
        rest = rest[found.end() :]
    if not rest.startswith(":"):
        return None
    return _Property(
        line=number,
        # "item1.TEL" is Apple's and Google's way to put a label beside.
        name=head[0].rpartition(".")[2].upper(),
        parameters=parameters,
        value=_decoded(rest[1:], parameters),
    )


_ENCODINGS = {"QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"}


def _decoded(value: str, parameters: dict[str, str]) -> str:
    if parameters.get("ENCODING", "").upper() != "QUOTED-PRINTABLE":
        return value
    raw = quopri.decodestring(value.encode("utf-8", "surrogateescape"))
    for charset in (parameters.get("CHARSET", "utf-8"), "utf-8", "cp1251"):
        try:
            # A line break within is ours to write as every version but 2.1 does.
            return raw.decode(charset).replace("\r\n", "\n")
        except (LookupError, UnicodeDecodeError):
            continue
    return raw.decode("latin-1")


def _card(properties: list[_Property]) -> Card:
    texts = {one.name: one for one in reversed(properties)}
    attributes: dict[str, Any] = {}
    for name, key in KEPT.items():
        if name in texts and (value := _kept(texts[name])):
            attributes[key] = value
    numbers = [one for one in properties if one.name == "TEL"]
    if faxes := [_number(one) for one in numbers if one.types & MACHINES]:
        attributes["fax"] = ", ".join(faxes)
    people = [one for one in numbers if not one.types & MACHINES]
    # A mobile first: a short message reaches it.
    people.sort(key=lambda one: "cell" not in one.types)
    mails = [one.text() for one in properties if one.name == "EMAIL"]
    return Card(
        name=_name(texts),
        ways=(
            *(
                Way(kind="email", written=one.removeprefix("mailto:"))
                for one in mails
                if one
            ),
            *(
                Way(kind="phone", written=number)
                for one in people
                if (number := _number(one))
            ),
        ),
        locale=_language(properties),
        attributes=attributes,
    )


def _name(texts: dict[str, _Property]) -> str:
    if "FN" in texts and (name := texts["FN"].text()):
        return name
    if "N" in texts:
        family, given, middle, *_ = [*texts["N"].components(), "", "", ""]
        if name := " ".join(part for part in (given, middle, family) if part):
            return name
    for other in ("ORG", "NICKNAME"):
        if other in texts and (name := _kept(texts[other])):
            return name
    return ""


def _kept(one: _Property) -> str:
    if one.name in {"ORG", "ADR"}:
        return ", ".join(part for part in one.components() if part)
    return one.text()


def _number(one: _Property) -> str:
    # A URI may carry an extension or a context behind its number.
    text = one.text()
    return text[4:].partition(";")[0] if text.lower().startswith("tel:") else text


def _language(properties: list[_Property]) -> str:
    spoken = [one for one in properties if one.name == "LANG"]
    spoken.sort(key=lambda one: one.parameters.get("PREF", "999").zfill(3))
    return spoken[0].text() if spoken else ""


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda one: "\n" if one[1] in "nN" else one[1], value)
