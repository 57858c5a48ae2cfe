"""Files of ready answers, and copies of files for a message that is being written.

A copy is a row of its own over the same content, so nothing is stored twice, and what
becomes of one is nothing to the other.
"""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.conversations.views import AttachmentView
from hub.errors import InvalidError, NotFoundError
from hub.files import uploads
from hub.files.attachments import Stored, may_read
from hub.log.audience import Viewer
from hub.storage.tables import Attachment, CannedAnswer, StoredFile, TimelineItem
from hub.storage.unit import UnitOfWork


async def of(
    session: AsyncSession, answer_ids: Sequence[int]
) -> dict[int, list[AttachmentView]]:
    """Show the files of ready answers, by answer."""
    rows = await session.execute(
        select(Attachment, StoredFile)
        .join(StoredFile, StoredFile.hash == Attachment.hash)
        .where(Attachment.canned_id.in_(answer_ids))
        .order_by(Attachment.id)
    )
    found: dict[int, list[AttachmentView]] = {}
    for row, file in rows:
        found.setdefault(row.canned_id or 0, []).append(
            AttachmentView(
                id=row.id,
                name=row.name,
                media_type=file.media_type,
                size=file.size,
                thumbnail=file.has_thumbnail,
            )
        )
    return found


async def keep(
    uow: UnitOfWork, answer_id: int, ids: Sequence[int], account_id: int
) -> None:
    """Let exactly these go along with a ready answer: its own, and uploads.

    Raises:
        InvalidError: One is neither.
    """
    wanted = set(ids)
    own = set(
        await uow.session.scalars(
            select(Attachment.id).where(Attachment.canned_id == answer_id)
        )
    )
    for one in own - wanted:
        await uow.session.execute(
            update(Attachment)
            .where(Attachment.id == one)
            .values(canned_id=None, account_id=account_id)
        )
        await uploads.wait(uow, one)
    joining = wanted - own
    rows = await uow.session.scalars(
        update(Attachment)
        .where(
            Attachment.id.in_(joining),
            Attachment.account_id == account_id,
            Attachment.item_id.is_(None),
            Attachment.canned_id.is_(None),
        )
        .values(canned_id=answer_id)
        .returning(Attachment.id)
    )
    if missing := joining - set(rows):
        raise InvalidError(
            "files",
            errors={
                "attachment_ids": f"not uploaded, or used before: {sorted(missing)}"
            },
        )
    for one in joining:
        await uow.forgive(uploads.key(one))


async def copy(
    uow: UnitOfWork, viewer: Viewer, account_id: int, ids: Sequence[int]
) -> list[AttachmentView]:
    """Make uploads of files that an account may read, in this order.

    Raises:
        NotFoundError: One is not there, or not for his eyes.
    """
    copies = []
    for one in ids:
        row = await uow.session.get(Attachment, one)
        if row is None or not await _may_copy(uow.session, viewer, account_id, row):
            raise NotFoundError(f"file {one}")
        file = await uow.session.get_one(StoredFile, row.hash)
        copies.append(
            await uploads.upload(
                uow,
                account_id,
                Stored(
                    hash=file.hash,
                    name=row.name,
                    size=file.size,
                    media_type=file.media_type,
                    thumbnail=file.has_thumbnail,
                ),
            )
        )
    return copies


async def _may_copy(
    session: AsyncSession, viewer: Viewer, account_id: int, row: Attachment
) -> bool:
    if row.canned_id is not None:
        answer = await session.get_one(CannedAnswer, row.canned_id)
        return answer.account_id in {None, account_id}
    if row.item_id is None:
        return row.account_id == account_id
    item = await session.get_one(TimelineItem, row.item_id)
    return await may_read(session, viewer, item)
