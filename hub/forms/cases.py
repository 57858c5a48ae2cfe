"""A case as the link in a confirmation opens it.

Whoever holds the link reads at one address. He sees his submission and what was said
to and from that address since, in that conversation; whatever else the client's
timeline holds may be another's, and is for who signs in.
"""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.conversations.cases import SAID, STATES
from hub.conversations.told import has_left
from hub.conversations.views import ItemView, item_view
from hub.errors import NotFoundError
from hub.forms.links import CaseLink
from hub.storage.tables import Address, Client, Conversation, TimelineItem

#: Entries that are shown, the first ones.
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedCase:
    """One matter between an address and us."""

    client_id: int
    conversation_id: int
    #: The client's language, if it is known.
    locale: str | None
    address: str
    subject: str
    #: ``open`` (we look at it), ``waiting`` (for him) or ``done``.
    state: str
    items: list[ItemView]


async def access_case_by_link(session: AsyncSession, link: CaseLink) -> LinkedCase:
    """Give the case that a genuine link opens.

    Raises:
        NotFoundError: It is gone, or the address is another client's by now.
    """
    item = await session.get(TimelineItem, link.item_id)
    address = await session.get(Address, link.address_id)
    if (
        item is None
        or address is None
        or item.kind != "form"
        or item.client_id != address.client_id
        or item.conversation_id is None
    ):
        raise NotFoundError("case")
    row = await session.get_one(Conversation, item.conversation_id)
    client = await session.get_one(Client, row.client_id)
    items = await session.scalars(
        select(TimelineItem)
        .where(
            TimelineItem.conversation_id == row.id,
            TimelineItem.id >= item.id,
            has_left(*SAID),
            or_(
                TimelineItem.id == item.id,
                TimelineItem.address == address.display,
            ),
        )
        .order_by(TimelineItem.at, TimelineItem.id)
        .limit(MOST)
    )
    return LinkedCase(
        client_id=row.client_id,
        conversation_id=row.id,
        locale=client.locale,
        address=address.display,
        subject=item.subject,
        state=STATES[row.state],
        items=[item_view(one) for one in items],
    )
