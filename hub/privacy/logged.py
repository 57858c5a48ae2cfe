"""Write over what the log says of a person, in place, a stretch of numbers a unit.

Numbers, kinds, times, topics and how many there are stay: a cursor, a webhook and a
report go on as they were. See ``docs/decisions/0050-the-log-is-written-over.md``.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.privacy import redacting
from hub.privacy.persons import Person

# Whose an event is, is told by its columns; some things of his have neither (a notice of
# a task, a raw delivery that was filed). His addresses are looked for everywhere, since
# what others were told may name them.
_THEIRS = text("""
    SELECT seq, at, actor_kind, actor_name, data, state,
        (client_id = ANY(:parts) OR conversation_id IN (
                SELECT id FROM conversations WHERE client_id = ANY(:parts))
            OR (state -> 'notification' ->> 'task_id')::bigint IN (
                SELECT id FROM tasks WHERE client_id = ANY(:parts))
            OR (state -> 'quarantine' ->> 'item_id')::bigint IN (
                SELECT id FROM timeline WHERE client_id = ANY(:parts))
            OR EXISTS (SELECT FROM jsonb_each(state) AS part
                WHERE jsonb_typeof(part.value) = 'object'
                AND (part.value ->> 'client_id')::bigint = ANY(:parts))
        ) IS TRUE AS is_his,
        EXISTS (
            SELECT FROM timeline t WHERE t.data ? 'erased'
            AND t.id = (state -> 'item' ->> 'id')::bigint
        ) AS was_said_elsewhere,
        EXISTS (
            SELECT FROM merges m WHERE m.merged_id = ANY(:parts)
            AND events.client_id = m.client_id AND events.kind LIKE 'client.%'
            AND events.at >= m.at AND events.at < m.undone_at
        ) AS had_his
    FROM events
    WHERE seq > :after AND seq <= :upto
""")
_WRITE = text("""
    UPDATE events SET data = given.data, state = given.state,
        actor_name = given.actor_name
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS given(seq bigint, actor_name text, data jsonb, state jsonb)
    WHERE events.seq = given.seq AND events.seq > :after AND events.seq <= :upto
""")
_TRIES = text("UPDATE webhook_tries SET answer = '' WHERE seq = ANY(:seqs)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Events after one number, up to another."""

    after: int
    upto: int


async def write_over(
    session: AsyncSession,
    who: Person,
    stretch: Stretch,
    *,
    needles: Collection[str],
    lines: Mapping[str, Collection[str]],
) -> int:
    """Write over what a stretch of the log says of somebody; tell how many events.

    Args:
        session: The session of a unit.
        who: He.
        stretch: What of the log.
        needles: His addresses, which are cut out of everything.
        lines: What lists showed of him in conversations of others, by conversation.

    Doing it twice changes nothing more.
    """
    bounds = {"after": stretch.after, "upto": stretch.upto}
    rows = await session.execute(_THEIRS, {**bounds, "parts": list(who.parts)})
    written = [new for row in rows if (new := _written(row, needles, lines))]
    if not written:
        return 0
    await session.execute(_WRITE, {**bounds, "rows": orjson.dumps(written).decode()})
    await session.execute(_TRIES, {"seqs": [one["seq"] for one in written]})
    return len(written)


def _written(
    row: Any, needles: Collection[str], lines: Mapping[str, Collection[str]]
) -> dict[str, Any] | None:
    data, state, name = row.data, row.state, row.actor_name
    if row.is_his:
        data, state = redacting.facts(data), redacting.state(state)
        name = "" if row.actor_kind == "client" else name
    elif row.had_his:
        state = redacting.state(state)
    elif row.was_said_elsewhere:
        data, state = redacting.facts(data), redacting.said(state)
        name = "" if row.actor_kind == "client" else name
    state = redacting.unlined(state, lines)
    data = redacting.without(data, needles)
    state = redacting.without(state, needles)
    if (data, state, name) == (row.data, row.state, row.actor_name):
        return None
    return {"seq": row.seq, "actor_name": name, "data": data, "state": state}
