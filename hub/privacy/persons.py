"""Who an erasure is about: the client, all that were merged into him, what is theirs."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients import identity
from hub.errors import NotFoundError
from hub.storage.tables import Address, Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A client with all whom he was found to be."""

    id: int
    #: He and all who were merged into him.
    parts: tuple[int, ...]


async def person(session: AsyncSession, client_id: int) -> Person:
    """Tell who a client is; of one who was merged, whom he goes on as.

    Raises:
        NotFoundError: There is none, or he was erased.
    """
    client_id = await identity.root(session, client_id)
    client = await session.get_one(Client, client_id)
    if client.erased_at is not None:
        raise NotFoundError(f"client {client_id}")
    return await whole(session, client_id)


async def whole(session: AsyncSession, client_id: int) -> Person:
    """Give a client who goes on as himself, erased or not."""
    parts = await identity.parts(session, client_id)
    return Person(id=client_id, parts=tuple(sorted(parts)))


async def needles(session: AsyncSession, who: Person) -> list[str]:
    """Give his addresses in all their writings, the longest first."""
    rows = await session.execute(
        select(Address.value, Address.display).where(Address.client_id.in_(who.parts))
    )
    found = {one for row in rows for one in row if one}
    return sorted(found, key=len, reverse=True)
