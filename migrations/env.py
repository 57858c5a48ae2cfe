"""Run migrations over the hub's own engine."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from hub.storage.database import connect
from hub.storage.tables import Base


def _run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def _online() -> None:
    engine = connect(context.config.attributes["url"], pool=2)
    async with engine.begin() as connection:
        await connection.run_sync(_run)
    await engine.dispose()


asyncio.run(_online())
