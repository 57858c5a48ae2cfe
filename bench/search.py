"""Does a long history make search slow?

The same queries over two databases in one run: one with 10 thousand messages, one with
many, of the same words in the same shares (a few that every message has, some that one
in a hundred has, and one that was said once, long ago). Then what keeping up costs:
messages a second that the filling takes in.

    python -m bench.search [--rows 200000] [--full]

``--full`` means 5 million. Prints milliseconds (median) and the ratio big / small.
"""

import argparse
import asyncio
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.engine import make_url

from bench.ground import quantile, save, server
from hub.search import filling, search
from hub.search.search import Asker
from hub.storage import migrate
from hub.storage.database import Database, connect

SMALL = 10_000
FULL = 5_000_000
DEFAULT = 200_000
READS = 60
#: Seconds after which fewer reads must do.
PATIENCE = 4
#: Messages that the filling is timed with; the rest is written as it would write them.
TAKEN_IN = 10_000

QUERIES = {
    "word of every message": "бойлер",
    "two such words": "бойлер гуде",
    "word of one in a hundred": "слово37",
    "word said once, long ago": "самовар",
    "word that nobody said": "абракадабра",
    "mistyped": "бойлир",
    "begun": "бой",
    "with operators": "channel:sms from:380501234567 бойлер",
    "at hand": "is:open бойлер",
    "a number": "050 123-45-67",
}

MAKE = """
SET session_replication_role = replica;
INSERT INTO queues (id, name, first_response, goal, created_at)
OVERRIDING SYSTEM VALUE VALUES (1, 'All', interval '1 hour', 0.9, now());
INSERT INTO clients (id, name, created_at) OVERRIDING SYSTEM VALUE
SELECT n, 'Клієнт ' || n, now() FROM generate_series(1, {clients}) n;
INSERT INTO conversations (id, client_id, subject, state, queue_id, channel, snippet,
    last_direction, last_at, created_at)
OVERRIDING SYSTEM VALUE
SELECT n, 1 + n % {clients}, 'Справа ' || n,
    CASE WHEN n > {talks} - 500 THEN 'open' ELSE 'resolved' END,
    1, 'sms', '', 'in', now() - ({talks} - n) * interval '20 seconds',
    now() - ({talks} - n) * interval '20 seconds'
FROM generate_series(1, {talks}) n;
INSERT INTO timeline (client_id, conversation_id, at, kind, channel, direction,
    author_kind, address, text)
SELECT 1 + (1 + m / 10) % {clients}, least({talks}, 1 + m / 10),
    now() - ({rows} - m) * interval '2 seconds', 'message', 'sms', 'in', 'client',
    '+380501234567', CASE WHEN m = 5 THEN 'колись був самовар' ELSE
    'бойлер гуде вночі слово' || m % 100 || ' і число' || m % 5000 END
FROM generate_series(1, {rows}) m;
SET session_replication_role = origin;
"""
# What ``documents.of_item`` writes of such a message, made where it is needed: the
# filling itself would take an hour for 5 million.
WRITE = """
INSERT INTO search_entries (kind, row_id, at, words)
SELECT 'item', id, at, (
    '''=i0:' || (id >> 12) || ''' ''=i1:' || (id >> 16) || ''' ''=i2:' || (id >> 20)
    || ''' ''=kind:message'' ''=channel:sms'' ''=from:380501234567'' '
    || '''=p9:501234567'' ''=p7:1234567'' ''=from=p9:501234567'' '
    || CASE WHEN id = 5 THEN '''колис'':1B ''був'':2B ''самовар'':3B'
       ELSE '''бойлр'':1B ''гуд'':2B ''воч'':3B ''слово' || id % 100
       || ''':4B ''число' || id % 5000 || ''':6B' END)::tsvector
FROM timeline WHERE id <= {upto}
"""
LEARN = """
INSERT INTO search_words (word, stem, uses, keys) VALUES
('самовар', 'самовар', 1, '{}') ON CONFLICT DO NOTHING
"""


async def _filled(url: str, rows: int) -> tuple[Database, float]:
    db = Database(connect(url, pool=2))
    made = MAKE.format(
        rows=rows, talks=max(600, rows // 10), clients=max(100, rows // 100)
    )
    upto = max(0, rows - TAKEN_IN)
    async with db.engine.begin() as connection:
        for statement in made.split(";\n"):
            if statement.strip():
                await connection.execute(text(statement))
        await connection.exec_driver_sql(WRITE.format(upto=upto))
        await connection.execute(text(LEARN))
    await filling.step(db, most_words=300_000)
    began = time.perf_counter()
    before = 0
    while before < min(TAKEN_IN, rows) and await filling.step(db, most_words=300_000):
        before += filling.BATCH
    spent = time.perf_counter() - began
    async with db.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))
    return db, before / spent


async def _times(db: Database, typed: str) -> list[float]:
    asker = Asker(
        account_id=1,
        now=db.clock(),
        zone=ZoneInfo("Europe/Kyiv"),
        patience=timedelta(seconds=20),
    )
    spent: list[float] = []
    end = time.monotonic() + PATIENCE
    for number in range(READS + 3):
        if spent and time.monotonic() > end:
            break
        async with db.read() as session:
            began = time.perf_counter()
            await search.find(session, typed, asker, kind="all", limit=20, place=None)
        # The first ones fill caches.
        if number >= 3:
            spent.append((time.perf_counter() - began) * 1000)
    return spent


async def _measure(small: Database, big: Database) -> dict[str, dict[str, float]]:
    found = {}
    for name, typed in QUERIES.items():
        # In turn, so that what else the machine does hits both.
        less, more = [], []
        for _ in range(2):
            less += await _times(small, typed)
            more += await _times(big, typed)
        few, many = quantile(less, 0.5), quantile(more, 0.5)
        found[name] = {"small_ms": few, "big_ms": many, "ratio": many / few}
    return found


async def _run(url: str, rows: int) -> tuple[dict[str, dict[str, float]], float, int]:
    admin = connect(url, pool=1)
    async with admin.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("CREATE DATABASE big"))
    await admin.dispose()
    other = make_url(url).set(database="big").render_as_string(hide_password=False)
    await asyncio.to_thread(migrate.migrate, other)
    small, _ = await _filled(url, SMALL)
    began = time.perf_counter()
    big, rate = await _filled(other, rows)
    print(f"{rows:,} messages made in {time.perf_counter() - began:.0f} s")
    found = await _measure(small, big)
    async with big.engine.connect() as connection:
        size = await connection.scalar(
            text("SELECT pg_total_relation_size('search_entries')")
        )
    await small.close()
    await big.close()
    return found, rate, int(size or 0)


def main() -> None:
    """Measure, print and save."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=DEFAULT)
    asked.add_argument("--full", action="store_true", help="5 million messages")
    given = asked.parse_args()
    rows = FULL if given.full else given.rows
    with server(durable=False) as (url, _):
        found, rate, size = asyncio.run(_run(url, rows))
    print(f"{'search':<27}{SMALL:>10,}{rows:>12,}{'ratio':>7}   (ms, median)")
    for name, one in found.items():
        print(
            f"{name:<27}{one['small_ms']:>10.2f}{one['big_ms']:>12.2f}"
            f"{one['ratio']:>7.2f}"
        )
    print(f"taken in: {rate:,.0f} messages/s; {size / rows:,.0f} bytes a message")
    save(
        "search",
        {
            "small": SMALL,
            "big": rows,
            "reads": found,
            "taken_in_per_s": rate,
            "bytes_a_message": size / rows,
        },
    )


if __name__ == "__main__":
    main()
