"""A conversation from first to last without a mouse."""

import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OKSANA, TARAS = "+380503382065", "+380671112233"


async def test_a_whole_answer_by_keys(stage, screens) -> None:
    await stage.text(OKSANA, "The older one")
    await stage.text(TARAS, "The newer one")
    nadia = await screens.desk(await stage.employ("Nadia"))
    press = nadia.page.keyboard.press
    await expect(nadia.mark("row")).to_have_count(2)
    chosen = nadia.page.locator("[data-test=row][aria-current=true]")

    # The one that is due first stands first.
    await press("j")
    await expect(chosen).to_contain_text("The older one")
    await press("j")
    await expect(chosen).to_contain_text("The newer one")
    await press("k")
    await expect(chosen).to_contain_text("The older one")
    await press("ArrowDown")
    await expect(nadia.item("The newer one")).to_be_visible()

    await press("n")
    await expect(nadia.mark("composer")).to_have_attribute("data-mode", "note")
    await expect(nadia.writing).to_be_focused()
    await nadia.page.keyboard.type("He is right")
    await press("Control+Enter")
    await expect(nadia.item("He is right", kind="note")).to_be_visible()
    await press("Escape")
    await press("r")
    await expect(nadia.mark("composer")).to_have_attribute("data-mode", "reply")
    # The letters of keys are letters while one writes.
    await nadia.page.keyboard.type("jkrne?")
    await expect(nadia.writing).to_have_value("jkrne?")
    await press("Control+Enter")
    await expect(nadia.item("jkrne?", delivery="held")).to_be_visible()
    await press("Control+z")
    await expect(nadia.writing).to_have_value("jkrne?")
    await press("Escape")

    await press("e")
    await expect(nadia.mark("talk-header")).to_have_attribute("data-state", "resolved")
    await press("Escape")
    await expect(nadia.mark("talk-header")).to_have_count(0)
    await expect(nadia.mark("row")).to_have_count(1)


async def test_the_palette_finds_a_client_and_the_keys_are_shown(
    stage, screens
) -> None:
    await stage.mail("oksana@client.example", "Boiler", "It hums", name="Оксана")
    nadia = await screens.desk(await stage.employ("Nadia"), "/desk/snoozed")
    press = nadia.page.keyboard.press

    await press("Control+k")
    await expect(nadia.mark("palette-field")).to_be_focused()
    await nadia.page.keyboard.type("оксан")
    found = nadia.mark("found").filter(has_text="Оксана")
    await expect(found.first).to_be_visible()
    await press("Enter")
    await expect(nadia.item("It hums")).to_be_visible()
    await expect(nadia.mark("palette")).to_have_count(0)

    await press("?")
    await expect(nadia.mark("keys-dialog")).to_contain_text("Find or do")
    await press("Escape")
    await expect(nadia.mark("keys-dialog")).to_have_count(0)
    await press("g")
    await press("u")
    await expect(nadia.page).to_have_url(f"{stage.url}/desk/unassigned")
    await press("Control+k")
    await press("Escape")
    await expect(nadia.mark("palette")).to_have_count(0)


async def test_dark_and_light_by_a_key(stage, screens) -> None:
    nadia = await screens.desk(await stage.employ("Nadia"), color_scheme="light")
    page = nadia.page.locator("html")
    await expect(page).to_have_attribute("data-theme", "light")

    await nadia.page.keyboard.press("Shift+D")
    await expect(page).to_have_attribute("data-theme", "dark")
    await nadia.page.reload()

    await expect(page).to_have_attribute("data-theme", "dark")
