"""A newer workspace on the hub: it is told, nothing is taken away, nothing breaks."""

import asyncio

import pytest
from playwright.async_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = "+380503382065"
NEWER = (
    '<!doctype html><script type="module" src="/assets/desk-newer.js"></script>'
    '<div id="app"></div>'
)


async def test_a_new_version_is_told_and_never_breaks(stage, screens, witness) -> None:
    witness.forgive("404|SearchView|WebSocket")
    await stage.text(PHONE, "Hello")
    nadia = await screens.desk(await stage.employ("Nadia"))
    page = nadia.page
    await nadia.open("Hello")
    await page.evaluate("() => { window.same = true }")
    async with page.expect_response("**/drafts/reply"):
        await nadia.write("Good day, dear")

    # The hub is started anew with another workspace: the line is cut, and comes back.
    await page.route(
        f"{stage.url}/",
        lambda route: route.fulfill(body=NEWER, content_type="text/html"),
    )
    loaded_anew = asyncio.Event()

    def note(request) -> None:
        if request.is_navigation_request() and request.frame == page.main_frame:
            loaded_anew.set()

    async def gone_until_then(route) -> None:
        if loaded_anew.is_set():
            await route.fallback()
        else:
            await route.fulfill(status=404)

    page.on("request", note)
    await page.route("**/assets/SearchView-*.js", gone_until_then)
    await nadia.line.break_()
    await expect(nadia.told("offline")).to_be_visible()
    nadia.line.mend()
    await nadia.live()
    await expect(nadia.mark("new-version")).to_have_attribute("data-broken", "false")

    # He goes on as long as he likes; nothing was loaded behind his back.
    await expect(nadia.writing).to_have_value("Good day, dear")
    await nadia.mark("version-later").click()
    await expect(nadia.mark("new-version")).to_have_count(0)
    await stage.text(PHONE, "Are you there?")
    await expect(nadia.item("Are you there?")).to_be_visible()
    assert await page.evaluate("window.same")

    # A page whose files are gone comes whole and new, and what he wrote is still there.
    await page.keyboard.press("Control+k")
    await expect(nadia.mark("palette-field")).to_be_focused()
    await page.keyboard.type("Search")
    await page.keyboard.press("Enter")
    await expect(nadia.mark("search-field")).to_be_visible()
    assert await page.evaluate("window.same") is None
    await page.unroute(f"{stage.url}/")
    await page.goto("/desk/all")
    await nadia.open("Are you there?")
    await expect(nadia.writing).to_have_value("Good day, dear")
