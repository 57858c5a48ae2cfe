"""What waits goes to whom it should, once, the moment somebody is free."""

import asyncio
from collections import Counter

import pytest
import pytest_asyncio
from sqlalchemy import select, text

from hub.access import accounts
from hub.contracts import CallMoment
from hub.conversations import changes
from hub.conversations.entries import lock
from hub.queues import dispatch, queues
from hub.queues.queues import QueueGiven
from hub.queues.requests import ROUTE
from hub.queues.routing import next_conversation
from hub.storage import timers
from hub.storage.due import Claim
from hub.storage.tables import DueRow
from tests.hub.floor import HANDLERS, SETTINGS, Floor

_BLOCKED = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
""")


@pytest_asyncio.fixture
async def floor(db):
    return Floor(db)


def claim(queue_id: int, at) -> Claim:
    return Claim(
        id=0,
        kind=ROUTE,
        key=f"{ROUTE}:{queue_id}",
        payload={"queue_id": queue_id},
        attempts=1,
        created_at=at,
        first_tried_at=at,
        lease_until=at,
    )


async def test_what_waits_goes_round_among_those_who_serve_the_queue(floor) -> None:
    ada, boris = await floor.agent("Ada"), await floor.agent("Boris")
    outsider = await floor.agent("Clara")
    await floor.queue("Mail", (ada, boris))
    asked = [await floor.asks() for _ in range(5)]

    await floor.settle()

    has = await floor.assignees()
    assert [has[one] for one in asked] == [ada, boris, ada, boris, None]
    assert outsider not in has.values()


async def test_a_queue_without_members_is_served_by_all(floor) -> None:
    ada, boris = await floor.agent("Ada"), await floor.agent("Boris")
    await floor.queue("Mail")
    for _ in range(2):
        await floor.asks()

    await floor.settle()

    assert set((await floor.assignees()).values()) == {ada, boris}


async def test_only_the_available_get_work(floor) -> None:
    for number, state in enumerate(("wrap", "break", "offline", None)):
        await floor.agent(f"Agent{number}", state=state)
    await floor.queue("Mail")
    asked = await floor.asks()

    await floor.settle()

    assert await floor.assignees() == {asked: None}


async def test_who_becomes_available_gets_what_waits_at_once(floor) -> None:
    ada = await floor.agent("Ada", state="break")
    await floor.queue("Mail")
    asked = await floor.asks()
    await floor.settle()

    await floor.become(ada, "available")
    await floor.settle()

    assert await floor.assignees() == {asked: ada}


@pytest.mark.parametrize("to", ["resolved", "pending"])
async def test_a_freed_hand_is_filled_from_another_queue_of_his(floor, to) -> None:
    ada = await floor.agent("Ada", capacity=1)
    await floor.queue("Mail", (ada,), channels=["email"])
    await floor.queue("Calls", (ada,), channels=["phone"])
    has = await floor.asks("email")
    await floor.settle()
    waits = await floor.asks("phone")
    await floor.settle()
    before = await floor.assignees()

    await floor.change(changes.set_state, has, to)
    await floor.settle()

    assert before == {has: ada, waits: None}
    assert (await floor.assignees())[waits] == ada


async def test_a_hand_freed_by_giving_work_to_a_colleague_is_filled(floor) -> None:
    ada = await floor.agent("Ada", capacity=1)
    boris = await floor.agent("Boris", state="break")
    await floor.queue("Mail")
    first, second = await floor.asks(), await floor.asks()
    await floor.settle()

    await floor.change(changes.assign, first, boris)
    await floor.settle()

    assert await floor.assignees() == {first: boris, second: ada}


async def test_a_new_member_gets_what_waits(floor) -> None:
    ada, boris = await floor.agent("Ada", state="break"), await floor.agent("Boris")
    queue = await floor.queue("Mail", (ada,))
    asked = await floor.asks()
    await floor.settle()
    before = await floor.assignees()

    await floor.do(queues.change, queue.id, QueueGiven(members=(ada, boris)))
    await floor.settle()

    assert before == {asked: None}
    assert await floor.assignees() == {asked: boris}


async def test_a_higher_capacity_is_filled_at_once(floor) -> None:
    ada = await floor.agent("Ada", capacity=1)
    await floor.queue("Mail")
    for _ in range(2):
        await floor.asks()
    await floor.settle()

    await floor.do(accounts.change, ada, {"capacity": 2})
    await floor.settle()

    assert list((await floor.assignees()).values()) == [ada, ada]


async def test_a_call_is_given_to_nobody_while_it_rings(floor) -> None:
    ada = await floor.agent("Ada")
    rung = await floor.rings()
    await floor.settle()
    ringing = await floor.assignees()

    await floor.call(CallMoment.ENDED)
    await floor.settle()

    assert ringing == {rung: None}
    assert await floor.assignees() == {rung: ada}


async def test_work_that_is_not_waited_for_stays_where_it_is(floor) -> None:
    await floor.queue("Mail")
    asked = await floor.asks()
    await floor.change(changes.set_state, asked, "pending")
    await floor.agent("Ada")

    await floor.settle()

    assert await floor.assignees() == {asked: None}


async def test_the_urgent_one_goes_first(floor) -> None:
    await floor.queue("Mail")
    asked = [await floor.asks() for _ in range(3)]
    await floor.change(changes.prioritise, asked[2], "urgent")
    ada = await floor.agent("Ada", capacity=1)

    await floor.settle()

    assert await floor.assignees() == {asked[0]: None, asked[1]: None, asked[2]: ada}


async def test_the_database_sorts_what_waits_as_the_pure_rule_does(
    floor, db, clock
) -> None:
    queue = await floor.queue("Mail")
    ada = await floor.agent("Ada", state="break")
    asked = []
    for number in range(12):
        clock.move(minutes=7)
        asked.append(await floor.asks())
        if number % 3 == 0:
            await floor.answers(asked[-1], ada)
            clock.move(minutes=1)
            await floor.says(asked[-1])
    for number, priority in enumerate(("urgent", "low", "high", "low", "high")):
        await floor.change(changes.prioritise, asked[number * 2], priority)

    async with db.read() as session:
        rows = await dispatch.waiting(session, queue.id, limit=100)

    left, expected = list(rows), []
    while first := next_conversation(left):
        left.remove(first)
        expected.append(first.id)
    assert [one.id for one in rows] == expected
    assert len(expected) == 12


@pytest.mark.parametrize(("capacity", "given"), [(3, 12), (9, 20)])
async def test_twenty_looks_at_once_give_each_to_one_and_nobody_too_much(
    floor, db, capacity, given
) -> None:
    people = [await floor.agent(f"Agent{one}", capacity=capacity) for one in range(4)]
    mail = await floor.queue("Mail", tuple(people), channels=["email"])
    calls = await floor.queue("Calls", tuple(people[:2]), channels=["phone"])
    for one in range(20):
        await floor.asks("email" if one % 3 else "phone")

    async def look(queue_id: int) -> None:
        await db.run(lambda uow: dispatch.route(uow, claim(queue_id, uow.now)))

    await asyncio.gather(*(look((mail.id, calls.id)[one % 2]) for one in range(20)))
    # Whoever found something held by another left a later look behind.
    db.clock.move(seconds=1)
    await floor.settle()

    has = Counter((await floor.assignees()).values())
    log = [
        event.state["conversation"]["id"]
        for event in await floor.log()
        if event.kind == "conversation.assigned"
    ]
    assert all(has[one] <= capacity for one in people)
    assert has[None] == 20 - given
    assert len(log) == len(set(log)) == given


async def test_dispatch_and_people_at_once_leave_true_loads_on_screens(
    floor, db
) -> None:
    people = [await floor.agent(f"Agent{one}", capacity=4) for one in range(3)]
    await floor.queue("Mail", tuple(people))
    asked = [await floor.asks() for _ in range(18)]

    async def close(one: int) -> None:
        await floor.change(changes.set_state, one, "resolved")

    async def take(one: int, account_id: int) -> None:
        await floor.change(changes.assign, one, account_id)

    await asyncio.gather(
        *(timers.fire_due(db, HANDLERS) for _ in range(4)),
        *(close(one) for one in asked[::3]),
        *(take(one, people[one % 3]) for one in asked[1::3]),
    )
    db.clock.move(seconds=1)
    await floor.settle()

    shown = {}
    for event in await floor.log():
        if "agent" in event.state:
            shown[event.state["agent"]["id"]] = event.state["agent"]["load"]
    fresh = {one: view["load"] for one, view in (await floor.look())["agent"].items()}
    assert shown == fresh
    assert sum(fresh.values()) == len(
        [
            one
            for one in (await floor.look())["conversation"].values()
            if one["assignee_id"] and one["state"] == "open"
        ]
    )


async def test_two_units_that_end_at_once_do_not_forget_each_other(floor, db) -> None:
    ada = await floor.agent("Ada", state="break")
    await floor.queue("Mail")

    async with db.engine.connect() as other, db.engine.connect() as watch:
        # Both come as far as they can before either of them commits.
        await other.execute(text("SELECT seq FROM log_head FOR UPDATE"))
        both = asyncio.gather(floor.asks(assignee=ada), floor.asks(assignee=ada))
        async with asyncio.timeout(10):
            while await watch.scalar(_BLOCKED) < 2:
                await watch.rollback()
        await other.rollback()
        await both

    loads = [
        event.data["load"]
        for event in await floor.log()
        if event.kind == "agent.load_changed"
    ]
    assert loads[-2:] == [1, 2]


async def test_what_a_person_took_meanwhile_is_not_given_away(floor, db) -> None:
    ada = await floor.agent("Ada")
    boris = await floor.agent("Boris", state="break")
    await floor.queue("Mail")
    asked = await floor.asks()

    async with db.engine.connect() as other, db.engine.connect() as watch:
        # The look has chosen, and waits for the agent.
        await other.execute(
            text("SELECT 1 FROM accounts WHERE id = :id FOR UPDATE"), {"id": ada}
        )
        look = asyncio.ensure_future(floor.settle())
        async with asyncio.timeout(10):
            while await watch.scalar(_BLOCKED) < 1:
                await watch.rollback()
        await floor.change(changes.assign, asked, boris)
        await other.rollback()
        await look

    assert await floor.assignees() == {asked: boris}


async def test_what_somebody_holds_is_left_alone_and_looked_at_again(
    floor, db, clock
) -> None:
    ada = await floor.agent("Ada")
    await floor.queue("Mail")
    asked = await floor.asks()

    async with db.begin() as uow:
        await changes.rename(uow, await lock(uow, asked), "Held")
        await floor.settle()
        held = await floor.assignees()
    clock.move(seconds=1)
    await floor.settle()

    assert held == {asked: None}
    assert await floor.assignees() == {asked: ada}


async def test_nothing_is_owed_when_all_is_given(floor, db) -> None:
    await floor.agent("Ada")
    await floor.queue("Mail")
    await floor.asks()

    await floor.settle()

    async with db.read() as session:
        rows = await session.scalars(select(DueRow).where(DueRow.kind == ROUTE))
        assert list(rows) == []
    assert SETTINGS.capacity == 2
