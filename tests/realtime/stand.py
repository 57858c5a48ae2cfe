"""A real server on loopback, and screens that are real Socket.IO clients."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Self

import aiohttp
import socketio
from aiohttp import web

from config.settings import LiveSettings
from hub.log.events import STAFF, Event, account_topic
from hub.log.feed import Feed, head
from hub.storage.database import Database
from realtime.server import Live, build
from realtime.viewers import AgentViewer, Handshake, PortalViewer

#: Long enough for the busiest machine; a test that waits so long has failed.
PATIENCE = 20
NAMES = ("events", "presence", "typing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Event):
    """Something happened that all agents may see."""

    kind: ClassVar[str] = "test.counted_live"
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Whispered(Event):
    """Something happened for some topics only."""

    kind: ClassVar[str] = "test.whispered"
    to: tuple[str, ...]
    text: str = ""

    def topics(self) -> tuple[str, ...]:
        return self.to


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Event):
    """Somebody's sign-in is over."""

    kind: ClassVar[str] = "session.ended_in_test"
    account_id: int

    def topics(self) -> tuple[str, ...]:
        return (account_topic(self.account_id),)


class People:
    """Who may sign in, by cookie and by token."""

    def __init__(self) -> None:
        self.agents = {
            str(number): AgentViewer(
                account_id=number,
                name=f"Agent {number}",
                topics=frozenset({STAFF, account_topic(number)}),
            )
            for number in range(1, 100)
        }
        self.clients = {"link-7": PortalViewer(topics=frozenset({"client:7"}))}
        self.seen: list[Handshake] = []

    async def agent(self, handshake: Handshake) -> AgentViewer | None:
        self.seen.append(handshake)
        return self.agents.get(handshake.cookies.get("rozmova_session", ""))

    async def client(self, handshake: Handshake) -> PortalViewer | None:
        token = handshake.auth.get("token") if isinstance(handshake.auth, dict) else ""
        return self.clients.get(token)


class Watcher:
    """Keeps what it is told about screens."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
        self.alive: asyncio.Queue[set[int]] = asyncio.Queue()

    async def screens_changed(self, account_id, count) -> None:
        self.told.put_nowait((account_id, count))

    async def seen(self, account_ids) -> None:
        self.alive.put_nowait(set(account_ids))


class Stand:
    """One process of the hub, as far as live screens go."""

    def __init__(self, live: Live, db: Database, people: People, port: int) -> None:
        self.live = live
        self.db = db
        self.people = people
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    async def log(self, *events: Event) -> None:
        """Log these in one unit."""
        async with self.db.begin() as uow:
            for event in events:
                uow.record(event)

    async def head(self) -> int:
        """Tell the number of the newest event."""
        async with self.db.read() as session:
            return await head(session)

    def count(self, name: str, **labels: str) -> float:
        """Read one of the counters."""
        metric = getattr(self.live.metrics, name)
        return (metric.labels(**labels) if labels else metric)._value.get()


async def becomes(holds: Callable[[], object]) -> None:
    """Wait for something that no event tells of."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - nobody would set one
            await asyncio.sleep(0)


@asynccontextmanager
async def standing(
    db: Database, people: People | None = None, watcher: Any = None, **settings: Any
) -> AsyncIterator[Stand]:
    """Run a server; settings are those of ``LiveSettings``."""
    people = people or People()
    live = build(
        Feed(db),
        db,
        authenticate_agent=people.agent,
        authenticate_portal=people.client,
        settings=LiveSettings(**{"tick": timedelta(milliseconds=5), **settings}),
        public_url="https://desk.example",
        watcher=watcher,
    )
    app = web.Application()
    live.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=5)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield Stand(live, db, people, port)
    finally:
        await runner.cleanup()


class Screen:
    """A browser, as the server sees it."""

    def __init__(self, namespace: str = "/agents") -> None:
        self._http = aiohttp.ClientSession()
        self._io = socketio.AsyncClient(reconnection=False, http_session=self._http)
        self._namespace = namespace
        self.gone = asyncio.Event()
        self.got: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        #: Everything from "events", in order of arrival.
        self.events: list[dict[str, Any]] = []
        self.cursor = 0
        for name in NAMES:
            self._io.on(name, self._take(name), namespace=namespace)
        self._io.on("disconnect", self._lose, namespace=namespace)

    async def connect(
        self, stand: Stand, who: str = "1", auth: Any = None, **headers: str
    ) -> "Screen":
        headers.setdefault("Cookie", f"rozmova_session={who}")
        await self._io.connect(
            stand.url,
            headers=headers,
            auth=auth,
            transports=["websocket"],
            namespaces=[self._namespace],
            wait_timeout=PATIENCE,
        )
        return self

    async def ask(self, event: str, *said: Any) -> Any:
        """Emit and wait for the answer."""
        said = said[0] if len(said) == 1 else said
        return await self._io.call(
            event, said, namespace=self._namespace, timeout=PATIENCE
        )

    async def follow(self, cursor: int) -> Any:
        self.cursor = cursor
        return await self.ask("follow", {"cursor": cursor})

    async def next(self, name: str) -> Any:
        """Wait for the next frame of this name; others are passed over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                got, data = await self.got.get()
                if got == name:
                    return data

    async def until(self, cursor: int) -> list[int]:
        """Wait until the screen is so far; return the numbers of what it saw."""
        while self.cursor < cursor:
            await self.next("events")
        return [event["seq"] for event in self.events]

    async def close(self) -> None:
        await self._io.disconnect()
        await self._http.close()

    def _take(self, name: str):
        async def take(data: Any) -> None:
            if name == "events":
                self.events += data["events"]
                self.cursor = data["cursor"]
            self.got.put_nowait((name, data))

        return take

    async def _lose(self, *_: Any) -> None:
        self.gone.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Line:
    """A raw connection: says anything, and reads only when asked."""

    def __init__(self) -> None:
        self._http = aiohttp.ClientSession()

    async def open(self, stand: Stand, who: str = "1", **headers: str) -> Self:
        headers.setdefault("Cookie", f"rozmova_session={who}")
        self.socket = await self._http.ws_connect(
            f"{stand.url}/socket.io/?EIO=4&transport=websocket", headers=headers
        )
        await self.socket.receive_str(timeout=PATIENCE)
        return self

    async def enter(self, namespace: str = "/agents", auth: str = "") -> str:
        """Ask to be let in; return the answer."""
        await self.say(f"40{namespace},{auth}")
        return await self.hear()

    async def say(self, text: str) -> None:
        await self.socket.send_str(text)

    async def hear(self) -> str:
        """Wait for the next message that is not a ping."""
        while True:
            text = await self.socket.receive_str(timeout=PATIENCE)
            if text != "2":
                return text
            await self.say("3")

    async def answer(self, number: int = 0) -> Any:
        """Wait for the answer to the request of this number."""
        start = f"43/agents,{number}["
        while not (text := await self.hear()).startswith(start):
            pass
        return json.loads(text[len(start) - 1 :])[0]

    async def ended(self) -> int | None:
        """Wait until the server ends the connection; return the code it gave."""
        code = None
        async with asyncio.timeout(PATIENCE):
            while not self.socket.closed:
                message = await self.socket.receive()
                if message.type is aiohttp.WSMsgType.CLOSE:
                    code = message.data
        return code or self.socket.close_code

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        # Closes the socket with it, if there is one.
        await self._http.close()
