"""Write out a message of ours as its channel needs it."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from hub.contracts import Copy, OutboundMessage, Quote
from hub.conversations.sanitize import BLOCKED
from hub.conversations.threading import reply_token
from hub.delivery import recipients
from hub.files.attachments import load
from hub.storage.blobs import Blobs
from hub.storage.database import Database
from hub.storage.tables import Client, LetterPart, TimelineItem

#: Earlier messages that a mail refers to: the latest ones, and the first of all.
REFERENCES = 19


async def write(
    db: Database,
    blobs: Blobs,
    item_id: int,
    *,
    secret_text: str,
    reply_key: bytes,
    company: str,
    tried_at: datetime,
    locale: str = "en",
    timezone: str = "UTC",
) -> OutboundMessage:
    """Put together what is sent; the same at every try, but for whom it is still for.

    Raises:
        ContentLostError: A file of the message is missing or damaged.
    """
    async with db.read() as session:
        item = await session.get_one(
            TimelineItem, item_id, options=[undefer(TimelineItem.html)]
        )
        client = await session.get_one(Client, item.client_id)
        part = await session.get(LetterPart, item_id)
        references = await _references(session, item, part)
        quote = await _quote(session, part, client.locale or locale, timezone)
    files = await load(db, blobs, [one["id"] for one in item.attachments or []])
    return OutboundMessage(
        channel=item.channel or "",
        key=str(item.key),
        recipient=item.data["to"],
        recipient_name=_name(item, client),
        text=secret_text or item.text,
        html="" if secret_text else item.html or "",
        subject=item.subject,
        attachments=tuple(files),
        references=references,
        reply_token=reply_token(item.conversation_id, reply_key)
        if item.conversation_id
        else "",
        sender_name=f"{item.author_name}, {company}" if item.author_name else company,
        automatic=bool(item.data.get("automatic")),
        tried_at=tried_at,
        copies=tuple(
            Copy(address=one["address"], name=one["name"], role=one["role"])
            for one in recipients.of(item.data)[1:]
        ),
        only=recipients.meant(item.data),
        signature=part.signature if part else "",
        signature_html=part.signature_html if part else "",
        quote=quote,
    )


def _name(item: TimelineItem, client: Client) -> str:
    """Give the name that a mail carries beside the address.

    A machine's mail carries none: it may go where an address was only typed, and what
    stands for a name may have been typed by the same stranger.
    """
    if "forwarded" in item.data:
        return str(recipients.of(item.data)[0]["name"])
    to = item.data["to"]
    return "" if to in client.name or item.data.get("automatic") else client.name


async def _references(
    session: AsyncSession, item: TimelineItem, part: LetterPart | None
) -> tuple[str, ...]:
    """Name the messages before it, for programs that thread, nearest first.

    What it answers is the nearest, then the latest ones before it, and at the end the
    one that began it all. Whom something is forwarded to knows none of them.
    """
    if "forwarded" in item.data:
        return ()
    before = (
        TimelineItem.conversation_id == item.conversation_id,
        TimelineItem.channel == item.channel,
        TimelineItem.external_id.is_not(None),
        # What is written while this one is tried again was not there before it.
        TimelineItem.id < item.id,
        ~TimelineItem.data.has_key("forwarded"),
    )
    latest = await _ids(session, before, newest_first=True, limit=REFERENCES)
    if not latest:
        return ()
    first = await _ids(session, before, newest_first=False, limit=1)
    answered = await _answered(session, before, part)
    return tuple(dict.fromkeys([*answered, *latest, *first]))


async def _answered(
    session: AsyncSession,
    before: tuple[ColumnElement[bool], ...],
    part: LetterPart | None,
) -> Sequence[str]:
    if part is not None and part.answers_id is not None:
        chosen = TimelineItem.id == part.answers_id
        if found := await _ids(session, (*before, chosen), newest_first=True, limit=1):
            return found
    theirs = TimelineItem.direction == "in"
    return await _ids(session, (*before, theirs), newest_first=True, limit=1)


async def _ids(
    session: AsyncSession,
    conditions: tuple[ColumnElement[bool], ...],
    *,
    newest_first: bool,
    limit: int,
) -> Sequence[str]:
    order = (TimelineItem.at, TimelineItem.id)
    rows = await session.scalars(
        select(TimelineItem.external_id)
        .where(*conditions)
        .order_by(*((one.desc() for one in order) if newest_first else order))
        .limit(limit)
    )
    return [one for one in rows if one]


async def _quote(
    session: AsyncSession, part: LetterPart | None, locale: str, timezone: str
) -> Quote | None:
    """Give the earlier message that stands below it."""
    chosen = (part.forwards_id or part.quotes_id) if part else None
    if part is None or chosen is None:
        return None
    item = await session.get(TimelineItem, chosen, options=[undefer(TimelineItem.html)])
    if item is None:
        return None
    forwarded = part.forwards_id is not None
    # Pictures from elsewhere wait for a reader's word; that reader is now another one.
    html = (item.html or "").replace(f'{BLOCKED}="', 'src="') if forwarded else ""
    sender = item.author_name
    if item.direction == "in" and item.address and item.address != sender:
        sender = f"{sender} <{item.address}>".strip()
    return Quote(
        text=(item.quoted if forwarded else "") or item.text,
        html=html,
        sender=sender,
        at=item.at.astimezone(ZoneInfo(timezone)),
        subject=item.subject,
        forwarded=forwarded,
        locale=locale,
    )
