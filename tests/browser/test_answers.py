"""Agents answer from the composer: undone, sent, told how far, never blind, never twice."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.browser.screens import count_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OKSANA = "oksana@client.example"
PHONE = "+380503382065"


async def test_an_answer_by_sms_is_undone_and_then_sent_and_delivered(
    stage, screens
) -> None:
    stage.simulator.behaviour.delay = timedelta(0)
    await stage.text(PHONE, "When do you come?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    olena = await screens.desk(await stage.employ("Olena"))
    await nadia.open("When do you come?")
    await olena.open("When do you come?")
    await expect(nadia.mark("channel-choice")).to_have_attribute("data-channel", "sms")

    await nadia.write("On Thursday")
    await nadia.page.keyboard.press("Control+Enter")
    await expect(nadia.item("On Thursday", delivery="held")).to_be_visible()
    await expect(olena.item("On Thursday", delivery="held")).to_be_visible()
    await expect(nadia.writing).to_have_value("")
    await nadia.mark("undo").click()

    await expect(nadia.writing).to_have_value("On Thursday")
    for screen in (nadia, olena):
        await expect(screen.item("On Thursday")).to_have_count(0)
    await nadia.write("On Thursday, at ten")
    await nadia.send_now()

    for screen in (nadia, olena):
        await expect(
            screen.item("On Thursday, at ten", delivery="delivered")
        ).to_be_visible()
    assert count_of(stage.world.texts_of(PHONE), "On Thursday, at ten") == 1
    assert count_of(stage.world.texts_of(PHONE), "On Thursday") == 0


async def test_an_answer_by_mail_leaves_as_one(stage, screens) -> None:
    await stage.mail(OKSANA, "Boiler", "It hums at night", name="Оксана")
    nadia = await screens.desk(await stage.employ("Nadia"))
    olena = await screens.desk(await stage.employ("Olena"))
    await nadia.open("Boiler")
    await olena.open("Boiler")

    await expect(nadia.mark("channel-choice")).to_have_attribute(
        "data-channel", "email"
    )
    await expect(nadia.mark("composer-subject")).to_have_value(re.compile("Boiler"))
    await nadia.write("We come on Thursday")
    await nadia.send_now()

    for screen in (nadia, olena):
        await expect(
            screen.item("We come on Thursday", delivery="sent")
        ).to_be_visible()
    (got,) = [one for one in stage.world.mails_of(OKSANA) if not one.from_client]
    assert "We come on Thursday" in got.text


async def test_a_client_is_answered_on_another_channel(stage, screens) -> None:
    nadia = await screens.desk(await stage.employ("Nadia"))
    manager = await stage.hire("Iryna", role="manager")
    await stage.text(PHONE, "Please send me the paper")
    item = await manager.sees(lambda item: item["channel"] == "sms")
    await manager.call(
        "POST",
        f"/clients/{item['client_id']}/addresses",
        {"kind": "email", "value": OKSANA},
    )
    await nadia.open("Please send me the paper")

    await nadia.by("email")
    await nadia.mark("composer-subject").fill("Your paper")
    await nadia.write("Here it is")
    await nadia.mark("files").set_input_files(
        {"name": "paper.txt", "mimeType": "text/plain", "buffer": b"Boiler, 24 kW"}
    )
    await expect(nadia.mark("upload", done="true")).to_be_visible()
    await nadia.send_now()

    await expect(nadia.item("Here it is", delivery="sent")).to_be_visible()
    (got,) = stage.world.mails_of(OKSANA)
    assert (got.subject, b"paper.txt" in got.raw) == ("Your paper", True)


async def test_what_could_not_be_sent_says_so_and_is_sent_again(stage, screens) -> None:
    stage.simulator.behaviour.delay = timedelta(0)
    stage.simulator.behaviour.fail_next_code = 21211
    await stage.text(PHONE, "Hello")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Hello")

    await nadia.write("Good day")
    await nadia.send_now()
    await expect(nadia.item("Good day", delivery="failed")).to_be_visible()
    await nadia.mark("retry").click()

    await expect(nadia.item("Good day", delivery="delivered")).to_be_visible()
    assert count_of(stage.world.texts_of(PHONE), "Good day") == 1


async def test_nobody_answers_what_he_has_not_seen(stage, screens, witness) -> None:
    witness.forgive("409")
    await stage.text(PHONE, "Order the big one, please")
    await stage.employ("Nadia")
    nadia = await screens.desk("nadia@zatyshok.example")
    olena = await stage.hire("Olena")
    await nadia.open("Order the big one")
    await nadia.write("Ordered!")

    nadia.line.stop()
    await stage.text(PHONE, "No, the small one!")
    await olena.sees(lambda item: item["text"] == "No, the small one!")
    await nadia.mark("send").click()
    await expect(nadia.mark("missed-strip")).to_have_attribute("data-refused", "true")
    await expect(nadia.mark("missed-list")).to_contain_text("No, the small one!")
    await expect(nadia.told("missed")).to_contain_text("1 new message")
    assert await nadia.item("Ordered!").count() == 0
    await nadia.mark("send-anyway").click()
    await nadia.told("undo").locator("[data-test=send-now]").click()
    nadia.line.go_on()

    await expect(nadia.item("Ordered!", delivery="delivered")).to_be_visible()
    await expect(nadia.item("No, the small one!")).to_be_visible()
    await expect(nadia.item("Ordered!")).to_have_count(1)
    assert count_of(stage.world.texts_of(PHONE), "Ordered!") == 1


async def test_what_arrives_while_one_writes_is_told_at_once(stage, screens) -> None:
    await stage.text(PHONE, "Order the big one, please")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Order the big one")
    await nadia.write("Ordered!")

    await stage.text(PHONE, "No, the small one!")
    await expect(nadia.told("missed")).to_be_visible()
    await nadia.mark("read-missed").click()
    await expect(nadia.told("missed")).to_have_count(0)
    await nadia.write("The small one, then")
    await nadia.send_now()

    # He has seen it, so nothing stands in the way.
    await expect(
        nadia.item("The small one, then", delivery="delivered")
    ).to_be_visible()
    assert count_of(stage.world.texts_of(PHONE), "The small one, then") == 1
