"""Which queue a new conversation waits in."""

from datetime import timedelta

from sqlalchemy import select

from hub.queues.events import QueueChanged
from hub.queues.views import queue_view
from hub.storage.tables import Queue
from hub.storage.unit import UnitOfWork

#: What the first queue of a new hub is like until somebody changes it.
FIRST_NAME = "Support"
FIRST_RESPONSE = timedelta(hours=1)
FIRST_GOAL = 0.8


async def queue_for(uow: UnitOfWork, channel: str) -> Queue:
    """Give the queue of a channel, or the fallback; every conversation has one."""
    queues = list(await uow.session.scalars(select(Queue).order_by(Queue.id)))
    for queue in queues:
        if channel in queue.channels:
            return queue
    for queue in queues:
        if queue.fallback:
            return queue
    return await _first(uow)


async def _first(uow: UnitOfWork) -> Queue:
    # Two units that race here meet in the unique index, and one is run again.
    queue = Queue(
        name=FIRST_NAME,
        channels=[],
        first_response=FIRST_RESPONSE,
        goal=FIRST_GOAL,
        fallback=True,
        created_at=uow.now,
    )
    uow.session.add(queue)
    await uow.session.flush()
    uow.record(
        QueueChanged(
            queue_id=queue.id,
            what=("created",),
            state={"queue": queue_view(queue, ())},
        )
    )
    return queue
