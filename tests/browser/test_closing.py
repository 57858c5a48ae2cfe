"""Closing asks what it has to ask; haste loses no letter and no press."""

import asyncio
from email import message_from_bytes, policy

import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OKSANA = "oksana@client.example"
PHONE = "+380503382065"


def mails_of(stage, address):
    return [one for one in stage.world.mails_of(address) if not one.from_client]


async def words_for_endings(stage) -> None:
    """Let the queue ask how a matter ended."""
    manager = await stage.hire("Iryna", role="manager")
    for queue in (await manager.call("GET", "/queues"))["items"]:
        await manager.call(
            "PATCH", f"/queues/{queue['id']}", {"dispositions": ["Settled", "Sold"]}
        )


async def test_send_and_close_asks_how_it_ended_and_names_what_was_promised(
    stage, screens
) -> None:
    await stage.text(PHONE, "Where is my parcel?")
    await words_for_endings(stage)
    nadia = await screens.desk(await stage.employ("Nadia"))
    screens.witness.forgive("status of 409")
    press = nadia.page.keyboard.press
    await nadia.open("Where is my parcel?")
    await press("p")
    await nadia.mark("task-title").fill("A call of the courier")
    await nadia.mark("task-due").fill("2030-05-01T12:00")
    await press("Control+Enter")
    await expect(nadia.item("A call of the courier")).to_be_visible()

    await nadia.write("It comes tomorrow")
    await press("Control+Shift+Enter")
    dialog = nadia.mark("closing")
    await expect(dialog.locator("[data-test=disposition]")).to_have_count(2)
    await press("2")
    await expect(dialog).to_contain_text("A call of the courier")
    await expect(dialog.locator("[data-test=disposition]")).to_have_count(0)
    await dialog.locator("[data-test=closing-show]").click()
    await expect(dialog).to_have_count(0)
    await expect(nadia.writing).to_have_value("It comes tomorrow")

    await nadia.writing.press("Control+Shift+Enter")
    await press("2")
    await dialog.locator("[data-test=closing-anyway]").click()
    await expect(nadia.mark("talk-header")).to_have_attribute("data-state", "resolved")
    await expect(nadia.mark("ended")).to_contain_text("Sold")
    await expect(nadia.item("It comes tomorrow")).to_have_count(1)

    # Taken back, the answer takes its closing along.
    await nadia.mark("undo").click()
    await expect(nadia.mark("talk-header")).to_have_attribute("data-state", "open")
    await expect(nadia.writing).to_have_value("It comes tomorrow")


async def test_an_answer_may_leave_and_the_matter_stay_open(stage, screens) -> None:
    await stage.text(PHONE, "Where is my parcel?")
    await words_for_endings(stage)
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Where is my parcel?")

    await nadia.write("I am asking the courier")
    await nadia.page.keyboard.press("Control+Shift+Enter")
    await nadia.mark("closing-send").click()

    await expect(nadia.item("I am asking the courier")).to_be_visible()
    await expect(nadia.mark("talk-header")).to_have_attribute("data-state", "open")


async def test_what_is_typed_while_the_editor_loads_is_not_lost(stage, screens) -> None:
    await stage.mail(OKSANA, "Boiler", "It hums at night", name="Оксана")
    nadia = await screens.desk(await stage.employ("Nadia"))
    gate = asyncio.Event()

    async def slowly(route) -> None:
        await gate.wait()
        await route.continue_()

    await nadia.page.route("**/RichText-*.js", slowly)
    await nadia.open("Boiler")
    plain = nadia.mark("composer-plain")
    await plain.click()
    await nadia.page.keyboard.type("Dear Oksana")
    gate.set()
    await expect(plain).to_have_count(0)
    await nadia.page.keyboard.type(", we come today")

    await expect(nadia.writing).to_have_text("Dear Oksana, we come today")


async def test_send_that_is_pressed_too_early_goes_when_it_can(stage, screens) -> None:
    await stage.text(PHONE, "Where is my parcel?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    gate = asyncio.Event()

    async def slowly(route) -> None:
        await gate.wait()
        await route.continue_()

    await nadia.page.route("**/reply-defaults", slowly)
    await nadia.open("Where is my parcel?")
    await nadia.write("It comes tomorrow")
    await nadia.page.keyboard.press("Control+Enter")
    await nadia.page.keyboard.press("Control+Enter")
    gate.set()

    await expect(nadia.item("It comes tomorrow")).to_have_count(1)
    await expect(nadia.writing).to_have_value("")


async def test_what_is_handed_on_keeps_its_look(stage, screens) -> None:
    await stage.mail(OKSANA, "Boiler", "It hums at night", name="Оксана")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Boiler")
    await nadia.page.keyboard.press("f")
    await expect(nadia.mark("people-to-field")).to_be_focused()
    await nadia.page.keyboard.type("workshop@firm.example,")
    await nadia.writing.click()
    await nadia.page.keyboard.type("Please ")
    await nadia.page.keyboard.press("Control+b")
    await nadia.page.keyboard.type("today")
    await nadia.send_now()

    await expect(nadia.item("Please today", delivery="sent")).to_be_visible()
    (got,) = mails_of(stage, "workshop@firm.example")
    html = message_from_bytes(got.raw, policy=policy.default).get_body(("html",))
    assert "<strong>today</strong>" in html.get_content()
    assert "It hums at night" in got.text
