"""Due rows: one mechanism for the outbox, timers, notices.

A row is claimed by pushing its ``due_at`` past a lease, in a transaction of its own.
Whoever claims it tries it with no transaction open and then settles it: done (the
row goes), later (it gets a new time). A worker that dies says nothing, its lease
ends, and the row is due again. Any number of processes may claim.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hub.storage.tables import DueRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A row in somebody's hands."""

    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    #: This try included.
    attempts: int
    created_at: datetime
    first_tried_at: datetime
    #: Until when it is ours; as long as it stands, nobody else took it over.
    lease_until: datetime


async def put(
    session: AsyncSession,
    kind: str,
    key: str,
    *,
    at: datetime,
    now: datetime,
    payload: Mapping[str, Any],
) -> None:
    """Insert the row, or move the one of the same key and forget its tries."""
    fresh = {"kind": kind, "payload": dict(payload), "due_at": at}
    await session.execute(
        insert(DueRow)
        .values(key=key, created_at=now, **fresh)
        .on_conflict_do_update(
            index_elements=[DueRow.key],
            set_={**fresh, "attempts": 0, "first_tried_at": None, "last_error": ""},
        )
    )


async def put_all(
    session: AsyncSession,
    kind: str,
    rows: Mapping[str, Mapping[str, Any]],
    *,
    at: datetime,
    now: datetime,
) -> None:
    """Put many rows of one kind and time: payloads by key, in one statement.

    They are written in the order of their keys, so that two units that put the same
    ones do not wait for each other.
    """
    if not rows:
        return
    fresh = insert(DueRow).values(
        [
            {
                "key": key,
                "kind": kind,
                "payload": dict(rows[key]),
                "due_at": at,
                "created_at": now,
            }
            for key in sorted(rows)
        ]
    )
    moved = {name: fresh.excluded[name] for name in ("kind", "payload", "due_at")}
    await session.execute(
        fresh.on_conflict_do_update(
            index_elements=[DueRow.key],
            set_={**moved, "attempts": 0, "first_tried_at": None, "last_error": ""},
        )
    )


async def drop(session: AsyncSession, key: str) -> bool:
    """Delete the row of this key; tell whether there was one."""
    done = await session.execute(
        delete(DueRow).where(DueRow.key == key).returning(DueRow.id)
    )
    return done.first() is not None


async def claim(
    session: AsyncSession,
    kinds: Collection[str],
    *,
    now: datetime,
    lease: timedelta,
    limit: int = 1,
) -> list[Claim]:
    """Take up to ``limit`` due rows that nobody else holds, the longest due first."""
    ready = (
        select(DueRow.id)
        .where(DueRow.kind.in_(kinds), DueRow.due_at <= now)
        .order_by(DueRow.due_at, DueRow.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await session.scalars(
        update(DueRow)
        .where(DueRow.id.in_(ready.scalar_subquery()))
        .values(
            due_at=now + lease,
            attempts=DueRow.attempts + 1,
            first_tried_at=func.coalesce(DueRow.first_tried_at, now),
        )
        .returning(DueRow)
    )
    return [
        Claim(
            id=row.id,
            kind=row.kind,
            key=row.key,
            payload=row.payload,
            attempts=row.attempts,
            created_at=row.created_at,
            first_tried_at=row.first_tried_at or now,
            lease_until=row.due_at,
        )
        for row in rows
    ]


async def holds(session: AsyncSession, claim: Claim) -> bool:
    """Lock the row and tell whether the claim still stands.

    Asked before anything is settled: a worker whose lease ran out may find that
    another has the row now, and must keep its hands off.
    """
    found = await session.scalar(
        select(DueRow.id)
        .where(DueRow.id == claim.id, DueRow.due_at == claim.lease_until)
        .with_for_update()
    )
    return found is not None


async def settle(session: AsyncSession, claim: Claim) -> None:
    """The matter is done: its row goes."""
    await session.execute(
        delete(DueRow).where(DueRow.id == claim.id, DueRow.due_at == claim.lease_until)
    )


async def postpone(
    session: AsyncSession, claim: Claim, *, until: datetime, error: str = ""
) -> None:
    """Try it again at ``until``."""
    await session.execute(
        update(DueRow)
        .where(DueRow.id == claim.id, DueRow.due_at == claim.lease_until)
        .values(due_at=until, last_error=error)
    )


async def push(
    session: AsyncSession, row_id: int, *, until: datetime, error: str
) -> None:
    """Put off a row that nobody holds, and count the try that failed."""
    await session.execute(
        update(DueRow)
        .where(DueRow.id == row_id)
        .values(due_at=until, attempts=DueRow.attempts + 1, last_error=error)
    )


async def next_at(session: AsyncSession, kinds: Collection[str]) -> datetime | None:
    """Tell when the next row of these kinds is due."""
    return await session.scalar(
        select(func.min(DueRow.due_at)).where(DueRow.kind.in_(kinds))
    )
