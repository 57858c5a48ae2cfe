"""A long history: a key leads to what is new, and nothing jumps before the eyes."""

import asyncio
import struct
import zlib

import pytest
from playwright.async_api import expect

from tests.browser import fills
from tests.browser.test_mail import bring, composed
from web import mails

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OKSANA, TARAS = "+380503382065", "+380671112233"


async def writes(stage, phone, count, words) -> None:
    for number in range(count):
        await stage.text(phone, f"{words} {number:03}")


async def test_a_key_leads_to_the_first_new_message(stage, screens) -> None:
    await writes(stage, OKSANA, 3, "Old")
    await stage.text(TARAS, "Another")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.row("Old 002").click()
    await expect(nadia.row("Old 002").locator("[data-test=unread]")).to_have_count(0)
    await nadia.row("Another").click()
    await writes(stage, OKSANA, 30, "New")
    await nadia.page.goto(nadia.page.url)
    await nadia.row("New 029").click()
    await expect(nadia.item("New 000")).to_be_in_viewport()
    await nadia.mark("timeline").evaluate("e => (e.scrollTop = e.scrollHeight)")
    await expect(nadia.item("New 029")).to_be_in_viewport()
    await expect(nadia.mark("to-new")).to_be_visible()

    await nadia.page.keyboard.press("u")

    await expect(nadia.mark("new-divider")).to_be_in_viewport()
    await expect(nadia.item("New 000")).to_be_in_viewport()
    await expect(nadia.mark("to-new")).to_have_count(0)


async def talk(stage) -> int:
    """Give the number of the only conversation."""
    manager = await stage.hire("Iryna", role="manager")
    (one,) = (await manager.call("GET", "/conversations"))["items"]
    return one["id"]


async def under_pointer(screen):
    """Point at an entry in the middle of the timeline; give it and its top."""
    box = await screen.mark("timeline").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await screen.page.mouse.move(x, y)
    found = await screen.page.evaluate(
        "([x, y]) => document.elementsFromPoint(x, y)"
        ".map(one => one.closest('[data-test=item]')).find(Boolean).dataset.id",
        [x, y],
    )
    item = screen.mark("item", id=found)
    return item, await top(item)


async def top(item) -> float:
    return (await item.bounding_box())["y"]


async def test_older_pages_and_new_words_move_nothing_under_the_pointer(
    stage, screens
) -> None:
    await stage.text(OKSANA, "The newest of all")
    await fills.history(stage.db, await talk(stage), 200)
    nadia = await screens.desk(await stage.employ("Nadia"))
    asked, may_come = asyncio.Event(), asyncio.Event()

    async def hold(route) -> None:
        asked.set()
        await may_come.wait()
        await route.continue_()

    await nadia.page.route("**/timeline?*before=*", hold)
    await nadia.row("The newest of all").click()
    await expect(nadia.item("The newest of all")).to_be_in_viewport()
    await nadia.mark("timeline").evaluate("box => { box.scrollTop = 400 }")
    await asyncio.wait_for(asked.wait(), 20)
    item, place = await under_pointer(nadia)
    first = await nadia.mark("item").first.get_attribute("data-id")

    may_come.set()
    await expect(nadia.mark("item").first).not_to_have_attribute("data-id", first)
    assert abs(await top(item) - place) <= 1
    await stage.text(OKSANA, "And one more")
    await expect(nadia.mark("to-end")).to_contain_text("1 new")
    assert abs(await top(item) - place) <= 1

    # To the very beginning and back, with no more in the page than there need be.
    for _ in range(30):
        await nadia.mark("timeline").evaluate("box => { box.scrollTop = 0 }")
        if await nadia.item("Long ago 0001").count():
            break
        await nadia.page.wait_for_function(
            "() => document.querySelector('[data-test=timeline]').scrollTop > 0"
        )
    await expect(nadia.item("Long ago 0001")).to_have_count(1)
    assert await nadia.mark("item").count() <= 180
    await nadia.mark("to-end").click()
    await expect(nadia.item("And one more")).to_be_in_viewport()


async def test_what_one_is_about_to_press_does_not_run_away(stage, screens) -> None:
    await stage.text(OKSANA, "The first word")
    await fills.history(stage.db, await talk(stage), 30)
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.row("The first word").click()
    await expect(nadia.item("The first word")).to_be_in_viewport()
    await nadia.page.mouse.move(700, 300)
    await stage.text(OKSANA, "The second word")
    await expect(nadia.item("The second word")).to_be_in_viewport()

    button = nadia.item("The second word").get_by_role("button").first
    await button.hover()
    place = await top(button)
    for number in range(6):
        await stage.text(OKSANA, f"A further word {number}")
    await expect(nadia.mark("to-end")).to_contain_text("6 new")
    assert abs(await top(button) - place) <= 1

    await nadia.mark("to-end").click()
    await expect(nadia.item("A further word 5")).to_be_in_viewport()


def picture(height: int) -> bytes:
    """Draw a picture that is one pixel wide."""

    def part(name: bytes, data: bytes) -> bytes:
        checked = name + data
        return (
            struct.pack(">I", len(data))
            + checked
            + struct.pack(">I", zlib.crc32(checked))
        )

    head = struct.pack(">IIBBBBB", 1, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head)
        + part(b"IDAT", zlib.compress(b"\0\x80" * height))
        + part(b"IEND", b"")
    )


async def test_a_mail_that_grows_pushes_nothing_under_the_pointer(
    stage, screens, monkeypatch
) -> None:
    may_come = asyncio.Event()

    async def fetch(_, __):
        await may_come.wait()
        return picture(900), "image/png"

    monkeypatch.setattr(mails.Pictures, "fetch", fetch)
    lines = "".join(f"<p>Line {number}</p>" for number in range(4))
    page = f'{lines}<img src="https://pictures.example/tall.png">'
    await bring(stage, composed("A tall one", "Tall", page))
    for number in range(3):
        await bring(stage, composed("A tall one", f"A word after it {number}"))
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.row("A tall one").click()
    await expect(nadia.item("A word after it 2")).to_be_in_viewport()
    tall = nadia.item("Tall")
    await tall.locator("[data-test=html]").click()
    await tall.locator("[data-test=show-images]").click()
    frame = tall.locator("[data-test=mail-frame]")
    await expect(frame.content_frame.get_by_text("Line 3")).to_be_visible()

    # The end is before the eyes and stays there, whatever grows above it.
    last = nadia.item("A word after it 2")
    await last.hover(position={"x": 60, "y": 4})
    place = await top(last)
    high = (await frame.bounding_box())["height"]
    may_come.set()
    await expect(frame.content_frame.locator("img")).to_have_js_property(
        "naturalHeight", 900
    )
    await nadia.page.wait_for_function(
        "([one, high]) => one.clientHeight > high + 800",
        arg=[await frame.element_handle(), high],
    )
    assert abs(await top(last) - place) <= 1

    # And in the middle: what is unfolded above pushes up, not down.
    await nadia.mark("timeline").evaluate("box => { box.scrollTop -= 120 }")
    await expect(nadia.mark("to-end")).to_be_visible()
    middle = nadia.item("A word after it 0")
    await middle.hover(position={"x": 60, "y": 4})
    place = await top(middle)
    await frame.evaluate(
        "one => { one.contentDocument.body.append('More, ' + 'and more '.repeat(900)) }"
    )
    await nadia.page.wait_for_function(
        "([one, high]) => one.clientHeight > high + 1000",
        arg=[await frame.element_handle(), high],
    )
    assert abs(await top(middle) - place) <= 1
