"""A mail to several, a mail handed on, and what stands below it, all in the composer."""

import asyncio

import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OKSANA = "oksana@client.example"


def mails_of(stage, address):
    return [one for one in stage.world.mails_of(address) if not one.from_client]


async def sign(desk, text) -> None:
    await desk.page.goto(f"{desk.page.url.split('/desk')[0]}/settings/own")
    form = desk.mark("signature-form-own")
    await expect(form.locator("[data-test=signature-text]")).to_be_enabled()
    await form.locator("[data-test=signature-text]").fill(text)
    await form.locator("[data-test=signature-save]").click()
    await expect(desk.page.get_by_role("status").first).to_be_visible()


async def test_people_are_named_by_keys_and_each_is_told_of(stage, screens) -> None:
    await stage.mail(OKSANA, "Boiler", "It hums at night", name="Оксана")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Boiler")
    await nadia.mark("add-people").click()

    await nadia.page.keyboard.type("boss@firm.example, nobody,")
    cc = nadia.mark("people-cc")
    await expect(cc.locator("[data-test=person]")).to_have_count(2)
    await nadia.write("We come on Thursday")
    await expect(nadia.mark("send")).to_be_disabled()
    # The wrong one is taken back into the field, and put right.
    await nadia.mark("people-cc-field").press("Backspace")
    await nadia.mark("people-cc-field").fill("gone+bounce@firm.example")
    await nadia.mark("people-cc-field").press("Enter")
    await nadia.send_now()

    item = nadia.item("We come on Thursday", delivery="sent")
    await expect(item).to_be_visible()
    await expect(item.locator("[data-test=recipient-missed]")).to_contain_text(
        "gone+bounce@firm.example"
    )
    await expect(item.locator("[data-test=recipient-missed]")).to_contain_text("5.1.1")
    assert len(mails_of(stage, OKSANA)) == 1
    assert len(mails_of(stage, "boss@firm.example")) == 1


async def test_a_message_is_handed_on_and_the_client_gets_nothing(
    stage, screens
) -> None:
    await stage.mail(OKSANA, "Boiler", "It hums at night", name="Оксана")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Boiler")
    await nadia.page.keyboard.press("f")

    await expect(nadia.mark("people-to-field")).to_be_focused()
    await nadia.page.keyboard.type("workshop@firm.example,")
    await nadia.write("What do you say?")
    await nadia.send_now()

    await expect(nadia.item("What do you say?", delivery="sent")).to_be_visible()
    (got,) = mails_of(stage, "workshop@firm.example")
    assert got.subject == "Fwd: Boiler"
    assert "It hums at night" in got.text
    assert mails_of(stage, OKSANA) == []


async def test_a_key_is_not_lost_while_the_ways_to_the_client_are_awaited(
    stage, screens
) -> None:
    await stage.mail(OKSANA, "Boiler", "It hums at night", name="Оксана")
    nadia = await screens.desk(await stage.employ("Nadia"))
    told = asyncio.Event()

    async def late(route) -> None:
        await told.wait()
        await route.continue_()

    await nadia.page.route("**/reply-defaults", late)
    await nadia.open("Boiler")
    await nadia.page.keyboard.press("f")
    told.set()

    await expect(nadia.mark("people-to-field")).to_be_focused()


async def test_the_signature_is_seen_before_it_is_sent(stage, screens) -> None:
    await stage.mail(OKSANA, "Boiler", "It hums at night", name="Оксана")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await sign(nadia, "{agent.name}\nWarm all winter")
    await nadia.page.go_back()
    await nadia.open("Boiler")

    await nadia.mark("signature-open").click()
    await expect(nadia.mark("signature")).to_have_text("Nadia\nWarm all winter")
    await nadia.mark("quote").check()
    await nadia.write("On Thursday")
    await nadia.send_now()

    await expect(nadia.item("On Thursday", delivery="sent")).to_be_visible()
    (got,) = mails_of(stage, OKSANA)
    assert "Nadia\nWarm all winter" in got.text.replace("\r\n", "\n")
    assert "> It hums at night" in got.text
