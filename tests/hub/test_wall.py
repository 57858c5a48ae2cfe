"""The wall shows what the tables say, and every number can be traced."""

import asyncio
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import event

from config import Settings
from hub.conversations import changes
from hub.conversations.entries import lock
from hub.reports.evidence import Metric, evidence
from hub.reports.wallboard import Wallboard, WallQueue, WallView
from tests.hub.floor import Floor

SETTINGS = Settings(timezone="Europe/Kyiv")
HOUR = 3600


@pytest_asyncio.fixture
async def floor(db):
    return Floor(db)


class Ticks:
    """A steady clock that moves when somebody pauses."""

    def __init__(self) -> None:
        self.now = 100.0
        self.paused: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.now += seconds


async def wall(db) -> WallView:
    return await Wallboard(db, SETTINGS).view()


async def tile(db) -> WallQueue:
    (one,) = (await wall(db)).queues
    return one


async def traced(db, queue_id: int, metric: Metric):
    async with db.read() as session:
        return await evidence(
            session,
            queue_id,
            metric,
            now=db.clock(),
            timezone=SETTINGS.timezone,
            limit=100,
        )


async def test_an_empty_floor_has_an_empty_wall(db) -> None:
    view = await wall(db)

    assert (view.queues, view.alarms, view.agents) == ([], [], [])


async def test_waiting_counts_clients_who_wait_for_us(floor, db, clock) -> None:
    ada = await floor.agent("Ada", state="break")
    await floor.queue("Mail")
    first = clock.now
    asked = []
    for _ in range(4):
        asked.append(await floor.asks())
        clock.move(minutes=1)
    before = await tile(db)

    await floor.answers(asked[0], ada)
    await floor.change(changes.set_state, asked[1], "resolved")
    after = await tile(db)
    await floor.says(asked[0])
    again = await tile(db)

    assert (before.waiting, before.longest_since) == (4, first)
    assert (after.waiting, after.longest_since) == (2, first + timedelta(minutes=2))
    assert again.waiting == 3


async def test_in_time_now_is_of_those_who_wait_for_a_first_answer(
    floor, db, clock
) -> None:
    await floor.queue("Mail")
    empty = await tile(db)
    await floor.asks()
    clock.move(minutes=45)
    for _ in range(2):
        await floor.asks()
    clock.move(minutes=20)

    # One is five minutes late, and no timer has said so yet.
    assert empty.in_time.now is None
    assert (await tile(db)).in_time.now == pytest.approx(2 / 3)
    await floor.settle()
    assert (await tile(db)).in_time.now == pytest.approx(2 / 3)


async def test_shares_are_of_what_was_decided_then(floor, db, clock) -> None:
    ada = await floor.agent("Ada", state="break")
    queue = await floor.queue("Mail")
    # 09:00 UTC: one in time; two hours later one late; later still two in time.
    await floor.answers(await floor.asks(), ada)
    clock.move(hours=1)
    await floor.asks()
    clock.move(hours=1, minutes=10)
    await floor.settle()
    for _ in range(2):
        await floor.answers(await floor.asks(), ada)

    one = await tile(db)

    assert one.in_time.today == 0.75
    assert one.in_time.half_hour == pytest.approx(2 / 3)
    # 11:10; the deadline passed at 11:00, the first answer came at 09:00.
    assert one.series[-3:] == [0.0, None, 1.0]
    assert one.series[-27] == 1.0
    assert len(await traced(db, queue.id, Metric.TODAY)) == 4
    clock.move(minutes=25)
    assert (await tile(db)).in_time.half_hour == 1.0


async def test_a_new_day_begins_at_the_companys_midnight(floor, db, clock) -> None:
    ada = await floor.agent("Ada", state="break")
    await floor.queue("Mail")
    await floor.answers(await floor.asks(), ada)
    # 23:59:59 in Kyiv.
    clock.move(hours=11, minutes=59, seconds=59)
    before = await tile(db)

    clock.move(seconds=1)
    after = await tile(db)

    assert (before.in_time.today, after.in_time.today) == (1.0, None)


async def test_a_number_keeps_what_it_counted_when_a_matter_comes_back(
    floor, db
) -> None:
    ada = await floor.agent("Ada", state="break")
    await floor.queue("Mail")
    asked = await floor.asks()
    await floor.answers(asked, ada)
    await floor.change(changes.set_state, asked, "resolved")
    before = (await tile(db)).in_time

    async with db.begin() as uow:
        row = await lock(uow, asked)
        await changes.set_state(uow, row, "open", because="message")
    after = (await tile(db)).in_time

    assert before.today == after.today == 1.0
    assert (before.now, after.now) == (None, 1.0)


async def test_every_number_is_the_share_of_its_evidence(floor, db, clock) -> None:
    ada = await floor.agent("Ada", state="break")
    queue = await floor.queue("Mail")
    for number in range(14):
        asked = await floor.asks()
        clock.move(minutes=5 * number)
        await floor.settle()
        if number % 4:
            await floor.answers(asked, ada)
        elif number % 8 == 4:
            await floor.change(changes.set_state, asked, "resolved")

    one = await tile(db)

    assert len(await traced(db, queue.id, Metric.WAITING)) == one.waiting > 0
    for metric in (Metric.NOW, Metric.HALF_HOUR, Metric.TODAY):
        rows = await traced(db, queue.id, metric)
        share = getattr(one.in_time, metric.value)
        in_time = [row.in_time for row in rows].count(True)
        assert rows
        assert share == in_time / len(rows)
        assert [row.at for row in rows] == sorted(row.at for row in rows)


async def test_evidence_comes_in_pages(floor, db, clock) -> None:
    queue = await floor.queue("Mail")
    asked = [await floor.asks() for _ in range(5)]
    found, after = [], None

    while True:
        async with db.read() as session:
            rows = await evidence(
                session,
                queue.id,
                Metric.WAITING,
                now=clock.now,
                timezone="UTC",
                limit=2,
                after=after,
            )
        found += [row.conversation_id for row in rows]
        if not rows:
            break
        after = (rows[-1].at, rows[-1].id)

    assert found == asked


async def test_it_warns_of_waits_shares_and_breaks(floor, db, clock) -> None:
    ada = await floor.agent("Ada", state="break")
    queue = await floor.queue("Mail")
    began = clock.now
    await floor.asks()
    clock.move(hours=1, minutes=4)
    await floor.seen(ada)
    await floor.settle()
    await floor.become(ada, "break")

    alarms = {one.kind: one for one in (await wall(db)).alarms}

    late = began + timedelta(hours=1)
    assert set(alarms) == {"wait", "service", "agent"}
    assert (alarms["wait"].queue_id, alarms["wait"].since) == (queue.id, late)
    assert (alarms["service"].value, alarms["service"].limit) == (0.0, 0.8)
    assert alarms["agent"].agent_id == ada


async def test_only_who_is_here_is_on_the_wall(floor, db) -> None:
    ada = await floor.agent("Ada")
    await floor.agent("Boris", state="offline")
    await floor.agent("Clara", state=None)

    assert [one.id for one in (await wall(db)).agents] == [ada]


async def test_its_cursor_is_of_the_moment_that_it_shows(floor, db) -> None:
    await floor.queue("Mail")
    await floor.asks()

    view = await wall(db)

    assert view.cursor == (await floor.log())[-1].seq


async def test_many_walls_at_once_cost_few_reads(floor, db) -> None:
    await floor.queue("Mail")
    ticks = Ticks()
    board = Wallboard(db, SETTINGS, ticks=ticks, pause=ticks.pause)
    statements = []
    event.listen(
        db.engine.sync_engine,
        "before_cursor_execute",
        lambda *said: statements.append(said[2]),
    )

    views = await asyncio.gather(*(board.view() for _ in range(50)))

    reads = [one for one in statements if "log_head" in one]
    assert len(reads) == 1
    assert len(set(map(id, views))) == 1
    assert len(statements) < 12


async def test_a_wall_that_heard_of_an_event_finds_it(floor, db) -> None:
    await floor.queue("Mail")
    ticks = Ticks()
    board = Wallboard(db, SETTINGS, ticks=ticks, pause=ticks.pause)
    first = await board.view()
    await floor.asks()
    ticks.now += 0.1

    second = await board.view()

    assert (first.queues[0].waiting, second.queues[0].waiting) == (0, 1)
    assert ticks.paused == [pytest.approx(0.15)]
