"""Move clocks that run to the hours that their queue has now."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from hub.conversations.entries import lock_unless_held, standing
from hub.conversations.events import ConversationClockMoved, shown
from hub.conversations.views import conversation_view
from hub.queues.calendars import Calendar
from hub.queues.hours import RECLOCK, calendar_of, due_at
from hub.queues.sla import FIRST_RESPONSE, key
from hub.storage.due import Claim
from hub.storage.tables import Client, Conversation, FirstResponse, Queue
from hub.storage.unit import UnitOfWork

#: Clocks that one unit moves: a queue may have thousands, and agents answer meanwhile.
BATCH = 100
#: A conversation that somebody has in hand is looked at again so soon.
AGAIN = timedelta(milliseconds=100)


async def move(uow: UnitOfWork, claim: Claim) -> None:
    """Move the next clocks of a queue. A timer's handler.

    A promise that was broken stays broken. One that is late by the new hours, though
    it was not by the old ones, is late from now on and not before.
    """
    queue = await uow.session.get(Queue, claim.payload["queue_id"])
    if queue is None:
        return
    hours = await calendar_of(uow.session, queue)
    after = claim.payload["after"]
    clocks = list(
        await uow.session.scalars(
            select(FirstResponse)
            .where(
                FirstResponse.queue_id == queue.id,
                FirstResponse.ended_at.is_(None),
                FirstResponse.in_time.is_(None),
                FirstResponse.id > after,
            )
            .order_by(FirstResponse.id)
            .limit(BATCH)
        )
    )
    wait = timedelta(0)
    for clock in clocks:
        conversation = await lock_unless_held(uow, clock.conversation_id)
        if conversation is None:
            # Somebody may be answering; the others wait for that one, not for long.
            wait = AGAIN
            break
        await _move(uow, conversation, clock, queue, hours)
        after = clock.id
    if wait or len(clocks) == BATCH:
        await uow.owe(
            RECLOCK,
            claim.key,
            at=uow.now + wait,
            payload={"queue_id": queue.id, "after": after},
        )


async def _move(
    uow: UnitOfWork,
    conversation: Conversation,
    clock: FirstResponse,
    queue: Queue,
    hours: Calendar | None,
) -> None:
    since: datetime = clock.counted_from or clock.started_at
    promised = clock.promised or queue.first_response
    respond_by = due_at(hours, since, promised)
    stands = (
        conversation.queue_id == queue.id
        and conversation.respond_by == clock.respond_by
        and conversation.first_responded_at is None
        and conversation.breached_at is None
    )
    if not stands or respond_by == clock.respond_by:
        return
    if clock.respond_by <= uow.now:
        # It is due; its timer is about to say so.
        return
    respond_by = max(respond_by, uow.now)
    was = standing(conversation)
    conversation.respond_by = respond_by
    await uow.session.execute(
        update(FirstResponse)
        .where(FirstResponse.id == clock.id, FirstResponse.ended_at.is_(None))
        .values(respond_by=respond_by)
    )
    await uow.owe(
        FIRST_RESPONSE,
        key(conversation.id),
        at=respond_by,
        payload={"conversation_id": conversation.id},
    )
    client = await uow.session.get_one(Client, conversation.client_id)
    # The hours are not the client's story, so his timeline does not tell of them.
    uow.record(
        ConversationClockMoved(
            was=was,
            respond_by=respond_by,
            client_id=conversation.client_id,
            conversation_id=conversation.id,
            state=shown(conversation=conversation_view(conversation, client.name)),
        )
    )
