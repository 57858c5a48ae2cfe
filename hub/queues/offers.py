"""Offer what waits to one agent after the other, each for a while.

A conversation has one open offer at the most, by a unique index. Whoever ends an offer
holds its conversation, so accepting, declining, running out and being withdrawn happen
one after the other, and the first one counts. While it is offered nobody else is given
it, and it counts for the agent as if he had it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.conversations.changes import assign
from hub.conversations.entries import lock, lock_unless_held
from hub.conversations.notices import notify
from hub.errors import NotFoundError, OfferGoneError
from hub.queues.events import OfferMade
from hub.queues.offered import OfferView, end, offer_view
from hub.queues.presence import TAKE_BACK
from hub.storage.due import Claim
from hub.storage.tables import AgentState, Conversation, Offer, Queue
from hub.storage.unit import UnitOfWork

#: A timer: an offer's time is up.
OFFER_OVER = "offer.over"
#: A conversation that somebody has in hand is looked at again so much later.
AGAIN = timedelta(milliseconds=100)
MAX_REASON = 200


async def make(
    uow: UnitOfWork, conversation: Conversation, queue: Queue, account_id: int
) -> None:
    """Offer a conversation (locked, without an open offer) to an agent (held)."""
    row = Offer(
        conversation_id=conversation.id,
        queue_id=queue.id,
        account_id=account_id,
        state="open",
        offered_at=uow.now,
        ends_at=uow.now + queue.offer_for,
        reason="",
    )
    uow.session.add(row)
    await uow.session.flush()
    await uow.owe(
        OFFER_OVER,
        f"{OFFER_OVER}:{row.id}",
        at=row.ends_at,
        payload={"offer_id": row.id, "conversation_id": conversation.id},
    )
    uow.record(
        OfferMade(
            client_id=conversation.client_id,
            conversation_id=conversation.id,
            offer_id=row.id,
            account_id=account_id,
            queue_id=queue.id,
            state={"offer": offer_view(row)},
        )
    )
    await notify(uow, account_id, "offer", conversation.id)


async def accept(uow: UnitOfWork, offer_id: int, account_id: int) -> Conversation:
    """Take what is offered; pressing twice is taking once.

    Raises:
        NotFoundError: There is no such offer to this agent.
        OfferGoneError: It is not open any more.
    """
    conversation, row = await _in_hand(uow, offer_id, account_id)
    if row.state == "accepted":
        return conversation
    if row.state != "open" or row.ends_at <= uow.now:
        raise OfferGoneError(f"offer {offer_id}", state=row.state)
    await end(uow, conversation, row, "accepted")
    await assign(uow, conversation, account_id, because="offer")
    # As after routing: who vanishes before he answers gives it back.
    conversation.given_at = uow.now
    return conversation


async def decline(
    uow: UnitOfWork, offer_id: int, account_id: int, *, reason: str
) -> None:
    """Let it go on to the next agent.

    Raises:
        NotFoundError: There is no such offer to this agent.
        OfferGoneError: It is not open any more.
    """
    conversation, row = await _in_hand(uow, offer_id, account_id)
    if row.state == "declined":
        return
    if row.state != "open":
        raise OfferGoneError(f"offer {offer_id}", state=row.state)
    await end(uow, conversation, row, "declined", reason=reason.strip()[:MAX_REASON])


async def run_out(uow: UnitOfWork, claim: Claim) -> None:
    """An offer's time is up. A timer's handler."""
    conversation = await lock_unless_held(uow, claim.payload["conversation_id"])
    if conversation is None:
        await uow.owe(OFFER_OVER, claim.key, at=uow.now + AGAIN, payload=claim.payload)
        return
    row = await uow.session.get_one(
        Offer, claim.payload["offer_id"], populate_existing=True
    )
    if row.state == "open":
        await end(uow, conversation, row, "expired")


async def take_back(uow: UnitOfWork, claim: Claim) -> None:
    """Withdraw the offers of an agent who is not free any more. A timer's handler."""
    account_id = claim.payload["account_id"]
    state = await uow.session.scalar(
        select(AgentState.state).where(AgentState.account_id == account_id)
    )
    if state == "available":
        return
    rows = await uow.session.scalars(
        select(Offer)
        .where(Offer.account_id == account_id, Offer.state == "open")
        .order_by(Offer.conversation_id)
    )
    for row in rows.all():
        conversation = await lock_unless_held(uow, row.conversation_id)
        if conversation is None:
            at = uow.now + AGAIN
            await uow.owe(TAKE_BACK, claim.key, at=at, payload=claim.payload)
            continue
        await uow.session.refresh(row)
        if row.state == "open":
            await end(uow, conversation, row, "withdrawn")


async def open_offers(session: AsyncSession) -> list[OfferView]:
    """List what is offered now, the oldest first."""
    rows = await session.scalars(
        select(Offer).where(Offer.state == "open").order_by(Offer.id)
    )
    return [offer_view(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Refused:
    """Who let an offer go, and when he may be offered it again."""

    account_id: int
    until: datetime


async def refusals(
    session: AsyncSession,
    conversation_ids: Collection[int],
    *,
    now: datetime,
    again: timedelta,
) -> dict[int, list[Refused]]:
    """Tell who has let these go lately, by conversation."""
    found: dict[int, list[Refused]] = {}
    for row in await session.execute(
        select(Offer.conversation_id, Offer.account_id, Offer.ended_at).where(
            Offer.conversation_id.in_(conversation_ids),
            Offer.state.in_(("declined", "expired")),
            Offer.ended_at > now - again,
        )
    ):
        found.setdefault(row.conversation_id, []).append(
            Refused(row.account_id, (row.ended_at or now) + again)
        )
    return found


async def _in_hand(
    uow: UnitOfWork, offer_id: int, account_id: int
) -> tuple[Conversation, Offer]:
    """Lock an offer's conversation, and read the offer as it is then."""
    row = await uow.session.get(Offer, offer_id)
    if row is None or row.account_id != account_id:
        raise NotFoundError(f"offer {offer_id}")
    conversation = await lock(uow, row.conversation_id)
    await uow.session.refresh(row)
    return conversation, row
