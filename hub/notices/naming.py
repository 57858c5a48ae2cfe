"""Whom a notice is about, in a few words."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.storage.tables import Client, Conversation, Notification


async def names_of(
    session: AsyncSession, rows: Sequence[Notification]
) -> dict[int, str]:
    """Give for each notice its own words, or its client's name; "" for neither."""
    found = await session.execute(
        select(Conversation.id, Client.name)
        .join(Client, Client.id == Conversation.client_id)
        .where(
            Conversation.id.in_(
                [row.conversation_id for row in rows if row.conversation_id]
            )
        )
    )
    clients = {row.id: row.name for row in found}
    return {
        row.id: row.about or clients.get(row.conversation_id or 0, "") for row in rows
    }
