"""Several processes on one database, and what they tell each other."""

from datetime import timedelta

import pytest_asyncio
from sqlalchemy import text

from realtime.notify import Notices
from tests.realtime.stand import Counted, becomes, standing

NEVER = timedelta(hours=1)


@pytest_asyncio.fixture
async def pair(run, other_db):
    """Two processes that hear each other and look at nothing by themselves."""

    async def start(**settings):
        first = await run(poll=NEVER, **settings)
        second = await run(other_db, poll=NEVER, **settings)
        for one in (first, second):
            await hearing(one.live.notices)
        return first, second

    return start


async def hearing(notices: Notices) -> None:
    await becomes(lambda: notices.connected)


async def test_what_one_process_logs_is_on_the_screens_of_the_other(
    pair, screen
) -> None:
    first, second = await pair()
    desk = await screen(second)
    await desk.follow(0)

    await first.log(Counted(number=1))

    assert await desk.until(1) == [1]


async def test_without_notices_the_poll_brings_it(run, other_db, screen) -> None:
    first = await run(notify=False)
    second = await run(other_db, notify=False, poll=timedelta(milliseconds=20))
    desk = await screen(second)
    await desk.follow(0)

    await first.log(Counted(number=1))

    assert await desk.until(1) == [1]
    assert not second.live.notices.connected


async def test_what_commits_while_a_notice_is_under_way_is_told_by_the_next(
    pair, screen
) -> None:
    first, second = await pair()
    desk = await screen(second)
    await desk.follow(0)
    heard = 0

    def count() -> None:
        nonlocal heard
        heard += 1
        second.live.reader.nudge()

    second.live.notices._on_log = count

    for _ in range(60):
        first.live.notices.log_grew()
    await first.log(Counted(number=1))

    assert await desk.until(1) == [1]
    # One for those, one for the commit, and one if the line was made anew.
    assert 1 <= heard <= 3


async def test_a_cut_connection_is_made_again_and_nothing_is_missed(
    pair, db, screen
) -> None:
    first, second = await pair()
    desk = await screen(second)
    await desk.follow(0)
    cut = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
        "datname = current_database() AND application_name = 'rozmova-notices'"
    )

    async with db.engine.connect() as connection:
        await connection.execute(cut)
    await first.log(Counted(number=1))

    # Whether by a notice or because of the new connection: it arrives.
    assert await desk.until(1) == [1]
    await hearing(first.live.notices)
    await hearing(second.live.notices)
    await first.log(Counted(number=2))
    assert await desk.until(2) == [1, 2]


async def test_every_connect_makes_the_log_be_read(db) -> None:
    read = []
    notices = Notices(
        db.engine.url,
        node="here",
        on_log=lambda: read.append("the log"),
        on_presence=lambda *_: None,
    )

    await notices.step()
    await notices.step()
    await notices.close()
    await notices.step()
    await notices.close()

    assert read == ["the log", "the log"]


async def test_a_server_that_is_gone_is_tried_with_back_off(db) -> None:
    notices = Notices(
        db.engine.url.set(host="127.0.0.1", port=1, query={}),
        node="here",
        on_log=lambda: None,
        on_presence=lambda *_: None,
    )

    waits = []
    for _ in range(4):
        notices._not_before = 0
        waits.append((await notices.step()).total_seconds())
    again = await notices.step()

    assert waits[0] <= 0.5 < waits[3] <= 4
    assert timedelta() < again <= timedelta(seconds=4)
    assert not notices.connected


async def look(screen, conversation_id) -> None:
    await screen.ask("presence", {"conversation_id": conversation_id})


async def until_seen(screen, accounts) -> None:
    while (await screen.next("presence"))["accounts"] != accounts:
        pass


async def test_screens_of_two_processes_see_each_other(pair, screen) -> None:
    first, second = await pair()
    olena, petro = await screen(first, "1"), await screen(second, "2")
    await look(olena, 7)
    await look(petro, 7)
    await until_seen(olena, [1, 2])
    await until_seen(petro, [1, 2])

    await olena.ask("typing", {"conversation_id": 7, "kind": "reply", "item_id": 70})
    told = await petro.next("typing")
    assert (told["kind"], told["item_id"]) == ("reply", 70)
    await look(olena, None)

    assert (await petro.next("typing"))["kind"] is None
    await until_seen(petro, [2])


async def test_a_process_that_starts_later_learns_who_is_there(
    run, other_db, screen
) -> None:
    first = await run(poll=NEVER)
    olena = await screen(first, "1")
    await look(olena, 7)
    await hearing(first.live.notices)

    second = await run(other_db, poll=NEVER)
    petro = await screen(second, "2")
    await look(petro, 7)

    await until_seen(petro, [1, 2])


async def test_a_process_that_ends_takes_its_screens_along(
    db, other_db, run, stack, screen
) -> None:
    first = await run(poll=NEVER)
    olena = await screen(first, "1")
    await look(olena, 7)
    async with standing(other_db, poll=NEVER) as second:
        petro = await screen(second, "2")
        await look(petro, 7)
        await until_seen(olena, [1, 2])

    await until_seen(olena, [1])


async def test_a_process_that_dies_fades_away(stand, screen, clock) -> None:
    presence = stand.live.presence
    olena = await screen(stand, "1")
    await look(olena, 7)
    presence.heard("dead", {"at": {"7": [9], "8": [9]}})
    await until_seen(olena, [1, 9])

    clock.move(seconds=29)
    presence.heard("alive", {"at": {"7": [5]}})
    await until_seen(olena, [1, 5, 9])
    clock.move(seconds=2)
    await presence.sweep()

    await until_seen(olena, [1, 5])
    assert presence.accounts(8) == []


UNREADABLE = [
    "",
    "{",
    "[]",
    "7",
    '{"node":1',
    '{"at":{}}',
    "null",
    '{"node":"x","at":3}',
]


async def test_a_notice_that_cannot_be_read_is_passed_over(stand) -> None:
    for payload in UNREADABLE:
        stand.live.notices._hear_presence(None, 0, "", payload)

    assert stand.live.presence.accounts(7) == []


async def test_many_viewers_are_told_in_notices_that_postgresql_takes(
    pair, screen
) -> None:
    first, second = await pair()
    ids = range(10_000_000, 10_000_000 + 300)
    told = []
    first.live.presence._tell = told.append
    presence = first.live.presence
    for conversation_id in ids:
        presence.look(_Stub(conversation_id), conversation_id)
        presence.look(_Stub(conversation_id + 1), 1)
    told.clear()

    presence.announce()
    for notice in told:
        first.live.notices.tell(notice)

    there = second.live.presence.accounts
    await becomes(lambda: len(there(1)) == 300)
    await becomes(lambda: there(ids[0]) == [ids[0]] and there(ids[-1]) == [ids[-1]])
    assert len(told) < 20


class _Stub:
    """A screen that shows nothing."""

    def __init__(self, account_id: int) -> None:
        self.viewer = self.line = self
        self.account_id = account_id

    def send(self, frame: bytes) -> None:
        assert frame
