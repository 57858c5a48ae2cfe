"""Put into a message what channels by phone need: our number, templates, addresses."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.contracts import OutboundMessage
from hub.storage.database import Database
from hub.storage.tables import TimelineItem

#: Other messages to the same address that are named.
OTHERS = 50
#: Gives the address at which a file, by its id and name, can be fetched for a while.
Link = Callable[[int, str], str]


async def enclose(
    db: Database, message: OutboundMessage, item_id: int, link: Link | None
) -> OutboundMessage:
    """Add our own address that the client wrote to, the template, the files' addresses.

    Args:
        db: The database.
        message: As it was written.
        item_id: Its entry on the timeline.
        link: Makes the addresses of files; None where nobody outside could use them.
    """
    async with db.read() as session:
        item = await session.get_one(TimelineItem, item_id)
        sender = await _written_to(session, item)
        others = await _others(session, item)
    template = item.data.get("template") or {}
    ids = [one["id"] for one in item.attachments or []]
    files = message.attachments
    if link is not None and len(ids) == len(files):
        files = tuple(
            replace(one, url=link(number, one.name))
            for one, number in zip(files, ids, strict=True)
        )
    return replace(
        message,
        sender=sender,
        others=others,
        template_id=template.get("id", ""),
        template_values=template.get("values") or {},
        attachments=files,
    )


async def _others(session: AsyncSession, item: TimelineItem) -> tuple[str, ...]:
    """Name what else went to the same address of late, so that it is not mistaken."""
    rows = await session.scalars(
        select(TimelineItem.external_id)
        .where(
            TimelineItem.client_id == item.client_id,
            TimelineItem.channel == item.channel,
            TimelineItem.direction == "out",
            TimelineItem.address == item.address,
            TimelineItem.external_id.is_not(None),
            TimelineItem.id != item.id,
        )
        .order_by(TimelineItem.at.desc(), TimelineItem.id.desc())
        .limit(OTHERS)
    )
    return tuple(one for one in rows if one is not None)


async def _written_to(session: AsyncSession, item: TimelineItem) -> str:
    """Find which address of ours the client used last, in this matter or before it."""
    wrote = select(TimelineItem.data["to"].astext).where(
        TimelineItem.channel == item.channel,
        TimelineItem.direction == "in",
        TimelineItem.address == item.address,
        TimelineItem.data["to"].astext.is_not(None),
    )
    newest = (TimelineItem.at.desc(), TimelineItem.id.desc())
    for scope in (
        TimelineItem.conversation_id == item.conversation_id,
        TimelineItem.client_id == item.client_id,
    ):
        found = await session.scalar(wrote.where(scope).order_by(*newest).limit(1))
        if found:
            return str(found)
    return ""
