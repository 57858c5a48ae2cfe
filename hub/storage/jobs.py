"""Do what is due and needs more than the database: a fetch, a file.

A job is claimed in a unit of its own, done with no transaction open, and settles or
postpones its own row (``hub/storage/due.py``). One that raises has its lease run out
and is tried again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog

from hub.storage import due
from hub.storage.database import Database
from hub.storage.due import Claim

log = structlog.get_logger(__name__)

Job = Callable[[Claim], Awaitable[None]]


async def do_due(
    db: Database,
    jobs: Mapping[str, Job],
    *,
    lease: timedelta,
    at_once: int,
    stops: Callable[[], bool] = bool,
) -> int:
    """Do every job that is due now, a few at a time; return how many were tried.

    Args:
        db: The database.
        jobs: The handler of each kind.
        lease: How long a job is nobody else's.
        at_once: So many at a time.
        stops: Asked before each few; what is under way is seen through.
    """
    tried = 0
    while not stops():
        async with db.begin() as uow:
            claims = await due.claim(
                uow.session, list(jobs), now=uow.now, lease=lease, limit=at_once
            )
        if not claims:
            break
        await asyncio.gather(*(_do(jobs, claim) for claim in claims))
        tried += len(claims)
    return tried


async def _do(jobs: Mapping[str, Job], claim: Claim) -> None:
    try:
        await jobs[claim.kind](claim)
    except Exception:  # one bad job must not stop the others
        log.exception("job failed", kind=claim.kind, key=claim.key)
