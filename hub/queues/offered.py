"""End an offer, and withdraw it when its conversation is not to be had any more.

Apart from the offering, so that whatever changes conversations can do it.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from hub.queues.events import OfferEnded
from hub.queues.requests import request_routing
from hub.storage.tables import Conversation, Offer
from hub.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """A conversation that is offered to an agent, or was."""

    id: int
    conversation_id: int
    queue_id: int
    account_id: int
    #: ``open``, ``accepted``, ``declined``, ``expired`` or ``withdrawn``.
    state: str
    offered_at: datetime
    ends_at: datetime
    reason: str


def offer_view(row: Offer) -> OfferView:
    """Show an offer."""
    return OfferView(
        id=row.id,
        conversation_id=row.conversation_id,
        queue_id=row.queue_id,
        account_id=row.account_id,
        state=row.state,
        offered_at=row.offered_at,
        ends_at=row.ends_at,
        reason=row.reason or "",
    )


async def end(
    uow: UnitOfWork,
    conversation: Conversation,
    row: Offer,
    how: str,
    *,
    reason: str = "",
) -> None:
    """End an open offer of a conversation (locked); unless taken, it goes on."""
    row.state, row.reason, row.ended_at = how, reason, uow.now
    await uow.session.flush()
    uow.record(
        OfferEnded(
            client_id=conversation.client_id,
            conversation_id=conversation.id,
            offer_id=row.id,
            account_id=row.account_id,
            queue_id=row.queue_id,
            how=how,
            reason=reason,
            stood_s=round((uow.now - row.offered_at).total_seconds()),
            state={"offer": offer_view(row)},
        )
    )
    if how != "accepted":
        await request_routing(uow, row.queue_id)


async def withdraw(uow: UnitOfWork, conversation: Conversation) -> None:
    """Withdraw what is offered of a conversation (locked): others have it in hand."""
    row = await uow.session.scalar(
        select(Offer)
        .where(Offer.conversation_id == conversation.id, Offer.state == "open")
        .execution_options(populate_existing=True)
    )
    if row is not None:
        await end(uow, conversation, row, "withdrawn")
