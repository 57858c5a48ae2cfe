"""Calls as they go on, end, and are told of out of order."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.contracts import CallEvent, HangUp, Ring, TakeMessage
from hub.conversations.entries import lock
from hub.storage.tables import (
    AgentState,
    Call,
    Client,
    Conversation,
    TimelineItem,
)
from tests.hub.desks import an_agent, applied, events, head, tables
from tests.hub.ringing import (
    SETTINGS,
    count,
    fire,
    hear,
    kinds,
    leg,
    said,
    the,
    the_call,
)

OLENA, PETRO = "+380670000001", "+380670000002"


# --- how it goes on


async def test_who_answers_has_the_matter_and_the_client_waits_no_longer(
    db, clock
) -> None:
    olena = await an_agent(db, "Olena", OLENA)
    await hear(db, said("ringing"))
    clock.move(seconds=8)
    before, seq = await tables(db), await head(db)

    outcome = await hear(db, leg("answered", agent_number=OLENA, leg_id="L1"))

    assert outcome.fresh
    conversation, item = await the(db, Conversation), await the(db, Call)
    assert conversation.assignee_id == olena
    assert conversation.waiting_since is None
    assert conversation.first_responded_at == clock.now
    assert conversation.snippet == "On the phone with Olena"
    assert item.state == "answered"
    log = await events(db, seq)
    (answered,) = (one for one in log if one["kind"] == "call.answered")
    assert answered["data"]["agent_id"] == olena
    assert answered["data"]["waited_s"] == 8
    assert answered["data"]["first_response"] is True
    assert answered["actor"] == {"kind": "agent", "id": olena, "name": "Olena"}
    # Nobody needs to be told of what he did himself.
    assert "notification.added" not in [one["kind"] for one in log]
    after = await tables(db)
    assert applied(before, log) == after
    assert after["agent"][olena]["on_call"] is True


async def test_the_next_agent_is_rung_and_then_a_message_is_taken(db, clock) -> None:
    olena = await an_agent(db, "Olena", OLENA)
    clock.move(seconds=1)
    await an_agent(db, "Petro", PETRO)
    first = await hear(db, said("ringing"))

    second = await hear(db, said("agent_missed", leg_id="L1"))
    again = await hear(db, said("agent_missed", leg_id="L1"))
    third = await hear(db, said("agent_missed", leg_id="L2"))
    last = await hear(db, said("agent_missed", leg_id="L2"))

    assert [first.directive.number, second.directive.number] == [OLENA, PETRO]
    # He was greeted already.
    assert second.directive.greeting == ""
    assert (again.directive, again.fresh) == (second.directive, False)
    assert third.directive == TakeMessage(
        greeting=(
            "Everybody is busy right now. Leave your message after the tone, "
            "and we will call you back."
        ),
        limit=timedelta(minutes=3),
    )
    assert (last.directive, last.fresh) == (third.directive, False)
    log = [one for one in await events(db) if one["kind"].startswith("call.")]
    assert [one["kind"] for one in log] == [
        "call.ringing",
        "call.passed_on",
        "call.ringing",
        "call.passed_on",
    ]
    assert log[1]["data"]["agent_id"] == olena
    assert (await the(db, Call)).agent_id is None


async def test_no_more_agents_are_rung_than_the_settings_say(db) -> None:
    for number in range(5):
        await an_agent(db, f"Agent{number}", f"+38067000000{number}")
    outcome = await hear(db, said("ringing"))
    rung = 0
    while isinstance(outcome.directive, Ring):
        rung += 1
        outcome = await hear(db, said("agent_missed", leg_id=f"L{rung}"))

    assert rung == SETTINGS.calls.ring_tries


async def test_an_agent_is_free_again_when_his_call_is_over(db) -> None:
    await an_agent(db, "Olena", OLENA)
    await hear(db, said("ringing"))
    await hear(db, leg("answered", agent_number=OLENA))
    during = await hear(db, said("ringing", "CA2", caller="+380501112299"))
    await hear(db, said("ended"))

    after = await hear(db, said("ringing", "CA3", caller="+380501112288"))

    assert isinstance(during.directive, TakeMessage)
    assert isinstance(after.directive, Ring)


async def test_a_call_that_nobody_answers_waits_to_be_called_back(db, clock) -> None:
    await an_agent(db, "Olena", OLENA)
    await hear(db, said("ringing"))
    clock.move(seconds=15)

    outcome = await hear(db, said("ended"))

    assert outcome.fresh
    conversation, item = await the(db, Conversation), await the(db, TimelineItem)
    assert conversation.state == "open"
    assert conversation.waiting_since is not None
    assert conversation.snippet == "Missed call. Call back"
    assert (item.data["state"], item.data["agent_id"]) == ("missed", None)
    log = await events(db)
    assert log[-1]["kind"] == "call.missed"
    assert log[-1]["data"]["waited_s"] == 15


async def test_a_message_is_thanked_for_and_waits_to_be_called_back(db) -> None:
    await hear(db, said("ringing"))

    left = await hear(
        db,
        said(
            "voicemail",
            recording_id="RE1",
            recording_url="https://keeper.example/RE1",
            duration=timedelta(seconds=12),
        ),
    )
    await hear(db, said("ended"))

    assert isinstance(left.directive, HangUp)
    assert left.directive.greeting == "Thank you. We will call you back. Goodbye."
    conversation, item = await the(db, Conversation), await the(db, TimelineItem)
    assert conversation.waiting_since is not None
    assert conversation.snippet == "Left a voice message. Call back"
    assert (item.data["state"], item.data["duration_s"]) == ("voicemail", 12)
    assert (await kinds(db))[-2:] == ["call.voicemail_left", "call.ended"]


async def test_an_ended_talk_tells_its_length(db, clock) -> None:
    await an_agent(db, "Olena", OLENA)
    await hear(db, said("ringing"))
    await hear(db, leg("answered", agent_number=OLENA))
    clock.move(minutes=3)

    await hear(db, said("ended", duration=timedelta(minutes=3)))

    item = await the_call(db)
    assert (item.data["state"], item.data["duration_s"]) == ("ended", 180)
    assert item.data["agent_name"] == "Olena"
    assert (await the(db, Conversation)).snippet == "Call with Olena, 3\u00a0min"


async def test_what_the_client_wrote_meanwhile_still_waits(db, clock) -> None:
    await an_agent(db, "Olena", OLENA)
    await hear(db, said("ringing"))
    conversation = await the(db, Conversation)
    async with db.begin() as uow:
        clock.move(seconds=3)
        row = await lock(uow, conversation.id)
        row.last_at = clock.now
        row.snippet = "and by mail"

    await hear(db, leg("answered", agent_number=OLENA))

    again = await the(db, Conversation)
    assert again.waiting_since is not None
    assert again.first_responded_at is not None
    assert again.snippet == "and by mail"


async def test_a_leg_that_overtakes_its_call_waits_for_it(db, clock) -> None:
    olena = await an_agent(db, "Olena", OLENA)

    await hear(db, leg("answered", agent_number=OLENA))
    await hear(db, leg("answered", agent_number=OLENA))
    assert await count(db, Call) == 0
    await hear(db, said("ringing"))
    clock.move(seconds=11)
    await fire(db)

    call = await the(db, Call)
    assert (call.state, call.agent_id) == ("answered", olena)
    # It says when he answered, not when it was taken in.
    assert call.answered_at == clock.now - timedelta(seconds=11)


async def test_a_leg_without_its_call_is_not_lost(db, clock) -> None:
    await hear(db, leg("recorded", recording_id="RE1", recording_url="https://k/RE1"))
    clock.move(seconds=11)
    await fire(db)

    assert (await the(db, Client)).name == "Unknown caller"
    assert (await the(db, Call)).recording_id == "RE1"


async def test_a_call_whose_end_nobody_told_ends_by_itself(db, clock) -> None:
    await an_agent(db, "Olena", OLENA)
    await hear(db, said("ringing"))
    clock.move(minutes=5)
    assert await fire(db) == 0
    clock.move(minutes=1)
    assert await fire(db) == 1

    assert (await the(db, Call)).state == "missed"
    assert isinstance((await hear(db, said("ringing", "CA2"))).directive, Ring)


async def test_a_long_talk_is_left_alone_for_hours(db, clock) -> None:
    await an_agent(db, "Olena", OLENA)
    await hear(db, said("ringing"))
    await hear(db, leg("answered", agent_number=OLENA))
    clock.move(hours=3)
    assert await fire(db) == 0
    clock.move(hours=2)
    assert await fire(db) == 1

    assert (await the(db, Call)).state == "ended"
    assert await fire(db) == 0


# --- in any order, as often as it likes


TALK = [
    said("ringing"),
    said("agent_missed", leg_id="L1"),
    leg("answered", agent_number=PETRO, leg_id="L2"),
    said("answered", leg_id="L2", duration=timedelta(seconds=60)),
    said("ended", duration=timedelta(seconds=90)),
    leg("recorded", recording_id="RE1", recording_url="https://keeper.example/RE1"),
]

MESSAGE = [
    said("ringing"),
    said("agent_missed", leg_id="L1"),
    said("voicemail", recording_id="RE2", recording_url="https://keeper.example/RE2"),
    leg("recorded", recording_id="RE2", recording_url="https://keeper.example/RE2"),
    said("ended"),
]

GIVEN_UP = [said("ringing"), said("agent_missed", leg_id="L1"), said("ended")]


@pytest.mark.parametrize(
    ("story", "ends"),
    [(TALK, "ended"), (MESSAGE, "voicemail"), (GIVEN_UP, "missed")],
    ids=["talk", "message", "given up"],
)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
async def test_a_call_ends_the_same_in_any_order(db, clock, story, ends, data) -> None:
    order = data.draw(
        st.permutations(story + data.draw(st.lists(st.sampled_from(story), max_size=4)))
    )
    if await count(db, AgentState) == 0:
        await an_agent(db, "Olena", OLENA)
        await an_agent(db, "Petro", PETRO)
    name = f"CA{await head(db)}"
    seq, before = await head(db), await tables(db)

    for event in order:
        clock.move(seconds=1)
        await hear(db, replaced(event, name))
    clock.move(seconds=11)
    await fire(db)

    async with db.read() as session:
        call = (
            await session.scalars(select(Call).where(Call.external_id == name))
        ).one()
        item = await session.get_one(TimelineItem, call.item_id)
        conversation = await session.get_one(Conversation, call.conversation_id)
    assert (call.state, item.data["state"]) == (ends, ends)
    assert (conversation.waiting_since is None) == (ends == "ended")
    assert (conversation.assignee_id is not None) == (ends == "ended")
    assert item.data["agent_name"] == ("Petro" if ends == "ended" else "")
    assert call.recording_id == (story[-1].recording_id or story[2].recording_id or "")
    log = await events(db, seq)
    happened = Counter(one["kind"] for one in log)
    assert happened["call.answered"] == (ends == "ended")
    assert happened["call.ended"] == (ends != "missed")
    assert happened["call.voicemail_left"] <= 1
    shown = await tables(db)
    for part, views in applied(before, log).items():
        for one, view in views.items():
            assert view == shown[part][one]
        assert views.keys() == shown[part].keys()
    assert waiting(log) == (ends != "ended")


def replaced(event, name) -> CallEvent:
    """Make it a callback of another call by another client."""
    digits = name.removeprefix("CA").zfill(7)
    caller = f"+38050{digits}" if event.caller else ""
    return replace(event, external_id=name, caller=caller)


def waiting(log) -> bool:
    """Count who waits as a screen does, from where each conversation was and is."""
    number = 0
    for event in log:
        was = event["data"].get("was")
        if was is not None:
            now = event["state"]["conversation"]
            number += (now["waiting_since"] is not None) - was["waiting"]
    assert number in {0, 1}
    return bool(number)
