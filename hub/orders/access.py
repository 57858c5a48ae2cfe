"""Hand orders out to those who may see them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients import identity
from hub.errors import InvalidError, NotFoundError
from hub.log.audience import Viewer, may_see
from hub.log.events import STAFF, client_topic, order_topic
from hub.orders.given import order_number
from hub.orders.links import OrderLink
from hub.orders.views import OrderView, order_view
from hub.storage.tables import Client, Order, OrderLine, OrderStep


async def access_order(session: AsyncSession, viewer: Viewer, number: str) -> OrderView:
    """Give the order of this number: to staff, to its client, to its link's holder.

    Raises:
        NotFoundError: There is none, or none that the viewer may know of.
    """
    try:
        wanted = order_number(number)
    except InvalidError as error:
        raise NotFoundError(f"order {number!r}") from error
    row = await session.scalar(select(Order).where(Order.number == wanted))
    return await _shown_to(session, viewer, row)


async def access_order_by_link(session: AsyncSession, link: OrderLink) -> OrderView:
    """Give the order that a genuine link opens.

    Raises:
        NotFoundError: It is gone, it is another client's by now, or he was erased.
    """
    row = await session.get(Order, link.order_id)
    if row is None or row.client_id != await identity.root(session, link.client_id):
        raise NotFoundError(f"order {link.order_id}")
    if (await session.get_one(Client, row.client_id)).erased_at is not None:
        raise NotFoundError(f"order {link.order_id}")
    return await _shown_to(session, Viewer(frozenset({order_topic(row.id)})), row)


async def page(
    session: AsyncSession,
    viewer: Viewer,
    *,
    limit: int,
    client_id: int | None = None,
    before: tuple[datetime, int] | None = None,
) -> list[OrderView]:
    """List orders, the newest first.

    Args:
        session: Any session.
        viewer: Who asks; whoever is not of the staff has to name his own client.
        limit: At most so many.
        client_id: Only this client's.
        before: ``placed_at`` and id of the last one that was shown.

    Raises:
        NotFoundError: They are not the viewer's to see.
    """
    topics = [STAFF] if client_id is None else [STAFF, client_topic(client_id)]
    if not may_see(viewer, topics):
        raise NotFoundError("orders")
    wanted = select(Order)
    if client_id is not None:
        wanted = wanted.where(Order.client_id == client_id)
    if before is not None:
        wanted = wanted.where(tuple_(Order.placed_at, Order.id) < before)
    rows = await session.scalars(
        wanted.order_by(Order.placed_at.desc(), Order.id.desc()).limit(limit)
    )
    return await views(session, list(rows))


async def views(session: AsyncSession, rows: Sequence[Order]) -> list[OrderView]:
    """Show orders with all that belongs to them, in two reads for all of them."""
    ids = [row.id for row in rows]
    lines: dict[int, list[OrderLine]] = {}
    for line in await session.scalars(
        select(OrderLine).where(OrderLine.order_id.in_(ids))
    ):
        lines.setdefault(line.order_id, []).append(line)
    steps: dict[int, list[OrderStep]] = {}
    for step in await session.scalars(
        select(OrderStep).where(OrderStep.order_id.in_(ids))
    ):
        steps.setdefault(step.order_id, []).append(step)
    return [
        order_view(row, lines.get(row.id, ()), steps.get(row.id, ())) for row in rows
    ]


async def _shown_to(
    session: AsyncSession, viewer: Viewer, row: Order | None
) -> OrderView:
    if row is None or not may_see(
        viewer, (STAFF, client_topic(row.client_id), order_topic(row.id))
    ):
        raise NotFoundError("order")
    return (await views(session, [row]))[0]
