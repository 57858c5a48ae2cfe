"""What is left of an entry, and of what the log says of it. Pure."""

from collections.abc import Mapping
from typing import Any

from hub.privacy import redacting

#: Mark of an entry whose words were kept long enough.
EXPIRED = "expired"
#: Names under which views and facts carry words that were said.
_SAID = frozenset({"text", "quoted", "snippet", "about", "html"})


def entry(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give what an entry says beside its words, without what was said."""
    if redacting.ERASED in data:
        return dict(data)
    left = redacting.entry(data)
    del left[redacting.ERASED]
    return {**left, EXPIRED: True}


def said(value: Any) -> Any:
    """Cut what was said out of an event's facts or views; all else stays."""
    match value:
        case dict():
            return {name: _part(name, one) for name, one in value.items()}
        case list():
            return [said(one) for one in value]
        case _:
            return value


def _part(name: str, value: Any) -> Any:
    if name in _SAID and isinstance(value, str):
        return ""
    if name == "has_html":
        return False
    if name == "attachments" and isinstance(value, list):
        return []
    if name == "item" and isinstance(value, dict) and value.get("kind") != "change":
        return {**said(value), "data": entry(value.get("data") or {})}
    return said(value)
