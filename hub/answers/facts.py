"""What is known for the places of a ready answer, in one conversation."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.errors import NotFoundError
from hub.orders.shop import Shop
from hub.storage.tables import Account, Client, Conversation, Order, Queue

#: Orders that nobody asks about while there is another one.
_OVER = ("done", "cancelled", "returned")


async def facts(
    session: AsyncSession,
    conversation_id: int,
    account_id: int,
    *,
    shop: Shop,
    now: datetime,
) -> dict[str, str]:
    """Give the value of each place that has one.

    The order is the client's newest that is still on its way, or else his newest.

    Raises:
        NotFoundError: There is no such conversation.
    """
    conversation = await session.get(Conversation, conversation_id)
    if conversation is None:
        raise NotFoundError(f"conversation {conversation_id}")
    client = await session.get_one(Client, conversation.client_id)
    account = await session.get(Account, account_id)
    queue = await session.get(Queue, conversation.queue_id)
    order = await session.scalar(
        select(Order)
        .where(Order.client_id == client.id)
        .order_by(Order.status.in_(_OVER), Order.placed_at.desc(), Order.id.desc())
        .limit(1)
    )
    name = client.name if is_name(client.name) else ""
    values = {
        "client.name": name,
        "client.first_name": first_name(name),
        "agent.name": account.name if account else "",
        "agent.first_name": first_name(account.name) if account else "",
        "queue": queue.name if queue else "",
        "company": shop.company,
        "link:portal": f"{shop.base_url}/portal" if shop.base_url else "",
    }
    if order is not None:
        values |= {
            "order.number": order.number,
            "order.title": order.title,
            "link:order": shop.link(order, now=now) if shop.base_url else "",
        }
    return {place: value for place, value in values.items() if value}


def is_name(name: str) -> bool:
    """Tell a person's name from an address or a number that stands for it."""
    return "@" not in name and any(letter.isalpha() for letter in name)


def first_name(name: str) -> str:
    """Give the first word of a name."""
    return name.split(maxsplit=1)[0] if name.split() else ""
