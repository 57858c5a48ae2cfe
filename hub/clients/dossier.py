"""All that the hub keeps of one client, for the client himself.

What was said with him on every channel, his addresses and what he said of being written
to, his conversations, orders, tasks and promises, the merges that stand. What the team
told itself in notes is there too: it is about him. Files are named with the addresses
under which they are fetched.
"""

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients import identity
from hub.clients.clients import access_client
from hub.clients.merging import MergeView, merges_of
from hub.clients.views import ClientView
from hub.collaboration.views import TaskView, task_view
from hub.conversations.views import (
    ConversationView,
    ItemView,
    conversation_view,
    item_view,
)
from hub.log.audience import Viewer
from hub.log.events import STAFF
from hub.orders import access
from hub.orders.views import OrderView
from hub.storage.tables import Consent, Conversation, Task, TimelineItem

#: Entries read at once.
PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """What he said of being written to at one address."""

    kind: str
    value: str
    channel: str
    purpose: str
    state: str
    wording: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that is kept of a client, but for what was said with him."""

    client: ClientView
    conversations: list[ConversationView]
    orders: list[OrderView]
    consents: list[ConsentView]
    #: Tasks, promises, planned contacts and days, whatever became of them.
    tasks: list[TaskView]
    merges: list[MergeView]


async def dossier(session: AsyncSession, client_id: int) -> Dossier:
    """Give all that is kept of a client; ``entries`` has what was said.

    Raises:
        NotFoundError: There is no such client.
    """
    client = await access_client(session, client_id)
    rows = await session.scalars(
        select(Conversation)
        .where(Conversation.client_id == client.id)
        .order_by(Conversation.id)
    )
    held = [(one.kind, one.value) for one in client.addresses]
    consents = await session.scalars(
        select(Consent)
        .where(tuple_(Consent.kind, Consent.value).in_(held))
        .order_by(Consent.id)
    )
    return Dossier(
        client=client,
        conversations=[conversation_view(row, client.name) for row in rows],
        orders=await _orders(session, client.id),
        consents=[
            ConsentView(
                kind=row.kind,
                value=row.value,
                channel=row.channel,
                purpose=row.purpose,
                state=row.state,
                wording=row.wording,
                at=row.at,
            )
            for row in consents
        ],
        tasks=[
            task_view(row, client.name)
            for row in await session.scalars(
                select(Task).where(Task.client_id == client.id).order_by(Task.id)
            )
        ],
        merges=await merges_of(session, client.id),
    )


async def entries(
    session: AsyncSession, client_id: int, *, only: ColumnElement[bool] | None = None
) -> AsyncIterator[dict[str, Any]]:
    """Give every entry of a client's timeline with the whole of its text, oldest first.

    Args:
        session: Of ``Database.read``.
        client_id: Whose.
        only: Which of them; None: all.

    Raises:
        NotFoundError: There is no such client.
    """
    client_id = await identity.root(session, client_id)
    last: tuple[datetime, int] | None = None
    while True:
        query = (
            select(TimelineItem)
            .where(TimelineItem.client_id == client_id)
            .order_by(TimelineItem.at, TimelineItem.id)
            .limit(PAGE)
        )
        if only is not None:
            query = query.where(only)
        if last is not None:
            query = query.where(tuple_(TimelineItem.at, TimelineItem.id) > last)
        rows = list(await session.scalars(query))
        for row in rows:
            view: ItemView = item_view(row)
            yield asdict(view) | {
                "text": row.text,
                "quoted": row.quoted,
                "truncated": False,
                "attachments": [
                    {**one, "href": f"/files/{one['id']}/{one['name']}"}
                    for one in view.attachments
                ],
            }
        if len(rows) < PAGE:
            return
        last = (rows[-1].at, rows[-1].id)


async def _orders(session: AsyncSession, client_id: int) -> list[OrderView]:
    found: list[OrderView] = []
    before: tuple[datetime, int] | None = None
    while page := await access.page(
        session,
        Viewer(frozenset({STAFF})),
        limit=PAGE,
        client_id=client_id,
        before=before,
    ):
        found += page
        before = (page[-1].placed_at, page[-1].id)
    return found
