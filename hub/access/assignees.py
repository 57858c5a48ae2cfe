"""Whom work can be given to by hand: who is here, and may answer clients."""

from sqlalchemy.ext.asyncio import AsyncSession

from hub.access import roles
from hub.access.rights import Right
from hub.errors import InvalidError
from hub.storage.tables import Account

#: What is said of who cannot be given anything.
GONE = "no such agent"
ONLY_READS = "his role may not answer clients"


async def wrong_with(session: AsyncSession, account_id: int) -> str:
    """Say why this one cannot be given work, or nothing."""
    account = await session.get(Account, account_id)
    if account is None or not account.active:
        return GONE
    held = await roles.held_by(session, account.role)
    return "" if Right.REPLY in held else ONLY_READS


async def check(session: AsyncSession, account_id: int | None) -> None:
    """Go on only if this one, or nobody, can be given work.

    Raises:
        InvalidError: He is not here (any more), or may not answer clients.
    """
    wrong = "" if account_id is None else await wrong_with(session, account_id)
    if wrong:
        raise InvalidError("assignee", errors={"assignee_id": wrong})
