"""Made-up clients get in touch, and the hub takes them in like any others."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from channels.simulator.calls import Move
from channels.simulator.state import Stage as Moment
from hub.storage.tables import TimelineItem
from tests.flows.stage import PATIENCE
from web.demo.simulated import TRICKLE
from web.demo.trickle import KINDS, Trickle


@pytest.fixture
def trickle(stage):
    """The one that the hub carries; it is off, and moved by hand."""
    return stage.app[TRICKLE]


@pytest.mark.parametrize(
    ("kind", "channel", "entry"),
    [
        ("mail", "email", "message"),
        ("sms", "sms", "message"),
        ("form", "webform", "form"),
    ],
)
async def test_what_they_write_is_on_the_agents_screen(
    stage, trickle, kind, channel, entry
) -> None:
    nadia = await stage.hire("Nadia")

    person = await trickle.contact(kind)

    item = await nadia.sees(
        lambda item: item["kind"] == entry and item["channel"] == channel
    )
    assert item["direction"] == "in"
    assert item["text"]
    conversation = await nadia.sees_conversation(
        lambda one: one["id"] == item["conversation_id"]
    )
    assert conversation["waiting_since"] is not None
    if kind != "sms":
        assert conversation["client_name"] == person.name


async def test_a_call_rings_at_the_agents_simulated_phone(stage, trickle) -> None:
    stage.simulator.behaviour.delay = timedelta(0)
    nadia = await stage.hire("Nadia", outside_number="+380672000101")

    person = await trickle.contact("call")
    await stage.got(
        lambda: any(one.stage is Moment.DIALING for one in stage.world.calls)
    )

    (call,) = stage.world.calls
    assert (call.phone, call.agent_number) == (person.phone, "+380672000101")
    await nadia.sees(lambda item: item["kind"] == "call")

    stage.simulator.twilio.calls.do(call, Move.ANSWER)
    await stage.got(lambda: call.stage is Moment.TALKING)
    stage.simulator.twilio.calls.do(call, Move.CALLER_HANGS_UP)
    await nadia.sees(
        lambda item: item["kind"] == "call" and item["data"]["state"] == "ended"
    )


async def test_who_speaks_to_the_machine_ends_by_himself(stage, trickle) -> None:
    stage.simulator.behaviour.delay = timedelta(0)
    oleh = await stage.hire("Oleh", role="manager")

    await trickle.contact("call")
    (call,) = stage.world.calls
    await stage.got(lambda: call.stage is Moment.RECORDING)
    call.since -= timedelta(seconds=30)
    trickle._tend()

    await oleh.sees(
        lambda item: item["kind"] == "call" and item["data"]["state"] == "voicemail"
    )


async def test_each_kind_has_its_turn(stage, trickle) -> None:
    for _ in KINDS:
        await trickle.contact()

    async with stage.db.read() as session:
        channels = set(
            await session.scalars(
                select(TimelineItem.channel).where(TimelineItem.direction == "in")
            )
        )
    assert channels >= {"email", "sms", "webform"}
    assert len(stage.world.calls) == 1


async def test_by_itself_it_goes_on_until_it_is_paused(stage) -> None:
    often = stage.settings.model_copy(
        update={
            "simulator": stage.settings.simulator.model_copy(
                update={"trickle": timedelta(milliseconds=1)}
            )
        }
    )
    trickle = Trickle(stage.simulator, often, hub_url=stage.url)
    came = asyncio.Event()

    async def contact(kind=None):
        came.set()

    trickle.contact = contact
    await trickle.start()
    try:
        async with asyncio.timeout(PATIENCE):
            await came.wait()
    finally:
        await trickle.stop()
    trickle.is_paused = True
    came.clear()
    await trickle._step()

    assert not came.is_set()


async def test_it_ends_after_its_hours(stage, trickle) -> None:
    came = []

    async def contact(kind=None):
        came.append(kind)

    trickle.contact = contact
    now = asyncio.get_running_loop().time()
    trickle._next_at, trickle._ends_at = now - 1, now + 60
    await trickle._step()
    trickle._next_at, trickle._ends_at = now - 1, now - 1
    await trickle._step()

    assert len(came) == 1


async def test_it_is_paused_from_the_simulators_page(stage, trickle) -> None:
    address = f"{stage.url}/simulator/trickle"

    async with stage.http.post(address, json={"on": False}) as foreign:
        assert foreign.status == 403
    assert not trickle.is_paused
    async with stage.http.post(
        address, json={"on": False}, headers={"X-Simulator": "1"}
    ) as answer:
        assert await answer.json() == {"on": False}
    assert trickle.is_paused
