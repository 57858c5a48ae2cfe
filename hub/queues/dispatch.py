"""Give what waits in a queue to the agents who serve it, whenever something changed.

Any number of processes may do this at once. No agent gets more than he can take,
because he is held while his load is counted and until what he got is committed; no
conversation goes to two, because it is locked and looked at again before it is given.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    case,
    cast,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from hub.conversations.changes import assign
from hub.queues import agents, offers
from hub.queues.requests import ROUTE
from hub.queues.routing import Candidate, Gift, Waiting, can_take, gifts
from hub.queues.views import CAPACITY, LOAD, WEIGHT
from hub.queues.wrapping import WRAP
from hub.storage.due import Claim
from hub.storage.tables import (
    Account,
    AgentState,
    Call,
    ChannelWeight,
    Conversation,
    DueRow,
    Offer,
    Queue,
    QueueMember,
)
from hub.storage.tables.conversations import PRIORITIES
from hub.storage.unit import UnitOfWork

#: Conversations given in one unit; units stay short, and more follow at once.
BATCH = 20
#: A conversation that somebody else holds is looked at again after so long.
AGAIN = timedelta(milliseconds=250)
#: Who lets an offer go is not offered the same again for so long.
OFFER_AGAIN = timedelta(minutes=2)

#: What the conversations weigh that are offered to an account.
_OFFERED = (
    select(cast(func.coalesce(func.sum(WEIGHT), 0), BigInteger))
    .select_from(Offer)
    .join(Conversation, Conversation.id == Offer.conversation_id)
    .outerjoin(ChannelWeight, ChannelWeight.channel == Conversation.channel)
    .where(Offer.account_id == Account.id, Offer.state == "open")
    .correlate(Account)
    .scalar_subquery()
)


async def route(
    uow: UnitOfWork, claim: Claim, *, offer_again: timedelta = OFFER_AGAIN
) -> None:
    """Give out what waits in a queue, or offer it. A timer's handler."""
    queue_id = claim.payload["queue_id"]
    free = await candidates(uow.session, queue_id, now=uow.now)
    if not any(one.free > 0 for one in free):
        return
    queue = await uow.session.get_one(Queue, queue_id, populate_existing=True)
    waits = await waiting(uow.session, queue_id, limit=BATCH)
    if queue.mode == "offer":
        waits = await _less_refused(uow, queue_id, waits, offer_again)
    planned = gifts(waits, free, now=uow.now)
    if not planned:
        return
    weights = {one.id: one.weight for one in waits}
    given = await _give(uow, queue, planned, weights)
    if given < len(planned):
        # Somebody holds one of them, or took an agent's last free hand.
        await _again(uow, queue_id, at=uow.now + AGAIN)
    elif len(waits) == BATCH:
        await _again(uow, queue_id, at=uow.now)


async def candidates(
    session: AsyncSession,
    queue_id: int,
    *,
    now: datetime,
    ids: Collection[int] | None = None,
) -> list[Candidate]:
    """Name the agents who serve a queue and are there, free or not.

    Args:
        session: Any session.
        queue_id: A queue; one without members is served by all.
        now: The present.
        ids: Only of these.
    """
    serves = exists().where(QueueMember.queue_id == queue_id)
    chosen = (
        select(
            AgentState.account_id,
            (CAPACITY - LOAD - _OFFERED).label("free"),
            CAPACITY.label("capacity"),
            AgentState.given_at,
        )
        .join(Account, Account.id == AgentState.account_id)
        .where(
            Account.active,
            AgentState.state == "available",
            AgentState.gone_at > now,
            # Nothing new for who is rung or speaks, or is about to wrap a call up.
            ~exists().where(Call.agent_id == Account.id, Call.ended_at.is_(None)),
            ~exists().where(DueRow.key == func.concat(f"{WRAP}:", Account.id)),
            or_(~serves, serves.where(QueueMember.account_id == AgentState.account_id)),
        )
    )
    if ids is not None:
        chosen = chosen.where(Account.id.in_(ids))
    return [
        Candidate(
            id=row.account_id,
            free=row.free,
            given_at=row.given_at,
            capacity=row.capacity,
        )
        for row in await session.execute(chosen)
    ]


async def waiting(session: AsyncSession, queue_id: int, *, limit: int) -> list[Waiting]:
    """Read what waits in a queue for an agent, what goes first first.

    Where the first answer was given, the next one may take as long as the first.
    """
    respond_by = func.coalesce(
        case((Conversation.first_responded_at.is_(None), Conversation.respond_by)),
        Conversation.waiting_since + Queue.first_response,
    ).label("respond_by")
    rank = case(
        {word: place for place, word in enumerate(PRIORITIES)},
        value=Conversation.priority,
    )
    rows = await session.execute(
        select(
            Conversation.id,
            Conversation.priority,
            respond_by,
            Conversation.waiting_since,
            WEIGHT.label("weight"),
        )
        .join(Queue, Queue.id == Conversation.queue_id)
        .outerjoin(ChannelWeight, ChannelWeight.channel == Conversation.channel)
        .where(*_unassigned(queue_id))
        .order_by(rank.desc(), respond_by, Conversation.waiting_since, Conversation.id)
        .limit(limit)
    )
    return [Waiting(**row._mapping) for row in rows]  # noqa: SLF001 - a public name


async def _less_refused(
    uow: UnitOfWork, queue_id: int, waits: Sequence[Waiting], again: timedelta
) -> list[Waiting]:
    """Note who has let which of these go; look again when that is forgotten."""
    refused = await offers.refusals(
        uow.session, [one.id for one in waits], now=uow.now, again=again
    )
    if refused:
        soonest = min(one.until for found in refused.values() for one in found)
        await _again(uow, queue_id, at=soonest)
    return [
        replace(
            one,
            refused=frozenset(agent.account_id for agent in refused.get(one.id, ())),
        )
        for one in waits
    ]


async def _give(
    uow: UnitOfWork,
    queue: Queue,
    planned: Sequence[Gift],
    weights: Mapping[int, int],
) -> int:
    """Give it, as far as it is still so when everything is locked; tell how much."""
    queue_id = queue.id
    account_ids = {one.account_id for one in planned}
    await agents.hold(uow, account_ids)
    free = {
        one.id: one
        for one in await candidates(uow.session, queue_id, now=uow.now, ids=account_ids)
    }
    rows = await uow.session.scalars(
        select(Conversation)
        .where(
            Conversation.id.in_([one.conversation_id for one in planned]),
            *_unassigned(queue_id),
        )
        # Whoever holds one may be waiting for an agent that we hold.
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    locked = {row.id: row for row in rows}
    given = 0
    for gift in planned:
        conversation, agent = (
            locked.get(gift.conversation_id),
            free.get(gift.account_id),
        )
        weight = weights[gift.conversation_id]
        if conversation is None or agent is None or not can_take(agent, weight):
            continue
        free[agent.id] = replace(agent, free=agent.free - weight)
        if queue.mode == "offer":
            await offers.make(uow, conversation, queue, agent.id)
        else:
            await assign(uow, conversation, agent.id, because="routed")
        await uow.session.execute(
            update(AgentState)
            .where(AgentState.account_id == agent.id)
            .values(given_at=gift.given_at)
        )
        given += 1
    return given


def _unassigned(queue_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Conversation.queue_id == queue_id,
        Conversation.state == "open",
        Conversation.waiting_since.is_not(None),
        Conversation.assignee_id.is_(None),
        # While a call rings, who picks it up has it. Its end asks for routing.
        ~exists().where(
            Call.conversation_id == Conversation.id, Call.ended_at.is_(None)
        ),
        ~exists().where(
            Offer.conversation_id == Conversation.id, Offer.state == "open"
        ),
    )


async def _again(uow: UnitOfWork, queue_id: int, *, at: datetime) -> None:
    await uow.owe(ROUTE, f"{ROUTE}:{queue_id}", at=at, payload={"queue_id": queue_id})
