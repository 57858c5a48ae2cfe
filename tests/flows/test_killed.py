"""Killed at any point: what was accepted is there, what was sent went out once."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator

from hub.storage.database import Database, connect
from hub.storage.tables import TimelineItem
from tests.flows.stage import PASSWORD, PATIENCE, free_port

SID, TOKEN, NUMBER = "AC" + "0" * 32, "token", "+380441234567"
PHONE = "+380503382065"


class Provider:
    """Twilio's Messages: takes a message, and answers only when it is let."""

    def __init__(self) -> None:
        self.port = free_port()
        self.messages = []
        self.took = asyncio.Event()
        self.let = asyncio.Event()

    @asynccontextmanager
    async def standing(self):
        app = web.Application()
        path = f"/2010-04-01/Accounts/{SID}/Messages.json"
        app.router.add_post(path, self._post)
        app.router.add_get(path, self._list)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        yield self
        await runner.cleanup()

    async def _post(self, request):
        form = await request.post()
        self.messages.append(
            {
                "sid": f"SM{len(self.messages):032}",
                "to": form["To"],
                "from": form["From"],
                "body": form["Body"],
                "status": "sent",
                "direction": "outbound-api",
                "date_created": "Thu, 14 May 2099 09:00:00 +0000",
                "date_sent": None,
            }
        )
        self.took.set()
        await self.let.wait()
        return web.json_response(self.messages[-1], status=201)

    async def _list(self, _):
        return web.json_response({"messages": self.messages, "next_page_uri": None})


class Hub:
    """A hub in a process of its own, that can be killed."""

    def __init__(self, database_url, folder, provider) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = {
            **os.environ,
            "ROZMOVA_DATABASE_URL": database_url,
            "ROZMOVA_DATA_DIR": str(folder),
            "ROZMOVA_PORT": str(self.port),
            "ROZMOVA_SECRET": "the tests' own",
            "ROZMOVA_DELIVERY__LEASE": "2",
            "ROZMOVA_CONVERSATIONS__UNDO_WINDOW": "0",
            "ROZMOVA_CHANNELS__SMS__ACCOUNT_SID": SID,
            "ROZMOVA_CHANNELS__SMS__AUTH_TOKEN": TOKEN,
            "ROZMOVA_CHANNELS__SMS__NUMBERS": f'["{NUMBER}"]',
            "ROZMOVA_CHANNELS__SMS__SETTLE": "0",
            "ROZMOVA_CHANNELS__SMS__API_BASE_URL": f"http://127.0.0.1:{provider.port}",
        }
        self.process = None

    async def rozmova(self, *command) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from web.cli import app; app()",
            *command,
            env=self.environ,
            stderr=None,
        )

    async def start(self, http) -> None:
        self.process = await self.rozmova("serve")
        async with asyncio.timeout(2 * PATIENCE):
            while not await self._ready(http):
                assert self.process.returncode is None

    async def _ready(self, http) -> bool:
        try:
            async with http.get(f"{self.url}/readyz") as response:
                return response.status == 200
        except aiohttp.ClientError:
            # Not listening yet. Let the other process have the processor.
            await asyncio.get_running_loop().run_in_executor(None, os.sched_yield)
            return False

    async def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def text(self, http, number: int) -> int:
        form = {
            "MessageSid": f"SM{number:032}",
            "From": PHONE,
            "To": NUMBER,
            "Body": f"Message {number}",
            "NumMedia": "0",
            "AccountSid": SID,
        }
        signed = RequestValidator(TOKEN).compute_signature(
            f"{self.url}/hooks/sms", form
        )
        async with http.post(
            f"{self.url}/hooks/sms", data=form, headers={"X-Twilio-Signature": signed}
        ) as response:
            return response.status


@pytest.fixture
async def http():
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.CookieJar(unsafe=True)
    ) as session:
        yield session


@pytest.fixture
async def provider():
    async with Provider().standing() as standing:
        yield standing
        standing.let.set()


@pytest.fixture
async def hub(database_url, tmp_path, provider, http):
    one = Hub(database_url, tmp_path, provider)
    await one.start(http)
    yield one
    if one.process.returncode is None:
        await one.kill()


@pytest.fixture
async def database(database_url):
    db = Database(connect(database_url, pool=2))
    yield db
    await db.close()


async def test_everything_that_was_accepted_survives_a_kill(hub, http, database):
    accepted = []

    async def deliver(number) -> None:
        try:
            if await hub.text(http, number) == 200:
                accepted.append(number)
        except aiohttp.ClientError:
            pass  # Killed before it could say anything: the provider tries again.
        if len(accepted) == 60 and hub.process.returncode is None:
            await hub.kill()

    await asyncio.gather(*(deliver(number) for number in range(200)))
    async with database.read() as session:
        kept = set(await session.scalars(select(TimelineItem.external_id)))

    assert len(accepted) >= 60
    assert {f"SM{number:032}" for number in accepted} <= kept

    await hub.start(http)
    statuses = await asyncio.gather(*(hub.text(http, n) for n in range(200)))
    async with database.read() as session:
        total = await session.scalar(
            select(func.count()).where(TimelineItem.direction == "in")
        )

    assert set(statuses) == {200}
    assert total == 200


async def test_a_message_whose_sender_is_killed_goes_out_once(
    hub, http, provider, database
):
    await hub.text(http, 1)
    added = await hub.rozmova(
        "user", "add", "n@hub.example", "--name", "N", "--password", PASSWORD
    )
    assert await added.wait() == 0
    async with http.post(
        f"{hub.url}/api/v1/session",
        json={"email": "n@hub.example", "password": PASSWORD},
    ) as response:
        http.headers["X-CSRF-Token"] = (await response.json())["csrf"]
    async with http.get(f"{hub.url}/api/v1/sync") as response:
        sync = await response.json()
    number = sync["conversations"][0]["id"]
    async with http.get(
        f"{hub.url}/api/v1/conversations/{number}/reply-defaults"
    ) as response:
        way = await response.json()
    async with http.post(
        f"{hub.url}/api/v1/conversations/{number}/replies",
        json={
            "channel": "sms",
            "address_id": way["address_id"],
            "text": "On its way",
            "seen": sync["cursor"],
        },
    ) as response:
        item = (await response.json())["item"]
        assert response.status == 201

    async with asyncio.timeout(PATIENCE):
        await provider.took.wait()
    # Twilio has it, and the hub will never hear so.
    await hub.kill()
    provider.let.set()
    await hub.start(http)

    async with asyncio.timeout(2 * PATIENCE):
        while (delivery := await _delivery(database, item["id"])) == "sending":
            pass
    assert delivery == "sent"
    assert [one["body"] for one in provider.messages] == ["On its way"]


async def _delivery(database, item_id):
    async with database.read() as session:
        return (await session.get_one(TimelineItem, item_id)).delivery
