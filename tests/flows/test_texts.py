"""SMS, MMS and WhatsApp from end to end: the hub, a Twilio, and clients' phones."""

import base64
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import func, select

from hub.storage.tables import Consent, TimelineItem

PHONE = "+380503382065"
#: The smallest picture that is one.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAA"
    "AABJRU5ErkJggg=="
)


def said(text: str):
    return lambda item: item["text"] == text


def stands(item: dict, state: str):
    return lambda one: one["id"] == item["id"] and one["delivery"]["state"] == state


async def uploads(worker, name: str, content: bytes) -> int:
    form = aiohttp.FormData()
    form.add_field("file", content, filename=name, content_type="image/png")
    url = f"{worker.stage.url}/api/v1/attachments"
    async with worker.http.post(url, data=form) as response:
        assert response.ok, await response.text()
        return (await response.json())["id"]


async def writes(stage, text: str, **more) -> None:
    await stage.simulator.twilio.texts.write(PHONE, text, **more)


async def test_a_stop_while_an_answer_waits_is_obeyed_and_confirmed(stage) -> None:
    nadia = await stage.hire("Nadia")
    await writes(stage, "Are you there?")
    item = await nadia.sees(said("Are you there?"))
    number = item["conversation_id"]
    defaults = await nadia.call("GET", f"/conversations/{number}/reply-defaults")
    answer = await nadia.call(
        "POST",
        f"/conversations/{number}/replies",
        {
            "channel": "sms",
            "address_id": defaults["address_id"],
            "text": "Yes",
            "seen": nadia.cursor,
        },
    )

    await writes(stage, "Стоп")

    failed = await nadia.sees(stands(answer["item"], "failed"))
    assert failed["delivery"]["code"] == "opted_out"
    await stage.got(
        lambda: any("СТАРТ" in one.body for one in stage.world.texts_of(PHONE))
    )
    assert all(one.body != "Yes" for one in stage.world.texts_of(PHONE))
    defaults = await nadia.call("GET", f"/conversations/{number}/reply-defaults")
    way = next(one for one in defaults["channels"] if one["channel"] == "sms")
    assert (way["usable"], way["reason"]) == (False, "opted_out")
    said_no = await nadia.call("GET", f"/clients/{item['client_id']}/consents")
    assert [(one["state"], one["wording"]) for one in said_no] == [("refused", "Стоп")]
    refused = await nadia.call(
        "POST",
        f"/conversations/{number}/replies",
        {
            "channel": "sms",
            "address_id": way["address_id"],
            "text": "But",
            "seen": nadia.cursor,
            "anyway": True,
        },
        status=409,
    )
    assert refused["code"] == "opted_out"


async def test_what_a_client_told_twilio_alone_is_learned(stage) -> None:
    nadia = await stage.hire("Nadia")
    await writes(stage, "Are you there?")
    item = await nadia.sees(said("Are you there?"))
    stage.simulator.behaviour.fail_next_code = 21610

    answer = await nadia.reply(item, "sms", "Yes")

    await nadia.sees(stands(answer, "failed"))
    async with stage.db.read() as session:
        row = await session.scalar(select(Consent))
    assert (row.state, row.source, row.value) == ("refused", "provider", PHONE)


async def test_a_client_s_picture_is_fetched_and_shown(stage) -> None:
    nadia = await stage.hire("Nadia")

    await writes(stage, "Look", media=[("image/png", PICTURE)])

    item = await nadia.sees(lambda one: one["text"] == "Look" and one["attachments"])
    (file,) = item["attachments"]
    assert file["media_type"] == "image/png"
    url = f"{stage.url}/files/{file['id']}/{file['name']}"
    async with nadia.http.get(url) as response:
        assert await response.read() == PICTURE


async def test_a_picture_of_ours_is_fetched_by_its_signed_address(stage) -> None:
    nadia = await stage.hire("Nadia")
    await writes(stage, "Which one?")
    item = await nadia.sees(said("Which one?"))
    file = await uploads(nadia, "boiler.png", PICTURE)

    answer = await nadia.reply(item, "sms", "This one", attachment_ids=[file])

    await nadia.sees(stands(answer, "delivered"))
    message = next(
        one for one in stage.simulator.twilio.texts.messages if one.body == "This one"
    )
    ((_, kind, content),) = message.media
    assert (kind, content) == ("image/png", PICTURE)


@pytest.mark.parametrize("token", ["x", "A" * 43, "-" * 43])
async def test_an_address_that_nobody_signed_opens_nothing(stage, token) -> None:
    async with stage.http.get(f"{stage.url}/files/out/{token}/a.png") as response:
        assert response.status == 404


async def test_whatsapp_is_a_channel_of_its_own(stage) -> None:
    nadia = await stage.hire("Nadia")
    await writes(stage, "Hi", by_whatsapp=True, name="Olha")
    item = await nadia.sees(lambda one: one["channel"] == "whatsapp")

    answer = await nadia.reply(item, "whatsapp", "Hello")

    await nadia.sees(stands(answer, "delivered"))
    message = stage.simulator.twilio.texts.messages[-1]
    assert message.recipient == f"whatsapp:{PHONE}"
    await stage.simulator.twilio.texts.read(PHONE)
    await nadia.sees(stands(answer, "read"))


async def test_without_a_word_of_his_only_a_template_goes_by_whatsapp(stage) -> None:
    nadia = await stage.hire("Nadia")
    await writes(stage, "By SMS")
    item = await nadia.sees(said("By SMS"))
    number = item["conversation_id"]
    sync = await nadia.call("GET", "/sync")
    channel = next(one for one in sync["channels"] if one["name"] == "whatsapp")
    defaults = await nadia.call("GET", f"/conversations/{number}/reply-defaults")
    way = next(one for one in defaults["channels"] if one["channel"] == "whatsapp")
    given = {
        "channel": "whatsapp",
        "address_id": way["address_id"],
        "text": "Hello",
        "seen": nadia.cursor,
    }

    path = f"/conversations/{number}/replies"
    refused = await nadia.call("POST", path, given, status=409)
    template = channel["templates"][1]
    more = {"template_id": template["id"], "template_values": {"1": "Ann", "2": "7"}}
    answer = (await nadia.call("POST", path, given | {"text": ""} | more))["item"]
    await nadia.call("POST", f"/interactions/{answer['id']}/send-now")

    assert refused["code"] == "window_closed"
    assert way["window"] == {"until": None, "hours": 24.0}
    await nadia.sees(stands(answer, "delivered"))
    assert stage.world.texts_of(PHONE)[-1].body.startswith("Ann, your order 7 is")


async def test_an_sms_cut_off_in_flight_goes_out_once(stage) -> None:
    nadia = await stage.hire("Nadia")
    await writes(stage, "Are you there?")
    item = await nadia.sees(said("Are you there?"))
    stage.simulator.behaviour.drop_after_accept = True

    answer = await nadia.reply(item, "sms", "Yes")

    # The receipts carry our own key, so nobody has to ask.
    await nadia.sees(stands(answer, "delivered"))
    sent = [one for one in stage.simulator.twilio.texts.messages if one.body == "Yes"]
    assert len(sent) == 1
    async with stage.db.read() as session:
        assert await session.scalar(select(func.count()).select_from(Consent)) == 0


async def test_an_sms_of_which_no_receipt_comes_is_found_at_twilio(
    stage, monkeypatch
) -> None:
    monkeypatch.setattr("hub.delivery.settling.LOOK_UP_AFTER", timedelta(0))
    sms = stage.adapters["sms"]
    at_once = sms._settings.model_copy(update={"settle": 0})
    monkeypatch.setattr(sms, "_settings", at_once)
    nadia = await stage.hire("Nadia")
    await writes(stage, "Are you there?")
    item = await nadia.sees(said("Are you there?"))
    stage.simulator.behaviour.delay = timedelta(hours=1)
    stage.simulator.behaviour.drop_after_accept = True

    answer = await nadia.reply(item, "sms", "Yes")

    # Nothing tells of it but Twilio's own list; nobody is asked, and it is not repeated.
    await nadia.sees(stands(answer, "sent"))
    sent = [one for one in stage.simulator.twilio.texts.messages if one.body == "Yes"]
    assert len(sent) == 1
    async with stage.db.read() as session:
        (found,) = await session.scalars(
            select(TimelineItem.external_id).where(TimelineItem.id == answer["id"])
        )
    assert found == sent[0].sid
    assert "uncertain" not in {one["kind"] for one in nadia.notifications.values()}
