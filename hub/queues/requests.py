"""Ask for routing. Apart from the routing itself, so that anything may ask."""

from collections.abc import Collection

from sqlalchemy import exists, or_, select

from hub.storage import due
from hub.storage.tables import Queue, QueueMember
from hub.storage.unit import Last, UnitOfWork

ROUTE = "route"


async def request_routing(uow: UnitOfWork, queue_id: int) -> None:
    """Have the queue looked at, at once, by whichever process is free.

    Called wherever something begins to wait or somebody becomes free; any number of
    requests before the look are one. Written at the end of the unit: the row is one
    for all, and nobody holds it longer than he must.
    """
    uow.at_end(Last.ROUTES, _ask, queue_id)


async def request_for(uow: UnitOfWork, account_id: int) -> None:
    """Have all queues looked at that this agent serves: he has a hand free.

    Even those where nothing waits: what begins to wait in this very moment is in
    another unit, which does not see his free hand yet.
    """
    for queue_id in await _serves(uow, [account_id]):
        await request_routing(uow, queue_id)


async def request_now(uow: UnitOfWork, account_ids: Collection[int]) -> None:
    """Ask like ``request_for``, but within the unit and not at its end.

    For a unit that will hold agents: the rows of queues come before those of agents.
    """
    await _ask(uow, await _serves(uow, account_ids))


async def _serves(uow: UnitOfWork, account_ids: Collection[int]) -> list[int]:
    served = exists().where(QueueMember.queue_id == Queue.id)
    ids = await uow.session.scalars(
        select(Queue.id)
        .where(or_(~served, served.where(QueueMember.account_id.in_(account_ids))))
        .order_by(Queue.id)
    )
    return list(ids)


async def _ask(uow: UnitOfWork, queue_ids: list[int]) -> None:
    await due.put_all(
        uow.session,
        ROUTE,
        {f"{ROUTE}:{one}": {"queue_id": one} for one in queue_ids},
        at=uow.now,
        now=uow.now,
    )
    uow.owes = uow.owes or bool(queue_ids)
