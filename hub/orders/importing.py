"""Take orders over from elsewhere, as the shop would tell them one by one."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.errors import InvalidError, StaleUpdateError
from hub.orders.events import OrderPlaced
from hub.orders.given import OrderGiven
from hub.orders.orders import put_order
from hub.storage.batches import Outcome, Settled
from hub.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedOrder:
    """An order under the shop's own number."""

    number: str
    given: OrderGiven


async def take_orders(
    uow: UnitOfWork, orders: Sequence[NumberedOrder], *, country: str
) -> list[Settled]:
    """Put each order, in order; a refused one has changed nothing.

    Args:
        uow: The unit.
        orders: What the shop says.
        country: How phone numbers without a country are read.
    """
    return [await _put(uow, one, country=country) for one in orders]


async def _put(uow: UnitOfWork, one: NumberedOrder, *, country: str) -> Settled:
    before = len(uow.events)
    try:
        await put_order(uow, one.number, one.given, country=country)
    except StaleUpdateError:
        return Settled(outcome=Outcome.OLDER)
    except InvalidError as error:
        # Raised before anything was written, so the rest of the unit stands.
        places = error.details.get("errors") or {"it": str(error)}
        reason = "; ".join(f"{place} {why}" for place, why in places.items())
        return Settled(outcome=Outcome.REFUSED, reason=reason)
    events = uow.events[before:]
    if any(isinstance(event, OrderPlaced) for event in events):
        return Settled(outcome=Outcome.MADE)
    return Settled(outcome=Outcome.UPDATED if events else Outcome.SAME)
