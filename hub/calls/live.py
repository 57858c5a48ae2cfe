"""The calls that ring now, as a screen begins with them."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.conversations.views import ItemView, item_view
from hub.storage.tables import Call, TimelineItem

#: Calls that a screen begins with, the oldest ones; nobody could look at more.
MOST = 50


async def calls_ringing(session: AsyncSession) -> list[ItemView]:
    """Show the entries of calls that nobody has answered yet, the oldest first."""
    rows = await session.scalars(
        select(TimelineItem)
        .join(Call, Call.item_id == TimelineItem.id)
        # The first condition has an index: calls under way are few, calls are many.
        .where(Call.ended_at.is_(None), Call.state == "ringing")
        .order_by(TimelineItem.id)
        .limit(MOST)
    )
    return [item_view(row) for row in rows]
