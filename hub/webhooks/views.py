"""Webhooks as the outside sees them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.log import feed
from hub.storage.tables import DueRow, Webhook, WebhookTry

#: Names the due row of an endpoint.
DELIVER = "webhook.deliver"


def key(webhook_id: int) -> str:
    """Name the due row of an endpoint."""
    return f"{DELIVER}:{webhook_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookView:
    """An address that events are sent to."""

    id: int
    name: str
    url: str
    #: Kinds of events that it is sent; none: all.
    kinds: list[str]
    #: The last event that it has taken, or that was not for it.
    cursor: int
    #: Events of the log beyond the cursor.
    behind: int
    #: Since when every try has failed.
    failing_since: datetime | None
    #: When the next try is, while it fails.
    next_at: datetime | None
    disabled_at: datetime | None
    #: ``failed``, ``gone`` or ``person``.
    disabled_because: str
    #: Until when the secret before this one signs as well.
    old_until: datetime | None
    #: Give it back with a change.
    revision: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TryView:
    """One request to an endpoint."""

    id: int
    #: The event's number; None for a test.
    seq: int | None
    kind: str
    attempt: int
    at: datetime
    took_ms: int
    #: None when there was no answer.
    status: int | None
    #: The beginning of the answer, or why there was none.
    answer: str


async def webhook_views(
    session: AsyncSession, ids: Collection[int] | None = None
) -> list[WebhookView]:
    """Show endpoints, the oldest first."""
    newest = await feed.head(session)
    chosen = select(Webhook).execution_options(populate_existing=True)
    if ids is not None:
        chosen = chosen.where(Webhook.id.in_(ids))
    rows = list(await session.scalars(chosen.order_by(Webhook.id)))
    due = await session.execute(
        select(DueRow.key, DueRow.due_at).where(
            DueRow.key.in_([key(row.id) for row in rows])
        )
    )
    next_at = {row.key: row.due_at for row in due}
    return [
        WebhookView(
            id=row.id,
            name=row.name,
            url=row.url,
            kinds=list(row.kinds),
            cursor=row.cursor,
            behind=0 if row.disabled_at else max(0, newest - row.cursor),
            failing_since=row.failing_since,
            next_at=next_at.get(key(row.id)) if row.failing_since else None,
            disabled_at=row.disabled_at,
            disabled_because=row.disabled_because,
            old_until=row.old_until,
            revision=row.revision,
            created_at=row.created_at,
        )
        for row in rows
    ]


def try_view(row: WebhookTry) -> TryView:
    """Show a try."""
    return TryView(
        id=row.id,
        seq=row.seq,
        kind=row.kind,
        attempt=row.attempt,
        at=row.at,
        took_ms=row.took_ms,
        status=row.status,
        answer=row.answer,
    )
