"""Who is there, and what becomes of the work of those who are not."""

from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from hub.conversations import changes
from hub.errors import InvalidError, NotFoundError
from hub.queues import presence
from hub.storage.due import Claim
from hub.storage.tables import Account, DueRow
from tests.hub.floor import SETTINGS, Floor

VANISHED = SETTINGS.vanish_after + timedelta(seconds=1)


@pytest_asyncio.fixture
async def floor(db):
    return Floor(db)


async def state_of(floor: Floor, account_id: int) -> str:
    return (await floor.look())["agent"][account_id]["state"]


async def test_an_agent_is_available_when_he_is_here_the_first_time(floor) -> None:
    ada = await floor.agent("Ada", state=None)
    mona = await floor.agent("Mona", role="manager", state=None)

    await floor.seen(ada, mona)

    assert await state_of(floor, ada) == "available"
    assert await state_of(floor, mona) == "offline"


async def test_who_went_home_and_signs_in_again_has_come_to_work(floor) -> None:
    ada = await floor.agent("Ada")
    mona = await floor.agent("Mona", role="manager")
    for one in (ada, mona):
        await floor.db.run(
            lambda uow, one=one: presence.set_state(
                uow, one, "offline", settings=SETTINGS
            )
        )
    await floor.seen(ada, mona)
    stayed = await state_of(floor, ada)

    for one in (ada, mona):
        await floor.db.run(lambda uow, one=one: presence.arrive(uow, one))
    await floor.seen(ada, mona)

    assert stayed == "offline"
    assert await state_of(floor, ada) == "available"
    assert await state_of(floor, mona) == "offline"


async def test_his_first_sign_brings_him_what_waits(floor) -> None:
    ada = await floor.agent("Ada", state=None)
    await floor.queue("Mail")
    asked = await floor.asks()

    await floor.seen(ada)
    await floor.settle()

    assert await floor.assignees() == {asked: ada}


async def test_an_agent_vanishes_at_his_second_and_not_before(floor, clock) -> None:
    ada = await floor.agent("Ada")

    clock.now += SETTINGS.vanish_after - timedelta(seconds=1)
    await floor.settle()
    before = await state_of(floor, ada)
    clock.move(seconds=1)
    await floor.settle()

    assert (before, await state_of(floor, ada)) == ("available", "offline")


async def test_who_is_seen_does_not_vanish(floor, clock) -> None:
    ada, boris = await floor.agent("Ada"), await floor.agent("Boris")

    for _ in range(8):
        clock.move(seconds=30)
        await floor.seen(ada)
        await floor.settle()

    assert await state_of(floor, ada) == "available"
    assert await state_of(floor, boris) == "offline"


async def test_a_timer_that_was_taken_up_before_a_sign_came_does_nothing(
    floor, clock, db
) -> None:
    ada = await floor.agent("Ada")
    clock.now += SETTINGS.vanish_after
    claim = Claim(
        id=0,
        kind=presence.VANISH,
        key=f"{presence.VANISH}:{ada}",
        payload={"account_id": ada},
        attempts=1,
        created_at=clock.now,
        first_tried_at=clock.now,
        lease_until=clock.now,
    )
    await floor.seen(ada)

    await floor.do(presence.vanish, claim)

    assert await state_of(floor, ada) == "available"


async def test_the_heartbeats_of_one_agent_are_one_timer(floor, clock, db) -> None:
    ada = await floor.agent("Ada")
    for _ in range(3):
        clock.move(seconds=30)
        await floor.seen(ada, ada)

    async with db.read() as session:
        count = await session.scalar(
            select(func.count()).where(DueRow.kind == presence.VANISH)
        )
    assert count == 1


async def test_a_heartbeat_says_nothing_to_anybody(floor, clock) -> None:
    ada = await floor.agent("Ada")
    before = await floor.log()
    clock.move(seconds=30)

    await floor.seen(ada)

    assert await floor.log() == before


@pytest.mark.parametrize("state", ["available", "wrap", "break"])
async def test_who_comes_back_takes_up_his_state(floor, clock, state) -> None:
    ada = await floor.agent("Ada", state=state)
    clock.now += VANISHED
    await floor.settle()
    gone = await state_of(floor, ada)

    await floor.seen(ada)

    assert (gone, await state_of(floor, ada)) == ("offline", state)


async def test_who_chose_to_be_offline_stays_so(floor, clock) -> None:
    ada = await floor.agent("Ada", state="offline")
    clock.now += VANISHED
    await floor.settle()

    await floor.seen(ada)

    assert await state_of(floor, ada) == "offline"


async def test_unanswered_work_goes_back_and_to_a_colleague(floor, clock) -> None:
    ada = await floor.agent("Ada")
    await floor.queue("Mail")
    asked = await floor.asks()
    await floor.settle()
    boris = await floor.agent("Boris")
    clock.now += VANISHED - timedelta(seconds=5)
    await floor.seen(boris)
    clock.move(seconds=5)

    await floor.settle()

    assert await floor.assignees() == {asked: boris}
    because = [
        event.data["because"]
        for event in await floor.log()
        if event.kind == "conversation.assigned"
    ]
    assert because == ["routed", "vanished", "routed"]
    assert ada != boris


async def test_what_he_has_answered_stays_his(floor, clock) -> None:
    ada = await floor.agent("Ada")
    await floor.queue("Mail")
    asked = await floor.asks()
    await floor.settle()
    await floor.answers(asked, ada)
    await floor.says(asked)
    clock.now += VANISHED

    await floor.settle()

    assert await state_of(floor, ada) == "offline"
    assert await floor.assignees() == {asked: ada}


async def test_what_a_person_gave_him_stays_his(floor, clock) -> None:
    await floor.queue("Mail")
    asked = await floor.asks()
    ada = await floor.agent("Ada", state="break")
    await floor.change(changes.assign, asked, ada)
    clock.now += VANISHED

    await floor.settle()

    assert await state_of(floor, ada) == "offline"
    assert await floor.assignees() == {asked: ada}


async def test_who_goes_offline_himself_gives_it_back_too(floor) -> None:
    ada = await floor.agent("Ada")
    await floor.queue("Mail")
    asked = await floor.asks()
    await floor.settle()

    await floor.become(ada, "offline")
    await floor.settle()

    assert await floor.assignees() == {asked: None}


async def test_who_is_back_at_once_keeps_his_work(floor, clock) -> None:
    ada = await floor.agent("Ada")
    await floor.queue("Mail")
    asked = await floor.asks()
    await floor.settle()

    await floor.become(ada, "offline")
    await floor.become(ada, "available")
    await floor.settle()

    assert await floor.assignees() == {asked: ada}


async def test_a_deactivated_agent_gives_back_all_that_is_open(floor, db) -> None:
    ada = await floor.agent("Ada")
    await floor.queue("Mail")
    asked = [await floor.asks() for _ in range(2)]
    await floor.settle()
    await floor.answers(asked[0], ada)

    async with db.begin() as uow:
        (await uow.session.get_one(Account, ada)).active = False
        await presence.leave(uow, ada)
    await floor.settle()

    assert await floor.assignees() == dict.fromkeys(asked)
    view = (await floor.look())["agent"][ada]
    assert (view["state"], view["active"], view["load"]) == ("offline", False, 0)


async def test_after_the_hub_was_away_everybody_has_time_to_be_seen(
    floor, clock
) -> None:
    ada, boris = await floor.agent("Ada"), await floor.agent("Boris")
    clock.move(hours=1)

    await floor.do(presence.wait_again, settings=SETTINGS)
    await floor.settle()
    clock.move(seconds=30)
    await floor.seen(ada)
    clock.now += SETTINGS.vanish_after - timedelta(seconds=30)
    await floor.settle()

    assert await state_of(floor, ada) == "available"
    assert await state_of(floor, boris) == "offline"


async def test_nobody_gets_work_whose_screens_are_silent(floor, clock) -> None:
    ada = await floor.agent("Ada")
    await floor.queue("Mail")
    clock.now += VANISHED
    asked = await floor.asks()

    await floor.settle()

    assert await floor.assignees() == {asked: None}
    assert await state_of(floor, ada) == "offline"


async def test_there_is_no_other_state_and_nobody_else(floor) -> None:
    ada = await floor.agent("Ada")
    with pytest.raises(InvalidError):
        await floor.become(ada, "asleep")
    with pytest.raises(NotFoundError):
        await floor.become(ada + 1000, "available")
