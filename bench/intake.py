"""How many messages a second one hub takes in, until they are committed.

Ways, in turn and over one database whose commits wait for the disk:

- signed SMS webhooks over HTTP to a ``rozmova serve`` in a process of its own;
- mails over LMTP to the same;
- the hub's reception called directly (SMS), whatever waits in one unit;
- the same, each message in a unit of its own;
- the floor: bare asyncpg that writes the same rows, a hundred in a transaction.

    python -m bench.intake [--messages 2000] [--turns 3]

The last three without a hub beside them, the reception and the floor turn about. Prints
messages a second (median of the turns), the ratio to the floor, and the processor's
microseconds a message until all that follows the log (search, notices, screens) has
dealt with it: of who takes it in, which for the last three includes who sends it, and
of PostgreSQL.
"""

import argparse
import asyncio
import os
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import asyncpg
import uvloop

from bench import floor
from bench.ground import postmaster, save, server, spent
from bench.hub import MAILBOX, WORDS, Hub, serving
from config import Settings
from hub.contracts import InboundMessage
from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival, Intake
from hub.conversations.intake.reception import Reception
from hub.orders.shop import shop_of
from hub.storage.blobs import FolderBlobs
from hub.storage.database import Database, connect
from web.serving import collect_seldom

CLIENTS = 1000
#: Providers' requests under way together, and so many messages that wait for a unit
#: when nothing but the database is in their way.
AT_ONCE = 100
WAITING = 400
FLOOR = "bare asyncpg"
#: Times a turn that the reception and the floor are measured.
PARTS = 3
#: Connections of the reception here. As many units of their own at once: on a slow
#: machine more would wait too long for one.
POOL = 10

#: Takes one message in, named so, from the client of this number.
Take = Callable[[str, int], Awaitable[None]]


async def rate(run: str, take: Take, messages: int, at_once: int = AT_ONCE) -> float:
    """Take messages in, so many at once; give messages a second."""
    numbers = iter(range(messages))

    async def worker() -> None:
        for number in numbers:
            await take(f"{run}-{number}", number % CLIENTS)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(worker())
    return messages / (time.perf_counter() - began)


def _direct(url: str, folder: Path) -> tuple[Database, Take, Take]:
    """Give two ways without any provider's protocol: batched and alone."""
    db = Database(connect(url, pool=POOL))
    settings = Settings()
    rules = Intake(
        settings=settings,
        reply_key=b"key",
        shop=shop_of(settings, b"secret", {"phone": "sms"}),
    )
    reception = Reception(db, FolderBlobs(folder), rules)

    def message(name: str, client: int) -> InboundMessage:
        return InboundMessage(
            channel="sms",
            external_id=name,
            sender=f"+38050{client:07}",
            sender_kind="phone",
            text=WORDS,
        )

    async def together(name: str, client: int) -> None:
        await reception.take([message(name, client)])

    async def alone(name: str, client: int) -> None:
        arrival = Arrival(item=message(name, client))
        await db.run(lambda uow: intake.take(uow, rules, [arrival]))

    return db, together, alone


class _Letterbox:
    """One LMTP connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer

    async def say(self, words: str, code: str) -> None:
        """Say something and wait for the answer, which must begin so."""
        self._writer.write(words.encode())
        while True:
            line = (await self._reader.readline()).decode()
            if not line.startswith(code):
                raise RuntimeError(f"{words[:40]!r} was answered with {line!r}")
            if line[3:4] != "-":
                return


@asynccontextmanager
async def _posting(hub: Hub) -> AsyncIterator[Take]:
    """Hold connections over which mail is handed in."""
    free: asyncio.Queue[_Letterbox] = asyncio.Queue()
    async with AsyncExitStack() as stack:
        for _ in range(AT_ONCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", hub.lmtp)
            stack.callback(writer.close)
            box = _Letterbox(reader, writer)
            await box.say("", "220")
            await box.say("LHLO bench.example\r\n", "250")
            free.put_nowait(box)

        async def take(name: str, client: int) -> None:
            box = await free.get()
            sender = f"client{client}@mail.example"
            await box.say(f"MAIL FROM:<{sender}>\r\n", "250")
            await box.say(f"RCPT TO:<{MAILBOX}>\r\n", "250")
            await box.say("DATA\r\n", "354")
            await box.say(
                f"From: Client {client} <{sender}>\r\nTo: {MAILBOX}\r\n"
                f"Subject: The boiler\r\nMessage-ID: <{name}@mail.example>\r\n"
                f"Content-Type: text/plain; charset=utf-8\r\n\r\n{WORDS}\r\n.\r\n",
                "250",
            )
            free.put_nowait(box)

        yield take


async def _follows(bare: asyncpg.Connection) -> None:
    """Wait until all that follows the log has caught up with it."""
    # Another process does it: nothing here could tell of it.
    while await bare.fetchval(  # noqa: ASYNC110
        "SELECT head.seq > LEAST(search.seq, notices.seq) FROM log_head AS head,"
        " search_progress AS search, notice_progress AS notices"
    ):
        await asyncio.sleep(0.1)


class _Found:
    """What was measured, by way."""

    def __init__(self, database: int, messages: int) -> None:
        self.rates: dict[str, list[float]] = defaultdict(list)
        #: Microseconds of the processor for a message: who takes it in, PostgreSQL.
        self.costs: dict[str, list[tuple[float, float]]] = defaultdict(list)
        self._database = database
        self._messages = messages

    async def add(
        self,
        way: str,
        pid: int,
        run: Awaitable[float],
        followed: asyncpg.Connection | None = None,
    ) -> None:
        """Note how fast a way is, and what it costs until all is done after it.

        Args:
            way: Which.
            pid: The process that takes in.
            run: Gives messages a second.
            followed: Where to wait for what follows the log; None: nothing does.
        """
        before = spent(pid), spent(self._database)
        self.rates[way].append(await run)
        if followed is not None:
            await _follows(followed)
        own, database = spent(pid) - before[0], spent(self._database) - before[1]
        each = 1_000_000 / self._messages
        self.costs[way].append((own * each, database * each))


async def _measure(url: str, folder: Path, messages: int, turns: int) -> _Found:
    found = _Found(postmaster(folder), messages)
    bare = await asyncpg.connect(url)
    db, together, alone = _direct(url, folder / "files")
    rows: floor.Rows | None = None
    for turn in range(turns):
        async with AsyncExitStack() as stack:
            hub = await stack.enter_async_context(serving(url, folder))
            http = await stack.enter_async_context(
                aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
            )
            mail = await stack.enter_async_context(_posting(hub))

            async def sms(
                name: str,
                client: int,
                hub: Hub = hub,
                http: aiohttp.ClientSession = http,
            ) -> None:
                await hub.text(http, name, f"+38050{client:07}")

            # The clients are made first, so that all ways find them; after that a hub
            # that has just begun only needs its statements.
            for warm in (sms, mail):
                count = CLIENTS // 5 if turn else CLIENTS
                await rate(f"warm-{turn}-{warm is sms}", warm, count)
            if rows is None:
                before = await floor.head(bare)
                await rate("copied", sms, messages)
                rows, each = await floor.written(bare, before, messages)
                print(f"{each:.1f} events a message", flush=True)
            await _follows(bare)
            for way, take in (("SMS by HTTP", sms), ("mail by LMTP", mail)):
                run = rate(f"{way}-{turn}", take, messages)
                await found.add(way, hub.pid, run, bare)
        # Without the hub, which would follow the log beside these. Turn about: they
        # are compared, and what else the machine does changes from second to second.
        for part in range(PARTS):
            run = rate(f"reception-{turn}-{part}", together, messages, WAITING)
            await found.add("reception", os.getpid(), run)
            run = floor.rate(bare, rows, f"floor-{turn}-{part}", messages)
            await found.add(FLOOR, os.getpid(), run)
        run = rate(f"one a unit-{turn}", alone, messages, POOL)
        await found.add("one a unit", os.getpid(), run)
    await bare.close()
    await db.close()
    return found


def main() -> None:
    """Measure, print and save."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--messages", type=int, default=2000, help="whole hundreds")
    asked.add_argument("--turns", type=int, default=3)
    given = asked.parse_args()
    collect_seldom()
    with server(durable=True) as (url, folder):
        found = uvloop.run(_measure(url, folder, given.messages, given.turns))
    middle = {way: statistics.median(rates) for way, rates in found.rates.items()}
    costs = {
        way: [statistics.median(part) for part in zip(*pairs, strict=True)]
        for way, pairs in found.costs.items()
    }
    print(
        f"{'way':<14}{'messages/s':>11}{'of the floor':>14}"
        f"{'own µs':>9}{'database µs':>13}   turns"
    )
    for way, one in middle.items():
        turns = ", ".join(f"{each:,.0f}" for each in found.rates[way])
        own, database = costs[way]
        print(
            f"{way:<14}{one:>11,.0f}{one / middle[FLOOR]:>14.2f}"
            f"{own:>9,.0f}{database:>13,.0f}   {turns}"
        )
    save(
        "intake",
        {
            "messages": given.messages,
            "median": middle,
            "turns": found.rates,
            "processor_us": costs,
        },
    )


if __name__ == "__main__":
    main()
