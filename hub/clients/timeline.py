"""Read a client's timeline: one scroll, by cursor in both directions.

A page is one range of the index (client, time, id), however long the history is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients import identity
from hub.conversations.views import ItemView, item_view
from hub.errors import NotFoundError
from hub.storage.tables import TimelineItem

#: A place between two entries: that entry's time and id.
Place = tuple[datetime, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries; empty means all."""

    channels: Sequence[str] = ()
    kinds: Sequence[str] = ()
    conversation_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelinePage:
    """Entries, the oldest first, and where it goes on."""

    items: list[ItemView]
    #: Before the first entry; None at the very beginning.
    older: Place | None
    #: After the last entry; None when there is nothing newer.
    newer: Place | None


async def page(
    session: AsyncSession,
    client_id: int,
    *,
    wanted: Wanted,
    limit: int,
    before: Place | None = None,
    after: Place | None = None,
) -> TimelinePage:
    """Give the newest page, or the one before or after a place.

    Raises:
        NotFoundError: There is no such client.
    """
    client_id = await identity.root(session, client_id)
    place = tuple_(TimelineItem.at, TimelineItem.id)
    query = _matching(client_id, wanted)
    if after is not None:
        query = query.where(place > after).order_by(TimelineItem.at, TimelineItem.id)
    else:
        if before is not None:
            query = query.where(place < before)
        query = query.order_by(TimelineItem.at.desc(), TimelineItem.id.desc())
    rows = list(await session.scalars(query.limit(limit + 1)))
    more, rows = len(rows) > limit, rows[:limit]
    if after is None:
        rows.reverse()
    first = (rows[0].at, rows[0].id) if rows else None
    last = (rows[-1].at, rows[-1].id) if rows else None
    return TimelinePage(
        items=[item_view(row) for row in rows],
        older=first if more or after is not None else None,
        newer=last if before is not None or (after is not None and more) else None,
    )


async def around(
    session: AsyncSession, client_id: int, item_id: int, *, wanted: Wanted, limit: int
) -> TimelinePage:
    """Give the page that has an entry in its middle.

    Raises:
        NotFoundError: There is no such client, or no such entry of his.
    """
    client_id = await identity.root(session, client_id)
    item = await session.get(TimelineItem, item_id)
    if item is None or item.client_id != client_id:
        raise NotFoundError(f"entry {item_id} of client {client_id}")
    place = (item.at, item.id)
    half = max(1, limit // 2)
    older = await page(
        session, client_id, wanted=wanted, limit=half, before=(item.at, item.id + 1)
    )
    newer = await page(session, client_id, wanted=wanted, limit=half, after=place)
    return TimelinePage(
        items=[*older.items, *newer.items],
        older=older.older,
        newer=newer.newer,
    )


def _matching(client_id: int, wanted: Wanted) -> Select[TimelineItem]:
    query = select(TimelineItem).where(
        TimelineItem.client_id == client_id,
        # What was taken back before it left was never said.
        or_(TimelineItem.delivery.is_(None), TimelineItem.delivery != "cancelled"),
    )
    if wanted.channels:
        query = query.where(TimelineItem.channel.in_(wanted.channels))
    if wanted.kinds:
        query = query.where(TimelineItem.kind.in_(wanted.kinds))
    if wanted.conversation_id is not None:
        query = query.where(TimelineItem.conversation_id == wanted.conversation_id)
    return query
