"""Who takes part in a conversation beside its client.

A colleague in Cc, or somebody to whom a message was handed on: when he answers, his
mail belongs to the same conversation, and does not make him its client.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hub.storage.tables import Participant
from hub.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantView:
    """Somebody who was written to."""

    address: str
    name: str


async def join(
    uow: UnitOfWork, conversation_id: int, people: Mapping[str, str]
) -> None:
    """Note who is written to: names by normalised address."""
    if not people:
        return
    await uow.session.execute(
        insert(Participant)
        .values(
            [
                {
                    "conversation_id": conversation_id,
                    "address": address,
                    "name": people[address],
                    "added_at": uow.now,
                }
                for address in sorted(people)
            ]
        )
        .on_conflict_do_nothing()
    )


async def taking_part(
    session: AsyncSession, address: str, conversation_ids: Collection[int]
) -> set[int]:
    """Give those of these conversations in which this normalised address takes part."""
    if not conversation_ids:
        return set()
    rows = await session.scalars(
        select(Participant.conversation_id).where(
            Participant.address == address,
            Participant.conversation_id.in_(conversation_ids),
        )
    )
    return set(rows)


async def participants_of(
    session: AsyncSession, conversation_id: int
) -> list[ParticipantView]:
    """List who takes part, the first one first."""
    rows = await session.scalars(
        select(Participant)
        .where(Participant.conversation_id == conversation_id)
        .order_by(Participant.added_at, Participant.address)
    )
    return [ParticipantView(address=row.address, name=row.name) for row in rows]
