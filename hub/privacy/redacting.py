"""Write over what says something of a person, and keep what only counts. Pure.

Numbers, times, truth and the words of fixed sets stay, so that reports, catch-up and
programs read on; every other text becomes empty. What is not known to be harmless is
taken for personal: a field that is made tomorrow is empty until it is named here.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

#: Parts of an event's state that are about colleagues and queues alone.
OURS = frozenset({"agent", "queue", "read", "calendar", "account"})
#: Fields whose words are from fixed sets, or are the shop's own numbers.
_WORDS = frozenset(
    {
        "kind",
        "state",
        "status",
        "priority",
        "channel",
        "direction",
        "last_direction",
        "code",
        "currency",
        "number",
        "deed",
        "repeat",
        "disposition",
        "media_type",
    }
)
#: The same of what an event says happened; a message's ``to`` is an address there not.
_FACTS = _WORDS | {
    "was",
    "to",
    "what",
    "how",
    "because",
    "purpose",
    "source",
    "ways",
    "address_kind",
}
_TIME = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-][\d:]+)?)?")
#: Mark of an entry that was written over.
ERASED = "erased"


def facts(data: Mapping[str, Any]) -> dict[str, Any]:
    """Write over what an event says happened."""
    return {name: _value(name, one, _FACTS) for name, one in data.items()}


def state(views: Mapping[str, Any]) -> dict[str, Any]:
    """Write over how things looked, by part."""
    return {
        part: view if part in OURS else _part(part, view)
        for part, view in views.items()
    }


def said(views: Mapping[str, Any]) -> dict[str, Any]:
    """Write over how an entry looked, and leave what stands around it."""
    return {**views, "item": _part("item", views["item"])}


def unlined(
    views: Mapping[str, Any], lines: Mapping[str, Collection[str]]
) -> dict[str, Any]:
    """Take the line out of a conversation that showed one of these, by its id."""
    talk = views.get("conversation")
    if not isinstance(talk, dict):
        return dict(views)
    if talk.get("snippet") not in lines.get(str(talk.get("id")), ()):
        return dict(views)
    return {**views, "conversation": {**talk, "snippet": ""}}


def entry(data: Mapping[str, Any]) -> dict[str, Any]:
    """Write over what an entry says beside its text."""
    return {**_inside(data), ERASED: True}


def without(value: Any, needles: Collection[str]) -> Any:
    """Cut some words out of all texts of a JSON value, whoever they are about."""
    match value:
        case str():
            for needle in needles:
                value = value.replace(needle, "")
            return value
        case list():
            return [without(one, needles) for one in value]
        case dict():
            return {name: without(one, needles) for name, one in value.items()}
        case _:
            return value


def _part(part: str, view: Any) -> Any:
    if not isinstance(view, dict):
        return _value(part, view, _WORDS)
    seen = _inside(view)
    if part == "item":
        seen["data"] = entry(view.get("data") or {})
        seen["has_html"] = False
        seen["truncated"] = False
        author = view.get("author")
        if isinstance(author, dict) and author.get("kind") == "agent":
            # A colleague's name is not the person's.
            seen["author"] = author
    return seen


def _inside(view: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, one, _WORDS) for name, one in view.items()}


def _value(name: str, value: Any, words: Collection[str]) -> Any:
    match value:
        case str():
            known = name in words or _TIME.fullmatch(value) is not None
            return value if known else ""
        case dict() if name == "attributes":
            return {}
        case dict():
            return {key: _value(key, one, _WORDS) for key, one in value.items()}
        case list() if name in {"attachments", "addresses", "tags"}:
            return []
        case list():
            kept = (_value(name, one, words) for one in value)
            return [one for one in kept if one != ""]
        case _:
            return value
