"""A queue's clock counts its business time, and moves when its hours do."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import select

from hub.conversations import changes
from hub.conversations.entries import lock
from hub.errors import InvalidError, NotFoundError, StaleUpdateError, StateError
from hub.queues import hours, queues, reclocking
from hub.queues.hours import CalendarGiven
from hub.queues.queues import QueueGiven
from hub.storage import timers
from hub.storage.tables import DueRow, FirstResponse
from tests.hub.floor import HANDLERS, Floor, follow

KYIV = ZoneInfo("Europe/Kyiv")
WEEK = [[[540, 1080]]] * 5 + [[], []]
LATE = [[[540, 1200]]] * 5 + [[], []]
ALL = HANDLERS | {hours.RECLOCK: reclocking.move}


class Shop(Floor):
    async def settle(self) -> int:
        return await timers.fire_due(self.db, ALL)

    async def hours(self, week=WEEK, holidays=None, name="Shop"):
        given = CalendarGiven(
            name=name, timezone="Europe/Kyiv", week=week, holidays=holidays or {}
        )
        return await self.do(hours.create, given)

    async def change(self, kept, **given):
        return await self.do(
            hours.change, kept.id, CalendarGiven(**given), revision=kept.revision
        )


@pytest_asyncio.fixture
async def shop(db, clock):
    # A Friday, half an hour after closing.
    clock.now = clock.now.replace(
        year=2026, month=11, day=20, hour=16, minute=30, second=0, microsecond=0
    )
    return Shop(db)


def kyiv(*parts):
    return datetime(*parts, tzinfo=KYIV)


async def due_rows(db, kind):
    async with db.read() as session:
        return list(await session.scalars(select(DueRow).where(DueRow.kind == kind)))


async def test_a_message_after_hours_is_due_in_the_morning(shop, db, clock) -> None:
    kept = await shop.hours()
    await shop.queue("Mail", calendar_id=kept.id)

    asked = await shop.asks()

    (timer,) = await due_rows(db, "sla.first_response")
    monday = kyiv(2026, 11, 23, 10)
    assert (await shop.row(asked)).respond_by == timer.due_at == monday
    clock.now = monday - timedelta(seconds=1)
    await shop.settle()
    assert (await shop.row(asked)).breached_at is None
    clock.now = monday
    await shop.settle()
    assert (await shop.row(asked)).breached_at == monday


async def test_other_hours_move_the_clocks_that_run(shop, clock) -> None:
    kept = await shop.hours()
    await shop.queue("Mail", calendar_id=kept.id)
    asked = await shop.asks()
    screen, seen = await shop.look(), len(await shop.log())

    await shop.change(kept, holidays={date(2026, 11, 23): "Day off"})
    await shop.settle()

    assert (await shop.row(asked)).respond_by == kyiv(2026, 11, 24, 10)
    log = await shop.log(seen)
    follow(screen, log)
    assert "conversation.clock_moved" in [one.kind for one in log]
    assert screen == await shop.look()


async def test_a_promise_already_past_by_new_hours_is_late_from_now(
    shop, clock
) -> None:
    kept = await shop.hours()
    await shop.queue("Mail", calendar_id=kept.id)
    asked = await shop.asks()
    clock.move(seconds=5 * 3600)

    await shop.change(kept, week=LATE)
    await shop.settle()

    assert (await shop.row(asked)).breached_at == clock.now


async def test_what_was_late_stays_late(shop, db, clock) -> None:
    kept = await shop.hours()
    await shop.queue("Mail", calendar_id=kept.id)
    asked = await shop.asks()
    clock.now = late = kyiv(2026, 11, 23, 10)
    await shop.settle()

    await shop.change(kept, holidays={date(2026, 11, 23): ""})
    await shop.settle()

    assert (await shop.row(asked)).breached_at == late


async def test_a_queue_takes_up_hours_and_lays_them_down(shop) -> None:
    queue = await shop.queue("Mail")
    asked = await shop.asks()
    at_once = (await shop.row(asked)).respond_by
    kept = await shop.hours()

    await shop.do(queues.change, queue.id, QueueGiven(calendar_id=kept.id))
    await shop.settle()
    by_hours = (await shop.row(asked)).respond_by
    await shop.do(queues.change, queue.id, QueueGiven(calendar_id=0))
    await shop.settle()

    assert by_hours == kyiv(2026, 11, 23, 10)
    assert (await shop.row(asked)).respond_by == at_once


async def test_a_clock_keeps_what_was_promised_then(shop) -> None:
    kept = await shop.hours()
    queue = await shop.queue("Mail", calendar_id=kept.id)
    asked = await shop.asks()

    await shop.do(
        queues.change, queue.id, QueueGiven(first_response=timedelta(hours=3))
    )
    await shop.change(kept, holidays={date(2026, 11, 23): ""})
    await shop.settle()

    assert (await shop.row(asked)).respond_by == kyiv(2026, 11, 24, 10)


async def test_many_clocks_are_moved_in_several_units(shop, db, monkeypatch) -> None:
    monkeypatch.setattr(reclocking, "BATCH", 2)
    kept = await shop.hours()
    await shop.queue("Mail", calendar_id=kept.id)
    asked = [await shop.asks() for _ in range(5)]

    await shop.change(kept, holidays={date(2026, 11, 23): ""})
    await shop.settle()

    found = {(await shop.row(one)).respond_by for one in asked}
    assert found == {kyiv(2026, 11, 24, 10)}
    assert await due_rows(db, hours.RECLOCK) == []
    async with db.read() as session:
        clocks = await session.scalars(select(FirstResponse.respond_by))
        assert set(clocks) == found


async def test_one_that_somebody_has_in_hand_is_moved_after_him(
    shop, db, clock
) -> None:
    kept = await shop.hours()
    await shop.queue("Mail", calendar_id=kept.id)
    asked = await shop.asks()
    await shop.change(kept, holidays={date(2026, 11, 23): ""})

    async with db.begin() as uow:
        await lock(uow, asked)
        await shop.settle()
        held = (await shop.row(asked)).respond_by
    clock.move(seconds=1)
    await shop.settle()

    assert held == kyiv(2026, 11, 23, 10)
    assert (await shop.row(asked)).respond_by == kyiv(2026, 11, 24, 10)


async def test_the_clock_stands_still_while_nobody_waits(shop, db, clock) -> None:
    kept = await shop.hours()
    await shop.queue("Mail", calendar_id=kept.id)
    asked = await shop.asks()
    await Floor.change(shop, changes.set_state, asked, "resolved")

    await shop.change(kept, holidays={date(2026, 11, 23): ""})
    await shop.settle()

    assert await due_rows(db, "sla.first_response") == []


async def test_two_who_change_the_same_hours_do_not_overwrite_each_other(
    shop,
) -> None:
    kept = await shop.hours()
    await shop.change(kept, name="Store")

    with pytest.raises(StaleUpdateError) as refused:
        await shop.change(kept, week=LATE)

    assert refused.value.details["calendar"].name == "Store"


async def test_hours_that_a_queue_works_by_stay(shop) -> None:
    kept = await shop.hours()
    queue = await shop.queue("Mail", calendar_id=kept.id)

    with pytest.raises(StateError):
        await shop.do(hours.remove, kept.id)
    await shop.do(queues.change, queue.id, QueueGiven(calendar_id=0))
    await shop.do(hours.remove, kept.id)

    async with shop.db.read() as session:
        assert await hours.views(session) == []
    with pytest.raises(NotFoundError):
        await shop.do(hours.remove, kept.id)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "shop"}, "name"),
        ({"timezone": "Europe/Nowhere"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"week": [[]] * 7}, "week"),
        ({"week": [[[540, 600], [590, 700]]] + [[]] * 6}, "week"),
    ],
)
async def test_hours_are_checked(shop, given, field) -> None:
    await shop.hours()
    usual = {"name": "Other", "timezone": "Europe/Kyiv", "week": WEEK}

    with pytest.raises(InvalidError) as refused:
        await shop.do(hours.create, CalendarGiven(**(usual | given)))

    assert field in refused.value.details["errors"]


async def test_unknown_hours_are_refused(shop) -> None:
    with pytest.raises(InvalidError):
        await shop.queue("Mail", calendar_id=77)
