"""The whole mission, as its users live it."""

import asyncio
import re

from channels.simulator.calls import Move
from channels.simulator.state import Stage as CallStage
from tests.flows.stage import PATIENCE
from web.demo.simulated import NUMBERS

OKSANA = "oksana@client.example"
PHONE = "+380503382065"


def said(text: str):
    return lambda item: item["text"] == text


async def test_one_person_on_four_channels_is_one_timeline_on_two_screens(
    stage,
) -> None:
    nadia = await stage.hire("Nadia")
    olena = await stage.hire("Olena")
    async with stage.http.post(
        f"{stage.url}/hooks/webform/before-we-install",
        json={"name": "Оксана", "email": OKSANA, "phone": PHONE},
        headers={"X-Form-Key": stage.settings.channels["webform"]["key"]},
    ) as response:
        assert response.status == 200, await response.text()

    await stage.mail(OKSANA, "Boiler", "It hums at night", name="Оксана")
    await stage.text(PHONE, "And it drips")
    call = stage.simulator.twilio.calls.ring(PHONE, NUMBERS[0])

    for screen in (nadia, olena):
        items = [
            await screen.sees(lambda item: item["kind"] == "form"),
            await screen.sees(lambda item: item["channel"] == "email"),
            await screen.sees(said("And it drips")),
            await screen.sees(lambda item: item["kind"] == "call"),
        ]
        assert len({item["client_id"] for item in items}) == 1
    stage.simulator.twilio.calls.do(call, Move.CALLER_HANGS_UP)
    await nadia.sees(
        lambda item: item["kind"] == "call" and item["data"]["state"] == "missed"
    )


async def test_answers_leave_by_mail_and_by_sms_and_their_receipts_come_back(
    stage,
) -> None:
    nadia = await stage.hire("Nadia")
    await stage.mail(OKSANA, "Boiler", "It hums at night")
    await stage.text(PHONE, "Are you there?")
    mail = await nadia.sees(lambda item: item["channel"] == "email")
    text = await nadia.sees(lambda item: item["channel"] == "sms")

    by_mail = await nadia.reply(mail, "email", "We come on Thursday")
    by_sms = await nadia.reply(text, "sms", "Yes, we are")

    await stage.got(
        lambda: (
            stage.world.mails_of(OKSANA)[-1:]
            and any(
                "We come on Thursday" in one.text
                for one in stage.world.mails_of(OKSANA)
            )
        )
    )
    await stage.got(
        lambda: any(one.body == "Yes, we are" for one in stage.world.texts_of(PHONE))
    )
    await nadia.sees(
        lambda item: (
            item["id"] == by_sms["id"] and item["delivery"]["state"] == "delivered"
        )
    )
    await nadia.sees(
        lambda item: item["id"] == by_mail["id"] and item["delivery"]["state"] == "sent"
    )


async def test_a_clients_answer_to_our_mail_finds_its_conversation(stage) -> None:
    nadia = await stage.hire("Nadia")
    await stage.mail(OKSANA, "Boiler", "It hums at night")
    first = await nadia.sees(lambda item: item["channel"] == "email")
    await nadia.reply(first, "email", "Since when?")
    await stage.got(
        lambda: any(not one.from_client for one in stage.world.mails_of(OKSANA))
    )
    ours = next(one for one in stage.world.mails_of(OKSANA) if not one.from_client)

    # A program that drops the references: only the reply address leads back.
    ours.message_id, ours.references = "<unknown@client.example>", ()
    await stage.mail(OKSANA, "Re: Boiler", "Since Monday", answer_to=ours)

    answer = await nadia.sees(said("Since Monday"))
    assert answer["conversation_id"] == first["conversation_id"]


async def test_an_agent_never_answers_blind(stage) -> None:
    nadia = await stage.hire("Nadia")
    await stage.text(PHONE, "Order 1001, please")
    first = await nadia.sees(said("Order 1001, please"))
    seen = nadia.cursor
    await stage.text(PHONE, "No, cancel it!")
    await nadia.sees(said("No, cancel it!"))
    way = (
        await nadia.call(
            "GET", f"/conversations/{first['conversation_id']}/reply-defaults"
        )
    )["channels"][0]
    body = {
        "channel": "sms",
        "address_id": way["address_id"],
        "text": "Ordered!",
        "seen": seen,
    }

    refused = await nadia.call(
        "POST",
        f"/conversations/{first['conversation_id']}/replies",
        body,
        status=409,
    )
    await nadia.call(
        "POST",
        f"/conversations/{first['conversation_id']}/replies",
        {**body, "anyway": True},
    )

    assert refused["code"] == "missed_messages"
    assert [one["text"] for one in refused["missed"]] == ["No, cancel it!"]


async def test_a_call_is_put_through_to_a_present_agent_and_its_end_is_kept(
    stage,
) -> None:
    nadia = await stage.hire("Nadia", outside_number="+380441110001")
    await nadia.call("PUT", "/me/state", {"state": "available"})

    call = stage.simulator.twilio.calls.ring(PHONE, NUMBERS[0])
    await nadia.sees(
        lambda item: item["kind"] == "call" and item["data"]["state"] == "ringing"
    )
    await stage.got(lambda: call.agent_number == "+380441110001")
    stage.simulator.twilio.calls.do(call, Move.ANSWER)
    await nadia.sees(
        lambda item: (
            item["kind"] == "call"
            and item["data"]["state"] == "answered"
            and item["data"]["agent_name"] == "Nadia"
        )
    )
    stage.simulator.twilio.calls.do(call, Move.CALLER_HANGS_UP)

    ended = await nadia.sees(
        lambda item: item["kind"] == "call" and item["data"]["state"] == "ended"
    )
    assert ended["data"]["duration_s"] is not None


async def test_without_a_free_agent_a_caller_leaves_a_message(stage) -> None:
    nadia = await stage.hire("Nadia")
    call = stage.simulator.twilio.calls.ring(PHONE, NUMBERS[0])
    await stage.got(lambda: call.stage is CallStage.RECORDING)

    stage.simulator.twilio.calls.do(call, Move.MESSAGE_SAID, seconds=3)

    heard = await nadia.sees(
        lambda item: (
            item["kind"] == "call"
            and item["data"]["state"] == "voicemail"
            and item["attachments"]
        )
    )
    recording = heard["attachments"][0]
    async with nadia.http.get(
        f"{stage.url}/files/{recording['id']}/{recording['name']}"
    ) as response:
        assert response.status == 200
        assert response.content_type.startswith("audio/")
        assert len(await response.read()) == recording["size"]


async def test_the_client_sees_his_order_by_link_and_asks_for_it_by_sms(stage) -> None:
    manager = await stage.hire("Iryna", role="manager")
    await stage.text(PHONE, "Hello")
    order = {
        "client": {"phone": PHONE, "name": "Оксана"},
        "title": "Heat pump",
        "status": "placed",
        "currency": "UAH",
        "total": 18_460_000,
        "placed_at": "2026-05-12T09:00:00Z",
        "updated_at": "2026-05-12T09:00:00Z",
        "lines": [{"name": "Heat pump, 8 kW", "quantity": 1, "amount": 18_460_000}],
    }
    await manager.call("PUT", "/orders/1001", order)
    await stage.got(
        lambda: any("/portal/o/" in one.body for one in stage.world.texts_of(PHONE))
    )
    notice = next(
        one.body for one in stage.world.texts_of(PHONE) if "/portal/o/" in one.body
    )
    link = re.search(r"https?://\S+/portal/o/\S+", notice)[0]

    async with stage.http.get(link) as response:
        page = await response.text()
    await stage.text(PHONE, "STATUS 1001")
    await stage.got(
        lambda: sum("1001" in one.body for one in stage.world.texts_of(PHONE)) >= 3
    )

    assert response.status == 200
    assert "Heat pump, 8 kW" in page
    assert "1001" in page


async def test_a_stranger_who_asks_for_an_order_learns_nothing(stage) -> None:
    manager = await stage.hire("Iryna", role="manager")
    await manager.call(
        "PUT",
        "/orders/1001",
        {
            "client": {"phone": PHONE, "name": "Оксана"},
            "title": "Secret gift",
            "status": "paid",
            "currency": "UAH",
            "total": 100,
            "placed_at": "2026-05-12T09:00:00Z",
            "updated_at": "2026-05-12T09:00:00Z",
            "lines": [],
        },
    )
    stranger = "+380931112233"

    await stage.text(stranger, "STATUS 1001")
    await stage.text(stranger, "STATUS 9999")
    await stage.got(
        lambda: sum(not one.from_client for one in stage.world.texts_of(stranger)) == 2
    )

    # They may leave in either order.
    first, second = sorted(
        one.body for one in stage.world.texts_of(stranger) if not one.from_client
    )
    assert first.replace("1001", "N") == second.replace("9999", "N")
    assert "Secret" not in first


async def test_work_goes_to_present_agents_by_free_hands(stage) -> None:
    nadia = await stage.hire("Nadia", capacity=2)
    olena = await stage.hire("Olena", capacity=2)
    for one in (nadia, olena):
        await one.call("PUT", "/me/state", {"state": "available"})

    for number in range(5):
        await stage.text(f"+3805033820{number:02}", f"Question {number}")

    def given(worker):
        return sum(
            one["assignee_id"] == worker.me["id"]
            for one in nadia.conversations.values()
        )

    async with asyncio.timeout(PATIENCE), nadia._changed:
        await nadia._changed.wait_for(lambda: given(nadia) == given(olena) == 2)
    waiting = await nadia.sees_conversation(lambda one: one["assignee_id"] is None)
    mine = next(
        one
        for one in nadia.conversations.values()
        if one["assignee_id"] == nadia.me["id"]
    )
    await nadia.call("PATCH", f"/conversations/{mine['id']}", {"state": "resolved"})

    await nadia.sees_conversation(
        lambda one: one["id"] == waiting["id"] and one["assignee_id"] == nadia.me["id"]
    )


async def test_the_wall_shows_what_waits(stage) -> None:
    manager = await stage.hire("Iryna", role="manager")
    await stage.text(PHONE, "Hello")
    await manager.sees(said("Hello"))

    async def waiting() -> int:
        wall = await manager.call("GET", "/wall")
        return sum(queue["waiting"] for queue in wall["queues"])

    assert await waiting() == 1


async def test_a_forged_webhook_is_refused_and_leaves_nothing(stage) -> None:
    async with stage.http.post(
        f"{stage.url}/hooks/sms",
        data={"MessageSid": "SM1", "From": PHONE, "To": NUMBERS[0], "Body": "x"},
        headers={"X-Twilio-Signature": "forged"},
    ) as response:
        status = response.status
    async with stage.http.get(f"{stage.url}/metrics") as response:
        metrics = await response.text()

    assert 400 <= status < 500
    assert 'rozmova_deliveries_forged_total{channel="sms"} 1.0' in metrics


async def test_readyz_names_its_parts(stage) -> None:
    async with asyncio.timeout(PATIENCE):
        while (found := await ready(stage))["status"] != "ready":
            assert all(
                "why" in one for one in found["parts"].values() if not one["ready"]
            )

    assert {"database", "log", "timers", "outbox", "jobs"} <= set(found["parts"])


async def ready(stage) -> dict:
    async with stage.http.get(f"{stage.url}/readyz") as response:
        return await response.json()
