"""The conversations behind a number of the wall."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from hub.reports.answers import HALF_HOUR, midnight
from hub.storage.tables import Client, Conversation, FirstResponse


class Metric(StrEnum):
    """A number of a tile; see ``hub/reports/answers.py``."""

    WAITING = "waiting"
    NOW = "now"
    HALF_HOUR = "half_hour"
    TODAY = "today"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """A conversation that was counted."""

    #: Of the wait that was counted; a conversation that came back has several.
    id: int
    conversation_id: int
    client_name: str
    subject: str
    #: Since when the client waited.
    since: datetime
    respond_by: datetime | None
    answered_at: datetime | None
    #: Who answered.
    account_id: int | None
    #: Counted as in time; None for ``waiting``, which asks nothing of that.
    in_time: bool | None
    #: By which the list is sorted.
    at: datetime


async def evidence(
    session: AsyncSession,
    queue_id: int,
    metric: Metric,
    *,
    now: datetime,
    timezone: str,
    limit: int,
    after: tuple[datetime, int] | None = None,
) -> list[EvidenceView]:
    """List what a number counts, the oldest first.

    Args:
        session: Any session.
        queue_id: The tile.
        metric: The number.
        now: The moment that it is counted at.
        timezone: The company's.
        limit: At most so many.
        after: ``at`` and ``id`` of the last one seen.
    """
    if metric is Metric.WAITING:
        return await _waiting(session, queue_id, limit, after)
    chosen = _clocks(queue_id, metric, now, timezone)
    by = FirstResponse.respond_by if metric is Metric.NOW else FirstResponse.decided_at
    if after is not None:
        chosen = chosen.where(tuple_(by, FirstResponse.id) > after)
    rows = await session.execute(chosen.order_by(by, FirstResponse.id).limit(limit))
    return [
        EvidenceView(
            id=clock.id,
            conversation_id=conversation.id,
            client_name=name,
            subject=conversation.subject,
            since=clock.started_at,
            respond_by=clock.respond_by,
            answered_at=clock.answered_at,
            account_id=clock.account_id,
            in_time=clock.in_time
            if metric is not Metric.NOW
            else clock.respond_by > now,
            at=clock.decided_at
            if metric is not Metric.NOW and clock.decided_at
            else clock.respond_by,
        )
        for conversation, name, clock in rows
    ]


async def _waiting(
    session: AsyncSession,
    queue_id: int,
    limit: int,
    after: tuple[datetime, int] | None,
) -> list[EvidenceView]:
    place = (Conversation.waiting_since, Conversation.id)
    chosen = (
        select(Conversation, Client.name)
        .join(Client, Client.id == Conversation.client_id)
        .where(
            Conversation.queue_id == queue_id,
            Conversation.state == "open",
            Conversation.waiting_since.is_not(None),
        )
    )
    if after is not None:
        chosen = chosen.where(tuple_(*place) > after)
    rows = await session.execute(chosen.order_by(*place).limit(limit))
    return [
        EvidenceView(
            id=conversation.id,
            conversation_id=conversation.id,
            client_name=name,
            subject=conversation.subject,
            since=since,
            respond_by=conversation.respond_by,
            answered_at=conversation.first_responded_at,
            account_id=conversation.assignee_id,
            in_time=None,
            at=since,
        )
        for conversation, name in rows
        if (since := conversation.waiting_since) is not None
    ]


def _clocks(
    queue_id: int, metric: Metric, now: datetime, timezone: str
) -> Select[Conversation, str, FirstResponse]:
    counted: list[ColumnElement[bool]]
    if metric is Metric.NOW:
        counted = [FirstResponse.ended_at.is_(None)]
    else:
        since = FirstResponse.decided_at >= midnight(now, timezone)
        if metric is Metric.HALF_HOUR:
            since = FirstResponse.decided_at > now - HALF_HOUR
        counted = [since, FirstResponse.in_time.is_not(None)]
    return (
        select(Conversation, Client.name, FirstResponse)
        .join(Client, Client.id == Conversation.client_id)
        .join(FirstResponse, FirstResponse.conversation_id == Conversation.id)
        .where(FirstResponse.queue_id == queue_id, *counted)
    )
