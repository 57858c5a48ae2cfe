"""Say what would go, before anybody lets it go."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from hub.errors import NotFoundError
from hub.retention.sweeping import PARTS, orphans
from hub.retention.wanted import WANTED
from hub.storage.blobs import Blobs
from hub.storage.database import Database
from hub.storage.tables.retention import KEPT_KINDS

#: More are not counted; nobody waits for the exact number.
MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPreview:
    """How much would go now if a kind were kept so long."""

    kind: str
    days: int
    #: Conversations, files, deliveries, notices, or events of the log.
    count: int
    #: There are more than `count`.
    more: bool


async def preview(db: Database, blobs: Blobs, kind: str, days: int) -> RetentionPreview:
    """Count what would go; nothing changes.

    Raises:
        NotFoundError: There is no such kind.
    """
    if kind not in KEPT_KINDS:
        raise NotFoundError(f"retention of {kind}")
    age = timedelta(days=days)
    if kind == "files":
        count = 0
        for part in PARTS:
            count += len(await orphans(db, blobs, part, age))
    else:
        which = WANTED[kind](db.clock() - age).order_by(None).limit(MOST + 1)
        async with db.read() as session:
            count = (
                await session.scalar(select(func.count()).select_from(which.subquery()))
                or 0
            )
    return RetentionPreview(
        kind=kind, days=days, count=min(count, MOST), more=count > MOST
    )
