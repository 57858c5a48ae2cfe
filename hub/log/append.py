"""Give events their numbers.

The head row is locked from the moment it is updated until COMMIT, so numbers become
visible in order: whoever sees N sees everything below N, and no later commit can
bring a lower one. And because a unit takes the head last, when it already holds the
rows it changed, the order of the log is the order in which those rows changed: a
screen that applies events in order ends with what the tables say. (Ordering by
transaction id commits more often, but two units that change one row may log in the
other order than they wrote; see ``docs/decisions/0003-one-locked-head-row.md``.)

For the same reason it must be the last statement of its unit: everybody waits here.
"""

from collections.abc import Sequence
from datetime import datetime

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.log.events import Actor, Event

# Number and insert are one statement, so that the lock is held for one round trip
# and the commit.
_APPEND = text("""
    WITH head AS (
        UPDATE log_head SET seq = seq + :count RETURNING seq - :count AS before
    )
    INSERT INTO events (
        seq, at, kind, actor_kind, actor_id, actor_name,
        client_id, conversation_id, topics, data, state
    )
    SELECT head.before + fact.ordinal, :at, fact.kind, fact.actor_kind,
           fact.actor_id, fact.actor_name, fact.client_id, fact.conversation_id,
           fact.topics, fact.data, fact.state
    FROM head, jsonb_to_recordset(CAST(:facts AS jsonb)) AS fact(
        ordinal bigint, kind text, actor_kind text, actor_id bigint,
        actor_name text, client_id bigint, conversation_id bigint,
        topics text[], data jsonb, state jsonb
    )
    ORDER BY fact.ordinal
""")


async def append(
    session: AsyncSession,
    events: Sequence[Event],
    *,
    at: datetime,
    default_actor: Actor,
) -> None:
    """Append ``events`` in their order; nothing may follow in the unit."""
    facts = [
        _fact(number, event, event.actor or default_actor)
        for number, event in enumerate(events, start=1)
    ]
    await session.execute(
        _APPEND,
        {"count": len(events), "at": at, "facts": orjson.dumps(facts).decode()},
    )


def _fact(ordinal: int, event: Event, actor: Actor) -> dict[str, object]:
    return {
        "ordinal": ordinal,
        "kind": event.kind,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "client_id": event.client_id,
        "conversation_id": event.conversation_id,
        "topics": event.topics(),
        "data": event.facts(),
        "state": event.state,
    }
