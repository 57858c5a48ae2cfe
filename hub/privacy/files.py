"""Drop a person's files; a content goes when nobody else's entry has it too."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, exists, text

from hub.files.uploads import forget_unless_wanted, key
from hub.storage.tables import Attachment, StoredFile
from hub.storage.unit import UnitOfWork


async def drop(uow: UnitOfWork, item_ids: Sequence[int]) -> None:
    """Drop all files of these entries: attachments, recordings, original mails."""
    if item_ids:
        await _drop(uow, Attachment.item_id.in_(item_ids))


async def drop_these(uow: UnitOfWork, attachment_ids: Sequence[int]) -> None:
    """Drop some files, whatever carries them."""
    if attachment_ids:
        await _drop(uow, Attachment.id.in_(attachment_ids))


async def drop_uploads(uow: UnitOfWork, attachment_ids: Sequence[int]) -> None:
    """Drop files that waited in a composer."""
    if attachment_ids:
        await _drop(
            uow,
            Attachment.id.in_(attachment_ids)
            & Attachment.item_id.is_(None)
            & Attachment.canned_id.is_(None),
        )
        for one in attachment_ids:
            await uow.forgive(key(one))


async def _drop(uow: UnitOfWork, wanted: ColumnElement[bool]) -> None:
    # See ``uploads.discard``: nothing begins to refer to a file meanwhile.
    await uow.session.execute(text("LOCK TABLE files IN SHARE ROW EXCLUSIVE MODE"))
    hashes = set(
        await uow.session.scalars(
            delete(Attachment).where(wanted).returning(Attachment.hash)
        )
    )
    orphans = await uow.session.scalars(
        delete(StoredFile)
        .where(
            StoredFile.hash.in_(hashes),
            ~exists().where(Attachment.hash == StoredFile.hash),
        )
        .returning(StoredFile.hash)
    )
    for one in sorted(orphans):
        await forget_unless_wanted(uow, one)
