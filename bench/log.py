"""How fast can the log be written, in an order that readers can trust?

Two ways to give events a place so that no reader misses any, side by side in one run,
with bare asyncpg: a head row that is locked until the commit (ours), and the snapshot
horizon (rows carry the id of their transaction, readers stay below the oldest one that
still runs). A reader follows each of them and must see everything.

Then what decided between them: units that change one and the same row, and log what
they made of it. How often does the log tell that in another order than it happened?

    python -m bench.log [--seconds 5] [--fast]

Uses the server of ``BENCH_DATABASE_URL``, or an embedded one in a temporary folder.
"""

import argparse
import asyncio
import json
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg

from bench.ground import save
from hub.storage import embedded

WRITERS = 40
#: How many rows the units of the second part fight for, and what each writes first.
FIGHTS = ((10, "the row itself"), (10, "something else"), (1000, "something else"))
PAYLOAD = json.dumps({"text": "x" * 300})

SCHEMA = """
DROP SCHEMA IF EXISTS bench_log CASCADE;
CREATE SCHEMA bench_log;
SET search_path = bench_log;
CREATE TABLE head (seq bigint NOT NULL);
INSERT INTO head VALUES (0);
CREATE TABLE numbered (seq bigint PRIMARY KEY, row_id int, version int, payload jsonb);
CREATE TABLE stamped (
    id bigserial PRIMARY KEY, xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    row_id int, version int, payload jsonb
);
CREATE INDEX ON stamped (xid, id);
CREATE TABLE rows (id int PRIMARY KEY, version int NOT NULL);
INSERT INTO rows SELECT n, 0 FROM generate_series(1, 1000) n;
CREATE TABLE others (id bigserial PRIMARY KEY, at timestamptz DEFAULT now());
"""

APPEND = {
    "head row": """
        WITH head AS (UPDATE head SET seq = seq + $1 RETURNING seq - $1 AS before)
        INSERT INTO numbered SELECT before + n, $2, $3, $4::jsonb
        FROM head, generate_series(1, $1) n
    """,
    "horizon": """
        INSERT INTO stamped (row_id, version, payload)
        SELECT $2, $3, $4::jsonb FROM generate_series(1, $1) n
    """,
}
#: The next events after a place, and the place they lead to.
READ = {
    "head row": """
        SELECT seq AS place, 0 AS id FROM numbered WHERE seq > $1 AND $2 = 0
        ORDER BY seq LIMIT 5000
    """,
    "horizon": """
        SELECT xid::text::bigint AS place, id FROM stamped
        WHERE (xid, id) > ($1::text::xid8, $2)
        AND xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY xid, id LIMIT 5000
    """,
}
IN_ORDER = {
    "head row": "SELECT row_id, version FROM numbered ORDER BY seq",
    "horizon": "SELECT row_id, version FROM stamped ORDER BY xid, id",
}
TABLES = {"head row": "numbered", "horizon": "stamped"}

Unit = Callable[[asyncpg.Connection, random.Random], Awaitable[None]]


@dataclass(frozen=True)
class Rate:
    """What one way made of one load."""

    way: str
    events_a_commit: int
    commits: float
    events: float
    missed: int


@dataclass(frozen=True)
class Order:
    """How often a way told the changes of a row in another order than they were."""

    way: str
    rows: int
    first_statement: str
    commits: float
    units: int
    swapped: int


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=5)
    asked.add_argument("--fast", action="store_true", help="do not wait for the disk")
    given = asked.parse_args()
    with _server(durable=not given.fast) as url:
        rates, orders = asyncio.run(_measure(url, given.seconds))
    _print(rates, orders)
    found = {
        "durable": not given.fast,
        "rates": [asdict(one) for one in rates],
        "orders": [asdict(one) for one in orders],
    }
    save("log", found)


@contextmanager
def _server(*, durable: bool) -> Iterator[str]:
    if url := os.environ.get("BENCH_DATABASE_URL"):
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="rozmova-bench-") as folder:
        # PostgreSQL may run as another user than we do.
        Path(folder).chmod(0o755)
        with embedded.running(Path(folder) / "postgres", durable=durable) as url:
            yield url


async def _measure(url: str, seconds: float) -> tuple[list[Rate], list[Order]]:
    async with asyncpg.create_pool(
        url,
        min_size=WRITERS,
        max_size=WRITERS + 2,
        server_settings={"search_path": "bench_log"},
    ) as pool:
        rates = [
            await _rate(pool, way, count, seconds)
            for count in (1, 20)
            for way in APPEND
        ]
        orders = [
            await _order(pool, way, rows, first, seconds)
            for rows, first in FIGHTS
            for way in APPEND
        ]
    return rates, orders


async def _rate(pool: asyncpg.Pool, way: str, count: int, seconds: float) -> Rate:
    async def unit(connection: asyncpg.Connection, chance: random.Random) -> None:
        row = chance.randint(1, 1000)
        version = await connection.fetchval(_CHANGE, row)
        await connection.execute(APPEND[way], count, row, version, PAYLOAD)

    await pool.execute(SCHEMA)
    done = asyncio.Event()
    reader = asyncio.create_task(_follow(pool, way, done))
    commits, took = await _write(pool, unit, seconds)
    done.set()
    missed = commits * count - await reader
    return Rate(way, count, commits / took, commits * count / took, missed)


async def _order(
    pool: asyncpg.Pool, way: str, rows: int, first: str, seconds: float
) -> Order:
    async def unit(connection: asyncpg.Connection, chance: random.Random) -> None:
        # A unit has a transaction id from its first write on, whatever that was.
        if first == "something else":
            await connection.execute("INSERT INTO others DEFAULT VALUES")
        row = chance.randint(1, rows)
        version = await connection.fetchval(_CHANGE, row)
        await connection.execute(APPEND[way], 1, row, version, PAYLOAD)

    await pool.execute(SCHEMA)
    commits, took = await _write(pool, unit, seconds)
    last: dict[int, int] = {}
    swapped = 0
    for row_id, version in await pool.fetch(IN_ORDER[way]):
        swapped += version < last.get(row_id, 0)
        last[row_id] = version
    return Order(way, rows, first, commits / took, commits, swapped)


async def _write(pool: asyncpg.Pool, unit: Unit, seconds: float) -> tuple[int, float]:
    start = time.perf_counter()

    async def write(number: int) -> int:
        chance, commits = random.Random(number), 0  # noqa: S311 - repeatable
        async with pool.acquire() as connection:
            while time.perf_counter() - start < seconds:
                async with connection.transaction():
                    await unit(connection, chance)
                commits += 1
        return commits

    commits = await asyncio.gather(*(write(number) for number in range(WRITERS)))
    return sum(commits), time.perf_counter() - start


async def _follow(pool: asyncpg.Pool, way: str, done: asyncio.Event) -> int:
    """Read as a screen would, once every 20 ms; return how many were seen."""
    seen, place, tie, finished = 0, 0, 0, False
    async with pool.acquire() as connection:
        while True:
            finished = done.is_set()
            after = (place, tie) if way == "head row" else (str(place), tie)
            page = await connection.fetch(READ[way], *after)
            seen += len(page)
            if page:
                place, tie = page[-1]
            elif finished:
                return seen
            else:
                await asyncio.sleep(0.02)


_CHANGE = "UPDATE rows SET version = version + 1 WHERE id = $1 RETURNING version"


def _print(rates: list[Rate], orders: list[Order]) -> None:
    print(f"{WRITERS} writers, each unit changes a row and logs; one reader follows\n")
    print(
        f"{'way':<10}{'events/commit':>14}{'commits/s':>12}{'events/s':>12}{'missed':>8}"
    )
    for rate in rates:
        print(
            f"{rate.way:<10}{rate.events_a_commit:>14}{rate.commits:>12,.0f}"
            f"{rate.events:>12,.0f}{rate.missed:>8}"
        )
    for head, horizon in zip(rates[::2], rates[1::2], strict=True):
        print(
            f"horizon / head row at {head.events_a_commit} events a commit: "
            f"{horizon.commits / head.commits:.2f}"
        )
    print("\nChanges of one row that are told in another order than they happened\n")
    print(
        f"{'way':<10}{'rows':>6}{'writes first':>16}{'commits/s':>12}{'units':>9}"
        f"{'swapped':>9}{'share':>8}"
    )
    for order in orders:
        print(
            f"{order.way:<10}{order.rows:>6}{order.first_statement:>16}"
            f"{order.commits:>12,.0f}{order.units:>9}{order.swapped:>9}"
            f"{order.swapped / order.units:>8.1%}"
        )


if __name__ == "__main__":
    main()
