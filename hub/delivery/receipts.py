"""Take in what providers report of messages that we sent."""

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.contracts import DeliveryReceipt
from hub.delivery import bounces, recipients
from hub.delivery.permission import OPTED_OUT, learn
from hub.delivery.progress import DELAYED, advance, advance_each, delay
from hub.delivery.states import after_receipt
from hub.storage.tables import TimelineItem
from hub.storage.unit import UnitOfWork


async def take(uow: UnitOfWork, receipt: DeliveryReceipt) -> bool:
    """Move the delivery that the receipt speaks of; tell whether anything changed.

    A receipt may come before the answer of the provider's own API, so it is found by
    our reference as well as by the provider's id. One for nothing of ours is let go.
    """
    item = await _find(uow, receipt)
    if item is None or item.delivery is None:
        return False
    if item.external_id is None and receipt.external_id:
        item.external_id = receipt.external_id
    item.data = bounces.noted(item.data, receipt)
    if recipients.of(item.data):
        return await _take_for_one(uow, item, receipt)
    to = after_receipt(item.delivery, receipt.state.value)
    if to == item.delivery:
        return receipt.is_delayed and delay(uow, item, receipt.reason)
    if item.delivery in {"uncertain", "queued", "sending"}:
        # The provider has it, so nobody needs to look it up or send it any more.
        await uow.forgive(f"send:{item.key}")
    code = DELAYED if receipt.is_delayed else receipt.cause
    await advance(uow, item, to, reason=receipt.reason, code=code)
    if receipt.cause == OPTED_OUT:
        await learn(uow, item, receipt.reason)
    return True


async def is_known(session: AsyncSession, receipt: DeliveryReceipt) -> bool:
    """Tell whether a receipt speaks of a message of ours."""
    names = _names(receipt)
    if not names:
        return False
    found = await session.scalar(
        select(TimelineItem.id).where(
            TimelineItem.channel == receipt.channel,
            TimelineItem.direction == "out",
            or_(*names),
        )
    )
    return found is not None


async def _take_for_one(
    uow: UnitOfWork, item: TimelineItem, receipt: DeliveryReceipt
) -> bool:
    """Move the one of several recipients that it speaks of."""
    step = recipients.reported(
        item.data,
        receipt.recipient,
        receipt.state.value,
        receipt.reason,
        receipt.cause,
    )
    if step is None:
        return receipt.is_delayed and delay(
            uow, item, receipt.reason, receipt.recipient
        )
    await advance_each(uow, item, [step])
    if not recipients.meant(item.data):
        await uow.forgive(f"send:{item.key}")
    return True


def _names(receipt: DeliveryReceipt) -> list[ColumnElement[bool]]:
    names: list[ColumnElement[bool]] = []
    if receipt.external_id:
        names.append(TimelineItem.external_id == receipt.external_id)
    if (key := _uuid(receipt.reference)) is not None:
        names.append(TimelineItem.key == key)
    return names


async def _find(uow: UnitOfWork, receipt: DeliveryReceipt) -> TimelineItem | None:
    names = _names(receipt)
    if not names:
        return None
    return await uow.session.scalar(
        select(TimelineItem)
        .where(
            TimelineItem.channel == receipt.channel,
            TimelineItem.direction == "out",
            or_(*names),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
