"""Who somebody is by now: follow merges, and hold him while he is changed."""

from collections.abc import Collection

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.errors import NotFoundError
from hub.storage.tables import Client
from hub.storage.unit import UnitOfWork

_ROOT = text("""
    WITH RECURSIVE way AS (
        SELECT id, merged_into FROM clients WHERE id = :client_id
        UNION ALL
        SELECT clients.id, clients.merged_into
        FROM clients JOIN way ON clients.id = way.merged_into
    )
    SELECT id FROM way WHERE merged_into IS NULL
""")
_PARTS = text("""
    WITH RECURSIVE part AS (
        SELECT id FROM clients WHERE id = :client_id
        UNION ALL
        SELECT clients.id FROM clients JOIN part ON clients.merged_into = part.id
    )
    SELECT id FROM part
""")


async def root(session: AsyncSession, client_id: int) -> int:
    """Give the client that this one goes on as; himself, if nobody merged him.

    Raises:
        NotFoundError: There is no such client.
    """
    found: int | None = await session.scalar(_ROOT, {"client_id": client_id})
    if found is None:
        raise NotFoundError(f"client {client_id}")
    return found


async def parts(session: AsyncSession, client_id: int) -> list[int]:
    """Give a client and all that were merged into him, and into those."""
    return list(await session.scalars(_PARTS, {"client_id": client_id}))


async def hold_all(
    uow: UnitOfWork, client_ids: Collection[int] | Select[int]
) -> dict[int, Client]:
    """Hold clients as they are now until the commit, in one order for everybody.

    Not against references to them: an answer that is being written goes on.
    """
    rows = await uow.session.scalars(
        select(Client)
        .where(Client.id.in_(client_ids))
        .order_by(Client.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


async def hold(uow: UnitOfWork, client_id: int) -> Client:
    """Hold a client until the commit, or the one that he goes on as.

    Nobody who was erased is handed out: nothing new may be kept of him.

    Whoever gives a client something new without having locked anything of his holds
    him first: a merge that is under way is waited for.

    Raises:
        NotFoundError: There is no such client, or he was erased.
    """
    wanted: int | None = client_id
    while wanted is not None:
        client = (await hold_all(uow, [wanted])).get(wanted)
        if client is None or client.erased_at is not None:
            raise NotFoundError(f"client {client_id}")
        if client.merged_into is None:
            return client
        wanted = client.merged_into
    raise AssertionError
