"""What does the desk cost in a browser: to load, to switch, to follow, to leave open?

A ``rozmova serve`` in a process of its own, and one agent's Chromium before it. Clients
write by signed SMS webhooks, at a pace that makes so many events a second, while the
screen shows a conversation; then as fast as the hub takes them, for a day's events.

    python -m bench.desk [--events 3000] [--rate 50] [--seconds 10] [--full]

``--full`` is 20 thousand events. Aims: less than 200 kB of compressed script, a known
conversation and the next one by J in one frame, an unknown one within 100 ms, no task
above 50 ms, and a heap that does not grow.
"""

import argparse
import asyncio
import os
import re
import shutil
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import uvloop
from playwright.async_api import Browser, CDPSession, Page, async_playwright
from sqlalchemy import select

from bench.ground import quantile, save, server
from bench.hub import Hub, employ, serving
from hub.storage.database import Database, connect
from hub.storage.tables import LogHead
from web.security import COOKIE

FULL = 20_000
#: Who writes; each has one conversation.
CLIENTS = 60
#: Timelines that a screen keeps: of more, the first is unknown again.
SWITCHES = 10
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
#: Webhooks under way at once, when it shall go as fast as it can.
TOGETHER = 16
#: Milliseconds for which an agent looks at a conversation, at the least.
THINKING = 700
#: Milliseconds for anything that a page is waited for.
PATIENCE = 60_000
#: Where a frame of events says how far it goes.
_CURSOR = re.compile(r'"cursor":(\d+)\}\]$')

_WATCH = """
() => {
  window.tasks = []
  new PerformanceObserver(list => {
    for (const one of list.getEntries()) window.tasks.push(one.duration)
  }).observe({type: 'longtask', buffered: false})
}
"""
#: Rows between two that are opened as unknown: neighbours are read ahead.
APART = 5
#: Brings a row of the list to where it is drawn.
_SCROLL = """
async number => {
  const box = document.querySelector('[data-test=row]').closest('ul').parentElement
  box.scrollTop = number * 76
  await new Promise(requestAnimationFrame)
  await new Promise(then => requestAnimationFrame(() => setTimeout(then)))
}
"""
#: Goes to a row by its place, or by a key from the open one; gives milliseconds and
#: frames until its conversation is drawn.
_SWITCH = """
async how => {
  const rows = [...document.querySelectorAll('[data-test=row]')]
  const on = rows.findIndex(one => one.getAttribute('aria-current') === 'true')
  const place = one => Math.round(one.closest('li').style.transform.match(/[0-9.]+/)[0] / 76)
  const row = typeof how === 'number'
    ? rows.find(one => place(one) === how)
    : rows[on + (how === 'KeyJ' ? 1 : -1)]
  const wanted = row.dataset.id
  const began = performance.now()
  if (typeof how === 'number') row.click()
  else document.body.dispatchEvent(new KeyboardEvent('keydown', {code: how, bubbles: true}))
  for (let frames = 1; frames < 600; frames++) {
    await new Promise(requestAnimationFrame)
    const there = location.pathname.endsWith('/' + wanted) &&
      document.querySelector('[data-test=timeline][data-loaded=true] [data-test=item]')
    if (there && getComputedStyle(there.parentElement).visibility === 'visible') {
      return {frames, ms: performance.now() - began}
    }
  }
  throw new Error('the conversation did not come')
}
"""


class Screen:
    """One agent's page, and what its browser tells of it."""

    def __init__(self, page: Page, line: CDPSession) -> None:
        self.page = page
        self._line = line
        self.scripts: dict[str, int] = {}
        self._urls: dict[str, str] = {}
        self._cursor = 0
        self._moved = asyncio.Event()
        page.on("websocket", lambda one: one.on("framereceived", self._frame))

    async def open(self, url: str) -> float:
        """Load the desk with nothing kept; give the milliseconds to its first row."""
        await self._line.send("Network.enable")
        self._line.on("Network.responseReceived", self._began)
        self._line.on("Network.loadingFinished", self._came)
        began = time.monotonic()
        await self.page.goto(f"{url}/desk/all")
        await self.page.locator("[data-test=row]").first.wait_for()
        return (time.monotonic() - began) * 1000

    def size(self) -> float:
        """Give the kB of script that came so far, as compressed as they came."""
        return round(sum(self.scripts.values()) / 1000, 1)

    async def live(self) -> None:
        """Wait until it follows the hub."""
        await self.page.locator("[data-test=line-state][data-state=live]").wait_for()

    async def switch(self, number: int) -> dict[str, float]:
        """Go to a conversation of the list."""
        await self.page.mouse.move(0, 0)
        await self.page.evaluate(_SCROLL, number)
        found: dict[str, float] = await self.page.evaluate(_SWITCH, number)
        return found

    async def walk(self, key: str) -> dict[str, float]:
        """Go on by a key, after a look at what one sees."""
        await self.page.wait_for_load_state("networkidle")
        await self.page.wait_for_timeout(THINKING)
        found: dict[str, float] = await self.page.evaluate(_SWITCH, key)
        return found

    async def heap(self) -> int:
        """Give the bytes in use after everything was thrown away that can be."""
        await self._line.send("HeapProfiler.enable")
        for _ in range(3):
            await self._line.send("HeapProfiler.collectGarbage")
        used: int = (await self._line.send("Runtime.getHeapUsage"))["usedSize"]
        return used

    async def caught_up(self, cursor: int) -> None:
        """Wait until the hub has told the screen the log to here, and it is drawn."""
        async with asyncio.timeout(PATIENCE / 1000):
            while self._cursor < cursor:
                self._moved.clear()
                await self._moved.wait()
        await self.page.evaluate(
            "() => new Promise(then => requestAnimationFrame(() => setTimeout(then)))"
        )

    def _frame(self, said: str | bytes) -> None:
        found = _CURSOR.search(said) if isinstance(said, str) else None
        if found:
            self._cursor = max(self._cursor, int(found[1]))
            self._moved.set()

    def _began(self, said: dict[str, Any]) -> None:
        if said["type"] == "Script":
            self._urls[said["requestId"]] = said["response"]["url"]

    def _came(self, said: dict[str, Any]) -> None:
        url = self._urls.get(said["requestId"])
        if url is not None:
            self.scripts[url] = int(said["encodedDataLength"])


async def _write(hub: Hub, name: str, count: int, *, rate: float | None) -> None:
    """Let clients write, at a pace, or as fast as the hub takes it."""
    places = asyncio.Semaphore(TOGETHER)
    async with aiohttp.ClientSession() as http:

        async def one(number: int) -> None:
            async with places:
                await hub.text(http, f"{name}-{number}", _phone(number))

        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                if rate is not None:
                    due = began + number / rate
                    await asyncio.sleep(max(0, due - time.monotonic()))
                group.create_task(one(number))


def _phone(number: int) -> str:
    return f"+38050{number % CLIENTS:07}"


async def _end(db: Database) -> int:
    async with db.read() as session:
        return (await session.scalars(select(LogHead.seq))).one()


async def _follow(
    screen: Screen, hub: Hub, db: Database, rate: int, seconds: int
) -> dict[str, float]:
    """Let events come at a pace while a conversation is open; give the long tasks."""
    before = await _end(db)
    await _write(hub, "probe", 20, rate=None)
    each = (await _end(db) - before) / 20
    await screen.caught_up(await _end(db))
    await screen.page.evaluate(_WATCH)
    before, began = await _end(db), time.monotonic()
    await _write(hub, "pace", round(rate / each * seconds), rate=rate / each)
    spent = time.monotonic() - began
    await screen.caught_up(after := await _end(db))
    tasks: list[float] = await screen.page.evaluate("window.tasks")
    return {
        "events a second": round((after - before) / spent, 1),
        "tasks above 50 ms": len(tasks),
        "longest task, ms": round(max(tasks, default=0)),
    }


async def _day(screen: Screen, hub: Hub, db: Database, events: int) -> dict[str, float]:
    """Let a day's events pass, with a look into other conversations now and then."""
    # What is kept for going back is filled before it is weighed.
    for number in range(SWITCHES + 5):
        await screen.switch(number % SWITCHES)
    before, heap = await _end(db), await screen.heap()
    turn = 0
    while (now := await _end(db)) - before < events:
        await _write(hub, f"day{turn}", 100, rate=None)
        await screen.caught_up(now)
        await screen.switch(turn % SWITCHES)
        turn += 1
    await screen.caught_up(await _end(db))
    after = await screen.heap()
    return {
        "events": await _end(db) - before,
        "heap before, MB": round(heap / 1e6, 1),
        "heap after, MB": round(after / 1e6, 1),
        "bytes an event": round((after - heap) / (await _end(db) - before)),
    }


async def _run(
    url: str, folder: Path, events: int, rate: int, seconds: int
) -> dict[str, dict[str, float]]:
    db = Database(connect(url, pool=2))
    async with serving(url, folder) as hub, _browser() as browser:
        (secret,) = await employ(db, 1)
        await _write(hub, "seed", CLIENTS * 5, rate=None)
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(PATIENCE)
        await context.add_cookies([{"name": COOKIE, "value": secret, "url": hub.url}])
        page = await context.new_page()
        screen = Screen(page, await context.new_cdp_session(page))
        shown = await screen.open(hub.url)
        first = {"script, kB": screen.size(), "first row, ms": round(shown)}
        await screen.live()
        await page.wait_for_load_state("networkidle")
        first["with all that follows by itself, kB"] = screen.size()
        unknown = []
        for number in range(SWITCHES):
            await page.wait_for_timeout(THINKING)
            unknown.append(await screen.switch(number * APART + 2))
        await screen.switch(0)
        ahead = [await screen.walk("KeyJ") for _ in range(SWITCHES)]
        known = [await screen.walk("KeyK") for _ in range(SWITCHES)]
        found = {
            "first load": first,
            "unknown conversation": _spans(unknown),
            "the next one by J": _spans(ahead),
            "known conversation": _spans(known),
            "following": await _follow(screen, hub, db, rate, seconds),
            "a day": await _day(screen, hub, db, events),
        }
    await db.engine.dispose()
    return found


def _spans(found: list[dict[str, float]]) -> dict[str, float]:
    times, frames = ([one[key] for one in found] for key in ("ms", "frames"))
    return {
        "p50, ms": round(quantile(times, 0.5), 1),
        "worst, ms": round(max(times), 1),
        "p50, frames": quantile(frames, 0.5),
        "worst, frames": max(frames),
    }


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    wanted = (os.environ.get("ROZMOVA_TEST_BROWSER") or "", *PROGRAMS)
    program = next((path for one in wanted if one and (path := shutil.which(one))), "")
    if not program:
        sys.exit("There is no Chromium here. Run tools/browser to get one.")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run"],
        )
        yield browser
        await browser.close()


def main() -> None:
    """Run the bench as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--events", type=int, default=3000)
    parser.add_argument("--rate", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--full", action="store_true", help="20 thousand events")
    given = parser.parse_args()
    events = FULL if given.full else given.events
    with server(durable=False) as (url, folder):
        found = uvloop.run(_run(url, folder, events, given.rate, given.seconds))
    for name, figures in found.items():
        print(f"{name}: " + ", ".join(f"{what} {n}" for what, n in figures.items()))
    save("desk", {"found": found})


if __name__ == "__main__":
    main()
