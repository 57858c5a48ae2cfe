"""A running hub, and people who use it: agents with live screens, clients, a shop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import aiohttp
import socketio
from yarl import URL

from channels import registry
from channels.simulator import Simulator
from config import Settings, load
from hub.access import accounts, passwords
from hub.storage.blobs import FolderBlobs
from hub.storage.database import Database, connect
from tests.ports import free_port
from web.app import Ground, build_app
from web.demo import with_demo
from web.demo.company import fill
from web.demo.simulated import SIMULATOR
from web.keys import ADAPTERS, DATABASE
from web.serving import running

#: Long enough for the busiest machine; a test that waits so long has failed.
PATIENCE = 30
PASSWORD = "a long enough password"
SECRET = b"s" * 32


class Stage:
    """The hub and its world."""

    hashed = ""

    def __init__(
        self, url: str, db: Database, simulator: Simulator, stack: AsyncExitStack
    ) -> None:
        self.url = url
        self.db = db
        self.simulator = simulator
        self._stack = stack
        self.http: aiohttp.ClientSession

    @property
    def world(self):
        """What the simulated clients wrote and got."""
        return self.simulator.world

    async def employ(self, name: str, role: str = "agent", **about: Any) -> str:
        """Make an account that is signed in nowhere; give what it signs in with."""
        email = f"{name.lower()}@zatyshok.example"
        # Hashed once for everybody: what it costs is meant to be felt.
        hashed = Stage.hashed = Stage.hashed or await passwords.hashed(
            PASSWORD, min_length=8
        )
        await self.db.run(
            lambda uow: accounts.create(
                uow,
                email=email,
                name=name,
                role=role,
                password_hash=hashed,
                locale="en",
                **about,
            )
        )
        return email

    async def hire(self, name: str, role: str = "agent", **about: Any) -> "Worker":
        """Make an account and sign it in, with a live screen that follows."""
        worker = Worker(self, await self.employ(name, role, **about))
        await self._stack.enter_async_context(worker)
        return worker

    async def text(self, phone: str, words: str) -> None:
        """Send an SMS as a client."""
        await self.simulator.twilio.texts.write(phone, words)

    async def mail(self, sender: str, subject: str, words: str, **more: Any):
        """Send a mail as a client, through the hub's own SMTP listener."""
        mail = await self.simulator.mails.write(sender, subject, words, **more)
        assert mail.status == "sent"
        return mail

    async def got(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds in the clients' world."""
        await self.world.until(holds, patience=PATIENCE)


class Worker:
    """Somebody who works here, at a live screen."""

    def __init__(self, stage: Stage, email: str) -> None:
        self.stage = stage
        self.email = email
        # A browser keeps cookies of a bare address too.
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.socket = socketio.AsyncClient(http_session=self.http)
        self.items: dict[int, dict] = {}
        self.conversations: dict[int, dict] = {}
        self.notifications: dict[int, dict] = {}
        self.agents: dict[int, dict] = {}
        self.cursor = 0
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        signed = await self.call(
            "POST", "/session", {"email": self.email, "password": PASSWORD}
        )
        self.http.headers["X-CSRF-Token"] = signed["csrf"]
        self.me = signed["account"]
        self.socket.on("events", self._take, namespace="/agents")
        cookies = self.http.cookie_jar.filter_cookies(URL(self.stage.url))
        cookie = "; ".join(f"{one.key}={one.value}" for one in cookies.values())
        sync = await self.call("GET", "/sync")
        self.cursor = sync["cursor"]
        self.agents = {one["id"]: one for one in sync["agents"]}
        await self.socket.connect(
            self.stage.url,
            headers={"Cookie": cookie},
            namespaces=["/agents"],
            transports=["websocket"],
        )
        answer = await self.socket.call(
            "follow", {"cursor": self.cursor}, namespace="/agents"
        )
        assert answer["ok"]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.disconnect()
        await self.http.close()

    async def call(
        self, method: str, path: str, body: Any = None, *, status: int | None = None
    ) -> Any:
        """Call the API; anything but success, or the ``status``, fails the test."""
        async with self.http.request(
            method,
            f"{self.stage.url}/api/v1{path}",
            json=body,
            headers={"Idempotency-Key": str(uuid4())} if method == "POST" else {},
        ) as response:
            said = await response.json() if response.status != 204 else None
            if status is None:
                assert response.ok, (method, path, response.status, said)
            else:
                assert response.status == status, (method, path, said)
            return said

    async def sees(self, holds: Callable[[dict], bool]) -> dict:
        """Wait until an entry on the live screen fits, and give it."""
        return await self._until(self.items, holds)

    async def sees_conversation(self, holds: Callable[[dict], bool]) -> dict:
        """Wait until a conversation on the live screen fits, and give it."""
        return await self._until(self.conversations, holds)

    async def comes(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds on the live screen."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(holds)

    async def reply(self, item: dict, channel: str, words: str, **more: Any) -> dict:
        """Answer where an entry came from, at once."""
        number = item["conversation_id"]
        defaults = await self.call("GET", f"/conversations/{number}/reply-defaults")
        way = next(one for one in defaults["channels"] if one["channel"] == channel)
        answer = await self.call(
            "POST",
            f"/conversations/{number}/replies",
            {
                "channel": channel,
                "address_id": way["address_id"],
                "text": words,
                "seen": self.cursor,
                **more,
            },
        )
        await self.call("POST", f"/interactions/{answer['item']['id']}/send-now")
        return answer["item"]

    async def _until(
        self, things: dict[int, dict], holds: Callable[[dict], bool]
    ) -> dict:
        def found() -> dict | None:
            return next((one for one in things.values() if holds(one)), None)

        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: found() is not None)
        return found()

    async def _take(self, frame: dict) -> None:
        for event in frame["events"]:
            state = event["state"]
            for part, things in (
                ("item", self.items),
                ("conversation", self.conversations),
                ("notification", self.notifications),
                ("agent", self.agents),
            ):
                if part in state:
                    things[state[part]["id"]] = state[part]
        self.cursor = frame["cursor"]
        async with self._changed:
            self._changed.notify_all()


def demonstration() -> Settings:
    """Give settings of a hub on free ports, whose providers are played."""
    return with_demo(
        load(
            {
                "ROZMOVA_DEMO": "true",
                "ROZMOVA_PORT": str(free_port()),
                "ROZMOVA_SIMULATOR__SMTP_LISTEN": f"127.0.0.1:{free_port()}",
                "ROZMOVA_SIMULATOR__LMTP_LISTEN": f"127.0.0.1:{free_port()}",
                "ROZMOVA_SIMULATOR__RELAY": f"127.0.0.1:{free_port()}",
                "ROZMOVA_SIMULATOR__TRICKLE": "0",
                "ROZMOVA_SHUTDOWN_GRACE": "2",
            },
        )
    )


async def inhabit(database_url: str, folder: Path, *, clients: int) -> None:
    """Fill an empty database with the demo company, before a hub stands over it."""
    db = Database(connect(database_url, pool=5))
    blobs = FolderBlobs(folder / "files")
    await fill(db, demonstration(), blobs, secret=SECRET, clients=clients)
    await db.close()


@asynccontextmanager
async def standing(database_url: str, folder: Path) -> AsyncIterator[Stage]:
    """Run a hub over this database."""
    settings = demonstration()
    app = build_app(
        Ground(
            settings=settings,
            engine=connect(database_url, pool=10),
            data=folder,
            secret=SECRET,
            channels=lambda place: registry.build(settings.channels, place),
        )
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(running(app, settings))
        people = await stack.enter_async_context(AsyncExitStack())
        stage = Stage(settings.base_url, app[DATABASE], app[SIMULATOR], people)
        stage.settings = settings
        stage.adapters = app[ADAPTERS]
        stage.app = app
        stage.http = await people.enter_async_context(aiohttp.ClientSession())
        yield stage
