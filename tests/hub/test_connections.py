"""Connections that were held: which are asked whether they still stand."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import event, text

from hub.storage import database
from hub.storage.database import Database, connect

KILL = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
async def one(database_url):
    """A database over one connection, used once already."""
    made = Database(connect(database_url, pool=1))
    await _pid(made)
    yield made
    await made.close()


@pytest.fixture
def asked(one, monkeypatch):
    """Every time that the connection is asked."""
    times = []
    dialect = one.engine.sync_engine.dialect
    ping = dialect.do_ping
    monkeypatch.setattr(
        dialect, "do_ping", lambda given: (times.append(given), ping(given))[1]
    )
    return times


async def _pid(db) -> int:
    async with db.read() as session:
        return await session.scalar(text("SELECT pg_backend_pid()"))


async def test_one_that_was_just_used_is_not_asked(one, asked) -> None:
    assert await _pid(one) == await _pid(one)

    assert asked == []


async def test_one_that_rested_is_asked(one, asked, monkeypatch) -> None:
    monkeypatch.setattr(database, "RESTED", 0)

    await _pid(one)

    assert len(asked) == 1


@pytest.mark.parametrize("rested", [0, 3600])
async def test_one_that_was_cut_is_replaced(one, db, monkeypatch, rested) -> None:
    monkeypatch.setattr(database, "RESTED", rested)
    was = await _pid(one)
    gone = await _held(one)
    async with db.begin() as uow:
        await uow.session.execute(KILL)
    async with asyncio.timeout(10):
        await gone.wait()

    assert await _pid(one) != was


async def _held(db) -> asyncio.Event:
    """Give what is set when the connection that is held has ended."""
    gone = asyncio.Event()
    found = []
    event.listen(
        db.engine.sync_engine,
        "checkout",
        lambda connection, *_: found.append(connection.driver_connection),
        once=True,
    )
    await _pid(db)
    found[0].add_termination_listener(lambda _: gone.set())
    return gone


async def test_a_read_sees_one_moment_and_changes_nothing(one, db) -> None:
    async with one.read() as session:
        said = await session.execute(
            text(
                "SELECT current_setting('transaction_isolation'),"
                " current_setting('transaction_read_only')"
            )
        )

    assert tuple(said.one()) == ("repeatable read", "on")
    async with one.begin() as uow:
        kept = await uow.session.scalar(text("SHOW transaction_read_only"))
        level = await uow.session.scalar(text("SHOW transaction_isolation"))
    assert (level, kept) == ("read committed", "off")


async def test_times_come_back_in_utc_whatever_the_zone(one) -> None:
    async with one.begin() as uow:
        await uow.session.execute(text("SET LOCAL timezone TO 'Asia/Tokyo'"))
        at = await uow.session.scalar(text("SELECT '2026-03-01 12:00+02'::timestamptz"))

    assert at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert at.tzinfo is UTC
