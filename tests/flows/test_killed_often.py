"""Killed a hundred times while it takes in and sends: nothing lost, nothing doubled."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from aiohttp import web
from sqlalchemy import func, select

from hub.contracts import InboundMessage
from hub.conversations import replies
from hub.conversations.given import ReplyGiven, ReplyRules
from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival
from hub.log.events import Actor
from hub.storage.database import Database, connect
from hub.storage.tables import (
    Account,
    Address,
    Conversation,
    Notification,
    TimelineItem,
)
from tests.flows import worker
from tests.flows.stage import PATIENCE

ROOT = Path(__file__).parents[2]
KILLS = 100
#: Written before every life.
REPLIES = 2
#: Seconds until a life is ended, at the most: every second one's from its birth, when
#: it still connects, the others' from the first message that they took in.
LONGEST = 0.15
RULES = ReplyRules(undo_window=timedelta(0), max_text=1000, reaches={"sms": "phone"})


class Provider:
    """Takes messages, a little late and a little slow, so that death falls between."""

    def __init__(self, chance: random.Random) -> None:
        self.took = []
        #: Keys that somebody asked for, and whether they were there.
        self.asked = {True: 0, False: 0}
        self._chance = chance

    @asynccontextmanager
    async def standing(self):
        app = web.Application()
        app.router.add_post("/messages", self._post)
        app.router.add_get("/messages/{key}", self._get)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield self
        await runner.cleanup()

    async def _post(self, request):
        key = (await request.json())["key"]
        await self._dawdle()
        self.took.append(key)
        await self._dawdle()
        return web.json_response({"id": f"out-{key}"})

    async def _get(self, request):
        key = request.match_info["key"]
        self.asked[key in self.took] += 1
        if key not in self.took:
            return web.Response(status=404)
        return web.json_response({"id": f"out-{key}"})

    async def _dawdle(self):
        await asyncio.sleep(self._chance.uniform(0, 0.02))


class Lives:
    """The process that is born and killed; what it said."""

    def __init__(self, process) -> None:
        self._process = process
        self.offered = set()
        self.took = set()
        self.ended = None

    async def begin(self, *, last=False) -> int:
        """Start a life; give its process."""
        again = self.offered if last else self.offered - self.took
        order = {
            "again": sorted(again),
            "first": max(self.offered, default=-1) + 1,
            "last": last,
        }
        self._process.stdin.write(orjson.dumps(order) + b"\n")
        await self._process.stdin.drain()
        self.ended = None
        # The child may speak before its parent has told of it.
        while (born := await self._hear()) is None:
            pass
        return born

    async def took_more(self) -> None:
        """Wait until this life has taken something in."""
        before = len(self.took)
        while len(self.took) == before:
            await self._hear()

    async def end(self) -> int:
        """Hear it out; give its exit code."""
        while self.ended is None:
            await self._hear()
        return self.ended

    async def _hear(self) -> int | None:
        word, number = (await self._process.stdout.readline()).split()
        match word:
            case b"offered":
                self.offered.add(int(number))
            case b"took":
                self.took.add(int(number))
            case b"ended":
                self.ended = int(number)
            case b"born":
                return int(number)
        return None


@pytest.fixture
async def database(database_url):
    db = Database(connect(database_url, pool=2))
    yield db
    await db.close()


@pytest.fixture
async def provider():
    async with Provider(random.Random(7)).standing() as standing:  # noqa: S311
        yield standing


@pytest.fixture
async def lives(database_url, provider, tmp_path):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.flows.worker"),
        *(database_url, provider.url, str(tmp_path)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    yield Lives(process)
    process.stdin.close()
    await process.wait()


async def test_a_hundred_kills_lose_nothing_and_double_nothing(
    database, provider, lives
) -> None:
    chance = random.Random(42)  # noqa: S311 - the same kills every time
    nadia, given, conversation = await _ready(database)
    owed = set()

    for turn in range(KILLS):
        for _ in range(REPLIES):
            owed.add(await _reply(database, nadia, given, conversation))
        child = await lives.begin()
        if turn % 2:
            await lives.took_more()
        try:
            async with asyncio.timeout(chance.uniform(0, LONGEST)):
                assert await lives.end() == 0, "it ended by itself"
        except TimeoutError:
            os.kill(child, signal.SIGKILL)
        assert await lives.end() == -signal.SIGKILL, turn
    unsure = lives.offered - lives.took
    await lives.begin(last=True)
    async with asyncio.timeout(2 * PATIENCE):
        assert await lives.end() == 0

    # The kills did fall in between, or this has shown nothing.
    assert len(lives.took) > KILLS
    assert unsure
    assert provider.asked[True] > 0
    assert provider.asked[False] > 0
    kept = await _kept(database)
    assert kept == Counter({f"in-{number}": 1 for number in lives.offered})
    assert Counter(provider.took) == Counter({str(key): 1 for key in owed})
    assert await _deliveries(database) == {"sent": len(owed)}
    assert await _count(database, Notification, Notification.kind == "uncertain") == 0


async def _ready(database):
    """A client to answer, and an agent who does."""
    arrival = Arrival(
        item=InboundMessage(
            channel="sms",
            external_id="first",
            sender="+380671112233",
            sender_kind="phone",
            text="Where is it?",
        )
    )
    await database.run(lambda uow: intake.take(uow, worker.rules(), [arrival]))
    async with database.begin() as uow:
        account = Account(
            email="nadia@hub.example",
            name="Nadia",
            role="agent",
            locale="en",
            active=True,
            created_at=uow.now,
        )
        uow.session.add(account)
        await uow.session.flush()
        nadia = Actor(kind="agent", id=account.id, name="Nadia")
        address = await uow.session.scalar(select(Address.id))
        conversation = await uow.session.scalar(select(Conversation.id))
    given = ReplyGiven(
        channel="sms", address_id=address, text="On its way", seen=0, anyway=True
    )
    return nadia, given, conversation


async def _reply(database, nadia, given, conversation):
    key = uuid4()
    await database.run(
        lambda uow: replies.reply(uow, conversation, given, key=key, rules=RULES),
        nadia,
    )
    return key


async def _kept(database) -> Counter:
    async with database.read() as session:
        rows = await session.execute(
            select(TimelineItem.external_id, func.count())
            .where(TimelineItem.direction == "in", TimelineItem.external_id != "first")
            .group_by(TimelineItem.external_id)
        )
        return Counter(dict(list(rows)))


async def _deliveries(database) -> dict:
    async with database.read() as session:
        rows = await session.execute(
            select(TimelineItem.delivery, func.count())
            .where(TimelineItem.direction == "out")
            .group_by(TimelineItem.delivery)
        )
        return dict(list(rows))


async def _count(database, table, which) -> int:
    async with database.read() as session:
        return await session.scalar(
            select(func.count()).select_from(table).where(which)
        )
