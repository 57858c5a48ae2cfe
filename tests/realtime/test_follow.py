"""Following the log: everything, once, in order, and nothing that is not one's own."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.realtime.stand import Counted, Whispered


async def test_a_screen_that_was_away_catches_up_in_order(stand, screen) -> None:
    for number in range(5):
        await stand.log(Counted(number=number))
    desk = await screen(stand)

    answer = await desk.follow(2)

    assert answer["ok"]
    assert 2 <= answer["head"] <= 5
    assert await desk.until(5) == [3, 4, 5]


async def test_what_happens_now_arrives_at_once(stand, screen) -> None:
    desk = await screen(stand)
    await desk.follow(0)

    await stand.log(Counted(number=1))

    assert await desk.until(1) == [1]
    assert desk.events[0]["kind"] == "test.counted_live"
    assert desk.events[0]["data"] == {"number": 1}


async def test_a_unit_of_many_events_is_one_frame(stand, screen) -> None:
    desk = await screen(stand)
    await desk.follow(0)

    await stand.log(*(Counted(number=number) for number in range(30)))
    frame = await desk.next("events")

    assert [event["seq"] for event in frame["events"]] == list(range(1, 31))
    assert frame["cursor"] == 30


async def test_frames_stay_below_their_size_and_name_their_own_cursor(
    run, screen
) -> None:
    stand = await run(max_frame_bytes=1024)
    desk = await screen(stand)
    await desk.follow(0)
    said = [Whispered(to=("staff",), text="x" * 300) for _ in range(9)]

    await stand.log(*said)

    seen, frames = [], 0
    while not seen or seen[-1] < 9:
        frame = await desk.next("events")
        frames += 1
        seen += [event["seq"] for event in frame["events"]]
        assert frame["cursor"] == seen[-1]
    assert seen == list(range(1, 10))
    assert frames > 2


async def test_to_follow_again_starts_anew(stand, screen) -> None:
    for number in range(4):
        await stand.log(Counted(number=number))
    desk = await screen(stand)
    await desk.follow(0)
    await desk.until(4)
    desk.events.clear()

    await desk.follow(1)
    for number in (5, 6):
        await stand.log(Counted(number=number))
        await desk.until(number)

    assert await desk.until(6) == [2, 3, 4, 5, 6]


async def test_two_screens_at_different_places_meet(run, screen) -> None:
    stand = await run()
    await stand.log(*(Counted(number=number) for number in range(1200)))
    early, late = await screen(stand, "1"), await screen(stand, "2")

    await early.follow(0)
    await late.follow(700)
    await stand.log(Counted(number=0))

    assert await early.until(1201) == list(range(1, 1202))
    assert await late.until(1201) == list(range(701, 1202))


@pytest.mark.parametrize("cursor", [1, 1000, 2**62])
async def test_a_cursor_that_the_log_never_gave_is_lost(stand, screen, cursor) -> None:
    desk = await screen(stand)

    assert await desk.follow(cursor) == {"ok": False, "code": "cursor_lost"}


async def test_a_cursor_below_what_is_kept_is_lost(stand, screen) -> None:
    await stand.log(*(Counted(number=number) for number in range(5)))
    async with stand.db.begin() as uow:
        await uow.session.execute(text("UPDATE log_head SET floor = 3"))
    desk = await screen(stand)

    assert await desk.follow(2) == {"ok": False, "code": "cursor_lost"}
    assert (await desk.follow(3))["ok"]


async def test_a_screen_too_far_behind_must_load_afresh(run, screen) -> None:
    stand = await run(max_behind=100)
    witness = await screen(stand, "2")
    await witness.follow(0)
    await stand.log(*(Counted(number=number) for number in range(101)))
    await witness.until(101)
    desk = await screen(stand)

    assert await desk.follow(0) == {"ok": False, "code": "cursor_lost"}
    assert (await desk.follow(1))["ok"]


async def test_a_screen_may_know_more_than_this_process_does(run, screen) -> None:
    stand = await run(notify=False, poll=timedelta(hours=1))
    seen_first = await screen(stand)
    await seen_first.follow(0)
    stand.live.reader.nudge = lambda: None
    stand.db._on_events.clear()
    await stand.log(Counted(number=1), Counted(number=2))

    answer = await seen_first.follow(1)
    await stand.live.reader._step()

    assert answer["ok"]
    assert await seen_first.until(2) == [2]


async def test_what_is_for_one_account_reaches_only_him(stand, screen) -> None:
    mine, his = await screen(stand, "1"), await screen(stand, "2")
    await mine.follow(0)
    await his.follow(0)

    await stand.log(Whispered(to=("account:2",)))
    await stand.log(Counted(number=1))

    assert await his.until(2) == [1, 2]
    assert await mine.until(2) == [2]


async def test_a_client_learns_only_that_something_of_his_changed(
    stand, screen
) -> None:
    page = await screen(stand, namespace="/portal", auth={"token": "link-7"})
    await page.follow(0)

    await stand.log(
        Counted(number=1),
        Whispered(to=("staff", "client:7"), text="what staff says of him"),
        Whispered(to=("client:8",)),
    )
    frame = await page.next("events")

    assert frame == {"events": [{"seq": 2, "kind": "test.whispered"}], "cursor": 3}


async def test_staffs_topics_stay_closed_to_clients_whatever_the_wiring_says(
    stand, screen
) -> None:
    viewer = stand.people.clients["link-7"]
    stand.people.clients["link-7"] = type(viewer)(
        topics=frozenset({"staff", "account:1", "client:7"})
    )
    page = await screen(stand, namespace="/portal", auth={"token": "link-7"})
    await page.follow(0)

    await stand.log(Counted(number=1), Whispered(to=("account:1",)))
    await stand.log(Whispered(to=("client:7",)))
    frame = await page.next("events")

    assert [event["seq"] for event in frame["events"]] == [3]


async def test_who_saw_nothing_is_told_how_far_the_log_is(run, screen) -> None:
    stand = await run(cursor_every=timedelta(milliseconds=20))
    desk = await screen(stand)
    await desk.follow(0)

    await stand.log(*(Whispered(to=("account:99",)) for _ in range(7)))
    frame = await desk.next("events")

    assert frame == {"events": [], "cursor": 7}
