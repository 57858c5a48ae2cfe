"""What a list from elsewhere says of one client, before anything is done with it. Pure.

Lists come as tables (``spreadsheets``), as vCards (``vcards``) and as JSON Lines, our
own export among them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import orjson

from hub.clients import addresses
from hub.clients.clients import LOCALES, MAX_ATTRIBUTES, MAX_NAME
from hub.errors import InvalidError
from hub.storage.batches import Refused

#: What our own export says of a client beside what is taken over.
OURS = ("id", "created_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """An address as it was written."""

    kind: str
    written: str
    #: Whoever keeps the list vouches for it.
    verified: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One client of a list."""

    name: str = ""
    ways: tuple[Way, ...] = ()
    locale: str = ""
    #: Whatever else the list keeps.
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A card that can be taken."""

    name: str
    #: Normalised: (kind, value) and whether it is vouched for; the first is the main one.
    keys: Mapping[tuple[str, str], bool]
    locale: str | None
    attributes: Mapping[str, Any]
    #: What was left out.
    notes: tuple[str, ...] = ()


def check(card: Card, *, country: str) -> Checked | Refused:
    """Bring a card into our form.

    An address that is none does not refuse a client who has another; it is noted.
    """
    keys: dict[tuple[str, str], bool] = {}
    notes = []
    for way in card.ways:
        try:
            value = addresses.check(way.kind, way.written, country=country)
        except InvalidError:
            notes.append(f"{way.written!r} is no {_WORDS.get(way.kind, 'address')}")
        else:
            keys[way.kind, value] = keys.get((way.kind, value), False) or way.verified
    name = _one_line(card.name)
    reason = ""
    if not keys:
        reason = "; ".join(notes) or "it has neither a mail address nor a phone number"
    elif len(name) > MAX_NAME:
        reason = f"the name has more than {MAX_NAME} letters"
    elif "\0" in name or has_nul(card.attributes):
        reason = "it holds a character that no text can have (NUL)"
    elif len(orjson.dumps(card.attributes)) > MAX_ATTRIBUTES:
        reason = f"what it says beside is longer than {MAX_ATTRIBUTES} letters"
    if reason:
        return Refused(reason)
    return Checked(
        name=name,
        keys=keys,
        locale=_locale(card.locale),
        attributes=card.attributes,
        notes=tuple(notes),
    )


def from_json(lines: Iterable[str]) -> Iterator[tuple[int, Card | Refused]]:
    """Read JSON Lines: our own export, or objects with name, email and phone."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            given = orjson.loads(line)
        except ValueError as error:
            yield number, Refused(f"not JSON: {error}")
            continue
        if isinstance(given, dict):
            yield number, _from_object(given)
        else:
            yield number, Refused("not a JSON object")


def has_nul(value: Any) -> bool:
    """Tell whether a text anywhere in it holds what PostgreSQL cannot keep."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any(map(has_nul, chain(value.keys(), value.values())))
    return isinstance(value, list) and any(map(has_nul, value))


def _from_object(given: dict[str, Any]) -> Card | Refused:
    try:
        ways = [
            Way(
                kind=str(one["kind"]),
                written=str(one.get("value") or one.get("display") or ""),
                verified=one.get("verified") is not False,
            )
            for one in given.pop("addresses", None) or ()
        ]
    except (TypeError, KeyError, AttributeError):
        return Refused('"addresses" must be a list of {"kind": …, "value": …}')
    attributes = given.pop("attributes", None) or {}
    if not isinstance(attributes, dict):
        return Refused('"attributes" must be an object')
    for kind in addresses.KINDS:
        written = given.pop(kind, None) or ()
        values = [written] if isinstance(written, str | int) else written
        ways += [Way(kind=kind, written=str(value)) for value in values]
    name, locale = given.pop("name", None), given.pop("locale", None)
    more = {key: value for key, value in given.items() if key not in OURS}
    return Card(
        name=str(name or ""),
        ways=tuple(ways),
        locale=str(locale or ""),
        attributes=more | attributes,
    )


_WORDS = {"email": "mail address", "phone": "phone number"}


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _locale(written: str) -> str | None:
    language = written.strip().replace("_", "-").partition("-")[0].lower()
    return language if language in LOCALES else None
