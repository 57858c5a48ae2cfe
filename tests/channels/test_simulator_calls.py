"""Calls of the simulated Twilio."""

import io
import wave
from datetime import timedelta

import pytest
import pytest_asyncio

from channels import simulator
from channels.simulator.calls import Move
from channels.simulator.state import Stage
from hub.contracts import (
    CallMoment,
    Ring,
    TakeMessage,
)
from hub.errors import (
    PermanentSendError,
    TransientSendError,
)
from tests.channels.stand import AGENT, CLIENT, OURS, SID, TOKEN, listening

AT_ONCE = timedelta(0)


@pytest_asyncio.fixture
async def hub():
    async with listening() as listener:
        yield listener


@pytest_asyncio.fixture
async def stage(hub):
    stand_in = simulator.build(
        hub.url,
        SID,
        TOKEN,
        numbers=[OURS],
        support="help@hub.test",
        behaviour=simulator.Behaviour(delay=AT_ONCE),
    )
    async with stand_in.alone():
        hub.connect(stand_in.twilio_settings())
        yield stand_in


# --- calls


def moments(hub):
    return [one.moment.value for one in hub.items]


async def test_a_call_is_put_through_talked_and_ended(hub, stage):
    hub.directives[""] = [
        Ring(number=AGENT, timeout=timedelta(seconds=20), greeting="Зачекайте")
    ]

    call = stage.twilio.calls.ring(CLIENT, OURS)
    await stage.world.until(lambda: call.stage is Stage.DIALING)
    assert call.agent_number == AGENT
    stage.twilio.calls.do(call, Move.ANSWER)
    await stage.world.until(lambda: call.stage is Stage.TALKING)
    stage.twilio.calls.do(call, Move.AGENT_HANGS_UP)
    await stage.settled()

    assert call.stage is Stage.ENDED
    assert call.said == ["Зачекайте"]
    assert moments(hub) == ["ringing", "answered", "recorded", "answered", "ended"]
    assert {one.external_id for one in hub.items} == {call.sid}
    assert hub.items[1].agent_number == AGENT
    assert hub.items[1].at is not None
    assert {one.caller for one in hub.items} == {CLIENT, ""}


@pytest.mark.parametrize("move", [Move.DECLINE, None])
async def test_an_agent_who_does_not_answer_leads_to_a_message(hub, stage, move):
    patience = timedelta(seconds=30 if move else 1)
    hub.directives[""] = [Ring(number=AGENT, timeout=patience)]
    hub.directives["dialed"] = [
        TakeMessage(greeting="Залиште повідомлення", limit=timedelta(seconds=60))
    ]

    call = stage.twilio.calls.ring(CLIENT, OURS)
    await stage.world.until(lambda: call.stage is Stage.DIALING)
    if move:
        stage.twilio.calls.do(call, move)
    await stage.world.until(lambda: call.stage is Stage.RECORDING)
    stage.twilio.calls.do(call, Move.MESSAGE_SAID, seconds=3)
    await stage.settled()

    assert moments(hub) == ["ringing", "agent_missed", "voicemail", "recorded", "ended"]
    voicemail = hub.items[2]
    assert voicemail.duration == timedelta(seconds=3)
    recording = await hub.adapters["phone"].fetch(voicemail.recording_url)
    with wave.open(io.BytesIO(recording)) as sound:
        assert sound.getnframes() / sound.getframerate() == 3


async def test_a_caller_who_gives_up_while_an_agent_rings_was_not_missed_by_him(
    hub, stage
):
    hub.directives[""] = [Ring(number=AGENT, timeout=timedelta(seconds=20))]

    call = stage.twilio.calls.ring(CLIENT, OURS)
    await stage.world.until(lambda: call.stage is Stage.DIALING)
    stage.twilio.calls.do(call, Move.CALLER_HANGS_UP)
    await stage.settled()

    assert CallMoment.AGENT_MISSED not in {one.moment for one in hub.items}
    assert moments(hub)[-1] == "ended"


async def test_a_call_with_doubled_and_swapped_callbacks_tells_the_same(hub, stage):
    stage.behaviour.duplicate = stage.behaviour.swap = True
    hub.directives[""] = [Ring(number=AGENT, timeout=timedelta(seconds=20))]

    call = stage.twilio.calls.ring(CLIENT, OURS)
    await stage.world.until(lambda: call.stage is Stage.DIALING)
    stage.twilio.calls.do(call, Move.ANSWER)
    await stage.world.until(lambda: call.stage is Stage.TALKING)
    stage.twilio.calls.do(call, Move.CALLER_HANGS_UP)
    await stage.settled()

    assert set(moments(hub)) == {"ringing", "answered", "recorded", "ended"}
    assert moments(hub).count("ended") > 1


async def test_a_call_that_the_hub_does_not_take_fails(hub, stage):
    hub.down = True

    call = stage.twilio.calls.ring(CLIENT, OURS)
    await stage.settled()

    assert call.stage is Stage.FAILED


@pytest.mark.parametrize("what", ["https://evil.test/x", "http://127.0.0.1:1/x"])
async def test_nothing_is_fetched_from_elsewhere(hub, stage, what):
    with pytest.raises(PermanentSendError):
        await hub.adapters["phone"].fetch(what)


async def test_a_recording_that_is_not_ready_may_be_there_later(hub, stage):
    with pytest.raises(TransientSendError):
        await hub.adapters["phone"].fetch(f"{stage.twilio.account_url}/Recordings/RE1")


async def test_too_large_a_file_is_not_taken(hub, stage):
    hub.connect(stage.twilio_settings() | {"largest_file": 10})
    text = [("image/png", b"x" * 11)]
    await stage.twilio.texts.write(CLIENT, "?", media=text)

    with pytest.raises(PermanentSendError):
        await hub.adapters["sms"].fetch(hub.items[0].media[0][0])
