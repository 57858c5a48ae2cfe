"""Whoever types faster than a part is loaded loses no letter, and closes nothing."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.screens import PATIENCE_MS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OKSANA = "+380503382065"


class Late:
    """What a page asks for and gets only when it is let go."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._free = asyncio.Event()

    async def hold(self, page, *paths: str) -> None:
        """Hold these from now on; the page begins anew, with nothing loaded yet."""
        for path in paths:
            await page.route(path, self._wait)
        await page.reload()

    async def asked(self) -> None:
        """Wait until one of them is asked for."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            await self._asked.wait()

    def let_go(self) -> None:
        """Answer what was asked."""
        self._free.set()

    async def _wait(self, route) -> None:
        self._asked.set()
        await self._free.wait()
        await route.fallback()


@pytest.fixture
async def late():
    """Things that come late, and by the test's end in any case."""
    one = Late()
    yield one
    one.let_go()


async def test_what_is_typed_while_the_palette_loads_is_its_question(
    stage, screens, late
) -> None:
    await stage.text(OKSANA, "Where is my boiler?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Where is my boiler?")
    await late.hold(nadia.page, "**/assets/Palette*-*.js")
    await nadia.live()
    await expect(nadia.mark("talk-header")).to_be_visible()

    # Not waiting for anything: E closes, S snoozes, A assigns where nobody writes.
    await nadia.page.keyboard.press("Control+k")
    await nadia.page.keyboard.type("search")
    await nadia.page.keyboard.press("ArrowDown")
    await nadia.page.keyboard.press("Enter")
    await late.asked()
    await expect(nadia.mark("palette-field")).to_have_value("search")
    await expect(nadia.mark("palette-field")).to_be_focused()
    await expect(nadia.mark("found")).to_have_count(0)
    late.let_go()

    # The first thing found for these letters is the page; the second takes them along.
    await expect(nadia.mark("search-field")).to_have_value("search")
    await expect(nadia.mark("palette")).to_have_count(0)


async def test_what_is_typed_while_a_dialog_loads_is_written_into_it(
    stage, screens, late
) -> None:
    await stage.text(OKSANA, "Where is my boiler?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Where is my boiler?")
    await late.hold(
        nadia.page, "**/assets/TaskDialog-*.js", "**/assets/KeysDialog-*.js"
    )
    await nadia.live()
    header = nadia.mark("talk-header")
    await expect(header).to_be_visible()

    await nadia.page.keyboard.press("Shift+Slash")
    await nadia.page.keyboard.type("esa")
    await nadia.page.keyboard.press("Escape")
    await expect(nadia.mark("typed-ahead")).to_have_count(0)
    await nadia.page.keyboard.press("p")
    await nadia.page.keyboard.type("Send the papers")
    await nadia.page.keyboard.press("Enter")
    late.let_go()

    await expect(nadia.mark("task-title")).to_have_value("Send the papers")
    await nadia.page.keyboard.type(", all")
    await expect(nadia.mark("task-title")).to_have_value("Send the papers, all")
    await expect(header).to_have_attribute("data-state", "open")
    await expect(nadia.mark("keys-dialog")).to_have_count(0)


async def test_a_ready_answer_is_taken_before_the_list_of_them_is_there(
    stage, screens, late
) -> None:
    manager = await stage.hire("Iryna", role="manager")
    await manager.call(
        "POST",
        "/canned",
        {
            "title": "On its way",
            "texts": [{"locale": "en", "text": "It is on its way."}],
        },
    )
    await stage.text(OKSANA, "Where is my boiler?")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Where is my boiler?")
    await late.hold(nadia.page, "**/api/v1/canned")
    await nadia.live()

    await expect(nadia.writing).to_be_visible()
    await nadia.writing.focus()
    await nadia.page.keyboard.type("Dear, /way")
    await nadia.page.keyboard.press("Enter")
    await late.asked()
    await expect(nadia.writing).to_have_value("Dear, /way")
    late.let_go()

    await expect(nadia.writing).to_have_value("Dear, It is on its way.")
