"""Queues are made and changed, and one of them takes what no other does."""

import asyncio
from datetime import timedelta

import pytest
import pytest_asyncio

from hub.errors import InvalidError, NotFoundError
from hub.queues import queues
from hub.queues.queues import QueueGiven
from tests.hub.floor import Floor


@pytest_asyncio.fixture
async def floor(db):
    return Floor(db)


async def shown(floor: Floor) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in (await floor.look())["queue"].values()}


async def test_the_first_queue_takes_what_no_other_claims(floor) -> None:
    first, second = await floor.queue("Mail"), await floor.queue("Calls")

    assert (first.fallback, second.fallback) == (True, False)


async def test_exactly_one_queue_is_the_fallback(floor) -> None:
    await floor.queue("Mail")
    second = await floor.queue("Calls")

    await floor.do(queues.change, second.id, QueueGiven(fallback=True))

    found = await shown(floor)
    assert [found[name]["fallback"] for name in ("Mail", "Calls")] == [False, True]
    with pytest.raises(InvalidError) as refused:
        await floor.do(queues.change, second.id, QueueGiven(fallback=False))
    assert set(refused.value.details["errors"]) == {"fallback"}


async def test_what_is_not_named_stays(floor) -> None:
    ada = await floor.agent("Ada")
    made = await floor.queue("Mail", (ada,), channels=["email"], goal=0.9)

    changed = await floor.do(queues.change, made.id, QueueGiven(name="  Post  office "))

    assert changed.name == "Post office"
    assert (changed.members, changed.channels, changed.goal) == ([ada], ["email"], 0.9)


async def test_members_can_all_be_taken_away(floor) -> None:
    ada = await floor.agent("Ada")
    made = await floor.queue("Mail", (ada,))

    changed = await floor.do(queues.change, made.id, QueueGiven(members=()))

    assert changed.members == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (QueueGiven(name="  "), "name"),
        (QueueGiven(name="x" * 81), "name"),
        (QueueGiven(name="mail"), "name"),
        (QueueGiven(channels=["email"]), "channels"),
        (QueueGiven(first_response=timedelta(0)), "first_response_s"),
        (QueueGiven(first_response=timedelta(days=31)), "first_response_s"),
        (QueueGiven(goal=0.0), "goal"),
        (QueueGiven(goal=1.1), "goal"),
        (QueueGiven(members=[4711]), "members"),
    ],
)
async def test_what_will_not_do_is_named(floor, given, field) -> None:
    await floor.queue("Mail", channels=["email"])
    other = await floor.queue("Calls")

    with pytest.raises(InvalidError) as refused:
        await floor.do(queues.change, other.id, given)

    assert set(refused.value.details["errors"]) == {field}


async def test_a_new_queue_needs_a_name(floor) -> None:
    with pytest.raises(InvalidError):
        await floor.queue("")


async def test_there_is_no_such_queue(floor) -> None:
    with pytest.raises(NotFoundError):
        await floor.do(queues.change, 4711, QueueGiven(name="Mail"))


async def test_nothing_is_told_when_nothing_changed(floor) -> None:
    made = await floor.queue("Mail", channels=["email"])
    before = await floor.log()

    await floor.do(
        queues.change, made.id, QueueGiven(name="Mail", channels=["email"], goal=0.8)
    )

    assert await floor.log() == before


async def test_of_many_made_at_once_one_is_the_fallback(floor) -> None:
    await asyncio.gather(*(floor.queue(f"Queue {one}") for one in range(8)))

    found = await shown(floor)
    assert len(found) == 8
    assert [one["fallback"] for one in found.values()].count(True) == 1


async def test_of_many_who_claim_a_channel_at_once_one_gets_it(floor) -> None:
    await floor.queue("Mail")

    made = await asyncio.gather(
        *(floor.queue(f"Queue {one}", channels=["sms"]) for one in range(8)),
        return_exceptions=True,
    )

    assert [type(one) for one in made].count(InvalidError) == 7
    found = await shown(floor)
    assert [one["channels"] for one in found.values()].count(["sms"]) == 1


async def test_a_queue_that_makes_itself_is_told_of(floor) -> None:
    asked = await floor.asks()

    (event,) = [one for one in await floor.log() if one.kind == "queue.changed"]
    assert event.state["queue"]["fallback"] is True
    assert (await floor.row(asked)).queue_id == event.state["queue"]["id"]
