"""What arrives, made fit for the database. Pure.

PostgreSQL keeps no NUL and no half of a letter, and an index takes no entry above a
third of a page. What a provider says must not be refused for ever because of that.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, replace
from enum import Enum
from typing import Any, TypeVar, get_args

from hub.contracts import InboundItem

T = TypeVar("T")

#: Characters of an id or an address that are kept as they are; real ones are shorter.
LONGEST_KEY = 320
#: Characters of a person's name.
LONGEST_NAME = 200

_JOINS = frozenset("\u200c\u200d")

#: Fields by which things are told apart, so none may be cut to another's.
_KEYS = frozenset(
    {
        "external_id",
        "reference",
        "references",
        "sender",
        "also",
        "caller",
        "called",
        "agent_number",
        "leg_id",
        "recording_id",
    }
)

_NAMES = {
    kind: tuple(one.name for one in fields(kind)) for kind in get_args(InboundItem)
}


def storable(item: InboundItem) -> InboundItem:
    """Give the item as it can be kept; nearly always the same one."""
    changed: dict[str, Any] = {}
    for name in _NAMES[type(item)]:
        value = getattr(item, name)
        if name == "sender_name":
            kept = value if value.isprintable() else _named(value)
            kept = kept[:LONGEST_NAME]
        elif not value or (type(value) is str and _plain(value, LONGEST_NAME)):
            continue
        else:
            kept = _kept(value, key=name in _KEYS)
        if kept != value:
            changed[name] = kept
    return replace(item, **changed) if changed else item


def _plain(text: str, longest: int) -> bool:
    """Tell at a glance that nothing need be done, as for nearly everything."""
    return len(text) <= longest and text.isascii() and "\x00" not in text


def storable_text(text: str) -> str:
    """Take out what PostgreSQL cannot keep: NUL, and halves of letters."""
    plain = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")
    return plain.encode("utf-8", "replace").decode()


def storable_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Give a delivery's headers as they can be kept."""
    return {storable_text(name): storable_text(text) for name, text in headers.items()}


def storable_key(text: str) -> str:
    """Shorten what tells things apart so that it still does."""
    plain = storable_text(text)
    if plain == text and len(text) <= LONGEST_KEY:
        return text
    whole = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{plain[:LONGEST_KEY]}~{whole[:32]}"


def _named(name: str) -> str:
    """Keep a person's name a name: one line, without what turns its letters around.

    What joins and parts letters stays: emoji and some scripts are written with it.
    """
    line = " ".join(storable_text(name).split())
    return "".join(one for one in line if one.isprintable() or one in _JOINS)


def _kept(value: T, *, key: bool) -> Any:
    match value:
        case Enum():
            return value
        case str():
            return storable_key(value) if key else storable_text(value)
        case tuple():
            return tuple(_kept(part, key=key) for part in value)
        case _ if hasattr(value, "__dataclass_fields__"):
            return _nested(value)
        case _:
            return value


def _nested(value: Any) -> Any:
    changed = {
        one.name: kept
        for one in fields(value)
        if (kept := _kept(getattr(value, one.name), key=False))
        != getattr(value, one.name)
    }
    return replace(value, **changed) if changed else value
