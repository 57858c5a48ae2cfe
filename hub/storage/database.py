"""The engine, and the three ways to use it: begin, run, read."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

import asyncpg
import orjson
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InvalidatePoolError
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry

from hub.log.events import Actor
from hub.storage.unit import SYSTEM, UnitOfWork

T = TypeVar("T")
Clock = Callable[[], datetime]

#: How often a unit that lost a race is run before its loss is an error.
RUNS = 8
#: SQLSTATEs after which the same unit may well succeed: deadlock, serialization.
LOST_RACES = {"40001", "40P01"}
#: Seconds after which a connection that nobody used is asked whether it still stands.
#: To ask each time costs three round trips, which under load is more than a read does.
RESTED = 1.0
#: PostgreSQL's number for the oldest version that will do.
OLDEST_SERVER = 150_000


#: Of a transaction that reads; said with its beginning, in the same round trip.
_ONE_MOMENT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class DatabaseTooOldError(RuntimeError):
    """The server is older than PostgreSQL 15."""


def utc_now() -> datetime:
    """Tell the time, in UTC."""
    return datetime.now(UTC)


def connect(url: str, *, pool: int = 10) -> AsyncEngine:
    """Make an engine for a PostgreSQL URL of any spelling.

    Args:
        url: ``postgresql://…``; the driver is ours to choose.
        pool: Connections held at the most.
    """
    engine = create_async_engine(
        make_url(url.replace("postgres://", "postgresql://", 1)).set(
            drivername="postgresql+asyncpg"
        ),
        pool_size=pool,
        max_overflow=0,
        json_deserializer=orjson.loads,
        # What clients say and what secrets hash to has no place in a log.
        hide_parameters=True,
        connect_args={
            "server_settings": {
                "application_name": "rozmova",
                "timezone": "UTC",
                # A unit is short; one that lingers would hold its locks for ever.
                "idle_in_transaction_session_timeout": "60s",
                "lock_timeout": "30s",
            }
        },
    )
    _ask_the_rested(engine)
    return engine


def _ask_the_rested(engine: AsyncEngine) -> None:
    """Have connections that are gone replaced before anybody gets one of them."""
    pool = engine.sync_engine

    @event.listens_for(pool, "checkin")
    def note(_: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["since"] = time.monotonic()

    @event.listens_for(pool, "checkout")
    def ask(connection: Any, entry: ConnectionPoolEntry, _: Any) -> None:
        since = entry.info.get("since")
        if since is None or (
            time.monotonic() - since < RESTED
            and not connection.driver_connection.is_closed()
        ):
            return
        try:
            pool.dialect.do_ping(connection)
        except connection.dbapi.Error as error:
            # Those that rest beside it are gone as well, or will be asked.
            raise InvalidatePoolError from error


class Database:
    """Units of work over one engine."""

    def __init__(
        self, engine: AsyncEngine, *, clock: Clock = utc_now, key: bytes = b""
    ) -> None:
        """Use an engine.

        Args:
            engine: From ``connect``.
            clock: Tells the time of each unit.
            key: Of hashes that outlive what they were made of; it is at hand in every
                session as ``session.info["key"]`` (``hub/clients/refusals.py``).
        """
        self.engine = engine
        self.clock = clock
        self._sessions = async_sessionmaker(
            engine, expire_on_commit=False, info={"key": key}
        )
        self._on_events: list[Callable[[], None]] = []
        self._on_due: list[Callable[[], None]] = []

    def on_events(self, nudge: Callable[[], None]) -> None:
        """Call ``nudge`` after every commit that logged something."""
        self._on_events.append(nudge)

    def on_due(self, nudge: Callable[[], None]) -> None:
        """Call ``nudge`` after every commit that left something to be done."""
        self._on_due.append(nudge)

    @asynccontextmanager
    async def begin(self, actor: Actor = SYSTEM) -> AsyncIterator[UnitOfWork]:
        """Commit when the block ends well; roll back when it raises."""
        async with self._sessions() as session:
            uow = UnitOfWork(session, now=self.clock(), actor=actor)
            async with session.begin():
                yield uow
                await uow.finish()
        if uow.events:
            for nudge in self._on_events:
                nudge()
        if uow.owes:
            for nudge in self._on_due:
                nudge()

    @asynccontextmanager
    async def trying(self, actor: Actor = SYSTEM) -> AsyncIterator[UnitOfWork]:
        """Give a unit that is rolled back in any case, to see what it would do."""
        async with self._sessions() as session:
            yield UnitOfWork(session, now=self.clock(), actor=actor)
            await session.rollback()

    async def run(
        self, work: Callable[[UnitOfWork], Awaitable[T]], actor: Actor = SYSTEM
    ) -> T:
        """Run ``work`` in a unit; run it again if another unit got there first.

        Two first messages from one number race to create the client. The loser
        breaks a unique constraint, and on its second run finds what the winner made.
        Possible because a unit touches nothing but the database.
        """
        for attempt in range(1, RUNS + 1):
            try:
                async with self.begin(actor) as uow:
                    return await work(uow)
            except DBAPIError as error:
                if attempt == RUNS or not _lost_a_race(error):
                    raise
                # Losers that start again in step would only meet again.
                await asyncio.sleep(random.uniform(0, 0.01 * attempt))  # noqa: S311
        raise AssertionError

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Give a session whose every read sees one and the same moment."""
        async with self._sessions() as session, session.begin():
            _ = await session.connection(execution_options=_ONE_MOMENT)
            yield session

    async def check(self) -> None:
        """Raise unless the server answers and is new enough.

        Raises:
            DatabaseTooOldError: It is older than PostgreSQL 15.
        """
        async with self.engine.connect() as connection:
            version = await connection.scalar(
                text("SELECT current_setting('server_version_num')::int")
            )
        if version < OLDEST_SERVER:
            raise DatabaseTooOldError(
                f"PostgreSQL {version // 10_000} is too old; 15 is the oldest that will do"
            )

    async def close(self) -> None:
        """Give all connections back."""
        await self.engine.dispose()


def _lost_a_race(error: DBAPIError) -> bool:
    if isinstance(error, IntegrityError):
        cause = error.orig.__cause__ if error.orig is not None else None
        return isinstance(cause, asyncpg.UniqueViolationError)
    return getattr(error.orig, "sqlstate", None) in LOST_RACES
