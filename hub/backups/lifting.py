"""What was to be sent when a backup was taken may have gone out since.

Nobody can tell any more: the hub went on after the backup, and what it wrote down is
lost. So nothing leaves by itself after a restore:

- what was held or queued becomes *uncertain*, and its author (else whoever has the
  conversation) is asked;
- what was in a provider's hands already is looked up there, as after any crash, and a
  person is asked if the provider cannot tell;
- a notice of an order that was owed is written, and then asked about likewise;
- a sign-in code is dropped: it has run out.

The restore sets these rows aside under kinds that no worker takes (``ASIDE``) in its
own transaction, so that a hub started too early sends none of them.
"""

from collections.abc import Sequence
from functools import partial

from sqlalchemy import delete, select

from hub.delivery.outbound import SEND
from hub.delivery.progress import advance
from hub.orders.notices import ORDER_NOTICE
from hub.storage.database import Database
from hub.storage.due import Claim
from hub.storage.tables import DueRow, TimelineItem
from hub.storage.timers import Handler
from hub.storage.unit import UnitOfWork

#: Kinds of due rows that end with something sent to a client.
SENDING = (SEND, ORDER_NOTICE)
#: Stands before the kind of a row that was set aside.
ASIDE = "restored."

WHY = "restored from a backup: it may have gone out since"
CODE_RAN_OUT = "restored from a backup: the code has run out"


async def ask(db: Database, write_notice: Handler) -> int:
    """Settle everything that was set aside; safe to run again.

    Args:
        db: The restored and migrated database.
        write_notice: The handler of ``ORDER_NOTICE``.

    Returns:
        How many messages a person is asked about or a provider is.
    """
    asked = 0
    # Notices first: they leave rows of the other kind.
    for kind in (ORDER_NOTICE, SEND):
        for row_id in await _aside(db, kind):
            work = partial(_settle, row_id=row_id, write_notice=write_notice)
            asked += await db.run(work)
    return asked


async def _aside(db: Database, kind: str) -> Sequence[int]:
    async with db.read() as session:
        rows = await session.scalars(
            select(DueRow.id).where(DueRow.kind == ASIDE + kind).order_by(DueRow.id)
        )
        return rows.all()


async def _settle(uow: UnitOfWork, *, row_id: int, write_notice: Handler) -> int:
    row = await uow.session.get(DueRow, row_id, with_for_update=True)
    if row is None:
        return 0
    if row.kind == ASIDE + SEND:
        return await _question(uow, row)
    await uow.session.execute(delete(DueRow).where(DueRow.id == row.id))
    await write_notice(uow, _claim(row, uow))
    fresh = await uow.session.scalars(
        select(DueRow).where(DueRow.kind == SEND, DueRow.created_at == uow.now)
    )
    return sum([await _question(uow, one) for one in fresh.all()])


async def _question(uow: UnitOfWork, row: DueRow) -> int:
    """Make a message uncertain; leave its row only where the provider may know."""
    item = await uow.session.get(
        TimelineItem, row.payload["item_id"], with_for_update=True
    )
    looked_up = item is not None and item.delivery in {"sending", "uncertain"}
    if looked_up:
        row.kind, row.due_at = SEND, uow.now
        row.first_tried_at = row.first_tried_at or row.created_at
        uow.owes = True
    else:
        await uow.session.execute(delete(DueRow).where(DueRow.id == row.id))
    if item is None or item.delivery not in {"held", "queued", "sending", "uncertain"}:
        return 0
    if row.payload.get("secret_text"):
        await uow.session.execute(delete(DueRow).where(DueRow.id == row.id))
        await advance(uow, item, "failed", reason=CODE_RAN_OUT, loud=False)
        return 0
    await advance(uow, item, "uncertain", reason=WHY, loud=not looked_up)
    return 1


def _claim(row: DueRow, uow: UnitOfWork) -> Claim:
    return Claim(
        id=row.id,
        kind=ORDER_NOTICE,
        key=row.key,
        payload=row.payload,
        attempts=row.attempts,
        created_at=row.created_at,
        first_tried_at=uow.now,
        lease_until=row.due_at,
    )
