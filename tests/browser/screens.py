"""Real pages in a real browser, and everything they complain of."""

import asyncio
import json
import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    Playwright,
    Request,
    WebSocket,
    WebSocketRoute,
    expect,
)

from tests.flows.stage import PASSWORD, Stage

UI = Path(__file__).parents[2] / "web" / "ui" / "dist" / "index.html"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    # Whoever asks for a name outside of this machine gets no answer.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
#: As the tests wait elsewhere, for the busiest machine.
PATIENCE_MS = 20_000
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
WALL = {"width": 1920, "height": 1080}

expect.set_options(timeout=PATIENCE_MS)


async def launch(playwright: Playwright) -> Browser:
    """Start the Chromium of this machine; without one the tests fail, as they must."""
    wanted = (os.environ.get("ROZMOVA_TEST_BROWSER") or "", *PROGRAMS)
    program = next((path for one in wanted if one and (path := shutil.which(one))), "")
    assert program, "There is no Chromium here. Run tools/browser to get one."
    return await playwright.chromium.launch(
        executable_path=program, args=list(ARGUMENTS)
    )


class Witness:
    """Writes down what no page of ours may do.

    Errors on the console (among them what the content security policy stops), errors
    that nobody caught, dialogs, requests that failed, and requests to elsewhere.
    """

    def __init__(self, origin: str) -> None:
        self.complaints: list[str] = []
        self._ours = (f"{origin}/", "data:", "blob:", "about:")
        self._sockets = f"{origin.replace('http', 'ws', 1)}/"
        self._forgiven: list[str] = []
        self._noted = asyncio.Event()

    async def heard(self, words: str) -> None:
        """Wait for a complaint with these words."""
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while not any(words in one for one in self.complaints):
                self._noted.clear()
                await self._noted.wait()

    def forgive(self, pattern: str) -> None:
        """Let pass what this test means to happen."""
        self._forgiven.append(pattern)

    def watch(self, context: BrowserContext) -> None:
        """Watch every page of a browser's window, frames and pop-ups too."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"error: {error.error}"))
        context.on("dialog", self._dialog)
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("page", lambda page: page.on("websocket", self._socket))

    def _note(self, complaint: str) -> None:
        if not any(re.search(one, complaint) for one in self._forgiven):
            self.complaints.append(complaint)
            self._noted.set()

    def _console(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self._note(f"console: {said.text} {said.location.get('url', '')}")

    async def _dialog(self, dialog: Dialog) -> None:
        self._note(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith(self._ours):
            self._note(f"left the origin: {request.url}")

    def _failed(self, request: Request) -> None:
        # A page that is left, or moves on, takes back what it had asked for.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"failed: {request.url} {request.failure}")

    def _socket(self, socket: WebSocket) -> None:
        if not socket.url.startswith(self._sockets):
            self._note(f"left the origin: {socket.url}")


class Line:
    """The live line of one browser, which a test can stop and let go on, or break."""

    def __init__(self) -> None:
        self._stopped = self._broken = False
        self._frames: int | None = None
        self._ends: list[WebSocketRoute] = []
        self._held: list[tuple[WebSocketRoute, str | bytes]] = []

    async def through(self, context: BrowserContext) -> None:
        """Lead every socket of these pages through here."""
        await context.route_web_socket("**/socket.io/**", self._route)

    def stop(self) -> None:
        """From now on, what the hub tells waits."""
        self._stopped = True

    def let(self, frames: int) -> None:
        """Let through so many frames of events; what follows them waits."""
        self._frames = frames

    def go_on(self) -> None:
        """Let through what waits, and all that follows."""
        self._stopped, self._frames = False, None
        held, self._held = self._held, []
        for page, message in held:
            page.send(message)

    async def break_(self) -> None:
        """Break it, and let none through before it is mended."""
        self._broken = True
        ends, self._ends = self._ends, []
        for end in ends:
            await end.close()

    def mend(self) -> None:
        """Let the next one through."""
        self._broken = False

    async def _route(self, page: WebSocketRoute) -> None:
        if self._broken:
            await page.close()
            return
        hub = page.connect_to_server()
        self._ends += [page, hub]

        def told(message: str | bytes) -> None:
            if self._frames is not None and '["events"' in str(message):
                self._stopped = self._stopped or self._frames == 0
                self._frames = max(0, self._frames - 1)
            if self._stopped:
                self._held.append((page, message))
            else:
                page.send(message)

        hub.on_message(told)


class Screen:
    """One page, spoken of as the people before it do."""

    def __init__(self, page: Page, line: Line) -> None:
        self.page = page
        self.line = line

    def mark(self, name: str, /, **data: Any) -> Locator:
        """Find by ``data-test`` and the further marks of ``web/ui/TESTING.md``."""
        marks = {"test": name, **data}
        return self.page.locator(
            "".join(f"[data-{key}={json.dumps(str(v))}]" for key, v in marks.items())
        )

    def row(self, text: str) -> Locator:
        """A conversation in the list."""
        return self.mark("row").filter(has_text=text)

    def item(self, text: str, **data: Any) -> Locator:
        """An entry of the timeline."""
        return self.mark("item", **data).filter(has_text=text)

    def told(self, name: str) -> Locator:
        """The strip above the reply."""
        return self.mark("strip", name=name)

    @property
    def writing(self) -> Locator:
        """The field in which one writes."""
        return self.mark("composer-text")

    async def live(self) -> None:
        """Wait until the screen follows the hub."""
        await expect(self.mark("line-state")).to_have_attribute("data-state", "live")

    async def open(self, text: str) -> None:
        """Open a conversation; the mouse goes on, so that the list may move."""
        await self.row(text).click()
        await expect(self.mark("talk-header")).to_be_visible()
        await self.page.mouse.move(700, 300)

    async def write(self, words: str) -> None:
        """Write into the composer."""
        await self.writing.fill(words)

    async def by(self, channel: str) -> None:
        """Choose the channel of the reply."""
        await self.mark("channel-choice").click()
        await self.mark("channel-option", channel=channel).first.click()
        await expect(self.mark("channel-choice")).to_have_attribute(
            "data-channel", channel
        )

    async def send_now(self) -> None:
        """Press "Send", and do not wait for the seconds in which it can be undone."""
        await self.mark("send").click()
        await self.told("undo").locator("[data-test=send-now]").click()

    async def fits(self) -> None:
        """Make sure that nothing has to be scrolled sideways."""
        wide = await self.page.evaluate(
            "[document.scrollingElement.scrollWidth, innerWidth]"
        )
        assert wide[0] <= wide[1], wide


class Screens:
    """Opens pages on a stage's hub."""

    def __init__(self, browser: Browser, stage: Stage) -> None:
        self.witness = Witness(stage.url)
        self.contexts: list[BrowserContext] = []
        self._browser = browser
        self._stage = stage

    async def visit(
        self, path: str, *, size: dict[str, int] = DESK, **about: Any
    ) -> Screen:
        """Open a page as somebody whom the hub does not know."""
        return await self._open(path, size, None, about)

    async def desk(
        self,
        email: str,
        path: str = "/desk/all",
        *,
        size: dict[str, int] = DESK,
        **about: Any,
    ) -> Screen:
        """Open a page of the workspace, signed in, and wait until it is live."""
        screen = await self._open(path, size, email, about)
        # A phone shows its line only in the drawer.
        await expect(
            screen.mark("line-state").or_(screen.mark("wall")).first
        ).to_be_attached()
        if await screen.mark("line-state").count():
            await screen.live()
        return screen

    async def close(self) -> None:
        """Close all of them."""
        for one in self.contexts:
            await one.close()

    async def _open(
        self, path: str, size: dict[str, int], email: str | None, about: dict[str, Any]
    ) -> Screen:
        context = await self._browser.new_context(
            viewport=size,
            base_url=self._stage.url,
            locale="en-GB",
            timezone_id="Europe/Kyiv",
            **about,
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        self.witness.watch(context)
        line = Line()
        await line.through(context)
        if email is not None:
            answer = await context.request.post(
                "/api/v1/session", data={"email": email, "password": PASSWORD}
            )
            assert answer.ok, await answer.text()
        page = await context.new_page()
        await page.goto(path)
        return Screen(page, line)


def count_of(texts: Iterable[Any], body: str) -> int:
    """Count what went to a client under these words."""
    return sum(not one.from_client and one.body == body for one in texts)
