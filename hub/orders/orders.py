"""Take what the shop says of an order.

The shop may say it twice, late, and in the wrong order: what it said last by its own
clock is what holds, and nothing is told twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from hub.conversations.entries import author_kind
from hub.conversations.views import ItemView, item_view
from hub.errors import StaleUpdateError
from hub.orders.buyers import address_of, client_of
from hub.orders.events import OrderChanged, OrderPlaced, OrderStatusChanged
from hub.orders.given import LineGiven, OrderGiven, checked, order_number
from hub.orders.notices import owe_notice
from hub.orders.path import steps_back
from hub.orders.views import OrderView, order_view
from hub.storage.tables import Client, Order, OrderLine, OrderStep, TimelineItem
from hub.storage.unit import UnitOfWork


async def put_order(
    uow: UnitOfWork, number: str, given: OrderGiven, *, country: str
) -> OrderView:
    """Make the order look as the shop says; the same again changes nothing.

    Of two updates the one with the later ``updated_at`` holds, whichever comes first.
    Two with the same time (shops often count in seconds) hold in the order in which
    they come, except that the second of them does not take the order a step back.

    Args:
        uow: The unit.
        number: The shop's own.
        given: The whole order.
        country: ISO 3166 code; how phone numbers without a country are read.

    Raises:
        InvalidError: Something in it cannot be taken.
        StaleUpdateError: A newer update was taken; ``details["order"]`` is the order.
    """
    number, given = order_number(number), checked(given)
    row = await uow.session.scalar(
        select(Order)
        .where(Order.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        return await _place(uow, number, given, country)
    parts = await _read_parts(uow, row)
    if _is_late(row, given):
        raise StaleUpdateError(f"order {number}", order=parts.view(row))
    return await _update(uow, row, parts, given, country)


@dataclass(slots=True)
class _Parts:
    """What belongs to an order, in hand."""

    lines: list[OrderLine]
    steps: list[OrderStep]

    def view(self, row: Order) -> OrderView:
        return order_view(row, self.lines, self.steps)


async def _read_parts(uow: UnitOfWork, row: Order) -> _Parts:
    lines = await uow.session.scalars(
        select(OrderLine)
        .where(OrderLine.order_id == row.id)
        .order_by(OrderLine.position)
        .execution_options(populate_existing=True)
    )
    steps = await uow.session.scalars(
        select(OrderStep)
        .where(OrderStep.order_id == row.id)
        .execution_options(populate_existing=True)
    )
    return _Parts(list(lines), list(steps))


def _is_late(row: Order, given: OrderGiven) -> bool:
    if given.updated_at is None:
        return False
    if given.updated_at == row.updated_at:
        return steps_back(row.status, to=given.status)
    return given.updated_at < row.updated_at


async def _place(
    uow: UnitOfWork, number: str, given: OrderGiven, country: str
) -> OrderView:
    client = await client_of(uow, given.client, country=country)
    updated_at = given.updated_at or uow.now
    row = Order(
        number=number, client_id=client.id, placed_at=given.placed_at or updated_at
    )
    row.address_id = await address_of(uow, given.client, client, country=country)
    _write(row, given, updated_at)
    uow.session.add(row)
    # Two units that place the same order meet here, and one is run again.
    await uow.session.flush()
    parts = _Parts(_add_lines(uow, row, given.lines), [])
    if given.status != "placed":
        _reach(uow, row, parts, "placed", at=row.placed_at)
    _reach(uow, row, parts, given.status, at=updated_at)
    item = await _milestone(uow, row)
    if given.notify:
        await owe_notice(uow, row)
    view = parts.view(row)
    uow.record(
        OrderPlaced(
            client_id=row.client_id,
            order_id=row.id,
            number=row.number,
            status=row.status,
            state={"order": view, "item": item},
        )
    )
    return view


async def _update(
    uow: UnitOfWork, row: Order, parts: _Parts, given: OrderGiven, country: str
) -> OrderView:
    if (await uow.session.get_one(Client, row.client_id)).erased_at is not None:
        return _update_erased(uow, row, parts, given)
    client = await client_of(uow, given.client, country=country)
    before, was_client, was_status = parts.view(row), row.client_id, row.status
    updated_at = given.updated_at or row.updated_at
    row.client_id = client.id
    address_id = await address_of(uow, given.client, client, country=country)
    row.address_id = address_id or row.address_id
    row.placed_at = given.placed_at or row.placed_at
    _write(row, given, updated_at)
    if _said(parts.lines) != given.lines:
        await uow.session.execute(delete(OrderLine).where(OrderLine.order_id == row.id))
        parts.lines = _add_lines(uow, row, given.lines)
    if parts.view(row) == before:
        return before
    if given.updated_at is None:
        row.updated_at = updated_at = max(uow.now, row.updated_at)
    item = None
    if all(step.status != row.status for step in parts.steps):
        _reach(uow, row, parts, row.status, at=updated_at)
        item = await _milestone(uow, row)
        if given.notify:
            await owe_notice(uow, row)
    _record_change(
        uow, row, parts.view(row), item, was_client=was_client, was_status=was_status
    )
    return parts.view(row)


def _update_erased(
    uow: UnitOfWork, row: Order, parts: _Parts, given: OrderGiven
) -> OrderView:
    """Take over money and dates of an order whose buyer was erased, and nothing else."""
    before, was_status = parts.view(row), row.status
    updated_at = given.updated_at or max(uow.now, row.updated_at)
    _write_numbers(row, given, updated_at)
    if parts.view(row) == before:
        return before
    if all(step.status != row.status for step in parts.steps):
        _reach(uow, row, parts, row.status, at=updated_at)
    after = parts.view(row)
    _record_change(
        uow, row, after, None, was_client=row.client_id, was_status=was_status
    )
    return after


def _write(row: Order, given: OrderGiven, updated_at: datetime) -> None:
    row.title = given.title
    row.tracking_number = given.tracking_number
    row.carrier = given.carrier
    _write_numbers(row, given, updated_at)


def _write_numbers(row: Order, given: OrderGiven, updated_at: datetime) -> None:
    row.status = given.status
    row.currency = given.currency
    row.total = given.total or 0
    row.paid = given.paid
    row.expected_at = given.expected_at
    row.updated_at = updated_at


def _said(lines: Iterable[OrderLine]) -> tuple[LineGiven, ...]:
    return tuple(
        LineGiven(name=line.name, quantity=line.quantity, amount=line.amount)
        for line in lines
    )


def _add_lines(
    uow: UnitOfWork, row: Order, lines: tuple[LineGiven, ...]
) -> list[OrderLine]:
    rows = [
        OrderLine(
            order_id=row.id,
            position=position,
            name=line.name,
            quantity=line.quantity,
            amount=line.amount,
        )
        for position, line in enumerate(lines)
    ]
    uow.session.add_all(rows)
    return rows


def _reach(
    uow: UnitOfWork, row: Order, parts: _Parts, status: str, *, at: datetime
) -> None:
    step = OrderStep(order_id=row.id, status=status, at=at)
    uow.session.add(step)
    parts.steps.append(step)


async def _milestone(uow: UnitOfWork, row: Order) -> ItemView:
    """Put a line on the client's timeline: his order has come to a new status."""
    item = TimelineItem(
        client_id=row.client_id,
        at=uow.now,
        kind="change",
        author_kind=author_kind(uow.actor),
        author_id=uow.actor.id,
        author_name=uow.actor.name,
        data={
            "change": "order",
            "order_id": row.id,
            "number": row.number,
            "title": row.title,
            "status": row.status,
        },
        attachments=[],
        has_html=False,
    )
    uow.session.add(item)
    await uow.session.flush()
    return item_view(item)


def _record_change(
    uow: UnitOfWork,
    row: Order,
    view: OrderView,
    item: ItemView | None,
    *,
    was_client: int,
    was_status: str,
) -> None:
    state: dict[str, object] = {"order": view}
    if item is not None:
        state["item"] = item
    former = None if was_client == row.client_id else was_client
    if was_status == row.status:
        uow.record(
            OrderChanged(
                client_id=row.client_id,
                order_id=row.id,
                number=row.number,
                status=row.status,
                former_client_id=former,
                state=state,
            )
        )
    else:
        uow.record(
            OrderStatusChanged(
                client_id=row.client_id,
                order_id=row.id,
                number=row.number,
                status=row.status,
                was=was_status,
                former_client_id=former,
                state=state,
            )
        )
