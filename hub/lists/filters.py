"""Which conversations somebody wants to see, as one value. Pure.

A filter is a group of conditions and of groups, all of which must hold, any of them,
or none. The same value is asked of the database (``filter_sql.py``) and of one
conversation that the log brought (``filter_matching.py``, and on the screen
``web/ui/src/live/filters.ts``); the two must always agree.

As JSON: ``{"match": "all", "of": [{"field": "state", "op": "in", "value": ["open"]}]}``.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.errors import InvalidError
from hub.storage.tables.consents import CONSENT_STATES
from hub.storage.tables.conversations import PRIORITIES, STATES

MATCHES = ("all", "any", "none")
#: Stand for an account in ``assignee``: whoever looks, and nobody.
ME, NOBODY = "me", "nobody"
#: Minutes back or ahead, at the most: ten years.
MAX_MINUTES = 10 * 366 * 24 * 60
#: Values of one condition, and letters of one value.
MAX_VALUES = 100
MAX_TEXT = 200

#: States of what is still to be done.
STANDING = ("open", "late")
#: Which kinds of tasks a field asks for.
TASKS: Mapping[str, tuple[str, ...]] = {
    "promise": ("promise",),
    "task": ("task", "date"),
    "contact": ("contact",),
}
_WORDS = ("in", "not_in")
_TIMES = ("within", "between")
_TEXTS = ("contains", "not_contains")
#: What may be asked of each field.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "state": _WORDS,
    "queue": _WORDS,
    "assignee": _WORDS,
    "tag": _WORDS,
    "channel": _WORDS,
    "priority": _WORDS,
    #: The client's.
    "language": _WORDS,
    #: The client waits for an answer: over so many minutes, or not at all.
    "waiting": ("over", "none"),
    #: A first answer is due: within so many minutes (late ones too), or none is.
    "due": ("within", "none"),
    #: Something was promised there and not kept yet: ``open``, ``late``.
    "promise": _WORDS,
    #: A task, or a planned contact, is due within so many minutes (late ones too), or
    #: there is none that stands.
    "task": ("within", "none"),
    "contact": ("within", "none"),
    #: What the client said of being written to, anywhere: ``given``, ``refused``.
    "consent": _WORDS,
    "attribute": ("is", "is_not", "contains", "set", "not_set"),
    "subject": _TEXTS,
    #: Subject, last words, or the client's name.
    "text": _TEXTS,
    "created": _TIMES,
    #: The last interaction.
    "last": _TIMES,
    #: A colleague mentioned whoever looks.
    "mentioned": ("is",),
}
#: What changes as time goes by, without an event.
_BY_CLOCK = {("waiting", "over"), ("due", "within")}
_VALUELESS = {"none", "set", "not_set"}


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment (inclusive) to one (exclusive); None: open."""

    start: datetime | None
    end: datetime | None


#: Words, ids, a text, minutes, a span of time, or nothing.
Value = tuple[str | int, ...] | str | int | Span | bool | None


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must hold."""

    field: str
    op: str
    value: Value = None
    #: Which attribute.
    name: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Several things; an empty group holds, unless it is of ``any``."""

    match: str
    of: "tuple[Condition | Group, ...]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Eyes:
    """Who looks, and when."""

    account_id: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterLimits:
    """How large a filter may be."""

    #: Conditions and groups in all.
    most: int = 50
    #: Groups within groups.
    depth: int = 5


EVERYTHING = Group("all")


def where(field: str, op: str, value: Value = None, *, name: str = "") -> Condition:
    """Name a condition that is known to be right."""
    return Condition(field, op, value, name)


def both(*parts: Condition | Group) -> Group:
    """Ask for all of these; groups that ask for nothing are left out."""
    return Group("all", tuple(one for one in parts if one != EVERYTHING))


def parse(raw: Any, limits: FilterLimits) -> Group:
    """Understand a filter.

    Raises:
        InvalidError: It is none; every wrong place is named, as ``filter.of.0.value``.
    """
    errors: dict[str, str] = {}
    left = [limits.most]
    part = _part(raw, "filter", limits.depth, left, errors)
    if not errors and not isinstance(part, Group):
        part = Group("all", (part,)) if part else None
    if errors or not isinstance(part, Group):
        raise InvalidError("filter", errors=errors or {"filter": "is no filter"})
    return part


def dump(part: Condition | Group) -> dict[str, Any]:
    """Give a filter as it is kept and sent."""
    if isinstance(part, Group):
        return {"match": part.match, "of": [dump(one) for one in part.of]}
    said: dict[str, Any] = {"field": part.field, "op": part.op}
    if part.name:
        said["name"] = part.name
    if isinstance(part.value, Span):
        said["value"] = {
            "from": part.value.start.isoformat() if part.value.start else None,
            "to": part.value.end.isoformat() if part.value.end else None,
        }
    elif isinstance(part.value, tuple):
        said["value"] = list(part.value)
    elif part.value is not None:
        said["value"] = part.value
    return said


def conditions(part: Condition | Group) -> list[Condition]:
    """Give all conditions, wherever they stand."""
    if isinstance(part, Condition):
        return [part]
    return [found for one in part.of for found in conditions(one)]


def by_clock(part: Condition | Group) -> bool:
    """Tell whether time alone can bring a conversation in or out."""
    return any(
        (one.field, one.op) in _BY_CLOCK or one.op == "within"
        for one in conditions(part)
    )


def states_of(part: Group) -> frozenset[str]:
    """Name the states that a conversation can have there, as far as it is plain."""
    found = frozenset(STATES)
    if part.match != "all":
        return found
    for one in part.of:
        if isinstance(one, Group):
            found &= states_of(one)
        elif one.field == "state" and isinstance(one.value, tuple):
            said = frozenset(str(word) for word in one.value)
            found = found & said if one.op == "in" else found - said
    return found


def _part(
    raw: Any, place: str, depth: int, left: list[int], errors: dict[str, str]
) -> Condition | Group | None:
    left[0] -= 1
    if left[0] < -1:
        errors["filter"] = "has too many conditions"
        return None
    if not isinstance(raw, dict):
        errors[place] = "must be a condition or a group"
        return None
    if "match" in raw or "of" in raw:
        return _group(raw, place, depth, left, errors)
    return _condition(raw, place, errors)


def _group(
    raw: dict[str, Any], place: str, depth: int, left: list[int], errors: dict[str, str]
) -> Group | None:
    match, of = raw.get("match"), raw.get("of")
    if match not in MATCHES:
        errors[f"{place}.match"] = f"must be one of {', '.join(MATCHES)}"
    if not isinstance(of, list):
        errors[f"{place}.of"] = "must be a list"
    elif depth <= 0:
        errors[place] = "is nested too deep"
    elif set(raw) - {"match", "of"}:
        errors[place] = "has more than match and of"
    if place in errors or f"{place}.match" in errors or f"{place}.of" in errors:
        return None
    parts = []
    for number, one in enumerate(of or ()):
        if left[0] < 0:
            errors["filter"] = "has too many conditions"
            break
        parts.append(_part(one, f"{place}.of.{number}", depth - 1, left, errors))
    return Group(str(match), tuple(one for one in parts if one is not None))


def _condition(
    raw: dict[str, Any], place: str, errors: dict[str, str]
) -> Condition | None:
    field, op, name = raw.get("field"), raw.get("op"), raw.get("name", "")
    if not isinstance(field, str) or field not in FIELDS:
        errors[f"{place}.field"] = f"must be one of {', '.join(FIELDS)}"
    elif op not in FIELDS[field]:
        errors[f"{place}.op"] = f"must be one of {', '.join(FIELDS[field])}"
    elif more := set(raw) - {"field", "op", "value", "name"}:
        errors[place] = f"has an unknown part: {min(map(str, more))[:40]}"
    elif reason := _against_name(field, name):
        errors[f"{place}.name"] = reason
    else:
        try:
            return Condition(field, op, _value(field, op, raw.get("value")), name)
        except ValueError as error:
            errors[f"{place}.value"] = str(error)
    return None


def _against_name(field: str, name: Any) -> str:
    if field != "attribute":
        return "is of attributes only" if name else ""
    if not isinstance(name, str) or not 0 < len(name) <= MAX_TEXT or "\0" in name:
        return "must name an attribute"
    return ""


def _value(field: str, op: str, value: Any) -> Value:
    if op in _VALUELESS:
        if value is not None:
            raise ValueError("must be left out")
        return None
    if op in _WORDS:
        return _listed(field, value)
    if op == "between":
        return _span(value)
    if op in {"over", "within"}:
        return _minutes(value)
    if field == "mentioned":
        if not isinstance(value, bool):
            raise ValueError("must be true or false")
        return value
    if not isinstance(value, str) or not 0 < len(value.strip()) <= MAX_TEXT:
        raise ValueError(f"must be a text of 1 to {MAX_TEXT} letters")
    if "\0" in value:
        raise ValueError("holds a letter that cannot be kept")
    # What stands in a row of a list is on one line.
    return value if op in {"is", "is_not"} else " ".join(value.split())


def _listed(field: str, value: Any) -> tuple[str | int, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_VALUES:
        raise ValueError(f"must be a list of 1 to {MAX_VALUES}")
    for one in value:
        if not _fits(field, one):
            raise ValueError(_EXPECTED.get(field, "must be a list of texts"))
    return tuple(dict.fromkeys(value))


_EXPECTED = {
    "state": f"must be of {', '.join(STATES)}",
    "priority": f"must be of {', '.join(PRIORITIES)}",
    "promise": f"must be of {', '.join(STANDING)}",
    "consent": f"must be of {', '.join(CONSENT_STATES)}",
    "queue": "must be a list of ids",
    "assignee": "must be a list of ids, “me” or “nobody”",
}


_KNOWN: Mapping[str, tuple[str, ...]] = {
    "state": STATES,
    "priority": PRIORITIES,
    "promise": STANDING,
    "consent": CONSENT_STATES,
}


def _fits(field: str, one: Any) -> bool:
    is_id = isinstance(one, int) and not isinstance(one, bool) and 0 < one < 2**63
    if field == "queue":
        return is_id
    if field == "assignee":
        return is_id or one in (ME, NOBODY)
    if field in _KNOWN:
        return one in _KNOWN[field]
    return isinstance(one, str) and 0 < len(one) <= MAX_TEXT and "\0" not in one


def _minutes(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be minutes")  # noqa: TRY004 - one answer for all of it
    if not math.isfinite(value) or value != int(value) or not 0 <= value <= MAX_MINUTES:
        raise ValueError(f"must be 0 to {MAX_MINUTES} whole minutes")
    return int(value)


def _span(value: Any) -> Span:
    if not isinstance(value, dict) or set(value) - {"from", "to"}:
        raise ValueError("must be from and to")
    start, end = _moment(value.get("from")), _moment(value.get("to"))
    if start is None and end is None:
        raise ValueError("must have a beginning or an end")
    if start is not None and end is not None and start >= end:
        raise ValueError("must end after it begins")
    return Span(start, end)


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)
        at = at.astimezone(UTC) if at.tzinfo else at
    except (TypeError, ValueError, OverflowError):
        raise ValueError("must be times as ISO 8601") from None
    if at.tzinfo is None or not timedelta() < at - _FIRST < _LONGEST:
        raise ValueError("must be times of this age, with their zone")
    return at


_FIRST = datetime(1900, 1, 1, tzinfo=UTC)
_LONGEST = timedelta(days=366 * 300)
