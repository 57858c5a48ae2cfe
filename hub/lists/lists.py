"""Lists of conversations, and the counts above them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from hub.conversations.views import (
    ConversationView,
    ItemView,
    conversation_view,
    item_view,
)
from hub.errors import NotFoundError
from hub.lists.filter_sql import condition, needs_client
from hub.lists.filters import EVERYTHING, Eyes, Group
from hub.lists.sorting import Order, Part, sorting
from hub.storage.tables import (
    Client,
    Conversation,
    Notification,
    ReadMark,
    TimelineItem,
)
from hub.storage.tables.conversations import STATES

#: Conversations that a screen is given at once.
SCREEN = 500
#: Named one by one, since "not resolved" is nothing that an index finds: what is at
#: hand must not cost more when ten times as much is done with.
UNRESOLVED = tuple(state for state in STATES if state != "resolved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many conversations stand where. Open ones, unless the name says otherwise."""

    mine: int
    unassigned: int
    all: int
    pending: int
    snoozed: int
    queues: dict[int, int]


async def page(
    session: AsyncSession,
    wanted: Group = EVERYTHING,
    *,
    eyes: Eyes,
    limit: int,
    order: Order = "newest",
    start: tuple[Part, int] | None = None,
    back: bool = False,
    client_id: int | None = None,
    ids: Sequence[int] | None = None,
) -> list[ConversationView]:
    """Give conversations in an order.

    Args:
        session: Any session.
        wanted: Which.
        eyes: Who looks, and when.
        limit: So many at the most.
        order: In which order.
        start: Where a page ended; what follows is given.
        back: What stands before ``start`` instead, from there backwards.
        client_id: Of this client alone.
        ids: Of these alone.
    """
    by = sorting(order)
    down = by.down != back
    query = (
        _with_name()
        .where(condition(wanted, eyes))
        .order_by(*(one.desc() if down else one.asc() for one in by.columns))
        .limit(limit)
    )
    if client_id is not None:
        query = query.where(Conversation.client_id == client_id)
    if ids is not None:
        query = query.where(Conversation.id.in_(ids))
    if start is not None:
        here, there = tuple_(*by.columns), tuple_(*(literal(one) for one in start))
        query = query.where(here < there if down else here > there)
    return [conversation_view(row, name) for row, name in await session.execute(query)]


async def count(session: AsyncSession, wanted: Group, *, eyes: Eyes, most: int) -> int:
    """Count conversations, but no further than ``most``."""
    found = select(Conversation.id).where(condition(wanted, eyes)).limit(most)
    if needs_client(wanted):
        found = found.join(Client, Client.id == Conversation.client_id)
    counted: int | None = await session.scalar(
        select(func.count()).select_from(found.subquery())
    )
    return counted or 0


async def ids_of(
    session: AsyncSession, wanted: Group, *, eyes: Eyes, most: int
) -> list[int]:
    """Name the conversations that a filter finds, the oldest first."""
    found = select(Conversation.id).where(condition(wanted, eyes))
    if needs_client(wanted):
        found = found.join(Client, Client.id == Conversation.client_id)
    rows = await session.scalars(found.order_by(Conversation.id).limit(most))
    return list(rows)


async def mentions(session: AsyncSession, account_id: int) -> list[int]:
    """Name the conversations under way in which somebody mentioned an account."""
    rows = await session.scalars(
        select(Conversation.id)
        .where(
            Conversation.id.in_(
                select(Notification.conversation_id).where(
                    Notification.account_id == account_id,
                    Notification.kind == "mentioned",
                )
            ),
            Conversation.state.in_(UNRESOLVED),
        )
        .order_by(Conversation.id.desc())
        .limit(SCREEN)
    )
    return list(rows)


async def access_conversation(
    session: AsyncSession, conversation_id: int
) -> ConversationView:
    """Hand out one conversation.

    Raises:
        NotFoundError: There is none.
    """
    found = (
        await session.execute(_with_name().where(Conversation.id == conversation_id))
    ).one_or_none()
    if found is None:
        raise NotFoundError(f"conversation {conversation_id}")
    return conversation_view(found[0], found[1])


async def access_item(session: AsyncSession, item_id: int) -> ItemView:
    """Hand out one entry of a timeline, with the whole of its text.

    Raises:
        NotFoundError: There is none.
    """
    row = await session.get(TimelineItem, item_id)
    if row is None:
        raise NotFoundError(f"entry {item_id}")
    return replace(item_view(row), text=row.text, quoted=row.quoted, truncated=False)


async def last_way_in(session: AsyncSession, conversation_id: int) -> tuple[str, str]:
    """Tell the channel and address that the client used last; empty if never."""
    row = (
        await session.execute(
            select(TimelineItem.channel, TimelineItem.address)
            .where(
                TimelineItem.conversation_id == conversation_id,
                TimelineItem.direction == "in",
            )
            .order_by(TimelineItem.at.desc(), TimelineItem.id.desc())
            .limit(1)
        )
    ).one_or_none()
    return (row[0] or "", row[1]) if row is not None else ("", "")


async def for_screen(session: AsyncSession, account_id: int) -> list[ConversationView]:
    """Give what an agent's screen begins with: his own work and what nobody has."""
    rows = await session.execute(
        _with_name()
        .where(
            Conversation.state.in_(UNRESOLVED),
            (Conversation.assignee_id == account_id)
            | Conversation.assignee_id.is_(None),
        )
        .order_by(Conversation.last_at.desc(), Conversation.id.desc())
        .limit(SCREEN)
    )
    return [conversation_view(row, name) for row, name in rows]


async def counts(session: AsyncSession, account_id: int) -> Counts:
    """Count by state, assignee and queue in one read."""
    rows = await session.execute(
        select(
            Conversation.state,
            Conversation.queue_id,
            func.count(),
            func.count().filter(Conversation.assignee_id == account_id),
            func.count().filter(Conversation.assignee_id.is_(None)),
        )
        .where(Conversation.state.in_(UNRESOLVED))
        .group_by(Conversation.state, Conversation.queue_id)
    )
    found = list(rows)
    opened = [row for row in found if row[0] == "open"]
    return Counts(
        mine=sum(row[3] for row in opened),
        unassigned=sum(row[4] for row in opened),
        all=sum(row[2] for row in opened),
        pending=sum(row[2] for row in found if row[0] == "pending"),
        snoozed=sum(row[2] for row in found if row[0] == "snoozed"),
        queues={row[1]: row[2] for row in opened},
    )


async def unread(
    session: AsyncSession, account_id: int, conversation_ids: Sequence[int]
) -> dict[int, int]:
    """Count what clients said in each conversation that the agent has not read.

    An absence note is nothing that anybody has to read.
    """
    mark = (
        select(ReadMark.item_id)
        .where(
            ReadMark.account_id == account_id,
            ReadMark.conversation_id == TimelineItem.conversation_id,
        )
        .scalar_subquery()
    )
    rows = await session.execute(
        select(TimelineItem.conversation_id, func.count())
        .where(
            TimelineItem.conversation_id.in_(conversation_ids),
            TimelineItem.direction == "in",
            TimelineItem.data["machine"].astext.is_distinct_from("absence"),
            TimelineItem.id > func.coalesce(mark, 0),
        )
        .group_by(TimelineItem.conversation_id)
    )
    return {row[0]: row[1] for row in rows if row[0] is not None}


def _with_name() -> Select[Conversation, str]:
    return select(Conversation, Client.name).join(
        Client, Client.id == Conversation.client_id
    )
