"""How much of an agent's capacity a conversation takes, by channel."""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.errors import InvalidError
from hub.queues import agents
from hub.queues.events import WeightsChanged
from hub.queues.requests import request_routing
from hub.storage.tables import AgentState, ChannelWeight, Queue
from hub.storage.unit import UnitOfWork

#: The heaviest that a conversation can be; the lightest is 1.
HEAVIEST = 100
MAX_CHANNELS = 40
_LOCK = text("SELECT pg_advisory_xact_lock(7302512)")


async def weights(session: AsyncSession) -> dict[str, int]:
    """Give the weights that differ from 1, by channel."""
    rows = await session.execute(
        select(ChannelWeight.channel, ChannelWeight.weight).order_by(
            ChannelWeight.channel
        )
    )
    return {row.channel: row.weight for row in rows}


async def set_weights(uow: UnitOfWork, given: Mapping[str, int]) -> dict[str, int]:
    """Set all weights; a channel that is not named weighs 1.

    Raises:
        InvalidError: One is too light or too heavy.
    """
    if len(given) > MAX_CHANNELS or any(
        not 1 <= weight <= HEAVIEST for weight in given.values()
    ):
        raise InvalidError("weights", errors={"weights": f"each 1 to {HEAVIEST}"})
    await uow.session.execute(_LOCK)
    wanted = {channel: weight for channel, weight in given.items() if weight != 1}
    if wanted == await weights(uow.session):
        return wanted
    await uow.session.execute(delete(ChannelWeight))
    if wanted:
        await uow.session.execute(
            insert(ChannelWeight),
            [{"channel": key, "weight": wanted[key]} for key in sorted(wanted)],
        )
    uow.record(WeightsChanged(state={"weights": wanted}))
    for account_id in await uow.session.scalars(select(AgentState.account_id)):
        agents.changed(uow, account_id)
    for queue_id in await uow.session.scalars(select(Queue.id)):
        await request_routing(uow, queue_id)
    return wanted
