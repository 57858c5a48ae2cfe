"""Promises: on the timeline, before a conversation is closed, and to the client."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, not_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.collaboration.states import STANDING
from hub.collaboration.telling import owner_name
from hub.collaboration.views import entry_data
from hub.conversations.cases import SAID
from hub.conversations.entries import author_kind
from hub.conversations.told import has_left, is_his
from hub.errors import NotFoundError
from hub.log.audience import Viewer, may_see
from hub.log.events import client_topic
from hub.storage.tables import Account, Task, TimelineItem
from hub.storage.unit import UnitOfWork

#: A client sees at most so many.
MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseView:
    """A promise as its client sees it."""

    id: int
    title: str
    #: ``open``, ``late`` or ``done``.
    state: str
    #: How it is kept: ``do``, ``send`` or ``call``.
    deed: str
    #: The first name of whose it is.
    by: str
    due_at: datetime
    kept_at: datetime | None
    conversation_id: int | None


async def enter(uow: UnitOfWork, row: Task) -> None:
    """Put a new promise on its client's timeline."""
    item = TimelineItem(
        client_id=row.client_id,
        conversation_id=row.conversation_id,
        at=uow.now,
        kind="promise",
        author_kind=author_kind(uow.actor),
        author_id=uow.actor.id,
        author_name=uow.actor.name,
        text=row.title,
        data=entry_data(row, await owner_name(uow, row)),
        attachments=[],
        has_html=False,
    )
    uow.session.add(item)
    await uow.session.flush()
    row.entry_id = item.id


async def for_client(
    session: AsyncSession,
    viewer: Viewer,
    client_id: int,
    *,
    kept_since: datetime | timedelta,
    now: datetime,
    conversation_id: int | None = None,
) -> list[PromiseView]:
    """List a client's promises as he sees them: those that stand, and kept ones.

    Args:
        session: Any session.
        viewer: Who asks.
        client_id: Whose.
        kept_since: Kept ones are shown from then on, or for so long.
        now: The time.
        conversation_id: Only those of one conversation.

    Raises:
        NotFoundError: They are not the viewer's.
    """
    if not may_see(viewer, (client_topic(client_id),)):
        raise NotFoundError("promises")
    since = now - kept_since if isinstance(kept_since, timedelta) else kept_since
    query = (
        select(Task, Account.name)
        .join(Account, Account.id == Task.assignee_id)
        .where(
            Task.client_id == client_id,
            Task.kind == "promise",
            _is_told(),
            Task.state.in_(STANDING)
            | ((Task.state == "done") & (Task.done_at > since)),
        )
        .order_by(Task.state == "done", Task.due_at, Task.id)
        .limit(MOST)
    )
    if conversation_id is not None:
        query = query.where(Task.conversation_id == conversation_id)
    rows = await session.execute(query)
    return [
        PromiseView(
            id=row.id,
            title=row.title,
            state=row.state,
            deed=row.deed,
            by=name.split()[0] if name.split() else name,
            due_at=row.due_at or row.created_at,
            kept_at=row.done_at,
            conversation_id=row.conversation_id,
        )
        for row, name in rows
    ]


def _is_told() -> ColumnElement[bool]:
    """Say which promises were surely made to the client himself.

    Where somebody only typed the client's address, the promise may be to that one.
    """
    hidden = select(TimelineItem.id).where(
        TimelineItem.conversation_id == Task.conversation_id,
        has_left(*SAID),
        not_(is_his()),
    )
    return not_(exists(hidden.correlate(Task)))
