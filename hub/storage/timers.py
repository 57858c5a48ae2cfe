"""Fire what is due and needs nothing but the database.

A timer's handler and the settling of its row are one unit, so it fires exactly once.
One that raises is tried again later and stands in nobody's way.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import structlog

from hub.storage import due
from hub.storage.database import Database
from hub.storage.due import Claim
from hub.storage.unit import UnitOfWork

log = structlog.get_logger(__name__)

Handler = Callable[[UnitOfWork, Claim], Awaitable[None]]

#: A handler that raised is tried again after so long, doubled with each try.
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(minutes=10)
#: Longer than any handler takes; it only bounds the claim within the unit.
LEASE = timedelta(minutes=1)


async def fire_due(
    db: Database,
    handlers: Mapping[str, Handler],
    *,
    stops: Callable[[], bool] = bool,
) -> int:
    """Fire every timer that is due now; return how many were tried.

    Args:
        db: The database.
        handlers: The handler of each kind.
        stops: Asked before each.
    """
    tried = 0
    while not stops() and await _fire_one(db, handlers):
        tried += 1
    return tried


async def next_due(db: Database, kinds: Mapping[str, object]) -> datetime | None:
    """Tell when the next of these is due."""
    async with db.read() as session:
        return await due.next_at(session, list(kinds))


async def _fire_one(db: Database, handlers: Mapping[str, Handler]) -> bool:
    claim: Claim | None = None

    async def fire(uow: UnitOfWork) -> bool:
        nonlocal claim
        claims = await due.claim(uow.session, list(handlers), now=uow.now, lease=LEASE)
        claim = claims[0] if claims else None
        if claim is None:
            return False
        # Settled first: what the handler owes anew under the same key must stay.
        await due.settle(uow.session, claim)
        await handlers[claim.kind](uow, claim)
        return True

    try:
        return await db.run(fire)
    except Exception as error:  # one bad timer must not stop the others
        if claim is None:
            raise
        log.exception("timer failed", kind=claim.kind, key=claim.key)
        await _later(db, claim, type(error).__name__)
        return True


async def _later(db: Database, failed: Claim, error: str) -> None:
    """The unit was rolled back, so the row is as it was: claim it and push it away."""
    async with db.begin() as uow:
        pause = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(failed.attempts, 10))
        await due.push(uow.session, failed.id, until=uow.now + pause, error=error)
