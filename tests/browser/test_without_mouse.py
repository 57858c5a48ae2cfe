"""The desk without a mouse, without eyes, and with eyes that want it larger."""

import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OKSANA = "+380503382065"
#: Where the focus is, whether one sees it, and what it is called.
STOP = """
() => {
  const at = document.activeElement
  if (!at || at === document.body) return {region: ''}
  const style = getComputedStyle(at)
  const parts = ['rail', 'list', 'talk', 'card'].filter(one => at.closest('.' + one))
  const box = at.getBoundingClientRect()
  const field = at.closest('.field, .composer, [data-test=composer]')
  const seen = box.width > 0 && (style.outlineStyle !== 'none' || field !== null)
  const name = at.getAttribute('aria-label') || at.labels?.length || at.title ||
    at.placeholder || at.textContent.trim() || at.querySelector('[aria-label]')
  return {region: parts[0] ?? 'else', seen, named: Boolean(name), html: at.outerHTML.slice(0, 160)}
}
"""


async def test_the_focus_comes_back_to_where_it_was(stage, screens) -> None:
    await stage.text(OKSANA, "Where is my boiler?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Where is my boiler?")
    for opener, opened in (
        ("find", "palette"),
        ("assign", "assign-menu"),
        ("snooze", "snooze-menu"),
    ):
        await nadia.mark(opener).focus()
        await nadia.page.keyboard.press("Enter")
        await expect(nadia.mark(opened)).to_be_visible()
        await nadia.page.keyboard.press("Escape")
        await expect(nadia.mark(opened)).to_have_count(0)
        await expect(nadia.mark(opener)).to_be_focused()


async def test_the_tab_key_goes_all_round_and_each_stop_can_be_seen(
    stage, screens
) -> None:
    await stage.text(OKSANA, "Where is my boiler?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Where is my boiler?")
    # The tab key begins where one clicked last; a new page begins at its start.
    await nadia.page.reload()
    await nadia.live()
    await expect(nadia.mark("client-card")).to_contain_text("Merge")
    await nadia.page.keyboard.press("Tab")
    await expect(nadia.mark("skip")).to_be_focused()
    stops = []
    for _ in range(200):
        await nadia.page.keyboard.press("Tab")
        stop = await nadia.page.evaluate(STOP)
        if stop["region"] == "":
            break
        stops.append(stop)
    else:
        pytest.fail("The tab key never came out of the page.")

    regions = {stop["region"] for stop in stops}
    assert {"rail", "list", "talk", "card"} <= regions
    assert [stop for stop in stops if not (stop["seen"] and stop["named"])] == []


async def test_the_first_stop_leads_to_the_conversation(stage, screens) -> None:
    await stage.text(OKSANA, "Where is my boiler?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Where is my boiler?")
    await nadia.page.reload()
    await nadia.live()
    await nadia.page.keyboard.press("Tab")
    await nadia.page.keyboard.press("Enter")

    await expect(nadia.page.locator("main")).to_be_focused()


async def test_a_new_message_is_said_once_and_politely(stage, screens) -> None:
    await stage.text(OKSANA, "Where is my boiler?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Where is my boiler?")
    await expect(nadia.mark("timeline")).to_have_attribute("data-loaded", "true")
    said = nadia.page.locator("[data-test=timeline] .silent")
    await expect(said).to_have_text("")
    await stage.text(OKSANA, "It is cold here")

    await expect(said).to_contain_text("It is cold here")
    assert await said.get_attribute("aria-live") == "polite"
    assert "Where is my boiler" not in (await said.inner_text())


@pytest.mark.parametrize("path", ["/desk/all", "/wall", "/settings/own", "/search"])
async def test_nothing_is_lost_at_200_percent(stage, screens, path) -> None:
    await stage.text(OKSANA, "Where is my boiler?")
    # What a 1440 pixel window shows at 200 %.
    half = {"width": 720, "height": 450}
    screen = await screens.desk(
        await stage.employ("Iryna", role="admin"),
        path,
        size=half,
        device_scale_factor=2,
    )
    await screen.fits()
    if path != "/desk/all":
        return
    await screen.row("Where is my boiler?").click()
    await expect(screen.item("Where is my boiler?")).to_be_in_viewport()
    await expect(screen.writing).to_be_in_viewport()
    await screen.write("It is on its way")
    await expect(screen.mark("send")).to_be_in_viewport()
    await screen.mark("send").click()
    await expect(screen.item("It is on its way")).to_be_in_viewport()
    await screen.fits()


async def test_colours_of_ones_own_leave_what_is_chosen_to_see(stage, screens) -> None:
    await stage.text(OKSANA, "Where is my boiler?")
    nadia = await screens.desk(await stage.employ("Nadia"), forced_colors="active")
    await nadia.open("Where is my boiler?")
    chosen = nadia.page.locator("[data-test=row][aria-current=true]")

    assert await chosen.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    assert await nadia.writing.evaluate("e => getComputedStyle(e).color") == (
        "rgb(0, 0, 0)"
    )
