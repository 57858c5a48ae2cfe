"""Calls: on the timeline once, ringing one agent each, ending as they ended."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.calls.live import calls_ringing
from hub.contracts import Ring, TakeMessage
from hub.conversations.changes import set_state
from hub.conversations.entries import lock
from hub.storage.tables import (
    Call,
    Client,
    Conversation,
    Queue,
    QueueMember,
    TimelineItem,
)
from tests.hub.desks import an_agent, events, head, tables
from tests.hub.ringing import count, hear, kinds, said, the

OLENA, PETRO = "+380670000001", "+380670000002"


# --- what a screen begins with


async def test_a_screen_begins_with_the_calls_that_ring_or_leave_a_message(db) -> None:
    async def shown() -> list[tuple[str, bool]]:
        async with db.read() as session:
            calls = await calls_ringing(session)
        return [(one.data["state"], one.data["taking_message"]) for one in calls]

    await an_agent(db, "Olena", OLENA)
    await hear(db, said("ringing"))
    assert await shown() == [("ringing", False)]

    await hear(db, said("agent_missed", leg_id="one"))
    assert await shown() == [("ringing", True)]

    await hear(db, said("ended"))
    assert await shown() == []


# --- the first ring


async def test_a_ring_opens_a_matter_and_rings_an_agent(db) -> None:
    olena = await an_agent(db, "Olena", OLENA)

    outcome = await hear(db, said("ringing"))

    assert outcome.directive == Ring(
        number=OLENA,
        timeout=timedelta(seconds=20),
        greeting="Thank you for calling Lark & Sons. One moment, we are connecting you.",
    )
    conversation, item = await the(db, Conversation), await the(db, TimelineItem)
    assert (conversation.state, conversation.channel) == ("open", "phone")
    assert conversation.waiting_since is not None
    assert conversation.snippet == "Calling now"
    assert (item.kind, item.direction, item.address) == (
        "call",
        "in",
        "+380 50 111 2233",
    )
    assert item.data["state"] == "ringing"
    assert (item.data["agent_id"], item.data["agent_name"]) == (olena, "Olena")
    log = await events(db)
    assert [one["kind"] for one in log if not one["kind"].startswith("queue.")] == [
        "client.created",
        "conversation.opened",
        "interaction.added",
        "call.ringing",
    ]
    assert log[-1]["data"]["agent_id"] == olena
    assert log[-1]["data"]["caller"] == "+380 50 111 2233"


async def test_a_repeated_ring_changes_nothing_and_hears_the_same(db) -> None:
    await an_agent(db, "Olena", OLENA)
    await an_agent(db, "Petro", PETRO)
    first = await hear(db, said("ringing"))
    before, seq = await tables(db), await head(db)

    again = await hear(db, said("ringing"))

    assert (first.fresh, again.fresh) == (True, False)
    assert again.directive == first.directive
    assert (await tables(db), await head(db)) == (before, seq)


async def test_who_was_asked_for_a_message_is_not_put_through_after_all(db) -> None:
    first = await hear(db, said("ringing"))
    await an_agent(db, "Olena", OLENA)

    again = await hear(db, said("ringing"))

    assert isinstance(first.directive, TakeMessage)
    assert again.directive == first.directive
    assert (await the(db, TimelineItem)).data["taking_message"] is True


async def test_twenty_deliveries_of_one_ring_are_one_call(db) -> None:
    await an_agent(db, "Olena", OLENA)
    await an_agent(db, "Petro", PETRO)

    outcomes = await asyncio.gather(*(hear(db, said("ringing")) for _ in range(20)))

    assert sum(one.fresh for one in outcomes) == 1
    assert len({one.directive for one in outcomes}) == 1
    for table in (Call, TimelineItem, Conversation, Client):
        assert await count(db, table) == 1
    assert Counter(await kinds(db))["call.ringing"] == 1


async def test_two_calls_at_once_never_ring_the_same_agent(db) -> None:
    # The first call makes the first queue, and the others would wait for that.
    await hear(db, said("ringing", "CA0"))
    await hear(db, said("ended", "CA0"))
    await an_agent(db, "Olena", OLENA)
    await an_agent(db, "Petro", PETRO)

    outcomes = await asyncio.gather(
        *(
            hear(db, said("ringing", f"CA{n}", caller=f"+38050111220{n}"))
            for n in range(1, 7)
        )
    )

    rung = [one.directive.number for one in outcomes if isinstance(one.directive, Ring)]
    assert sorted(rung) == [OLENA, PETRO]
    assert sum(isinstance(one.directive, TakeMessage) for one in outcomes) == 4


async def test_agents_are_rung_in_turn(db, clock) -> None:
    await an_agent(db, "Olena", OLENA)
    await an_agent(db, "Petro", PETRO)
    rung = []
    for number in range(4):
        clock.move(minutes=1)
        outcome = await hear(db, said("ringing", f"CA{number}"))
        rung.append(outcome.directive.number)
        await hear(db, said("ended", f"CA{number}"))

    assert rung == [OLENA, PETRO, OLENA, PETRO]


async def test_only_members_of_the_queue_are_rung(db) -> None:
    await an_agent(db, "Olena", OLENA)
    petro = await an_agent(db, "Petro", PETRO)
    async with db.begin() as uow:
        queue = Queue(
            name="Calls",
            channels=["phone"],
            first_response=timedelta(minutes=1),
            goal=0.8,
            fallback=True,
            created_at=uow.now,
        )
        uow.session.add(queue)
        await uow.session.flush()
        uow.session.add(QueueMember(queue_id=queue.id, account_id=petro))

    outcome = await hear(db, said("ringing"))

    assert outcome.directive.number == PETRO


@pytest.mark.parametrize("state", ["wrap", "break", "offline"])
async def test_who_is_not_available_is_not_rung(db, state) -> None:
    await an_agent(db, "Olena", OLENA, state)

    assert isinstance((await hear(db, said("ringing"))).directive, TakeMessage)


async def test_a_caller_is_spoken_to_in_his_language(db) -> None:
    await hear(db, said("ringing"))
    async with db.begin() as uow:
        (await uow.session.scalars(select(Client))).one().locale = "uk"

    outcome = await hear(db, said("ringing"))

    assert outcome.locale == "uk"
    assert outcome.directive.greeting.startswith("Зараз усі зайняті")


async def test_a_hidden_number_is_a_client_of_its_own_every_time(db) -> None:
    await hear(db, said("ringing", "CA1", caller=""))
    await hear(db, said("ringing", "CA2", caller=""))
    await hear(db, said("ringing", "CA2", caller=""))

    async with db.read() as session:
        names = list(await session.scalars(select(Client.name)))
    assert names == ["Unknown caller", "Unknown caller"]
    assert await count(db, Conversation) == 2


async def test_a_call_joins_the_matter_under_way_and_opens_it(db, clock) -> None:
    await hear(db, said("ringing"))
    await hear(db, said("ended"))
    conversation = await the(db, Conversation)
    async with db.begin() as uow:
        await set_state(uow, await lock(uow, conversation.id), "resolved")
    clock.move(days=2)

    await hear(db, said("ringing", "CA2"))

    again = await the(db, Conversation)
    assert (again.id, again.state) == (conversation.id, "open")
    assert again.waiting_since == clock.now
