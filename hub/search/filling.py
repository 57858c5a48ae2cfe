"""Keep what search looks in up to date, by following the log.

Intake pays nothing for it. Every change of what can be found appends an event, and no
reader of the log misses one (promise 4); so a step reads the events after the last one
that it minded, reads anew what they are about, and moves on, all in one transaction:
killed at any point, it has done the whole of a step or nothing. What stood before the
first step is read backwards in batches, in the same transactions, the newest first.

Any number of processes may step; one at a time does. To write the words of a thing takes
the processor, so the loop's other work has its turn after every few of them.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.log import feed
from hub.search import documents, vocabulary
from hub.search.documents import Document
from hub.storage.database import Database

#: Events of one step.
EVENTS = 1_000
#: Old things of one step; so many that a step stays well below a second.
BATCH = 500
KINDS = ("item", "client", "order")
#: Things whose words are written without a pause: well below ten milliseconds.
AT_A_STRETCH = 50

_PROGRESS = text("""
    SELECT seq, below, words FROM search_progress FOR UPDATE SKIP LOCKED
""")
_FOLLOW = text("""
    SELECT seq,
        (state -> 'item' ->> 'id')::bigint AS item,
        (state -> 'order' ->> 'id')::bigint AS "order",
        (state -> 'client' ->> 'id')::bigint AS client,
        CASE WHEN kind LIKE 'client.%' THEN client_id END AS owner,
        CASE WHEN kind IN ('client.merged', 'client.unmerged')
            THEN COALESCE(data ->> 'into_id', data ->> 'from_id')::bigint END AS other
    FROM events WHERE seq > :after ORDER BY seq LIMIT :limit
""")
_TABLES = {"item": "timeline", "client": "clients", "order": "orders"}
_BATCH = {
    kind: text(
        f"SELECT id FROM {table} WHERE id < :below ORDER BY id DESC LIMIT :limit"  # noqa: S608 - names of our own
    )
    for kind, table in _TABLES.items()
}
_NEWEST = {
    kind: text(f"SELECT COALESCE(max(id), 0) FROM {table}")  # noqa: S608 - likewise
    for kind, table in _TABLES.items()
}
_ITEMS = text("""
    SELECT t.id, t.at, t.kind, t.channel, t.direction, t.author_kind, t.author_name,
        t.address, t.subject, t.text, t.quoted, t.attachments, c.name AS client_name
    FROM timeline t LEFT JOIN clients c ON c.id = t.client_id
    WHERE t.id = ANY(:ids) AND t.kind <> 'change'
""")
_CLIENTS = text("""
    SELECT c.id, c.created_at AS at, c.name, c.attributes,
        (SELECT array_agg(m.name ORDER BY m.id) FROM clients m
         WHERE m.merged_into = c.id) AS other_names,
        (SELECT json_agg(json_build_array(a.kind, a.value) ORDER BY a.id)
         FROM addresses a WHERE a.client_id = c.id) AS addresses
    FROM clients c WHERE c.id = ANY(:ids)
""")
_ORDERS = text("""
    SELECT o.id, o.placed_at AS at, o.number, o.title, o.tracking_number, o.carrier,
        (SELECT array_agg(l.name ORDER BY l.position) FROM order_lines l
         WHERE l.order_id = o.id) AS lines
    FROM orders o WHERE o.id = ANY(:ids)
""")
_KNOWN = text("""
    SELECT row_id FROM search_entries WHERE kind = :kind AND row_id = ANY(:ids)
""")
_GONE = text("""
    DELETE FROM search_entries WHERE kind = :kind AND row_id = ANY(:ids)
""")
# In the order of their ids, and only what is otherwise: a receipt changes no word.
_PUT = text("""
    INSERT INTO search_entries (kind, row_id, at, words)
    SELECT :kind, id, at, words::tsvector
    FROM unnest(CAST(:ids AS bigint[]), CAST(:ats AS timestamptz[]),
        CAST(:words AS text[])) AS given(id, at, words)
    ORDER BY id
    ON CONFLICT (kind, row_id) DO UPDATE SET at = excluded.at, words = excluded.words
    WHERE search_entries.words IS DISTINCT FROM excluded.words
        OR search_entries.at <> excluded.at
""")
_MOVE_ON = text("""
    UPDATE search_progress
    SET seq = :seq, below = CAST(:below AS jsonb), words = words + :words
""")


@dataclass(slots=True)
class _Turn:
    """What one step has to read, and where it leaves off."""

    seq: int
    below: dict[str, int]
    ids: dict[str, set[int]] = field(
        default_factory=lambda: {kind: set() for kind in KINDS}
    )
    more: bool = False


async def step(db: Database, *, most_words: int) -> bool:
    """Take in what is new, else a batch of what is old; tell whether there is more.

    Args:
        db: The database.
        most_words: Words known at the most; further ones are found only as they are.
    """
    async with db.begin() as uow:
        found = (await uow.session.execute(_PROGRESS)).one_or_none()
        if found is None:
            # Another process is at it.
            return False
        turn = await _turn(uow.session, found.seq, dict(found.below))
        if turn.seq == found.seq and turn.below == found.below:
            return False
        counts: Counter[str] = Counter()
        for kind in KINDS:
            counts.update(await _take_in(uow.session, kind, sorted(turn.ids[kind])))
        room = max(0, most_words - int(found.words))
        added = await vocabulary.learn(uow.session, counts, room=room)
        await uow.session.execute(
            _MOVE_ON, {"seq": turn.seq, "below": _json(turn.below), "words": added}
        )
        return turn.more


async def begin_anew(session: AsyncSession) -> None:
    """Have everything read again, as after words are cut otherwise."""
    await session.execute(text("UPDATE search_progress SET seq = NULL, below = '{}'"))


async def _turn(session: AsyncSession, seq: int | None, below: dict[str, int]) -> _Turn:
    head, floor = (await session.execute(text("SELECT seq, floor FROM log_head"))).one()
    if seq is None or not floor <= seq <= head:
        # Read after the head: a thing that is not there yet has its event beyond it.
        newest = {
            kind: int(await session.scalar(_NEWEST[kind]) or 0) + 1 for kind in KINDS
        }
        return _Turn(seq=head, below=newest, more=True)
    turn = _Turn(seq=seq, below=below)
    if head > seq:
        await _follow(session, turn, head)
    if not turn.more:
        # Something old in every step that is not full, so that it comes to an end
        # however much is new.
        await _go_back(session, turn)
    return turn


async def _follow(session: AsyncSession, turn: _Turn, head: int) -> None:
    rows = list(await session.execute(_FOLLOW, {"after": turn.seq, "limit": EVENTS}))
    for row in rows:
        for kind, one in (
            ("item", row.item),
            ("order", row.order),
            ("client", row.client),
            ("client", row.owner),
            ("client", row.other),
        ):
            if one is not None:
                turn.ids[kind].add(one)
    turn.seq = rows[-1].seq if rows else head
    turn.more = len(rows) == EVENTS


async def _go_back(session: AsyncSession, turn: _Turn) -> None:
    # Clients and orders first: they are few, and asked for most.
    for kind in ("client", "order", "item"):
        if kind not in turn.below:
            continue
        ids = list(
            await session.scalars(
                _BATCH[kind], {"below": turn.below[kind], "limit": BATCH}
            )
        )
        turn.ids[kind] |= set(ids)
        if len(ids) == BATCH:
            turn.below = {**turn.below, kind: ids[-1]}
        else:
            turn.below = {one: at for one, at in turn.below.items() if one != kind}
        turn.more = bool(turn.below)
        return


async def _take_in(session: AsyncSession, kind: str, ids: list[int]) -> Counter[str]:
    """Write the words of these things; count those of the ones that are new."""
    counts: Counter[str] = Counter()
    if not ids:
        return counts
    known = set(await session.scalars(_KNOWN, {"kind": kind, "ids": ids}))
    read = {"item": _ITEMS, "client": _CLIENTS, "order": _ORDERS}[kind]
    rows = (await session.execute(read, {"ids": ids})).mappings().all()
    written = []
    for number, row in enumerate(rows, start=1):
        written.append((row, _document(kind, row)))
        if number % AT_A_STRETCH == 0:
            await asyncio.sleep(0)
    if gone := known - {row["id"] for row in rows}:
        await session.execute(_GONE, {"kind": kind, "ids": sorted(gone)})
    if not written:
        return counts
    await session.execute(
        _PUT,
        {
            "kind": kind,
            "ids": [row["id"] for row, _ in written],
            "ats": [row["at"] for row, _ in written],
            "words": [document.vector() for _, document in written],
        },
    )
    for row, document in written:
        _count(counts, document.plain, once=row["id"] not in known)
    return counts


async def documents_of(
    session: AsyncSession, kind: str, ids: list[int]
) -> list[Document]:
    """Write anew what things are found by, as they stand now."""
    read = {"item": _ITEMS, "client": _CLIENTS, "order": _ORDERS}[kind]
    rows = (await session.execute(read, {"ids": ids})).mappings().all()
    return [_document(kind, row) for row in rows]


async def hold(session: AsyncSession) -> None:
    """Let nothing be taken in until the commit."""
    await session.execute(text("SELECT seq FROM search_progress FOR UPDATE"))


def _document(kind: str, row: Any) -> Document:
    if kind == "item":
        return documents.of_item(row)
    if kind == "client":
        return documents.of_client(row, [(a, b) for a, b in row["addresses"] or ()])
    return documents.of_order(row, row["lines"] or ())


def _count(counts: Counter[str], plain: Iterable[str], *, once: bool) -> None:
    # A word of a thing that was known counts nothing, but must itself be known.
    for word in plain:
        counts[word] += once


def _json(below: dict[str, int]) -> str:
    return "{" + ",".join(f'"{kind}":{at}' for kind, at in below.items()) + "}"


async def left(session: AsyncSession) -> dict[str, int]:
    """Tell how many old things of each kind are still to be read, at the most."""
    below = (await session.execute(text("SELECT below FROM search_progress"))).one()[0]
    return {kind: int(at) - 1 for kind, at in below.items()}


async def is_behind(session: AsyncSession) -> bool:
    """Tell whether something is not taken in yet, in this session's moment."""
    seq, below = (
        await session.execute(text("SELECT seq, below FROM search_progress"))
    ).one()
    return seq is None or bool(below) or seq < await feed.head(session)
