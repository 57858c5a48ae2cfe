"""Databases and a clock for tests."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from hub.storage.database import connect
from hub.storage.migrate import migrate

#: A Thursday morning.
START = datetime(2026, 5, 14, 9, 0, tzinfo=UTC)

#: Files in memory, where the system has such a folder.
MEMORY = Path("/dev/shm")
#: Bytes that the databases of a whole run take at the most, and as many to spare.
ROOM = 2 * 2**30


class OneDialect:
    """Makes engines that compile each statement once a run instead of once a test.

    What SQLAlchemy compiles it keeps by the dialect's object, and each engine has one
    of its own: with an engine a test, a fifth of the tests' time went into compiling.
    All of them speak to one server, so all of them may speak through the first one's.
    """

    def __init__(self, make: Callable[..., AsyncEngine]) -> None:
        self._make = make
        self._first: Engine | None = None

    def __call__(self, *args: Any, **more: Any) -> AsyncEngine:
        """Make an engine, as SQLAlchemy's own function does."""
        engine = self._make(*args, **more)
        sync = engine.sync_engine
        first = self._first = self._first or sync
        sync.dialect, sync._compiled_cache = first.dialect, first._compiled_cache
        return engine


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> datetime:
        """Let time pass, as ``timedelta`` counts it."""
        self.now += timedelta(**by)
        return self.now


def fast_place() -> Path:
    """Tell where the server of the tests keeps its files.

    Each test copies some six hundred small files and removes them again. On a disk
    that took 0.1 s at first and 0.7 s after a few dozen tests, in memory always 0.05 s.
    """
    if os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        return MEMORY
    return Path(tempfile.gettempdir())


def make_template(admin_url: str, name: str) -> str:
    """Make a migrated database under this name, for others to be copied from."""
    asyncio.run(_recreate(admin_url, name))
    migrate(
        make_url(admin_url).set(database=name).render_as_string(hide_password=False)
    )
    return name


async def copy(admin_url: str, template: str, name: str) -> str:
    """Make a database that is like another one, in place of what has its name.

    Returns:
        Its URL.
    """
    engine = connect(admin_url, pool=2)
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        await connection.execute(
            text(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY WAL_LOG")
        )
    await engine.dispose()
    return make_url(admin_url).set(database=name).render_as_string(hide_password=False)


async def _recreate(admin_url: str, name: str) -> None:
    engine = connect(admin_url, pool=2)
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
