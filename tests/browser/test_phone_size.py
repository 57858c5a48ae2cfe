"""The workspace on a phone."""

import pytest
from playwright.async_api import expect

from tests.browser.screens import PHONE as SMALL

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = "+380503382065"
LONG = "https://shop.example/" + "a-very-long-word" * 12


async def test_list_conversation_reply_and_back(stage, screens) -> None:
    await stage.text(PHONE, f"Look at {LONG}")
    await stage.mail(
        "oksana@client.example", "A long subject, " * 8, "Text", name="О" * 60
    )
    nadia = await screens.desk(
        await stage.employ("Nadia"), size=SMALL, has_touch=True, is_mobile=True
    )
    await expect(nadia.mark("row")).to_have_count(2)
    await nadia.fits()
    await expect(nadia.mark("composer")).to_have_count(0)

    await nadia.row("Look at").tap()
    await expect(nadia.item("Look at")).to_be_visible()
    await expect(nadia.mark("row").first).to_be_hidden()
    await nadia.fits()
    await nadia.write("I have looked")
    await nadia.mark("send").tap()
    await expect(nadia.told("undo")).to_be_visible()
    await nadia.fits()
    await nadia.told("undo").locator("[data-test=send-now]").tap()
    await expect(nadia.item("I have looked", delivery="delivered")).to_be_visible()
    await nadia.mark("open-card").tap()
    await expect(nadia.mark("client-card")).to_be_visible()
    await nadia.fits()
    await nadia.mark("client-card").get_by_role("button", name="Close").tap()
    await nadia.mark("back").tap()

    await expect(nadia.row("I have looked")).to_be_visible()
    await nadia.mark("open-rail").tap()
    await expect(nadia.mark("view-mine")).to_be_visible()
    await nadia.fits()
    await nadia.mark("view-quarantine").tap()
    await expect(nadia.mark("quarantine-list")).to_be_visible()
    await nadia.fits()


async def test_what_was_said_is_found_on_a_phone(stage, screens) -> None:
    for number in range(12):
        await stage.text(PHONE, f"A question, number {number}")
    await stage.text("+380671112233", "The boiler hums at night")
    nadia = await screens.desk(
        await stage.employ("Nadia"), size=SMALL, has_touch=True, is_mobile=True
    )
    await nadia.row("A question").tap()
    await expect(nadia.item("number 11")).to_be_in_viewport()
    await nadia.mark("back").tap()
    await nadia.mark("open-rail").tap()
    await nadia.mark("find").tap()
    await expect(nadia.mark("palette-field")).to_be_focused()
    await nadia.page.keyboard.type("hums")
    found = nadia.mark("found").filter(has_text="hums at night")
    await expect(found.first).to_be_visible()
    await nadia.fits()
    await found.first.tap()
    await expect(nadia.item("The boiler hums at night")).to_be_in_viewport()
    await nadia.fits()
    await nadia.page.goto("/search?q=question")
    await nadia.mark("conversation-hit").first.tap()
    await expect(nadia.mark("composer")).to_be_visible()
    await nadia.fits()
    # The keyboard of a phone leaves half of it: one still sees where one writes.
    await nadia.page.set_viewport_size({"width": 390, "height": 420})
    await nadia.writing.tap()
    await expect(nadia.writing).to_be_in_viewport()
    await expect(nadia.mark("send")).to_be_in_viewport()
    await nadia.fits()


async def test_no_width_needs_to_be_scrolled_sideways(stage, screens) -> None:
    await stage.text(PHONE, f"Look at {LONG}")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Look at")
    await expect(nadia.item("Look at")).to_be_visible()

    for width in (1920, 1440, 1280, 1024, 768):
        await nadia.page.set_viewport_size({"width": width, "height": 800})
        await expect(nadia.mark("composer")).to_be_visible()
        await nadia.fits()
