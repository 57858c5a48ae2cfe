"""The simulator against the real adapters: what one says, the other understands."""

import base64
import json
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import pytest_asyncio

from channels import simulator
from channels._twilio.client import signed_request
from channels.simulator.page import SWITCHES
from channels.simulator.state import Stage
from channels.simulator.words import CODES, WORDS
from hub.contracts import (
    DeliveryReceipt,
    DeliveryState,
    InboundMessage,
    OutboundMessage,
)
from hub.errors import (
    PermanentSendError,
    SignatureError,
    TransientSendError,
    UncertainSendError,
)
from tests.channels.stand import CLIENT, OURS, SID, TOKEN, listening

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


def answer(key="k1", text="Так, завтра о 14:00", **more):
    return OutboundMessage(channel="sms", key=key, recipient=CLIENT, text=text, **more)


def states(items, key="k1"):
    return [one.state.value for one in items if one.reference == key]


# --- SMS


async def test_an_sms_reaches_the_client_and_its_receipts_come_back(hub, stage):
    sent = await hub.adapters["sms"].send(answer())
    await stage.settled()

    (text,) = stage.world.texts_of(CLIENT)
    assert (text.body, text.status) == ("Так, завтра о 14:00", "delivered")
    assert states(hub.items) == ["sent", "sent", "delivered"]
    assert {one.external_id for one in hub.items} == {sent.external_id}


async def test_a_client_s_sms_and_picture_reach_the_hub(hub, stage):
    picture = ("image/png", b"\x89PNG of a boiler")
    text = await stage.twilio.texts.write(CLIENT, "Ось фото", media=[picture])

    (message,) = hub.items
    assert isinstance(message, InboundMessage)
    assert (message.sender, message.recipient, message.text) == (
        CLIENT,
        OURS,
        "Ось фото",
    )
    ((url, kind),) = message.media
    assert kind == "image/png"
    assert await hub.adapters["sms"].fetch(url) == picture[1]
    assert text.status == "sent"


async def test_the_client_sees_that_his_sms_was_not_taken_and_sends_it_again(
    hub, stage
):
    hub.down = True

    text = await stage.twilio.texts.write(CLIENT, "?")
    seen = text.status
    hub.down = False
    await stage.twilio.texts.again(text.sid)

    assert (seen, text.status) == ("failed", "sent")
    assert [one.external_id for one in hub.items] == [text.sid]


async def test_doubled_and_swapped_callbacks_are_doubled_and_swapped(hub, stage):
    stage.behaviour.duplicate = stage.behaviour.swap = True

    await hub.adapters["sms"].send(answer())
    await stage.settled()

    # sent, queued, delivered: what is swapped is seen at the provider's own word.
    assert states(hub.items) == ["sent"] * 4 + ["delivered"] * 2


async def test_a_phone_that_is_off_is_told_in_plain_words(hub, stage):
    stage.behaviour.unreachable = True

    await hub.adapters["sms"].send(answer())
    await stage.settled()

    last = hub.items[-1]
    assert isinstance(last, DeliveryReceipt)
    assert last.state is DeliveryState.FAILED
    assert "off" in last.reason
    assert "30003" not in last.reason
    assert stage.world.texts_of(CLIENT) == []


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (21211, PermanentSendError),
        (21610, PermanentSendError),
        (20003, PermanentSendError),
        (20429, TransientSendError),
        (500, TransientSendError),
        (503, TransientSendError),
        (502, UncertainSendError),
        (504, UncertainSendError),
    ],
)
async def test_a_refusal_says_whether_to_try_again(hub, stage, code, error):
    stage.behaviour.fail_next_code = code

    with pytest.raises(error) as refused:
        await hub.adapters["sms"].send(answer())

    assert refused.value.__class__ is error
    assert TOKEN not in str(refused.value)
    assert (await hub.adapters["sms"].send(answer())).external_id


async def test_a_client_who_wrote_stop_is_not_written_to_until_he_writes_start(
    hub, stage
):
    await stage.twilio.texts.write(CLIENT, "STOP")
    with pytest.raises(PermanentSendError) as refused:
        await hub.adapters["sms"].send(answer())
    await stage.twilio.texts.write(CLIENT, "start")

    assert "STOP" in str(refused.value)
    assert (await hub.adapters["sms"].send(answer())).external_id


async def test_a_line_cut_after_the_sms_was_taken_leaves_it_uncertain_and_findable(
    hub, stage
):
    tried = answer(tried_at=datetime.now(UTC))
    stage.behaviour.drop_after_accept = True
    with pytest.raises(UncertainSendError):
        await hub.adapters["sms"].send(tried)
    stage.behaviour.drop_after_accept = False

    found = await hub.adapters["sms"].find(tried)

    assert found is not None
    assert found.external_id == stage.twilio.texts.messages[0].sid
    assert len(stage.twilio.texts.messages) == 1


async def test_a_line_cut_before_the_sms_was_taken_is_surely_not_sent(hub, stage):
    tried = answer(tried_at=datetime.now(UTC))
    stage.behaviour.drop_before_accept = True
    with pytest.raises(UncertainSendError):
        await hub.adapters["sms"].send(tried)

    assert await hub.adapters["sms"].find(tried) is None
    assert stage.twilio.texts.messages == []


async def test_a_look_up_reads_page_after_page(hub, stage, monkeypatch):
    monkeypatch.setattr("channels._twilio.lookup.PAGE_SIZE", "2")
    tried = answer(key="k0", text="the first", tried_at=datetime.now(UTC))
    first = await hub.adapters["sms"].send(tried)
    for number in range(5):
        await hub.adapters["sms"].send(answer(key=str(number), text=str(number)))

    assert (await hub.adapters["sms"].find(tried)).external_id == first.external_id


async def test_two_messages_with_the_same_words_are_not_mistaken(hub, stage):
    tried = answer(tried_at=datetime.now(UTC))
    await hub.adapters["sms"].send(tried)
    await hub.adapters["sms"].send(answer(key="k2"))

    with pytest.raises(UncertainSendError):
        await hub.adapters["sms"].find(tried)


async def test_an_earlier_message_with_the_same_words_is_not_the_one(hub, stage):
    await hub.adapters["sms"].send(answer(key="k0"))
    stage.twilio.texts.messages[0].created_at -= timedelta(minutes=5)

    assert await hub.adapters["sms"].find(answer(tried_at=datetime.now(UTC))) is None


async def test_words_that_twilio_does_not_keep_prove_nothing(hub, stage):
    tried = answer(tried_at=datetime.now(UTC))
    await hub.adapters["sms"].send(tried)
    stage.twilio.texts.messages[0].body = ""

    with pytest.raises(UncertainSendError):
        await hub.adapters["sms"].find(tried)


# --- the REST and the page, over HTTP


def test_the_page_says_everything_in_both_languages():
    assert WORDS["en"].keys() == WORDS["uk"].keys()
    assert all(f"fail_{code}" in WORDS["en"] for code in CODES)
    assert all(f"stage_{stage}" in WORDS["en"] for stage in Stage)
    assert all(switch in WORDS["en"] for switch in SWITCHES)


@pytest.mark.parametrize("pair", [f"{SID}:wrong", f"AC:{TOKEN}", ":", "ключ"])
async def test_the_rest_wants_the_account_s_key(stage, pair):
    url = f"{stage.twilio.account_url}/Messages.json"
    key = base64.b64encode(pair.encode()).decode()
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Basic {key}"}) as session,
        session.get(url) as answered,
    ):
        assert answered.status == 401


async def test_the_page_plays_a_client(hub, stage):
    page = stage.rest_url.removesuffix("/twilio")
    async with aiohttp.ClientSession(headers={"X-Simulator": "1"}) as session:
        async with session.get(page) as shown:
            html = await shown.text()
            assert "script-src 'self'" in shown.headers["Content-Security-Policy"]
        async with session.get(f"{page}/static/simulator.js") as script:
            assert script.status == 200
        said = {"phone": CLIENT, "body": "Доброго дня"}
        async with session.post(f"{page}/text", json=said) as done:
            assert done.status == 200
        async with session.post(
            f"{page}/knobs", json={"delay": 5, "swap": True}
        ) as done:
            assert done.status == 200
        async with session.get(f"{page}/state", params={"phone": CLIENT}) as state:
            seen = json.loads(await state.text())

    assert "<script>" not in html
    assert 'style="' not in html
    assert [one["body"] for one in seen["texts"]] == ["Доброго дня"]
    assert [one.text for one in hub.items] == ["Доброго дня"]
    assert seen["knobs"]["delay"] == 5
    assert stage.behaviour.swap


async def test_no_foreign_page_can_act(stage):
    page = stage.rest_url.removesuffix("/twilio")
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{page}/text", json={"phone": CLIENT, "body": "?"}) as refused,
    ):
        assert refused.status == 403
    assert stage.world.texts == []


async def test_a_screen_waits_for_the_next_change(stage):
    page = stage.rest_url.removesuffix("/twilio")
    seen = stage.world.version
    async with aiohttp.ClientSession() as session:
        waiting = session.get(f"{page}/state", params={"after": str(seen)})
        stage.world.changed()
        async with waiting as state:
            assert (await state.json())["version"] > seen


async def test_a_webhook_with_another_key_is_refused(hub, stage):
    hub.connect(stage.twilio_settings() | {"auth_token": "another"})
    said = {"MessageSid": "SM1", "From": CLIENT}

    with pytest.raises(SignatureError):
        hub.adapters["sms"].receive(signed_request(f"{hub.url}/hooks/sms", said, TOKEN))
    assert (await stage.twilio.texts.write(CLIENT, "?")).status == "failed"
    assert hub.items == []
