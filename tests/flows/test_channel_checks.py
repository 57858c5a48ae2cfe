"""A channel is tried from end to end, and no client's timeline learns of it."""

import asyncio
from datetime import timedelta

from sqlalchemy import func, select

from channels._trials import TEXT
from hub.storage.tables import Client, QuarantineItem, TimelineItem
from tests.flows.stage import PATIENCE, free_port
from web.keys import ADAPTERS, CHECKS

OK, WRONG = "ok", "wrong"


async def tried(boss, channel, recipient="", status=201):
    """Start a check as a page does, and ask until it is over."""
    check = await boss.call(
        "POST", f"/channels/{channel}/check", {"recipient": recipient}, status=status
    )
    async with asyncio.timeout(PATIENCE):
        while check["state"] == "running":
            await asyncio.sleep(0.05)
            check = await boss.call("GET", f"/channels/{channel}/check/{check['id']}")
    return check, {one["check"]: one for one in check["findings"]}


async def kept(stage):
    """Count what a stranger could have left behind."""
    async with stage.db.read() as session:
        return [
            await session.scalar(select(func.count()).select_from(table))
            for table in (TimelineItem, Client, QuarantineItem)
        ]


async def test_mail_goes_round_and_comes_back_and_is_on_no_timeline(stage) -> None:
    boss = await stage.hire("Iryna", "manager")

    check, found = await tried(boss, "email", "iryna@client.simulator.test")

    assert check["state"] == OK, found
    assert found["trial.mail"]["code"] == "mail_arrived"
    assert found["trial.plus"]["code"] == "plus_arrived"
    assert found["trial.given"]["code"] == "given_sent"
    (mine,) = [one for one in stage.world.mails if not one.from_client]
    assert mine.text.split() == TEXT.format(company=stage.settings.company).split()
    assert await kept(stage) == [0, 0, 0]


async def test_mail_that_bounces_is_told_with_its_reason(stage) -> None:
    boss = await stage.hire("Iryna", "manager")
    stage.simulator.behaviour.bounce_mail = True

    check, found = await tried(boss, "email")

    assert check["state"] == WRONG
    assert found["trial.mail"]["code"] == "mail_bounced"
    assert found["trial.mail"]["facts"]["said"]
    assert await kept(stage) == [0, 0, 0]


async def test_mail_that_does_not_come_back_is_told_after_a_while(stage) -> None:
    boss = await stage.hire("Iryna", "manager")
    stage.simulator.behaviour.delay = timedelta(hours=1)
    settings = stage.settings.checks.model_copy(
        update={"round_trip": timedelta(seconds=1)}
    )
    stage.app[CHECKS]._settings = settings

    check, found = await tried(boss, "email")

    assert check["state"] == WRONG
    assert found["trial.mail"]["code"] == "mail_overdue"
    assert found["trial.plus"]["code"] == "plus_overdue"


async def test_a_relay_that_refuses_is_told(stage) -> None:
    boss = await stage.hire("Iryna", "manager")
    stage.simulator.behaviour.refuse_mail = True

    _, found = await tried(boss, "email")

    assert found["trial.mail"]["code"] == "mail_refused"
    assert found["trial.mail"]["grade"] == WRONG


async def test_an_sms_goes_to_ones_own_phone_and_its_receipt_comes_back(stage) -> None:
    boss = await stage.hire("Iryna", "manager")

    check, found = await tried(boss, "sms", "067 214 41 17")

    assert found["trial.sms"]["code"] == "sms_arrived", found
    assert found["twilio.signature"]["code"] == "signature_fine"
    assert found["public.reached"]["code"] == "public_here"
    assert check["state"] == "warning"
    assert [one.recipient for one in stage.simulator.twilio.texts.messages] == [
        "+380672144117"
    ]
    assert await kept(stage) == [0, 0, 0]


async def test_a_phone_that_is_off_is_told(stage) -> None:
    boss = await stage.hire("Iryna", "manager")
    stage.simulator.behaviour.unreachable = True

    _, found = await tried(boss, "sms", "0672144117")

    assert found["trial.sms"]["code"] == "sms_bounced"
    assert found["trial.sms"]["facts"]["said"]


async def test_calls_are_tried_without_a_call(stage) -> None:
    boss = await stage.hire("Iryna", "manager")

    _, found = await tried(boss, "phone")

    assert {one["grade"] for one in found.values()} == {OK, "warning"}
    assert found["public.https"]["code"] == "near"
    assert await kept(stage) == [0, 0, 0]


async def test_a_page_shows_all_channels_and_the_last_test(stage) -> None:
    boss = await stage.hire("Iryna", "manager")
    agent = await stage.hire("Nadia")
    await stage.mail("o@client.simulator.test", "Hello", "Where is it?")

    await tried(boss, "email")
    rows = (await boss.call("GET", "/channels"))["items"]

    email = next(one for one in rows if one["name"] == "email")
    assert email["configured"]
    assert email["activity"]["last_in_at"]
    assert email["last_check"]["state"] == OK
    assert {one["name"] for one in email["receivers"]} == {"smtp", "lmtp"}
    sms = next(one for one in rows if one["name"] == "sms")
    assert sms["addresses"] == ["+380441234567"]
    assert sms["last_check"] is None
    await agent.call("GET", "/channels", status=403)


async def test_one_check_of_a_channel_runs_at_a_time(stage) -> None:
    boss = await stage.hire("Iryna", "manager")
    stage.simulator.behaviour.delay = timedelta(seconds=2)

    first = await boss.call("POST", "/channels/email/check", {}, status=201)
    again, _ = await tried(boss, "email", status=200)

    assert again["id"] == first["id"]


async def test_what_cannot_be_tried_is_refused(stage) -> None:
    boss = await stage.hire("Iryna", "manager")

    await boss.call("POST", "/channels/pigeon/check", {}, status=404)
    await boss.call("POST", "/channels/email/check", {"recipient": "me"}, status=422)
    await boss.call("POST", "/channels/sms/check", {"recipient": "me"}, status=422)
    await boss.call("GET", "/channels/email/check/77", status=404)


async def test_only_the_hub_proves_that_it_is_here(stage) -> None:
    async with stage.http.get(f"{stage.url}/hooks/-/here/short") as refused:
        assert refused.status == 404
    async with stage.http.get(f"{stage.url}/hooks/-/here/{'a' * 32}") as answer:
        assert answer.status == 200
        assert len(await answer.text()) == 64


async def test_who_tried_a_channel_is_in_the_audit(stage) -> None:
    boss = await stage.hire("Iryna", "manager")
    await tried(boss, "phone")

    page = await boss.call("GET", "/audit?kind=channel.tested")

    assert [one["actor"]["name"] for one in page["items"]] == ["Iryna"]


async def test_the_page_of_each_form_is_looked_at(stage) -> None:
    boss = await stage.hire("Iryna", "manager")

    _, found = await tried(boss, "webform")

    assert found["forms.page"]["code"] == "form_shown", found
    assert found["public.reached"]["code"] == "public_here"


async def test_no_test_mail_is_sent_where_the_relay_is_known_to_be_broken(
    stage,
) -> None:
    boss = await stage.hire("Iryna", "manager")
    relay = stage.app[ADAPTERS]["email"]._settings.smtp
    stage.app[ADAPTERS]["email"]._settings.__dict__["smtp"] = relay.model_copy(
        update={"port": free_port()}
    )

    _, found = await tried(boss, "email")

    assert found["smtp.line"]["code"] == "refused"
    assert "trial.mail" not in found
    assert not stage.world.mails
