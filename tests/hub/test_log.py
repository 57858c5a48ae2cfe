"""The log: no reader that has seen N ever meets a later event below N."""

import asyncio
from dataclasses import dataclass
from typing import ClassVar

import pytest

from hub.errors import CursorLostError
from hub.log import feed
from hub.log.events import Event
from hub.log.feed import Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Event):
    kind: ClassVar[str] = "test.counted"
    number: int


async def test_a_polling_reader_misses_nothing_under_forty_writers(db) -> None:
    writers, each = 40, 10
    seen: list[int] = []
    done = asyncio.Event()

    async def write(writer: int) -> None:
        for number in range(each):
            async with db.begin() as uow:
                uow.record(Counted(number=writer * each + number))

    async def poll() -> None:
        cursor, finished = 0, False
        while not finished:
            # Asked before the read, so that one read follows the last commit.
            finished = done.is_set()
            async with db.read() as session:
                batch = await feed.after(session, cursor)
            seen.extend(event.seq for event in batch)
            cursor = batch[-1].seq if batch else cursor

    reader = asyncio.create_task(poll())
    await asyncio.gather(*(write(writer) for writer in range(writers)))
    done.set()
    await reader

    assert seen == list(range(1, writers * each + 1))


async def test_a_unit_that_fails_leaves_no_event_and_no_gap(db) -> None:
    async with db.begin() as uow:
        uow.record(Counted(number=1))
    with pytest.raises(ZeroDivisionError):
        async with db.begin() as uow:
            uow.record(Counted(number=2))
            raise ZeroDivisionError
    async with db.begin() as uow:
        uow.record(Counted(number=3))

    async with db.read() as session:
        logged = await feed.after(session, 0)

    assert [event.seq for event in logged] == [1, 2]
    assert '"number" : 3' in logged[1].wire or '"number": 3' in logged[1].wire


async def test_a_cursor_that_the_log_never_gave_is_lost(db) -> None:
    async with db.read() as session:
        await feed.reach(session, 0)
        with pytest.raises(CursorLostError):
            await feed.reach(session, 1)


async def test_the_feed_gives_from_memory_what_the_table_would_give(db) -> None:
    live = Feed(db)
    await live.step()
    for number in range(5):
        async with db.begin() as uow:
            uow.record(Counted(number=number))
    await live.step()

    async with db.read() as session:
        table = await feed.after(session, 2)

    assert await live.after(2) == table
    assert [event.seq for event in await live.after(0)] == [1, 2, 3, 4, 5]


async def test_long_events_leave_memory_and_are_read_from_the_table(
    db, monkeypatch
) -> None:
    monkeypatch.setattr(feed, "KEPT_LETTERS", 3_000)
    reader = Feed(db)
    await reader.step()
    for number in range(20):
        async with db.begin() as uow:
            uow.record(Counted(number=number, state={"item": "x" * 1_000}))
        await reader.step()

    in_memory = await reader.after(18)
    in_table = await reader.after(0)

    assert sum(len(event.wire) for event in reader._kept) < 3_000
    assert [event.seq for event in in_memory] == [19, 20]
    assert [event.seq for event in in_table] == list(range(1, 21))


async def test_an_event_longer_than_memory_allows_is_still_there(
    db, monkeypatch
) -> None:
    monkeypatch.setattr(feed, "KEPT_LETTERS", 10)
    reader = Feed(db)
    await reader.step()
    async with db.begin() as uow:
        uow.record(Counted(number=1))
    await reader.step()

    assert [event.seq for event in reader._kept] == [1]
