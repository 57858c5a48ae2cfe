"""What a manager sees from three metres, and an agent does not."""

import asyncio
import time
from itertools import pairwise

import pytest
from playwright.async_api import expect

from tests.browser.screens import WALL

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = "+380503382065"
#: Gives the browser's time at which a number on the page has become another.
CHANGED = """
element => new Promise(done => {
  const before = element.textContent
  new MutationObserver((_, watching) => {
    if (element.textContent === before) return
    watching.disconnect()
    done(performance.timeOrigin + performance.now())
  }).observe(element, {characterData: true, childList: true, subtree: true})
})
"""


async def test_the_wall_moves_when_somebody_begins_to_wait(
    stage, screens, capsys
) -> None:
    # What nobody else's queue is for comes to the first one.
    manager = await stage.hire("Oleh", role="manager")
    await manager.call("POST", "/queues", {"name": "Help", "channels": []})
    wall = await screens.desk(
        await stage.employ("Iryna", role="manager"), "/wall", size=WALL
    )
    await expect(wall.mark("wall-state")).to_have_attribute("data-behind", "false")
    waiting = wall.mark("tile").first.locator("[data-test=waiting]")
    await expect(waiting).to_have_text("0")
    changed = asyncio.create_task(waiting.evaluate(CHANGED))
    # The page answers this after it has begun to watch.
    await wall.page.evaluate("0")

    await stage.text(PHONE, "Hello")
    taken = time.time()
    shown = await changed / 1000

    await expect(waiting).to_have_text("1")
    await expect(
        wall.mark("tile").first.locator("[data-test=longest]")
    ).not_to_have_text("–")
    with capsys.disabled():
        print(f"\nOn the wall {shown - taken:.2f} s after the webhook was answered")  # noqa: T201
    await wall.fits()


async def test_the_wall_shows_who_works_and_on_what(stage, screens) -> None:
    wall = await screens.desk(
        await stage.employ("Iryna", role="manager"), "/wall", size=WALL
    )
    nadia = await screens.desk(await stage.employ("Nadia"))
    await stage.text(PHONE, "Hello")

    busy = wall.mark("wall-agent", group="writing").filter(has_text="Nadia")
    await expect(busy).to_be_visible()
    await nadia.mark("state-break").click()
    resting = wall.mark("wall-agent", group="break").filter(has_text="Nadia")

    await expect(resting).to_be_visible()


async def test_the_wall_is_not_for_agents(stage, screens, witness) -> None:
    witness.forgive("403")
    nadia = await screens.desk(await stage.employ("Nadia"))
    iryna = await screens.desk(await stage.employ("Iryna", role="manager"))

    await expect(iryna.mark("view-wall")).to_be_visible()
    await expect(nadia.mark("view-settings")).to_be_visible()
    await expect(nadia.mark("view-wall")).to_have_count(0)
    await nadia.page.goto("/wall")

    await expect(nadia.mark("wall")).to_contain_text("manager")
    await expect(nadia.mark("tile")).to_have_count(0)


#: Where things are: the room for queues, each of them, and whatever stands out of its tile.
PLACES = """
() => {
  const box = one => {
    const {left, top, right, bottom} = one.getBoundingClientRect()
    return {left, top, right, bottom}
  }
  const tiles = [...document.querySelectorAll('[data-test=tile]')]
  const out = tiles.flatMap(tile => {
    const room = box(tile)
    return [...tile.querySelectorAll('*')].filter(one => {
      const {left, top, right, bottom} = box(one)
      const isOut = left < room.left - 1 || top < room.top - 1
        || right > room.right + 1 || bottom > room.bottom + 1
      const isCut = getComputedStyle(one).overflow !== 'visible'
        && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
      return isOut || (one instanceof HTMLElement && isCut)
    }).map(one => one.outerHTML.slice(0, 120))
  })
  const over = tiles.flatMap((one, index) => tiles.slice(index + 1).filter(other => {
    const [first, second] = [box(one), box(other)]
    return first.bottom > second.top + 1 && second.bottom > first.top + 1
      && first.right > second.left + 1 && second.right > first.left + 1
  })).length
  return {room: box(document.querySelector('main')), tiles: tiles.map(box), out, over}
}
"""
SIZES = [(1920, 1080), (1366, 768), (1100, 800), (390, 844)]
#: Between two tiles, and a rounding.
GAP = 17


async def test_few_queues_fill_the_wall_and_nothing_is_cut(stage, screens) -> None:
    manager = await stage.hire("Oleh", role="manager")
    wall = await screens.desk(
        await stage.employ("Iryna", role="manager"), "/wall", size=WALL
    )
    for count in (1, 2, 3):
        await manager.call(
            "POST", "/queues", {"name": f"Queue {count}", "channels": []}
        )
        await expect(wall.mark("tile")).to_have_count(count)
        for width, height in SIZES:
            await wall.page.set_viewport_size({"width": width, "height": height})
            at = await wall.page.evaluate(PLACES)
            where = (count, width, at)
            room, tiles = at["room"], at["tiles"]

            assert at["out"] == [], where
            assert at["over"] == 0, where
            await wall.fits()
            # No queue leaves a part of the room to nobody.
            assert abs(room["left"] - min(one["left"] for one in tiles)) <= 1, where
            assert abs(room["right"] - max(one["right"] for one in tiles)) <= 1, where
            assert abs(room["top"] - min(one["top"] for one in tiles)) <= 1, where
            assert abs(room["bottom"] - max(one["bottom"] for one in tiles)) <= 1, where
            for one, following in pairwise(tiles):
                assert following["top"] - one["bottom"] <= GAP, where
            if width >= 1100:
                assert room["bottom"] <= height, where
                assert all(one["right"] - one["left"] > width / 2 for one in tiles)
