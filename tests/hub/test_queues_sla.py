"""The first answer is due at a second, and late from it on."""

import asyncio
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import select

from hub.conversations import changes
from hub.conversations.changes import set_state
from hub.conversations.entries import lock
from hub.storage import timers
from hub.storage.tables import DueRow, FirstResponse
from tests.hub.floor import HANDLERS, Floor

HOUR = 3600


@pytest_asyncio.fixture
async def floor(db):
    return Floor(db)


async def clocks(db) -> list[FirstResponse]:
    async with db.read() as session:
        return list(await session.scalars(select(FirstResponse).order_by("id")))


def breaches(log) -> list[object]:
    return [event for event in log if event.kind == "conversation.breached"]


async def test_a_breach_is_told_at_its_second_and_not_before(floor, clock) -> None:
    await floor.queue("Mail")
    asked = await floor.asks()
    due = (await floor.row(asked)).respond_by

    clock.move(seconds=HOUR - 1)
    await floor.settle()
    before = breaches(await floor.log())
    clock.move(seconds=1)
    await floor.settle()

    (event,) = breaches(await floor.log())
    assert before == []
    assert (await floor.row(asked)).breached_at == due
    assert event.state["conversation"]["breached"] is True
    assert event.state["item"]["data"]["change"] == "breach"


async def test_it_is_told_once(floor, clock) -> None:
    await floor.queue("Mail")
    await floor.asks()
    clock.move(seconds=HOUR)

    await floor.settle()
    clock.move(seconds=HOUR)
    await floor.settle()

    assert len(breaches(await floor.log())) == 1


async def test_an_answer_in_time_ends_the_clock(floor, db, clock) -> None:
    ada = await floor.agent("Ada")
    await floor.queue("Mail")
    asked = await floor.asks()
    clock.move(seconds=HOUR - 1)

    await floor.answers(asked, ada)
    clock.move(seconds=2)
    await floor.settle()

    (one,) = await clocks(db)
    assert breaches(await floor.log()) == []
    assert (one.in_time, one.account_id) == (True, ada)
    assert one.decided_at == one.answered_at == one.ended_at


async def test_an_answer_after_the_breach_stays_late(floor, db, clock) -> None:
    ada = await floor.agent("Ada")
    await floor.queue("Mail")
    asked = await floor.asks()
    clock.move(seconds=HOUR)
    await floor.settle()
    clock.move(seconds=60)

    await floor.answers(asked, ada)

    (one,) = await clocks(db)
    assert (one.in_time, one.decided_at) == (False, one.respond_by)
    assert one.answered_at == clock.now


async def test_a_late_answer_is_late_though_no_timer_fired(floor, db, clock) -> None:
    ada = await floor.agent("Ada")
    await floor.queue("Mail")
    asked = await floor.asks()
    clock.move(seconds=HOUR + 1)

    await floor.answers(asked, ada)
    await floor.settle()

    (one,) = await clocks(db)
    assert (one.in_time, one.decided_at) == (False, one.respond_by)
    assert (await floor.row(asked)).breached_at == one.respond_by


async def test_what_is_closed_without_an_answer_is_neither(floor, db, clock) -> None:
    await floor.queue("Mail")
    asked = await floor.asks()

    await floor.change(set_state, asked, "resolved")
    clock.move(seconds=HOUR)
    await floor.settle()

    (one,) = await clocks(db)
    assert (one.in_time, one.decided_at) == (None, None)
    assert one.ended_at is not None
    assert breaches(await floor.log()) == []


async def test_a_matter_that_comes_back_has_a_clock_of_its_own(
    floor, db, clock
) -> None:
    ada = await floor.agent("Ada")
    await floor.queue("Mail")
    asked = await floor.asks()
    await floor.answers(asked, ada)
    await floor.change(set_state, asked, "resolved")
    clock.move(seconds=60)

    async with db.begin() as uow:
        row = await lock(uow, asked)
        await set_state(uow, row, "open", because="message")
    clock.move(seconds=HOUR)
    await floor.settle()

    assert [one.in_time for one in await clocks(db)] == [True, False]


async def test_another_queue_has_another_clock(floor, db, clock) -> None:
    await floor.queue("Mail", channels=["email"])
    slow = await floor.queue("Slow", first_response=None, channels=["sms"])
    asked = await floor.asks()
    clock.move(seconds=HOUR - 1)

    await floor.change(changes.move_to_queue, asked, slow.id)
    clock.move(seconds=1)
    await floor.settle()
    before = breaches(await floor.log())
    clock.move(seconds=HOUR - 1)
    await floor.settle()

    (one,) = await clocks(db)
    assert before == []
    assert len(breaches(await floor.log())) == 1
    assert (one.queue_id, one.in_time) == (slow.id, False)


async def test_a_late_one_that_moves_stays_late_where_it_was(floor, db, clock) -> None:
    mail = await floor.queue("Mail", channels=["email"])
    other = await floor.queue("Other", channels=["sms"])
    asked = await floor.asks()
    clock.move(seconds=HOUR)
    await floor.settle()

    await floor.change(changes.move_to_queue, asked, other.id)

    old, new = await clocks(db)
    assert (old.queue_id, old.in_time, old.ended_at) == (mail.id, False, clock.now)
    assert (new.queue_id, new.in_time, new.ended_at) == (other.id, None, None)


async def test_a_clock_that_somebody_holds_is_looked_at_again(floor, db, clock) -> None:
    ada = await floor.agent("Ada")
    await floor.queue("Mail")
    asked = await floor.asks()
    clock.move(seconds=HOUR)

    async with db.begin() as uow:
        # An answer that was begun in time and is about to be committed.
        row = await lock(uow, asked)
        await asyncio.wait_for(timers.fire_due(db, HANDLERS), timeout=5)
        await set_state(uow, row, "resolved")
    clock.move(seconds=1)
    await floor.settle()

    assert breaches(await floor.log()) == []
    assert ada


async def test_a_snooze_that_somebody_ends_by_hand_is_not_waited_for(
    floor, db, clock
) -> None:
    await floor.queue("Mail")
    asked = await floor.asks()
    async with db.begin() as uow:
        until = clock.now + timedelta(minutes=5)
        await set_state(uow, await lock(uow, asked), "snoozed", until=until)
    clock.move(minutes=5)

    async with db.begin() as uow:
        row = await lock(uow, asked)
        await asyncio.wait_for(timers.fire_due(db, HANDLERS), timeout=5)
        await set_state(uow, row, "open")
    clock.move(seconds=1)
    await floor.settle()

    woken = [
        event.data["because"]
        for event in await floor.log()
        if event.kind == "conversation.state_changed"
    ]
    assert woken == ["", ""]


@pytest.mark.parametrize("tries", range(5))
async def test_answer_and_deadline_at_once_agree(floor, db, clock, tries) -> None:
    ada = await floor.agent("Ada", state="break")
    await floor.queue("Mail")
    asked = [await floor.asks() for _ in range(6)]
    clock.move(seconds=HOUR)

    await asyncio.gather(
        timers.fire_due(db, HANDLERS),
        *(floor.answers(one, ada) for one in asked),
        timers.fire_due(db, HANDLERS),
    )
    clock.move(seconds=1)
    await floor.settle()

    # Answered at the very second: in time, unless the deadline had been told before.
    told = {event.state["conversation"]["id"] for event in breaches(await floor.log())}
    late = {one.conversation_id for one in await clocks(db) if not one.in_time}
    assert told == late
    async with db.read() as session:
        left = await session.scalars(
            select(DueRow.key).where(DueRow.kind == "sla.first_response")
        )
        assert list(left) == []
