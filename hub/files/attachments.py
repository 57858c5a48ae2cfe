"""Files on timeline entries: kept outside of any unit, attached within one.

A content is stored once however often it comes, and its media type is what its own
bytes show. What is too large or too many is told on the timeline, not lost in silence.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import AttachmentSettings
from hub import contracts
from hub.conversations.storable import storable_text
from hub.conversations.told import is_told
from hub.conversations.views import AttachmentView
from hub.errors import NotFoundError
from hub.files.media_types import DRAWN, sniff
from hub.files.thumbnails import draw
from hub.log.audience import Viewer
from hub.log.events import STAFF, account_topic, client_topic
from hub.storage import setwise
from hub.storage.blobs import Blobs
from hub.storage.database import Database
from hub.storage.tables import Attachment, CannedAnswer, StoredFile, TimelineItem
from hub.storage.unit import UnitOfWork

#: What a file is called that came without a name.
NAMELESS = "file"
#: Bytes of a name that are kept; a file system takes no more.
_LONGEST_NAME = 200
#: Entries whose files a client may have: what he and we said to one another.
_FOR_CLIENTS = ("message", "form")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file whose content is kept, under the name that it came by."""

    hash: str
    name: str
    size: int
    media_type: str
    thumbnail: bool
    content_id: str | None = None
    #: It is the whole message as it came, and none of the files in it.
    original: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file that was not kept."""

    name: str
    size: int
    #: ``too_large`` or ``too_many``.
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a message's files."""

    stored: tuple[Stored, ...] = ()
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessibleFile:
    """A file that the asker may have."""

    id: int
    hash: str
    name: str
    media_type: str
    size: int
    thumbnail: bool


async def store(
    blobs: Blobs,
    attachments: Sequence[contracts.Attachment],
    settings: AttachmentSettings,
) -> Taken:
    """Keep the contents of a message's files. Outside of any unit: the disk is slow.

    If the unit that should attach them fails, the contents stay, and are found there
    when the message comes again.
    """
    stored: list[Stored] = []
    refused: list[Refused] = []
    for one in attachments:
        name = file_name(one.name)
        size = len(one.content)
        if size > settings.max_bytes:
            refused.append(Refused(name=name, size=size, reason="too_large"))
        elif len(stored) == settings.max_per_message:
            refused.append(Refused(name=name, size=size, reason="too_many"))
        else:
            stored.append(await _store(blobs, one, settings))
    return Taken(stored=tuple(stored), refused=tuple(refused))


async def store_original(blobs: Blobs, original: contracts.Attachment) -> Stored:
    """Keep a whole message as it came. Outside of any unit, like ``store``."""
    return Stored(
        hash=await blobs.put(original.content),
        name=file_name(original.name),
        size=len(original.content),
        media_type=original.media_type,
        thumbnail=False,
        original=True,
    )


async def attach(
    uow: UnitOfWork, item_id: int, stored: Sequence[Stored]
) -> list[dict[str, Any]]:
    """Put stored files on an entry; give the views for ``TimelineItem.attachments``."""
    return (await attach_all(uow, {item_id: stored}))[item_id]


async def attach_all(
    uow: UnitOfWork, stored: Mapping[int, Sequence[Stored]]
) -> dict[int, list[dict[str, Any]]]:
    """Put stored files on many entries, in two statements for all of them.

    Args:
        uow: The unit; its entries are flushed.
        stored: The files of each entry, by the entry's id.
    """
    pairs = [(item_id, one) for item_id, files in stored.items() for one in files]
    ids = await insert_attachments(
        uow, [one for _, one in pairs], [{"item_id": item_id} for item_id, _ in pairs]
    )
    views: dict[int, list[dict[str, Any]]] = {item_id: [] for item_id in stored}
    for (item_id, one), attachment_id in zip(pairs, ids, strict=True):
        if one.original:
            continue
        views[item_id].append(asdict(view(attachment_id, one)))
    return views


async def insert_attachments(
    uow: UnitOfWork, stored: Sequence[Stored], owners: Sequence[Mapping[str, int]]
) -> list[int]:
    """Insert a row for each file with its owner's columns; give their ids in order.

    From its first statement to the commit no content can be forgotten: forgetting
    locks the table of files (see ``uploads.discard``).
    """
    if not stored:
        return []
    # In one order for everybody, so that two units wait for, not against, each other.
    files = {one.hash: one for one in sorted(stored, key=lambda one: one.hash)}
    await setwise.insert(
        uow.session,
        StoredFile,
        [
            {
                "hash": one.hash,
                "size": one.size,
                "media_type": one.media_type,
                "has_thumbnail": one.thumbnail,
                "created_at": uow.now,
            }
            for one in files.values()
        ],
        unless="hash",
    )
    ids = await setwise.draw(uow.session, Attachment, len(stored))
    await setwise.insert(
        uow.session,
        Attachment,
        [
            {
                "id": attachment_id,
                "hash": one.hash,
                "name": one.name,
                "content_id": one.content_id,
                "original": one.original,
                "created_at": uow.now,
                **owner,
            }
            for attachment_id, one, owner in zip(ids, stored, owners, strict=True)
        ],
    )
    return ids


def view(attachment_id: int, one: Stored) -> AttachmentView:
    """Show an attachment."""
    return AttachmentView(
        id=attachment_id,
        name=one.name,
        media_type=one.media_type,
        size=one.size,
        thumbnail=one.thumbnail,
    )


async def load(
    db: Database, blobs: Blobs, ids: Sequence[int]
) -> list[contracts.Attachment]:
    """Give attachments with their contents, in the order of ``ids``, to be sent.

    Raises:
        NotFoundError: One is not there.
        ContentLostError: The content of one is missing or damaged.
    """
    async with db.read() as session:
        rows = await session.execute(
            select(Attachment, StoredFile.media_type)
            .join(StoredFile, StoredFile.hash == Attachment.hash)
            .where(Attachment.id.in_(ids))
        )
        found = {row.id: (row, media_type) for row, media_type in rows}
    if missing := set(ids) - found.keys():
        raise NotFoundError(f"attachments {sorted(missing)}")
    return [
        contracts.Attachment(
            name=row.name,
            media_type=media_type,
            content=await blobs.read(row.hash),
            content_id=row.content_id,
        )
        for row, media_type in (found[one] for one in ids)
    ]


async def access_attachment(
    session: AsyncSession, viewer: Viewer, attachment_id: int
) -> AccessibleFile:
    """Hand out a file to somebody who may have it.

    Staff may have what is on any entry, and each his own uploads. A client may have
    what is on messages and forms of his own timeline, once they have left us.

    Raises:
        NotFoundError: There is none, or none that he may know of.
    """
    found = (
        await session.execute(
            select(Attachment, StoredFile, TimelineItem)
            .join(StoredFile, StoredFile.hash == Attachment.hash)
            .outerjoin(TimelineItem, TimelineItem.id == Attachment.item_id)
            .where(Attachment.id == attachment_id)
        )
    ).one_or_none()
    if found is None or not await _may_have(session, viewer, found[0], found[2]):
        raise NotFoundError(f"attachment {attachment_id}")
    row, file, _ = found
    return _accessible(row, file)


async def access_original(session: AsyncSession, item_id: int) -> AccessibleFile:
    """Hand out a message as it came, to staff.

    Raises:
        NotFoundError: There is no such entry, or its original was not kept.
    """
    found = (
        await session.execute(
            select(Attachment, StoredFile)
            .join(StoredFile, StoredFile.hash == Attachment.hash)
            .where(Attachment.item_id == item_id, Attachment.original)
        )
    ).first()
    if found is None:
        raise NotFoundError(f"original of {item_id}")
    return _accessible(*found)


async def public_attachment(
    session: AsyncSession, attachment_id: int
) -> AccessibleFile:
    """Hand out a file of a message of ours to whoever has a genuine link to it.

    Raises:
        NotFoundError: There is none, or it is on nothing that we said.
    """
    found = (
        await session.execute(
            select(Attachment, StoredFile)
            .join(StoredFile, StoredFile.hash == Attachment.hash)
            .join(TimelineItem, TimelineItem.id == Attachment.item_id)
            .where(Attachment.id == attachment_id, TimelineItem.direction == "out")
        )
    ).one_or_none()
    if found is None:
        raise NotFoundError(f"attachment {attachment_id}")
    row, file = found
    return AccessibleFile(
        id=row.id,
        hash=row.hash,
        name=row.name,
        media_type=file.media_type,
        size=file.size,
        thumbnail=file.has_thumbnail,
    )


async def may_read(session: AsyncSession, viewer: Viewer, item: TimelineItem) -> bool:
    """Tell whether the files and the HTML of an entry are the viewer's to see."""
    if STAFF in viewer.topics:
        return True
    return client_topic(item.client_id) in viewer.topics and await is_told(
        session, item.id, *_FOR_CLIENTS
    )


def file_name(name: str) -> str:
    """Give the last part of a name, without what no file name should hold."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    while len(plain.encode()) > _LONGEST_NAME:
        # Shortened in the middle: the end says what kind of file it is.
        half = len(plain) // 2
        plain = plain[: half - 1] + plain[half:]
    return plain or NAMELESS


async def _store(
    blobs: Blobs, one: contracts.Attachment, settings: AttachmentSettings
) -> Stored:
    name = file_name(one.name)
    media_type = await asyncio.to_thread(sniff, one.content, name)
    digest = await blobs.put(one.content)
    small = None
    if media_type in DRAWN:
        small = await draw(
            one.content,
            pixels=settings.thumbnail_pixels,
            max_pixels=settings.max_image_pixels,
        )
    if small is not None:
        await blobs.put(small, beside=digest)
    return Stored(
        hash=digest,
        name=name,
        size=len(one.content),
        media_type=media_type,
        thumbnail=small is not None,
        content_id=storable_text(one.content_id) if one.content_id else None,
    )


def _accessible(row: Attachment, file: StoredFile) -> AccessibleFile:
    return AccessibleFile(
        id=row.id,
        hash=row.hash,
        name=row.name,
        media_type=file.media_type,
        size=file.size,
        thumbnail=file.has_thumbnail,
    )


async def _may_have(
    session: AsyncSession,
    viewer: Viewer,
    attachment: Attachment,
    item: TimelineItem | None,
) -> bool:
    if item is not None:
        if attachment.original and STAFF not in viewer.topics:
            # Servers of ours have written into it.
            return False
        return await may_read(session, viewer, item)
    if attachment.canned_id is not None:
        answer = await session.get_one(CannedAnswer, attachment.canned_id)
        if answer.account_id is None:
            # The team's ready answer, which is anybody's to take.
            return STAFF in viewer.topics
        return account_topic(answer.account_id) in viewer.topics
    owner = attachment.account_id
    return owner is not None and account_topic(owner) in viewer.topics
