"""Delete contents on the disk that no row refers to, such as a crash leaves behind.

A content that was touched since is never deleted: whoever has just put it is about to
refer to it (``Blobs.delete`` looks at that at the last moment).
"""

from datetime import timedelta

from sqlalchemy import select

from config import Settings
from hub.retention import rules
from hub.retention.rules import RetentionRan
from hub.storage import due
from hub.storage.blobs import Blobs
from hub.storage.database import Database
from hub.storage.due import Claim
from hub.storage.tables import StoredFile
from hub.storage.unit import UnitOfWork

#: A job: look through a part of the disk.
SWEEP = "retention.sweep"
#: Parts of the disk, by the first letters of the names.
PARTS = tuple(f"{number:02x}" for number in range(256))


async def orphans(db: Database, blobs: Blobs, part: str, age: timedelta) -> list[str]:
    """Name contents of a part that nothing refers to and nobody has touched so long."""
    names = await blobs.names(part, untouched_for=age)
    if not names:
        return []
    async with db.read() as session:
        known = set(
            await session.scalars(
                select(StoredFile.hash).where(StoredFile.hash.in_(names))
            )
        )
    return sorted(set(names) - known)


async def sweep(
    db: Database, claim: Claim, *, blobs: Blobs, settings: Settings
) -> None:
    """Look through the next part of the disk. A job's handler."""
    number = int(claim.payload.get("part", 0))
    gone = int(claim.payload.get("gone", 0))
    async with db.read() as session:
        found = await rules.all_rules(session, settings.retention)
    days = next(one.days for one in found if one.kind == "files")
    went = 0
    if days is not None:
        age = timedelta(days=days)
        for name in await orphans(db, blobs, PARTS[number], age):
            went += await blobs.delete(name, untouched_for=age)

    async def settle(uow: UnitOfWork) -> None:
        if not await due.holds(uow.session, claim):
            return
        await due.settle(uow.session, claim)
        await rules.count(uow, "files", went, settings=settings.retention)
        if days is not None and number + 1 < len(PARTS):
            await uow.owe(
                SWEEP,
                SWEEP,
                at=uow.now,
                payload={"part": number + 1, "gone": gone + went},
            )
        elif days is not None:
            await rules.ran(uow, "files", settings=settings.retention)
            if gone + went:
                uow.record(RetentionRan(counts={"files": gone + went}))

    await db.run(settle)
