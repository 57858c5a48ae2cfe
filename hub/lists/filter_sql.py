"""A filter as a condition of the database, over ``Conversation`` joined with ``Client``.

Every part is true or false, never NULL, so that "none" turns it round exactly.
"""

from datetime import timedelta

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import SQLColumnExpression

from hub.clients.consent import CONTACT
from hub.lists.filters import (
    ME,
    NOBODY,
    STANDING,
    TASKS,
    Condition,
    Eyes,
    Group,
    Span,
)
from hub.storage.tables import (
    Address,
    Client,
    Consent,
    Conversation,
    Notification,
    Task,
)
from hub.storage.tables.base import UtcDateTime

#: Of ``jsonb_typeof``: attributes that compare as text.
_PLAIN = ("string", "number", "boolean")


def condition(part: Condition | Group, eyes: Eyes) -> ColumnElement[bool]:
    """Give the condition that a filter means for whoever looks."""
    if isinstance(part, Condition):
        return _one(part, eyes)
    each = [condition(one, eyes) for one in part.of]
    if part.match == "all":
        return and_(true(), *each)
    found = or_(false(), *each)
    return found if part.match == "any" else not_(found)


def needs_client(part: Condition | Group) -> bool:
    """Tell whether it can only be counted with the client at hand."""
    if isinstance(part, Group):
        return any(needs_client(one) for one in part.of)
    return part.field in {"language", "attribute", "text"}


def _one(asked: Condition, eyes: Eyes) -> ColumnElement[bool]:
    if asked.op in {"in", "not_in"}:
        found = _among(asked, eyes)
        return found if asked.op == "in" else not_(found)
    if asked.field in {"waiting", "due", "task", "contact"}:
        return _in_time(asked, eyes)
    if asked.field in {"created", "last"}:
        return _within(asked, eyes)
    if asked.field == "attribute":
        return _attribute(asked)
    if asked.field == "mentioned":
        found = Conversation.id.in_(
            select(Notification.conversation_id).where(
                Notification.account_id == eyes.account_id,
                Notification.kind == "mentioned",
                Notification.conversation_id.is_not(None),
            )
        )
        return found if asked.value else not_(found)
    columns = [Conversation.subject]
    if asked.field == "text":
        columns += [Conversation.snippet, Client.name]
    found = or_(*(_contains(one, str(asked.value)) for one in columns))
    return found if asked.op == "contains" else not_(found)


def _among(asked: Condition, eyes: Eyes) -> ColumnElement[bool]:
    values = asked.value if isinstance(asked.value, tuple) else ()
    if asked.field == "assignee":
        ids = [one for one in values if isinstance(one, int)]
        ids += [eyes.account_id] if ME in values else []
        found: list[ColumnElement[bool]] = []
        if NOBODY in values:
            found.append(Conversation.assignee_id.is_(None))
        if ids:
            is_theirs = Conversation.assignee_id.in_(ids)
            # NULL is nobody's, and must not make the whole unknown.
            found.append(and_(Conversation.assignee_id.is_not(None), is_theirs))
        return or_(false(), *found)
    if asked.field == "tag":
        wanted = cast(literal(list(values), ARRAY(Text)), ARRAY(Text))
        # Said once more, for the index leaves out what has no tags.
        return and_(
            Conversation.tags != cast(literal([], ARRAY(Text)), ARRAY(Text)),
            Conversation.tags.bool_op("&&")(wanted),
        )
    if asked.field in {"promise", "consent"}:
        words = [str(one) for one in values]
        is_promise = asked.field == "promise"
        return (
            _standing("promise", Task.state.in_(words)) if is_promise else _said(words)
        )
    if asked.field == "language":
        return func.coalesce(Client.locale, "").in_(values)
    if asked.field == "queue":
        return Conversation.queue_id.in_(
            [one for one in values if isinstance(one, int)]
        )
    column = {
        "state": Conversation.state,
        "channel": Conversation.channel,
        "priority": Conversation.priority,
    }[asked.field]
    return column.in_([str(one) for one in values])


def _to_do(asked: Condition, eyes: Eyes) -> ColumnElement[bool]:
    if asked.op == "none":
        return not_(_standing(asked.field))
    minutes = timedelta(minutes=asked.value if isinstance(asked.value, int) else 0)
    limit = literal(eyes.now + minutes, UtcDateTime())
    return _standing(asked.field, Task.due_at <= limit)


def _standing(field: str, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tell whether something is to be done there, or for the client in general."""
    in_general = and_(
        Task.conversation_id.is_(None), Task.client_id == Conversation.client_id
    )
    return (
        exists(Task.id)
        .where(
            or_(Task.conversation_id == Conversation.id, in_general),
            Task.kind.in_(TASKS[field]),
            Task.state.in_(STANDING),
            *more,
        )
        .correlate(Conversation)
    )


def _said(states: list[str]) -> ColumnElement[bool]:
    """Tell whether the client's last word on some channel is one of these."""
    newer = aliased(Consent)
    return (
        exists(Consent.id)
        .where(
            Address.client_id == Conversation.client_id,
            Consent.kind == Address.kind,
            Consent.value == Address.value,
            Consent.purpose == CONTACT,
            Consent.state.in_(states),
            not_(
                exists(newer.id).where(
                    newer.kind == Consent.kind,
                    newer.value == Consent.value,
                    newer.channel == Consent.channel,
                    newer.purpose == Consent.purpose,
                    newer.id > Consent.id,
                )
            ),
        )
        .correlate(Conversation)
    )


def _in_time(asked: Condition, eyes: Eyes) -> ColumnElement[bool]:
    if asked.field in TASKS:
        return _to_do(asked, eyes)
    minutes = timedelta(minutes=asked.value if isinstance(asked.value, int) else 0)
    if asked.field == "waiting":
        if asked.op == "none":
            return Conversation.waiting_since.is_(None)
        limit = literal(eyes.now - minutes, UtcDateTime())
        return and_(
            Conversation.waiting_since.is_not(None),
            Conversation.waiting_since <= limit,
        )
    # Due is only what was not answered yet; the column keeps its time after that.
    due = and_(
        Conversation.first_responded_at.is_(None), Conversation.respond_by.is_not(None)
    )
    if asked.op == "none":
        return not_(due)
    limit = literal(eyes.now + minutes, UtcDateTime())
    return and_(due, Conversation.respond_by <= limit)


def _within(asked: Condition, eyes: Eyes) -> ColumnElement[bool]:
    column = (
        Conversation.created_at if asked.field == "created" else Conversation.last_at
    )
    if isinstance(span := asked.value, Span):
        bounds: list[ColumnElement[bool]] = []
        if span.start is not None:
            bounds.append(column >= span.start)
        if span.end is not None:
            bounds.append(column < span.end)
        return and_(true(), *bounds)
    minutes = timedelta(minutes=asked.value if isinstance(asked.value, int) else 0)
    return column >= eyes.now - minutes


def _attribute(asked: Condition) -> ColumnElement[bool]:
    value = Client.attributes[asked.name]
    kind = func.jsonb_typeof(value)
    found = case((kind.in_(_PLAIN), value.astext), else_="")
    if asked.op in {"set", "not_set"}:
        return found != "" if asked.op == "set" else found == ""
    if asked.op == "contains":
        return _contains(found, str(asked.value))
    return found == asked.value if asked.op == "is" else found != asked.value


def _contains(column: SQLColumnExpression[str], text: str) -> ColumnElement[bool]:
    return func.lower(column).contains(text.lower(), autoescape=True)
