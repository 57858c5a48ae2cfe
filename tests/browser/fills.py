"""Many rows at once, straight into the database: for what a test looks at alone."""

from sqlalchemy import text

from hub.queues.choice import queue_for
from hub.storage.database import Database

#: The first waits longest, so it stands first; times are all different.
_CONVERSATIONS = """
WITH people AS (
    INSERT INTO clients (name, created_at)
    SELECT 'Client ' || lpad(n::text, 6, '0'), now() FROM generate_series(1, :count) n
    RETURNING id, name
), numbered AS (
    SELECT id, name, row_number() OVER (ORDER BY name) AS n FROM people
)
INSERT INTO conversations (client_id, subject, state, queue_id, channel, snippet,
    last_direction, last_at, created_at, waiting_since)
SELECT id, 'Matter of ' || name, 'open', :queue, 'sms',
    'Is it on its way?', 'in', now() - interval '10 days' + n * interval '1 second',
    now() - interval '20 days', now() - interval '10 days' + n * interval '1 second'
FROM numbered
RETURNING id
"""
#: Older than anything, one a minute; every third is long.
_HISTORY = """
INSERT INTO timeline (client_id, conversation_id, at, kind, channel, direction,
    author_kind, address, text, external_id)
SELECT client_id, id, now() - interval '30 days' + n * interval '1 minute', 'message',
    'sms', 'in', 'client', '+380500000000',
    'Long ago ' || lpad(n::text, 4, '0')
        || CASE WHEN n % 3 = 0 THEN repeat(' and on it went', 40) ELSE '' END,
    'long-ago-' || n
FROM conversations, generate_series(1, :count) n WHERE id = :conversation
"""


async def conversations(db: Database, count: int) -> list[int]:
    """Make open conversations of as many clients, the longest waiting first."""

    async def fill(uow) -> list[int]:
        queue = await queue_for(uow, "sms")
        rows = await uow.session.scalars(
            text(_CONVERSATIONS), {"count": count, "queue": queue.id}
        )
        return sorted(rows)

    return await db.run(fill)


async def history(db: Database, conversation: int, count: int) -> None:
    """Let a client have written so often, a month ago, in this conversation."""

    async def fill(uow) -> None:
        await uow.session.execute(
            text(_HISTORY), {"count": count, "conversation": conversation}
        )

    await db.run(fill)
