"""Bring a database to the newest revision."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from hub.storage.database import connect, utc_now
from hub.storage.schema import ensure_months

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parents[2] / "migrations"


class UnknownRevisionError(Exception):
    """The database is at a revision that this program does not know.

    It leaves the tree of ``hub.errors`` on purpose: it is said to whoever starts the
    hub, before there is a hub that could refuse anything.
    """


def migrate(url: str, *, back: timedelta = timedelta(0)) -> None:
    """Run all missing revisions and make the log's months.

    Args:
        url: The database.
        back: How far into the past events will be written.

    Raises:
        UnknownRevisionError: A newer program made the database.
    """
    at = asyncio.run(_current(url))
    if at is not None and at not in known():
        raise UnknownRevisionError(at)
    if at != newest():
        _upgrade(url)
    asyncio.run(_months(url, back))


def configuration(url: str) -> "Config":
    """Give Alembic's configuration for this database."""
    # Alembic takes 11 MiB, which a hub that is up to date does without.
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def known() -> frozenset[str]:
    """Name the revisions that this program knows: each file begins with its own."""
    files = (MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return frozenset(path.name.partition("_")[0] for path in files)


def newest() -> str:
    """Name the newest revision that this program knows."""
    return max(known())


def current(connection: Connection) -> str | None:
    """Name the revision that the database is at; None: it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version"))
    at: str | None = found.scalar()
    return at


def _upgrade(url: str) -> None:
    from alembic import command  # noqa: PLC0415 - see ``configuration``

    command.upgrade(configuration(url), "head")


async def _current(url: str) -> str | None:
    engine = connect(url, pool=2)
    async with engine.connect() as connection:
        at = await connection.run_sync(current)
    await engine.dispose()
    return at


async def _months(url: str, back: timedelta) -> None:
    engine = connect(url, pool=2)
    async with engine.begin() as connection:
        await ensure_months(connection, utc_now(), back=back)
    await engine.dispose()
