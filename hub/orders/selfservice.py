"""Answer ``STATUS 1001`` without a person.

Only the owner of an order learns anything: the address that asks must be his and be
verified. Everybody else is told the same, whether there is such an order or not.
"""

from dataclasses import dataclass
from uuid import UUID, uuid5

from sqlalchemy import select

from hub.contracts import InboundMessage
from hub.delivery.outbound import send_automatic
from hub.orders import words
from hub.orders.path import ENDED
from hub.orders.questions import Question, question
from hub.orders.shop import Shop
from hub.orders.views import order_view
from hub.storage.tables import Address, Client, Conversation, Order, TimelineItem
from hub.storage.unit import UnitOfWork

#: A client's newest orders that are looked through.
MOST_ORDERS = 500

_NAMES = UUID("0e1d9f38-53c7-4b8e-8f0e-4d1f3e7a9c02")


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfServiceAnswer:
    """What a machine says to a client who asked for his order."""

    text: str
    client: Client
    address: Address
    #: The channel on which he asked.
    channel: str


async def answer(
    uow: UnitOfWork,
    message: InboundMessage,
    *,
    client: Client,
    address: Address,
    shop: Shop,
) -> SelfServiceAnswer | None:
    """Give the answer to a message that only asks how an order is.

    Args:
        uow: The unit.
        message: What came; only short messages from a phone are looked at.
        client: Whose address it came from.
        address: That address.
        shop: The company.

    Returns:
        None when the message is for people.
    """
    if message.sender_kind != "phone" or message.automatic or message.attachments:
        return None
    asked = question(message.text)
    if asked is None:
        return None
    order = None
    if address.verified_at is not None and address.client_id == client.id:
        order = await _order(uow, client, asked)
    locale = shop.locale_of(client)
    if order is not None:
        view = order_view(order, (), ())
        said = words.answer(view, locale, shop.timezone, now=uow.now)
        text = f"{said} {shop.link(order, now=uow.now)}"
    elif asked.bare:
        # Just a number may be an answer to something that one of us asked.
        return None
    elif asked.number:
        text = words.phrase("unknown", locale, number=asked.number)
    else:
        # He asks about something that we do not know of: that is for a person.
        return None
    return SelfServiceAnswer(
        text=text, client=client, address=address, channel=message.channel
    )


async def send(
    uow: UnitOfWork,
    reply: SelfServiceAnswer,
    item: TimelineItem,
    conversation: Conversation,
) -> TimelineItem:
    """Send the answer to ``item`` in its conversation (locked), once."""
    return await send_automatic(
        uow,
        client=reply.client,
        address=reply.address,
        channel=reply.channel,
        text=reply.text,
        key=uuid5(_NAMES, f"answer:{item.id}"),
        conversation=conversation,
    )


async def _order(uow: UnitOfWork, client: Client, asked: Question) -> Order | None:
    """Find the client's own order; his newest open one when he named none."""
    orders = list(
        await uow.session.scalars(
            select(Order)
            .where(Order.client_id == client.id)
            .order_by(Order.placed_at.desc(), Order.id.desc())
            .limit(MOST_ORDERS)
        )
    )
    if asked.number:
        # Letters of a series are folded here: not every database folds Cyrillic ones.
        wanted = asked.number.casefold()
        return next((one for one in orders if one.number.casefold() == wanted), None)
    still_open = (one for one in orders if one.status not in ENDED)
    return next(still_open, orders[0] if orders else None)
