"""What was said long ago is found by a few keys, and shown where it stands."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.screens import PATIENCE_MS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = "+380503382065"


async def marked(screen) -> list[str]:
    """Give the words that are painted as found in the timeline."""
    return await screen.page.evaluate(
        "[...(CSS.highlights.get('found') ?? [])].map(String)"
    )


async def test_a_search_by_keys_ends_at_the_very_message(stage, screens) -> None:
    await stage.text(PHONE, "Бойлер гуде вночі")
    for number in range(30):
        await stage.text(PHONE, f"Ще одне питання {number}")
    nadia = await screens.desk(await stage.employ("Nadia"), "/desk/all")
    await expect(nadia.mark("row")).to_have_count(1)
    press = nadia.page.keyboard.press

    # A slip, another ending, and an operator that is offered while it is typed.
    await nadia.page.goto("/search")
    await expect(nadia.mark("search-teach")).to_be_visible()
    await nadia.mark("search-field").fill("cha")
    await expect(nadia.mark("search-hint")).to_contain_text("channel:")
    await nadia.mark("search-hint").click()
    await nadia.page.keyboard.type("sms бойлира")
    hit = nadia.mark("conversation-hit")
    await expect(hit).to_have_count(1)
    await expect(hit.locator("mark")).to_have_text("Бойлер")
    await press("Enter")

    await expect(nadia.item("Бойлер гуде вночі")).to_be_in_viewport()
    assert await marked(nadia) == ["Бойлер"]

    # The whole history is searched from within, also what is not on the screen.
    await press("Control+f")
    await expect(nadia.mark("history-search-field")).to_be_focused()
    await nadia.page.keyboard.type("питань")
    await expect(nadia.mark("history-search-told")).to_contain_text("1 of")
    await expect(nadia.item("Ще одне питання 29")).to_be_in_viewport()
    await press("Enter")
    await expect(nadia.mark("history-search-told")).to_contain_text("2 of")
    assert await marked(nadia) == ["питання"]
    await press("Escape")
    await expect(nadia.mark("history-search")).to_have_count(0)
    assert await marked(nadia) == []


async def test_what_was_found_is_read_beside_its_conversation_not_after_it(
    stage, screens
) -> None:
    worker = await stage.hire("Olena")
    await stage.text(PHONE, "Бойлер гуде")
    item = await worker.sees(lambda one: one["text"] == "Бойлер гуде")
    number = item["conversation_id"]
    # What is done is on no screen: all of it has to be read.
    await worker.call("PATCH", f"/conversations/{number}", {"state": "resolved"})
    nadia = await screens.desk(await stage.employ("Nadia"), "/search?q=бойлер")
    timeline = asyncio.Event()

    async def after_the_timeline(route) -> None:
        async with asyncio.timeout(PATIENCE_MS / 1000):
            await timeline.wait()
        await route.continue_()

    async def noted(route) -> None:
        timeline.set()
        await route.continue_()

    await nadia.page.route(f"**/api/v1/conversations/{number}", after_the_timeline)
    await nadia.page.route("**/api/v1/clients/*/timeline*", noted)
    await nadia.mark("conversation-hit").click()

    await expect(nadia.item("Бойлер гуде")).to_be_in_viewport()
    assert await marked(nadia) == ["Бойлер"]
