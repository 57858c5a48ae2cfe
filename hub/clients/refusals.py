"""A "stop" that outlives its client: who was erased is still not written to.

Of the address nothing is kept but a hash under a key of the hub's secret. Whoever has
the address can find out that it refused, and nobody can read the address from it.
"""

import hmac
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hub.access.secret import derive
from hub.storage.tables import KeptRefusal
from hub.storage.unit import UnitOfWork

#: (channel, kind, normalised value).
Place = tuple[str, str, str]


def hash_key(secret: bytes) -> bytes:
    """Derive the key of the hashes from the hub's secret."""
    return derive(secret, "kept-refusal")


async def keep(uow: UnitOfWork, places: Iterable[Place], *, at: datetime) -> None:
    """Keep that nobody may write to these places."""
    rows = [
        {"hash": _hash(uow.session, kind, value), "channel": channel, "at": at}
        for channel, kind, value in places
    ]
    if rows:
        await uow.session.execute(
            insert(KeptRefusal).values(rows).on_conflict_do_nothing()
        )


async def kept(
    session: AsyncSession, channel: str, kind: str, value: str
) -> KeptRefusal | None:
    """Give what was kept of one place."""
    return await session.get(KeptRefusal, (_hash(session, kind, value), channel))


async def kept_of(
    session: AsyncSession, keys: Collection[tuple[str, str]]
) -> set[Place]:
    """Find the places that are kept of these addresses (kind, normalised value)."""
    by_hash = {_hash(session, kind, value): (kind, value) for kind, value in keys}
    rows = await session.execute(
        select(KeptRefusal.hash, KeptRefusal.channel).where(
            KeptRefusal.hash.in_(by_hash)
        )
    )
    return {(row.channel, *by_hash[row.hash]) for row in rows}


def _hash(session: AsyncSession, kind: str, value: str) -> str:
    key: bytes = session.info.get("key", b"")
    return hmac.digest(key, f"{kind}:{value}".encode(), "sha256").hex()
