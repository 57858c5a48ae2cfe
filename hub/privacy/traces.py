"""Find a person's addresses where no key leads to them, and drop what holds them."""

from collections.abc import Collection, Sequence

import orjson
from sqlalchemy import delete, or_, select, text, update

from hub.privacy import redacting
from hub.privacy.persons import Person
from hub.storage.tables import (
    ChannelCheck,
    Conversation,
    DueRow,
    IdempotencyKey,
    Participant,
    Throttle,
)
from hub.storage.unit import UnitOfWork

#: Answers to repeated requests, looked through at once.
BATCH = 500

_HELD = text("""
    DELETE FROM due_rows WHERE kind <> 'client.erase' AND (
        EXISTS (SELECT FROM unnest(CAST(:needles AS text[])) AS one(needle)
            WHERE strpos(payload::text, needle) > 0 OR strpos(key, needle) > 0)
        OR payload ->> 'client_id' = ANY(CAST(:parts AS text[])))
""")


async def drop(uow: UnitOfWork, who: Person, needles: Sequence[str]) -> None:
    """Drop throttles, waiting work and the like that name one of his addresses."""
    session = uow.session
    if needles:
        await session.execute(
            delete(Throttle).where(
                or_(*(Throttle.key.contains(one, autoescape=True) for one in needles))
            )
        )
        await session.execute(
            delete(Participant).where(Participant.address.in_(needles))
        )
        await session.execute(
            update(ChannelCheck)
            .where(ChannelCheck.recipient.in_(needles))
            .values(recipient="")
        )
    await session.execute(
        _HELD, {"needles": list(needles), "parts": [str(one) for one in who.parts]}
    )
    # A try that failed may have said of whom it was.
    await session.execute(
        update(DueRow)
        .where(or_(*(DueRow.last_error.contains(one) for one in needles)))
        .values(last_error="")
        if needles
        else select(1)
    )


async def answers(
    uow: UnitOfWork, who: Person, needles: Sequence[str], at: int
) -> int | None:
    """Empty kept answers to requests about him; tell where to go on, None at the end."""
    rows = list(
        await uow.session.scalars(
            select(IdempotencyKey)
            # The newest first: what expires meanwhile stands behind what is looked at,
            # and moves nothing into a place that was passed.
            .order_by(
                IdempotencyKey.at.desc(), IdempotencyKey.owner, IdempotencyKey.key
            )
            .offset(at)
            .limit(BATCH)
            .with_for_update()
        )
    )
    places = set(
        await uow.session.scalars(
            select(Conversation.id).where(Conversation.client_id.in_(who.parts))
        )
    )
    for row in rows:
        if _is_about(row.answer, set(who.parts), places, needles):
            row.answer = b"{}"
    return at + BATCH if len(rows) == BATCH else None


def _is_about(
    answer: bytes,
    parts: Collection[int],
    places: Collection[int],
    needles: Sequence[str],
) -> bool:
    try:
        said = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return any(one.encode() in answer for one in needles)
    return redacting.without(said, needles) != said or _names(said, parts, places)


def _names(said: object, parts: Collection[int], places: Collection[int]) -> bool:
    match said:
        case dict():
            return (
                said.get("client_id") in parts
                or said.get("conversation_id") in places
                or ("addresses" in said and said.get("id") in parts)
                or any(_names(one, parts, places) for one in said.values())
            )
        case list():
            return any(_names(one, parts, places) for one in said)
        case _:
            return False
