"""Files that wait in a composer until a reply carries them.

What nobody sends is discarded after a day: the row by a timer of its own, and its
content, if nothing else refers to it, an hour later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, exists, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.conversations.views import AttachmentView
from hub.errors import InvalidError
from hub.files.attachments import (
    Stored,
    insert_attachments,
    view,
)
from hub.storage import due
from hub.storage.blobs import Blobs
from hub.storage.database import Database
from hub.storage.due import Claim
from hub.storage.tables import Attachment, StoredFile
from hub.storage.unit import UnitOfWork

#: A timer: the upload was not used.
UNUSED = "upload.unused"
UNUSED_FOR = timedelta(hours=24)
#: A job: a content that nothing refers to may go.
FORGET = "file.forget"
#: Far longer than from storing a content to the commit that refers to it.
FORGET_AFTER = timedelta(hours=1)


async def upload(uow: UnitOfWork, account_id: int, stored: Stored) -> AttachmentView:
    """Keep a stored file for a message that an account is writing."""
    (attachment_id,) = await insert_attachments(
        uow, [stored], [{"account_id": account_id}]
    )
    await wait(uow, attachment_id)
    return view(attachment_id, stored)


async def claim_uploads(
    uow: UnitOfWork, account_id: int, ids: Sequence[int], item_id: int
) -> list[dict[str, Any]]:
    """Put one's own unused uploads on an entry; give their views in this order.

    Raises:
        InvalidError: One is not there, is another's, or was used before.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    rows = await uow.session.execute(
        update(Attachment)
        .where(
            Attachment.id.in_(wanted),
            Attachment.account_id == account_id,
            Attachment.item_id.is_(None),
            Attachment.canned_id.is_(None),
        )
        .values(item_id=item_id)
        .returning(Attachment.id)
    )
    if missing := set(wanted) - set(rows.scalars()):
        raise InvalidError(
            "attachments",
            errors={
                "attachment_ids": f"not uploaded, or used before: {sorted(missing)}"
            },
        )
    for attachment_id in wanted:
        await uow.forgive(key(attachment_id))
    views = await _views(uow, wanted)
    return [views[one] for one in wanted]


async def release(
    uow: UnitOfWork, account_id: int, item_id: int
) -> list[dict[str, Any]]:
    """Give an entry's files back to the composer, when its sending was undone."""
    rows = await uow.session.execute(
        update(Attachment)
        .where(Attachment.item_id == item_id)
        .values(item_id=None, account_id=account_id)
        .returning(Attachment.id)
    )
    ids = sorted(rows.scalars())
    for attachment_id in ids:
        await wait(uow, attachment_id)
    views = await _views(uow, ids)
    return [views[one] for one in ids]


async def views_of(
    session: AsyncSession, wanted: Mapping[int, Sequence[int]]
) -> dict[int, AttachmentView]:
    """Show uploads that nothing carries yet, asked for by who uploaded them."""
    owners = {one: owner for owner, ids in wanted.items() for one in ids}
    if not owners:
        return {}
    rows = await session.execute(
        select(Attachment, StoredFile)
        .join(StoredFile, StoredFile.hash == Attachment.hash)
        .where(
            Attachment.id.in_(owners),
            Attachment.item_id.is_(None),
            Attachment.canned_id.is_(None),
        )
    )
    return {
        row.id: _view(row, file)
        for row, file in rows
        if row.account_id == owners[row.id]
    }


async def wait(uow: UnitOfWork, attachment_id: int) -> None:
    """Let an upload be discarded in a while, unless something carries it by then."""
    await uow.owe(
        UNUSED,
        key(attachment_id),
        at=uow.now + UNUSED_FOR,
        payload={"attachment_id": attachment_id},
    )


def key(attachment_id: int) -> str:
    """Name what discards an upload."""
    return f"{UNUSED}:{attachment_id}"


async def discard(uow: UnitOfWork, claim: Claim) -> None:
    """Drop an upload that nobody used. A timer's handler."""
    # Everybody who attaches anything holds a weaker lock on this table from his
    # first statement to his commit; so nothing begins to refer to a file meanwhile.
    await uow.session.execute(text("LOCK TABLE files IN SHARE ROW EXCLUSIVE MODE"))
    gone = await uow.session.scalar(
        delete(Attachment)
        .where(
            Attachment.id == claim.payload["attachment_id"],
            Attachment.item_id.is_(None),
            Attachment.canned_id.is_(None),
        )
        .returning(Attachment.hash)
    )
    if gone is None:
        return
    orphan = await uow.session.scalar(
        delete(StoredFile)
        .where(
            StoredFile.hash == gone,
            ~exists().where(Attachment.hash == StoredFile.hash),
        )
        .returning(StoredFile.hash)
    )
    if orphan is not None:
        await forget_unless_wanted(uow, orphan)


async def forget_unless_wanted(uow: UnitOfWork, content: str) -> None:
    """Have a content deleted in a while, if nothing refers to it by then."""
    await uow.owe(
        FORGET,
        f"{FORGET}:{content}",
        at=uow.now + FORGET_AFTER,
        payload={"hash": content},
    )


async def forget(db: Database, claim: Claim, *, blobs: Blobs) -> None:
    """Delete a content that nothing refers to. A job's handler.

    Who stored the same content since has touched it, and it stays; who refers to it
    already has a row in the table of files.
    """
    name = claim.payload["hash"]
    async with db.read() as session:
        wanted = await session.get(StoredFile, name) is not None
    gone = wanted or await blobs.delete(name, untouched_for=FORGET_AFTER)
    async with db.begin() as uow:
        if not await due.holds(uow.session, claim):
            return
        if gone:
            await due.settle(uow.session, claim)
        else:
            await due.postpone(uow.session, claim, until=uow.now + FORGET_AFTER)


async def _views(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    rows = await uow.session.execute(
        select(Attachment, StoredFile)
        .join(StoredFile, StoredFile.hash == Attachment.hash)
        .where(Attachment.id.in_(ids))
    )
    return {row.id: asdict(_view(row, file)) for row, file in rows}


def _view(row: Attachment, file: StoredFile) -> AttachmentView:
    return AttachmentView(
        id=row.id,
        name=row.name,
        media_type=file.media_type,
        size=file.size,
        thumbnail=file.has_thumbnail,
    )
