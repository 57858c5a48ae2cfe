"""Say what erasing a person would take, what stays as numbers, and what stands in the way."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.privacy.persons import Person, person
from hub.storage.tables import (
    Address,
    Attachment,
    Call,
    Client,
    Conversation,
    Order,
    Task,
    TimelineItem,
)

#: Messages that have not left: they are called back. One that a provider is being given
#: at this moment cannot be.
WAITING = ("held", "queued")
LEAVING = ("sending",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goes:
    """How much is erased."""

    addresses: int
    entries: int
    #: Of the entries: what the team wrote about him.
    notes: int
    files: int
    tasks: int
    #: Clients who were merged into him.
    merged: int
    #: Messages that are called back before they leave.
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """How much stays, without a word of his: for the numbers."""

    conversations: int
    calls: int
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """What stands in the way now."""

    calls: int
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasurePreview:
    """What erasing a client would do."""

    client_id: int
    #: To be typed, word for word.
    name: str
    goes: Goes
    stays: Stays
    blocks: Blocks


async def preview(session: AsyncSession, client_id: int) -> ErasurePreview:
    """Tell what erasing a client would do; nothing changes.

    Raises:
        NotFoundError: There is none, or he was erased.
    """
    who = await person(session, client_id)
    client = await session.get_one(Client, who.id)
    entry = TimelineItem.client_id.in_(who.parts)
    return ErasurePreview(
        client_id=who.id,
        name=client.name,
        goes=Goes(
            addresses=await _count(session, Address.client_id.in_(who.parts)),
            entries=await _count(session, entry),
            notes=await _count(session, entry & (TimelineItem.kind == "note")),
            files=await _count(
                session,
                Attachment.item_id.in_(select(TimelineItem.id).where(entry)),
            ),
            tasks=await _count(session, Task.client_id.in_(who.parts)),
            merged=len(who.parts) - 1,
            waiting=await _count(session, entry & TimelineItem.delivery.in_(WAITING)),
        ),
        stays=Stays(
            conversations=await _count(session, Conversation.client_id.in_(who.parts)),
            calls=await _count(session, Call.client_id.in_(who.parts)),
            orders=await _count(session, Order.client_id.in_(who.parts)),
        ),
        blocks=await blocks(session, who),
    )


async def blocks(session: AsyncSession, who: Person) -> Blocks:
    """Tell what stands in the way of erasing somebody at this moment."""
    return Blocks(
        calls=await _count(
            session, Call.client_id.in_(who.parts) & Call.ended_at.is_(None)
        ),
        messages=await _count(
            session,
            TimelineItem.client_id.in_(who.parts) & TimelineItem.delivery.in_(LEAVING),
        ),
    )


async def _count(session: AsyncSession, wanted: ColumnElement[bool]) -> int:
    return await session.scalar(select(func.count()).where(wanted)) or 0
