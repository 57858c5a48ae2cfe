"""Tell the client at each step of his order, once.

A status that is reached for the first time leaves a due row; its handler chooses where
to tell him and writes the message. ``order_steps`` remembers that he was told, and the
message's key is made from order and step, so that neither a repeated update nor a
worker that died half-way tells him twice.
"""

from dataclasses import replace
from uuid import UUID, uuid5

from sqlalchemy import select

from hub.delivery.notices import reach_of
from hub.delivery.outbound import send_automatic
from hub.orders import words
from hub.orders.path import EXITS
from hub.orders.shop import Shop
from hub.orders.views import order_view
from hub.storage.due import Claim
from hub.storage.tables import Client, Order, OrderStep
from hub.storage.unit import UnitOfWork

#: The kind of due row; ``send_notice`` is its handler.
ORDER_NOTICE = "order.notice"
#: ``done`` is for the shop's own books.
SILENT = frozenset({"done"})

_NAMES = UUID("6a0c5d53-2f0b-4c4e-9d41-0a6b7c1f6a55")


async def owe_notice(uow: UnitOfWork, order: Order) -> None:
    """Owe the client word that his order has come to its present status."""
    if order.status in SILENT:
        return
    await uow.owe(
        ORDER_NOTICE,
        f"notice:order:{order.number}:{order.status}",
        at=uow.now,
        payload={"order_id": order.id, "status": order.status},
    )


async def send_notice(uow: UnitOfWork, claim: Claim, *, shop: Shop) -> None:
    """Write the notice of one step. The handler of ``ORDER_NOTICE``."""
    order = await uow.session.scalar(
        select(Order)
        .where(Order.id == claim.payload["order_id"])
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    status = str(claim.payload["status"])
    step = await uow.session.get(
        OrderStep, (claim.payload["order_id"], status), populate_existing=True
    )
    if order is None or step is None or step.notified_at is not None:
        return
    if order.status in EXITS and status not in EXITS:
        # It was cancelled before we could say that it is on its way.
        return
    client = await uow.session.get_one(Client, order.client_id)
    reach = await reach_of(uow, client, shop.channels)
    if reach is None:
        return
    # As it stood at the step, which may lie behind by now.
    view = replace(order_view(order, (), ()), status=status)
    locale, link = shop.locale_of(client), shop.link(order, now=uow.now)
    said = words.notice(view, locale, shop.timezone, now=uow.now)
    if reach.address.kind == "phone":
        text = f"{shop.company}: {said} {link}"
    else:
        text = _letter(said, link, shop=shop, client=client)
    await send_automatic(
        uow,
        client=client,
        address=reach.address,
        channel=reach.channel,
        text=text,
        subject=words.subject(view, locale),
        key=uuid5(_NAMES, f"notice:order:{order.number}:{status}"),
    )
    step.notified_at = uow.now


def _letter(said: str, link: str, *, shop: Shop, client: Client) -> str:
    locale = shop.locale_of(client)
    parts = [
        words.phrase("greeting", locale, client=client.name),
        said,
        words.phrase("page", locale, link=link),
        shop.company,
    ]
    return "\n\n".join(parts)
