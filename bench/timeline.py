"""Does a long history make screens slow?

The same reads over two databases in one run: one with 10 thousand interactions, one
with many. In both there is a client with 8 thousand, and 500 conversations are open:
work at hand does not grow with the years. In the big one the rest belongs to 100
thousand other clients, whose conversations are resolved.

    python -m bench.timeline [--rows 500000] [--full]

``--full`` means 5 million. Prints milliseconds (median) and the ratio big / small.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from bench.ground import quantile, save, server
from hub.clients import timeline
from hub.lists import lists
from hub.lists.filters import Eyes, both, where
from hub.storage import migrate
from hub.storage.database import Database, connect

SMALL = 10_000
FULL = 5_000_000
DEFAULT = 500_000
LONG = 8_000
OTHERS = 100_000
OPEN = 500
#: Interactions of one conversation.
TALK = 10
READS = 300
#: Seconds after which fewer reads must do.
PATIENCE = 2

Read = Callable[[AsyncSession], Awaitable[object]]

FILL = """
SET session_replication_role = replica;
INSERT INTO queues (id, name, first_response, goal, created_at)
OVERRIDING SYSTEM VALUE VALUES (1, 'All', interval '1 hour', 0.9, now());
INSERT INTO clients (id, name, created_at) OVERRIDING SYSTEM VALUE
SELECT n, 'Client ' || n, now() FROM generate_series(1, {clients} + 1) n;
INSERT INTO conversations (id, client_id, subject, state, queue_id, channel, snippet,
    last_direction, last_at, created_at, waiting_since)
OVERRIDING SYSTEM VALUE
SELECT n, {client}, 'Order ' || n,
    CASE WHEN n % ({talks} / {open}) = 0 THEN 'open' ELSE 'resolved' END,
    1, 'sms', 'Is it on its way?', 'in',
    now() - n * interval '10 seconds', now() - n * interval '20 seconds',
    CASE WHEN n % ({talks} / {open}) = 0 THEN now() END
FROM generate_series(1, {talks}) n;
INSERT INTO timeline (client_id, conversation_id, at, kind, channel, direction,
    author_kind, address, text, external_id)
SELECT {client}, n, now() - m * interval '1 second', 'message', 'sms', 'in', 'client',
    '+380501234567', repeat('The boiler hums at night. ', 6), 'x' || m
FROM (SELECT m, 1 + m % {talks} AS n FROM generate_series(1, {rows}) m) each_row;
SET session_replication_role = origin;
"""
#: Client 1 has the first conversations; the others share the rest.
CLIENT = f"CASE WHEN n <= {LONG // TALK} THEN 1 ELSE 2 + n % {{clients}} END"


async def _wanted_page(session: AsyncSession) -> object:
    return await timeline.page(session, 1, wanted=timeline.Wanted(), limit=50)


async def _wanted_list(session: AsyncSession) -> object:
    return await lists.page(session, _OPEN, eyes=_eyes(), limit=50)


async def _wanted_urgent(session: AsyncSession) -> object:
    return await lists.page(session, _OPEN, eyes=_eyes(), limit=50, order="urgency")


async def _wanted_count(session: AsyncSession) -> object:
    waiting = both(_OPEN, where("waiting", "over", 0))
    return await lists.count(session, waiting, eyes=_eyes(), most=1000)


def _eyes() -> Eyes:
    return Eyes(account_id=1, now=datetime.now(UTC))


async def _wanted_screen(session: AsyncSession) -> object:
    return await lists.for_screen(session, 1)


async def _wanted_counts(session: AsyncSession) -> object:
    return await lists.counts(session, 1)


_OPEN = both(where("state", "in", ("open",)))

READERS: dict[str, Read] = {
    "timeline, first page": _wanted_page,
    "inbox, first page": _wanted_list,
    "most urgent, first page": _wanted_urgent,
    "a saved view's count": _wanted_count,
    "what a screen begins with": _wanted_screen,
    "counts": _wanted_counts,
}


async def _filled(url: str, rows: int) -> Database:
    db = Database(connect(url, pool=1))
    clients = min(OTHERS, max(10, rows // 50))
    asked = FILL.format(
        clients=clients,
        client=CLIENT.format(clients=clients),
        talks=rows // TALK,
        open=OPEN,
        rows=rows,
    )
    async with db.engine.begin() as connection:
        for statement in asked.split(";\n"):
            if statement.strip():
                await connection.execute(text(statement))
    async with db.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))
    return db


async def _times(db: Database, read: Read) -> list[float]:
    spent: list[float] = []
    end = time.monotonic() + PATIENCE
    for number in range(READS + 10):
        if spent and time.monotonic() > end:
            break
        async with db.read() as session:
            began = time.perf_counter()
            await read(session)
        # The first ones fill caches.
        if number >= 10:
            spent.append((time.perf_counter() - began) * 1000)
    return spent


async def _measure(small: Database, big: Database) -> dict[str, dict[str, float]]:
    found = {}
    for name, read in READERS.items():
        # In turn, so that what else the machine does hits both.
        less, more = [], []
        for _ in range(3):
            less += await _times(small, read)
            more += await _times(big, read)
        few, many = quantile(less, 0.5), quantile(more, 0.5)
        found[name] = {"small_ms": few, "big_ms": many, "ratio": many / few}
    return found


async def _run(url: str, rows: int) -> dict[str, dict[str, float]]:
    admin = connect(url, pool=1)
    async with admin.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("CREATE DATABASE big"))
    await admin.dispose()
    other = make_url(url).set(database="big").render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.migrate, other)
    small = await _filled(url, SMALL)
    began = time.perf_counter()
    big = await _filled(other, rows)
    print(f"{rows:,} interactions made in {time.perf_counter() - began:.0f} s")
    found = await _measure(small, big)
    await small.close()
    await big.close()
    return found


def main() -> None:
    """Measure, print and save."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=DEFAULT)
    asked.add_argument("--full", action="store_true", help="5 million interactions")
    given = asked.parse_args()
    rows = FULL if given.full else given.rows
    with server(durable=False) as (url, _):
        found = asyncio.run(_run(url, rows))
    print(f"{'read':<27}{SMALL:>10,}{rows:>12,}{'ratio':>7}   (ms, median)")
    for name, one in found.items():
        print(
            f"{name:<27}{one['small_ms']:>10.2f}{one['big_ms']:>12.2f}"
            f"{one['ratio']:>7.2f}"
        )
    save("timeline", {"small": SMALL, "big": rows, "reads": found})


if __name__ == "__main__":
    main()
