"""Does a filter hold for one conversation? Pure.

The counterpart of ``filter_sql.py``: what the database would say of the same row. The
screen has the third one, held to the same table of cases (``tests/hub/filter_cases.json``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.conversations.views import ConversationView
from hub.lists.filters import (
    ME,
    NOBODY,
    TASKS,
    Condition,
    Eyes,
    Group,
    Span,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A conversation, and what is known around it."""

    conversation: ConversationView
    locale: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    #: A colleague mentioned whoever looks.
    mentioned: bool = False
    #: What is still to be done: its kind, its state, by when.
    tasks: Sequence[tuple[str, str, datetime | None]] = ()
    #: The client's last words on being written to, of each channel.
    consents: frozenset[str] = frozenset()


def matches(part: Condition | Group, seen: Seen, eyes: Eyes) -> bool:
    """Tell whether the conversation is one of those that are asked for."""
    if isinstance(part, Condition):
        return _holds(part, seen, eyes)
    each = (matches(one, seen, eyes) for one in part.of)
    if part.match == "all":
        return all(each)
    return any(each) if part.match == "any" else not any(each)


def _holds(asked: Condition, seen: Seen, eyes: Eyes) -> bool:
    kind = asked.field
    if asked.op in {"in", "not_in"}:
        return _is_among(asked, seen, eyes) == (asked.op == "in")
    if kind in {"waiting", "due", "task", "contact"}:
        return _in_time(asked, seen, eyes)
    if kind in {"created", "last"}:
        one = seen.conversation
        return _within(
            asked, one.created_at if kind == "created" else one.last_at, eyes
        )
    if kind == "mentioned":
        return seen.mentioned == asked.value
    if kind == "attribute":
        return _attribute(asked, seen.attributes)
    found = str(asked.value).lower() in _text(kind, seen.conversation).lower()
    return found == (asked.op == "contains")


def _is_among(asked: Condition, seen: Seen, eyes: Eyes) -> bool:
    one = seen.conversation
    values = asked.value if isinstance(asked.value, tuple) else ()
    if asked.field == "assignee":
        if one.assignee_id is None:
            return NOBODY in values
        mine = ME in values and one.assignee_id == eyes.account_id
        return mine or one.assignee_id in values
    if asked.field == "promise":
        return any(
            kind == "promise" and state in values for kind, state, _ in seen.tasks
        )
    if asked.field == "consent":
        return any(said in values for said in seen.consents)
    if asked.field == "tag":
        return any(tag in values for tag in one.tags)
    return {
        "state": one.state,
        "queue": one.queue_id,
        "channel": one.channel,
        "priority": one.priority,
        "language": seen.locale,
    }[asked.field] in values


def _to_do(asked: Condition, seen: Seen, eyes: Eyes) -> bool:
    times = [due for kind, _, due in seen.tasks if kind in TASKS[asked.field]]
    if asked.op == "none":
        return not times
    return any(due and due <= eyes.now + _minutes(asked) for due in times)


def _in_time(asked: Condition, seen: Seen, eyes: Eyes) -> bool:
    if asked.field in TASKS:
        return _to_do(asked, seen, eyes)
    one = seen.conversation
    at = one.waiting_since if asked.field == "waiting" else one.respond_by
    if asked.op == "none" or at is None:
        return asked.op == "none" and at is None
    minutes = _minutes(asked)
    return at <= (eyes.now - minutes if asked.op == "over" else eyes.now + minutes)


def _within(asked: Condition, at: datetime, eyes: Eyes) -> bool:
    if isinstance(span := asked.value, Span):
        return (span.start is None or at >= span.start) and (
            span.end is None or at < span.end
        )
    return at >= eyes.now - _minutes(asked)


def _minutes(asked: Condition) -> timedelta:
    return timedelta(minutes=asked.value if isinstance(asked.value, int) else 0)


def _attribute(asked: Condition, attributes: Mapping[str, Any]) -> bool:
    found = as_text(attributes.get(asked.name))
    if asked.op in {"set", "not_set"}:
        return bool(found) == (asked.op == "set")
    if asked.op == "contains":
        return str(asked.value).lower() in found.lower()
    return (found == asked.value) == (asked.op == "is")


def as_text(value: Any) -> str:
    """Give an attribute's value as it compares; what is no plain value is nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else ""


def _text(kind: str, one: ConversationView) -> str:
    if kind == "subject":
        return one.subject
    # A sign that nobody types keeps the parts apart.
    return f"{one.subject}\n{one.snippet}\n{one.client_name}"
