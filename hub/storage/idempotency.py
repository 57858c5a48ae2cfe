"""The answers that requests with a key were given, kept with what they did.

The row is written in the unit of the request itself: it exists exactly if the request
was done. Whoever comes with the same key meanwhile waits at the primary key, and then
finds the answer.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from hub.errors import KeyReusedError
from hub.storage.tables import IdempotencyKey
from hub.storage.unit import UnitOfWork

#: Expired rows that one request clears away: more than it adds, so they run out.
CLEARED = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller was told."""

    status: int
    body: bytes


async def earlier(
    uow: UnitOfWork, owner: str, key: str, digest: str, *, kept: timedelta
) -> Answer | None:
    """Take the key for this unit, or give what it was answered before.

    Waits while another unit holds the same key. When there was nothing, ``keep`` must
    follow in the same unit.

    Args:
        uow: The unit that does what is asked.
        owner: Who asks; keys of two owners never meet.
        key: As the caller chose it.
        digest: Of all that is asked.
        kept: How long an answer is kept.

    Raises:
        KeyReusedError: It was used for something else.
    """
    await _clear(uow, owner, key, kept)
    taken = await uow.session.scalar(
        insert(IdempotencyKey)
        .values(owner=owner, key=key, digest=digest, status=0, answer=b"", at=uow.now)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    )
    if taken is not None:
        return None
    row = await uow.session.scalar(
        select(IdempotencyKey).where(
            IdempotencyKey.owner == owner, IdempotencyKey.key == key
        )
    )
    if row is None:
        # Cleared between the two statements: then it is as good as new.
        return await earlier(uow, owner, key, digest, kept=kept)
    if row.digest != digest:
        raise KeyReusedError("this Idempotency-Key was used for another request")
    return Answer(row.status, row.answer)


async def keep(uow: UnitOfWork, owner: str, key: str, answer: Answer) -> None:
    """Keep the answer to the key that this unit has taken."""
    await uow.session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.owner == owner, IdempotencyKey.key == key)
        .values(status=answer.status, answer=answer.body)
    )


async def _clear(uow: UnitOfWork, owner: str, key: str, kept: timedelta) -> None:
    """Clear away this key if it has expired, and a few others that have."""
    identity = tuple_(IdempotencyKey.owner, IdempotencyKey.key)
    expired = IdempotencyKey.at < uow.now - kept
    some = (
        select(IdempotencyKey.owner, IdempotencyKey.key)
        .where(expired)
        .order_by(IdempotencyKey.at)
        .limit(CLEARED)
        .with_for_update(skip_locked=True)
    )
    mine = (IdempotencyKey.owner == owner) & (IdempotencyKey.key == key)
    await uow.session.execute(
        delete(IdempotencyKey).where(expired, or_(mine, identity.in_(some)))
    )
