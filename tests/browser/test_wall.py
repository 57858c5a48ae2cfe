"""What a manager sees from three metres, and an agent does not."""

import asyncio
import time

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
