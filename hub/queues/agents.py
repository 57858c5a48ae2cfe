"""Keep what screens show of agents true.

What an agent has in hand is counted, and two units may change the count at once. So
whoever tells of an agent holds his account's row from before he reads until he has
committed: the last one to tell has seen what all the others did, and its event is
the last in the log. The row is taken at the end of the unit, in the order of ids,
so that units never wait for each other in a circle.
"""

from collections.abc import Collection

from sqlalchemy import select

from hub.queues.events import AgentLoadChanged
from hub.queues.views import agent_views
from hub.storage.tables import Account, Conversation
from hub.storage.unit import Last, UnitOfWork


def changed(uow: UnitOfWork, account_id: int) -> None:
    """Tell the screens how an agent looks at the end of this unit.

    For whoever changes something that ``AgentView`` shows: a call that is answered
    or over, a name, a capacity.
    """
    uow.at_end(Last.AGENTS, _tell, account_id)


def follow(
    uow: UnitOfWork, *, was: tuple[str | None, int | None], now: Conversation
) -> None:
    """Keep the load of agents in step with a conversation that changed.

    Args:
        uow: The unit that changed it.
        was: Its state and assignee before.
        now: As it is.
    """
    before = was[1] if was[0] == "open" else None
    after = now.assignee_id if now.state == "open" else None
    if before != after:
        for account_id in {before, after} - {None}:
            changed(uow, account_id or 0)


async def hold(uow: UnitOfWork, account_ids: Collection[int]) -> None:
    """Lock what is told of these agents, in the order that everybody does."""
    await uow.session.execute(
        select(Account.id)
        .where(Account.id.in_(account_ids))
        .order_by(Account.id)
        # Rows that refer to an account may still be written meanwhile.
        .with_for_update(key_share=True)
    )


async def _tell(uow: UnitOfWork, account_ids: list[int]) -> None:
    await hold(uow, account_ids)
    for view in await agent_views(uow.session, account_ids):
        uow.record(
            AgentLoadChanged(account_id=view.id, load=view.load, state={"agent": view})
        )
