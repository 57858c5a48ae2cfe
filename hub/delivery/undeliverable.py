"""Where a client cannot be reached: what went there last came back for good."""

from collections.abc import Mapping

from sqlalchemy import and_, exists, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from hub.clients.forged import is_not_forged
from hub.contracts import HARD_CAUSES
from hub.conversations.defaults import Undeliverable
from hub.storage.tables import TimelineItem
from hub.storage.tables.conversations import HAS_CAUSE


async def undeliverable(
    session: AsyncSession, client_id: int
) -> Mapping[tuple[str, str], Undeliverable]:
    """Find the addresses of a client that will never do, by (channel, value).

    It is read from the timeline, so an entry that is moved, merged or erased takes it
    along. A message of his from there, or one of ours that arrived since, clears it.
    """
    later = aliased(TimelineItem)
    has_come = and_(later.direction == "in", is_not_forged(later))
    has_arrived = and_(
        later.delivery.in_(("delivered", "read")),
        later.data["to"].astext == TimelineItem.data["to"].astext,
    )
    rows = await session.execute(
        select(
            TimelineItem.channel,
            TimelineItem.data["to"].astext,
            TimelineItem.delivery_code,
            TimelineItem.delivery_at,
        )
        .where(
            TimelineItem.client_id == client_id,
            # In the words of the index, so that it is used.
            text(f"timeline.{HAS_CAUSE}"),
            TimelineItem.delivery.in_(("failed", "bounced")),
            TimelineItem.delivery_code.in_(sorted(HARD_CAUSES)),
            ~exists().where(
                later.client_id == TimelineItem.client_id,
                tuple_(later.at, later.id) > tuple_(TimelineItem.at, TimelineItem.id),
                later.channel == TimelineItem.channel,
                later.address == TimelineItem.address,
                or_(has_come, has_arrived),
            ),
        )
        .order_by(TimelineItem.at, TimelineItem.id)
    )
    return {
        (channel, to): Undeliverable(cause=cause, at=at)
        for channel, to, cause, at in rows
    }
