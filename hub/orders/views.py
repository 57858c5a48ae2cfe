"""Orders as the outside sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.orders.path import Step, step_line
from hub.storage.tables import Order, OrderLine, OrderStep


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One thing that was ordered."""

    name: str
    quantity: float
    #: Of the whole line, in the currency's minor unit; a discount is negative.
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order as it stands."""

    id: int
    #: The shop's own number, as clients know it.
    number: str
    client_id: int
    title: str
    status: str
    #: ISO 4217; amounts are in its minor unit.
    currency: str
    total: int
    paid: bool
    placed_at: datetime
    expected_at: datetime | None
    tracking_number: str
    carrier: str
    #: The shop's time of the newest update that was taken.
    updated_at: datetime
    lines: list[LineView]
    #: The line of steps that the client looks at, the first step first.
    steps: list[Step]


def order_view(
    row: Order, lines: Iterable[OrderLine], steps: Iterable[OrderStep]
) -> OrderView:
    """Show an order with its lines and the statuses that it has reached."""
    return OrderView(
        id=row.id,
        number=row.number,
        client_id=row.client_id,
        title=row.title,
        status=row.status,
        currency=row.currency,
        total=row.total,
        paid=row.paid,
        placed_at=row.placed_at,
        expected_at=row.expected_at,
        tracking_number=row.tracking_number,
        carrier=row.carrier,
        updated_at=row.updated_at,
        lines=[
            LineView(name=line.name, quantity=line.quantity, amount=line.amount)
            for line in sorted(lines, key=lambda line: line.position)
        ],
        steps=step_line(
            row.status, {step.status: step.at for step in steps}, paid=row.paid
        ),
    )
