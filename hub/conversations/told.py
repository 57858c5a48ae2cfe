"""Which entries of his timeline a client may see himself.

Staff see one timeline per person, whatever address he used. An address that somebody
only typed into a form may be another's, though: what came from there or went there
belongs to whoever reads there, and he has not proved that he is this client. So in the
portal it stays hidden until the address is verified. What was forged in his name he has
not written: it stays hidden too.
"""

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients.forged import is_not_forged
from hub.storage.tables import Address, TimelineItem

#: Deliveries of ours that may still be taken back, or were.
NOT_LEFT = ("held", "cancelled")


def told(*kinds: str) -> ColumnElement[bool]:
    """Say which entries of these kinds their client may see."""
    return and_(has_left(*kinds), is_his())


def has_left(*kinds: str) -> ColumnElement[bool]:
    """Say which entries of these kinds were really said."""
    return and_(
        TimelineItem.kind.in_(kinds),
        # What we handed on to somebody else was never said to him.
        ~TimelineItem.data.has_key("forwarded"),
        or_(TimelineItem.delivery.is_(None), TimelineItem.delivery.not_in(NOT_LEFT)),
    )


def is_his() -> ColumnElement[bool]:
    """Say which entries surely went to or came from the client himself."""
    # One without an address was said in the portal, or a person filed it.
    return and_(
        is_not_forged(),
        or_(
            TimelineItem.address == "",
            exists(
                select(Address.id)
                .where(
                    Address.client_id == TimelineItem.client_id,
                    Address.display == TimelineItem.address,
                    Address.verified_at.is_not(None),
                )
                .correlate(TimelineItem)
            ),
        ),
    )


async def is_told(session: AsyncSession, item_id: int, *kinds: str) -> bool:
    """Tell whether the client may see this one entry."""
    found = await session.scalar(
        select(TimelineItem.id).where(TimelineItem.id == item_id, told(*kinds))
    )
    return found is not None
