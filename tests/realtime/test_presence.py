"""Who looks at a conversation, and who writes in it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.realtime.stand import PATIENCE, Screen, Watcher, becomes, standing


async def look(screen: Screen, conversation_id: int | None) -> None:
    answer = await screen.ask("presence", {"conversation_id": conversation_id})
    assert answer["ok"]


async def test_those_who_look_at_one_conversation_see_each_other(stand, screen) -> None:
    olena, petro = await screen(stand, "1"), await screen(stand, "2")

    await look(olena, 7)
    assert await olena.next("presence") == {"conversation_id": 7, "accounts": [1]}
    await look(petro, 7)

    both = {"conversation_id": 7, "accounts": [1, 2]}
    assert await olena.next("presence") == both
    assert await petro.next("presence") == both


@pytest.mark.parametrize("way", ["turns away", "looks elsewhere", "disconnects"])
async def test_who_leaves_is_seen_to_leave(stand, screen, way) -> None:
    olena, petro = await screen(stand, "1"), await screen(stand, "2")
    await look(olena, 7)
    await look(petro, 7)
    while (await olena.next("presence"))["accounts"] != [1, 2]:
        pass

    if way == "disconnects":
        await petro.close()
    else:
        await look(petro, None if way == "turns away" else 8)

    assert await olena.next("presence") == {"conversation_id": 7, "accounts": [1]}


async def test_a_second_screen_of_one_account_changes_nothing_for_others(
    stand, screen
) -> None:
    olena, first, second = [await screen(stand, who) for who in ("1", "2", "2")]
    for one in (olena, first, second):
        await look(one, 7)
    assert (await second.next("presence"))["accounts"] == [1, 2]

    await look(second, None)
    await look(first, None)

    told = [(await olena.next("presence"))["accounts"] for _ in range(3)]
    assert told == [[1], [1, 2], [1]]


async def test_others_see_who_writes_and_he_does_not(stand, screen) -> None:
    olena, petro = await screen(stand, "1"), await screen(stand, "2")
    await look(olena, 7)
    await look(petro, 7)

    await olena.ask("typing", {"conversation_id": 7, "kind": "reply", "item_id": 70})
    await petro.ask("typing", {"conversation_id": 7, "kind": "note"})

    reply = {"conversation_id": 7, "account_id": 1, "kind": "reply", "item_id": 70}
    note = {"conversation_id": 7, "account_id": 2, "kind": "note"}
    assert await petro.next("typing") == reply
    assert await olena.next("typing") == note


async def test_writing_ends_when_nothing_is_written_any_more(
    stand, screen, clock
) -> None:
    olena, petro = await screen(stand, "1"), await screen(stand, "2")
    await look(olena, 7)
    await look(petro, 7)
    await olena.ask("typing", {"conversation_id": 7, "kind": "reply"})
    assert (await petro.next("typing"))["kind"] == "reply"

    clock.move(seconds=4)
    await olena.ask("typing", {"conversation_id": 7, "kind": "reply"})
    assert (await petro.next("typing"))["kind"] == "reply"
    clock.move(seconds=4)
    await stand.live.presence.sweep()
    assert petro.got.empty()
    clock.move(seconds=2)
    await stand.live.presence.sweep()

    assert (await petro.next("typing"))["kind"] is None


async def test_writing_ends_with_the_screen_it_is_written_on(stand, screen) -> None:
    olena, petro = await screen(stand, "1"), await screen(stand, "2")
    await look(olena, 7)
    await look(petro, 7)
    await olena.ask("typing", {"conversation_id": 7, "kind": "reply"})

    await olena.close()

    assert (await petro.next("typing"))["kind"] == "reply"
    assert (await petro.next("typing"))["kind"] is None


async def test_who_comes_later_sees_who_writes_already(stand, screen) -> None:
    olena, petro = await screen(stand, "1"), await screen(stand, "2")
    await look(olena, 7)
    await olena.ask("typing", {"conversation_id": 7, "kind": "note"})

    await look(petro, 7)

    assert (await petro.next("typing"))["kind"] == "note"


async def test_writing_elsewhere_than_one_looks_concerns_nobody(stand, screen) -> None:
    olena, petro = await screen(stand, "1"), await screen(stand, "2")
    await look(petro, 7)

    await olena.ask("typing", {"conversation_id": 7, "kind": "reply"})
    await look(olena, 7)

    assert (await petro.next("presence"))["accounts"] == [2]
    assert (await petro.next("presence"))["accounts"] == [1, 2]
    assert petro.got.empty()


SENSELESS = [
    ("presence", {}),
    ("presence", {"conversation_id": 0}),
    ("presence", {"conversation_id": "7"}),
    ("presence", {"conversation_id": 2**63}),
    ("typing", {"conversation_id": 7, "kind": "shout"}),
    ("typing", {"conversation_id": 7, "kind": ["reply"]}),
    ("typing", {"kind": "reply"}),
]


async def test_what_makes_no_sense_is_refused(stand, screen) -> None:
    desk = await screen(stand)

    for event, said in SENSELESS:
        assert (await desk.ask(event, said))["code"] == "invalid", (event, said)


async def test_it_is_known_whose_screens_are_open(run, screen) -> None:
    watcher = Watcher()
    stand = await run(watcher=watcher, heartbeat=timedelta(milliseconds=10))

    first = await screen(stand, "3")
    async with asyncio.timeout(PATIENCE):
        assert await watcher.told.get() == (3, 1)
        second = await screen(stand, "3")
        assert await watcher.told.get() == (3, 2)
        assert await watcher.alive.get() == {3}
        await first.close()
        assert await watcher.told.get() == (3, 1)
        await second.close()
        assert await watcher.told.get() == (3, 0)


async def test_a_program_is_no_screen_that_somebody_sits_at(run, screen) -> None:
    watcher = Watcher()
    stand = await run(watcher=watcher)
    stand.people.agents["4"] = replace(stand.people.agents["4"], program=True)

    program = await screen(stand, "4")
    await screen(stand, "3")

    async with asyncio.timeout(PATIENCE):
        assert await watcher.told.get() == (3, 1)
    assert (await program.follow(0))["ok"]
    await stand.live.screens.beat()
    assert watcher.alive.get_nowait() == {3}


async def test_a_report_that_fails_is_made_again(run, screen) -> None:
    class Failing(Watcher):
        tries = 0

        async def screens_changed(self, account_id, count):
            self.tries += 1
            if self.tries == 1:
                raise OSError
            await super().screens_changed(account_id, count)

    watcher = Failing()
    stand = await run(watcher=watcher)
    await screen(stand, "3")

    await becomes(lambda: watcher.tries)
    await stand.live.screens.report()

    assert watcher.told.get_nowait() == (3, 1)


async def test_the_end_of_a_process_is_not_taken_for_everybodys_leaving(
    db, stack, screen
) -> None:
    watcher = Watcher()
    async with standing(db, watcher=watcher) as stand:
        desk = await screen(stand, "3")
        async with asyncio.timeout(PATIENCE):
            assert await watcher.told.get() == (3, 1)
    async with asyncio.timeout(PATIENCE):
        await desk.gone.wait()

    assert watcher.told.empty()


@pytest.mark.parametrize("request_name", ["presence", "typing"])
async def test_who_may_not_read_does_not_learn_who_does(
    stand, screen, request_name
) -> None:
    olena = await screen(stand, "1")
    await look(olena, 7)
    stand.people.agents["2"] = replace(
        stand.people.agents["2"], topics=frozenset(), program=True
    )
    program = await screen(stand, "2")

    answer = await program.ask(request_name, {"conversation_id": 7, "kind": "reply"})

    assert answer == {"ok": False, "code": "forbidden"}
    assert await olena.next("presence") == {"conversation_id": 7, "accounts": [1]}
