"""The floor of taking messages in: bare asyncpg that writes the same rows.

No matching, no rights, no claims that may fail: keys, timeline entries, conversations
and events, copied from what the hub wrote for real messages, a hundred in a
transaction over one connection.
"""

import time
from dataclasses import dataclass
from typing import Any

import asyncpg

BATCH = 100

ENTRY = (
    "client_id", "conversation_id", "at", "kind", "channel", "direction", "author_kind",
    "author_id", "author_name", "address", "subject", "text", "data", "attachments",
)  # fmt: skip
EVENT = (
    "at", "kind", "actor_kind", "actor_id", "actor_name", "client_id",
    "conversation_id", "topics", "data", "state",
)  # fmt: skip


def _insert(table: str, first: str, columns: tuple[str, ...]) -> str:
    places = ", ".join(f"${number}" for number in range(1, len(columns) + 2))
    return f"INSERT INTO {table} ({first}, {', '.join(columns)}) VALUES ({places})"  # noqa: S608 - our own names


_CHANGE = """
UPDATE conversations SET channel = $2, snippet = $3, last_direction = 'in', last_at = $4
WHERE id = $1
"""


@dataclass(frozen=True)
class Rows:
    """What the hub wrote for a hundred messages."""

    entries: list[asyncpg.Record]
    events: list[asyncpg.Record]


async def head(connection: asyncpg.Connection) -> int:
    """Tell the number of the newest event."""
    return await connection.fetchval("SELECT seq FROM log_head")


async def written(
    connection: asyncpg.Connection, since: int, messages: int
) -> tuple[Rows, float]:
    """Give the rows to copy, and how many events a message made.

    Args:
        connection: To the database.
        since: The newest event before the messages came.
        messages: How many came.
    """
    entries = await connection.fetch(
        f"SELECT {', '.join(ENTRY)} FROM timeline WHERE direction = 'in' "  # noqa: S608 - our own names
        "ORDER BY id DESC LIMIT $1",
        BATCH,
    )
    each = (await head(connection) - since) / messages
    events = await connection.fetch(
        f"SELECT {', '.join(EVENT)} FROM events WHERE seq > $1 "  # noqa: S608 - our own names
        "ORDER BY seq DESC LIMIT $2",
        since,
        round(each * BATCH),
    )
    return Rows(entries, events), each


async def rate(
    connection: asyncpg.Connection, rows: Rows, run: str, messages: int
) -> float:
    """Write the rows again and again; give messages a second."""
    began = time.perf_counter()
    for start in range(0, messages, BATCH):
        async with connection.transaction():
            await _batch(connection, rows, [f"{run}-{start + n}" for n in range(BATCH)])
    return messages / (time.perf_counter() - began)


async def _batch(connection: asyncpg.Connection, rows: Rows, names: list[str]) -> None:
    pairs = list(zip(names, rows.entries, strict=True))
    await connection.executemany(
        "INSERT INTO intake_keys (channel, external_id, at) VALUES ($1, $2, $3)",
        [(row["channel"], name, row["at"]) for name, row in pairs],
    )
    await connection.executemany(
        _insert("timeline", "external_id", ENTRY),
        [(name, *row.values()) for name, row in pairs],
    )
    await connection.executemany(
        _CHANGE,
        [
            (row["conversation_id"], row["channel"], row["text"][:100], row["at"])
            for row in rows.entries
        ],
    )
    before: Any = await connection.fetchval(
        "UPDATE log_head SET seq = seq + $1 RETURNING seq - $1", len(rows.events)
    )
    await connection.executemany(
        _insert("events", "seq", EVENT),
        [(before + number, *row.values()) for number, row in enumerate(rows.events, 1)],
    )
