"""Fetch the files that a message only pointed to.

A provider keeps an MMS's pictures and tells their addresses. They are fetched after
the message was taken in, so that the timeline never waits for them.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from mimetypes import guess_extension

from config import Settings
from hub import contracts
from hub.conversations.events import InteractionChanged, shown
from hub.conversations.views import item_view
from hub.delivery.retries import next_try
from hub.errors import SendError, TransientSendError
from hub.files.attachments import attach, store
from hub.storage import due
from hub.storage.blobs import Blobs
from hub.storage.database import Database
from hub.storage.due import Claim
from hub.storage.tables import TimelineItem
from hub.storage.unit import UnitOfWork

FETCH = "media.fetch"

#: Gives the bytes behind an address, with the credentials of a channel:
#: (channel, url). Raises a ``SendError`` like ``Adapter.fetch``.
Fetch = Callable[[str, str], Awaitable[bytes]]


async def owe(
    uow: UnitOfWork, item: TimelineItem, media: tuple[tuple[str, str], ...]
) -> None:
    """Owe the fetching of each file of an entry."""
    for number, (url, media_type) in enumerate(media, start=1):
        await uow.owe(
            FETCH,
            f"{FETCH}:{item.id}:{number}",
            at=uow.now,
            payload={
                "item_id": item.id,
                "channel": item.channel,
                "url": url,
                "media_type": media_type,
                "number": number,
            },
        )


async def fetch(
    db: Database, claim: Claim, *, blobs: Blobs, fetcher: Fetch, settings: Settings
) -> None:
    """Fetch one file and put it on its entry. A job's handler."""
    said = claim.payload
    try:
        content = await fetcher(said["channel"], said["url"])
    except SendError as error:
        failed = error
        await db.run(lambda uow: _fail(uow, claim, failed, settings))
        return
    suffix = guess_extension(said["media_type"]) or ""
    taken = await store(
        blobs,
        [
            contracts.Attachment(
                name=f"{said['number']}{suffix}",
                media_type=said["media_type"],
                content=content,
            )
        ],
        settings.attachments,
    )

    async def put(uow: UnitOfWork) -> None:
        if not await due.holds(uow.session, claim):
            return
        item = await uow.session.get_one(
            TimelineItem, said["item_id"], with_for_update=True
        )
        if taken.stored:
            views = await attach(uow, item.id, taken.stored)
            item.attachments = [*item.attachments, *views]
        else:
            _note(item, said["number"], taken.refused[0].reason)
        _tell(uow, item)
        await due.settle(uow.session, claim)

    await db.run(put)


async def _fail(
    uow: UnitOfWork, claim: Claim, error: SendError, settings: Settings
) -> None:
    if not await due.holds(uow.session, claim):
        return
    until = None
    if isinstance(error, TransientSendError):
        wish = error.details.get("retry_after")
        until = next_try(
            claim.attempts,
            first_tried_at=claim.first_tried_at,
            now=uow.now,
            settings=settings.delivery,
            retry_after=timedelta(seconds=wish) if wish else None,
        )
    if until is not None:
        await due.postpone(uow.session, claim, until=until, error=str(error))
        return
    item = await uow.session.get_one(
        TimelineItem, claim.payload["item_id"], with_for_update=True
    )
    reason = str(error.details.get("file", "unreachable"))
    _note(item, claim.payload["number"], reason)
    _tell(uow, item)
    await due.settle(uow.session, claim)


def _note(item: TimelineItem, number: int, reason: str) -> None:
    """Say on the entry that a file is missing, as for files that came with it."""
    refused = [*item.data.get("refused_files", [])]
    refused.append({"name": str(number), "size": 0, "reason": reason})
    item.data = {**item.data, "refused_files": refused}


def _tell(uow: UnitOfWork, item: TimelineItem) -> None:
    uow.record(
        InteractionChanged(
            client_id=item.client_id,
            conversation_id=item.conversation_id,
            item_id=item.id,
            what="files",
            state=shown(item=item_view(item)),
        )
    )
