"""The clock of the first response: started, stopped, and durable in between.

It counts the business time of its queue; ``reclocking.py`` moves it when the hours
change.

The conversation shows its newest clock; ``first_responses`` keeps every one, with the
verdict that the wall counts: in time, or late. ``breaches.py`` has what happens when
the time is up.
"""

from datetime import datetime

from sqlalchemy import func, literal, update
from sqlalchemy.dialects.postgresql import insert

from hub.queues.hours import calendar_of, due_at
from hub.queues.requests import request_routing
from hub.storage.tables import Conversation, FirstResponse, Queue
from hub.storage.tables.base import UtcDateTime
from hub.storage.unit import UnitOfWork

FIRST_RESPONSE = "sla.first_response"


async def start(
    uow: UnitOfWork,
    conversation: Conversation,
    queue: Queue,
    *,
    since: datetime | None = None,
) -> None:
    """The client begins to wait for a first answer, or does so in another queue.

    Args:
        uow: The unit.
        conversation: Locked.
        queue: By whose clock.
        since: Since when he has waited already, if not since now.
    """
    if conversation.breached_at is not None:
        # The old clock was late and stays so; it is not moved away.
        await _end(uow, conversation)
    counted_from = since or uow.now
    hours = await calendar_of(uow.session, queue)
    conversation.respond_by = due_at(hours, counted_from, queue.first_response)
    conversation.first_responded_at = None
    conversation.breached_at = None
    fresh = insert(FirstResponse).values(
        conversation_id=conversation.id,
        queue_id=queue.id,
        started_at=conversation.waiting_since or uow.now,
        counted_from=counted_from,
        promised=queue.first_response,
        respond_by=conversation.respond_by,
    )
    await uow.session.execute(
        fresh.on_conflict_do_update(
            index_elements=[FirstResponse.conversation_id],
            index_where=FirstResponse.ended_at.is_(None),
            set_={
                "queue_id": fresh.excluded.queue_id,
                "counted_from": fresh.excluded.counted_from,
                "promised": fresh.excluded.promised,
                "respond_by": fresh.excluded.respond_by,
            },
        )
    )
    await uow.owe(
        FIRST_RESPONSE,
        key(conversation.id),
        at=conversation.respond_by,
        payload={"conversation_id": conversation.id},
    )
    if conversation.assignee_id is None:
        await request_routing(uow, queue.id)


async def stop(
    uow: UnitOfWork, conversation: Conversation, *, answered: bool = True
) -> bool:
    """The client has his answer; tell whether it was the first one.

    Args:
        uow: The unit.
        conversation: Locked.
        answered: False when it was closed because the client needs no answer: that
            is neither in time nor late.
    """
    await uow.forgive(key(conversation.id))
    if conversation.first_responded_at is not None:
        return False
    conversation.first_responded_at = uow.now
    if conversation.respond_by is None:
        return True
    if answered and uow.now > conversation.respond_by:
        # Late, though the timer did not come to say so.
        conversation.breached_at = conversation.respond_by
    await _end(uow, conversation, answered=answered)
    return True


async def resume(
    uow: UnitOfWork, conversation: Conversation, *, since: datetime
) -> None:
    """Take back that a matter (locked, resolved) was answered: its clock runs on.

    Args:
        uow: The unit.
        conversation: Locked; as it was resolved.
        since: Since when the client waits.
    """
    undone = {"ended_at": None, "answered_at": None, "account_id": None}
    ended = (
        FirstResponse.conversation_id == conversation.id,
        FirstResponse.ended_at == conversation.resolved_at,
    )
    # What the timer had decided before stays decided.
    await uow.session.execute(
        update(FirstResponse)
        .where(*ended, FirstResponse.decided_at == FirstResponse.ended_at)
        .values(in_time=None, decided_at=None)
    )
    await uow.session.execute(update(FirstResponse).where(*ended).values(undone))
    queue = await uow.session.get_one(Queue, conversation.queue_id)
    await start(uow, conversation, queue, since=since)


def key(conversation_id: int) -> str:
    """Name the due row of a conversation's clock."""
    return f"{FIRST_RESPONSE}:{conversation_id}"


async def _end(
    uow: UnitOfWork, conversation: Conversation, *, answered: bool = False
) -> None:
    """Close the running clock; what was decided before stays decided."""
    values: dict[str, object] = {"ended_at": uow.now}
    now = literal(uow.now, UtcDateTime())
    if answered:
        values |= {
            "answered_at": uow.now,
            # What leaves by itself after the undo window is its assignee's.
            "account_id": uow.actor.id
            if uow.actor.kind == "agent"
            else conversation.assignee_id,
            "in_time": func.coalesce(
                FirstResponse.in_time, now <= FirstResponse.respond_by
            ),
            "decided_at": func.coalesce(
                FirstResponse.decided_at, func.least(now, FirstResponse.respond_by)
            ),
        }
    await uow.session.execute(
        update(FirstResponse)
        .where(
            FirstResponse.conversation_id == conversation.id,
            FirstResponse.ended_at.is_(None),
        )
        .values(values)
    )
