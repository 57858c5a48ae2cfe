"""Fetch recordings from where the provider keeps them, and put them on their calls.

Owed in the unit that heard of the recording; fetched with no transaction open.
"""

import mimetypes
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog
from sqlalchemy import exists, select

from config.settings import Settings
from hub import contracts
from hub.calls import lines
from hub.calls.events import CallRecorded
from hub.calls.lines import Line
from hub.contracts import CallEvent
from hub.conversations.events import InteractionChanged
from hub.delivery.retries import next_try
from hub.errors import SendError, TransientSendError
from hub.files.attachments import Stored, attach, store
from hub.files.media_types import sniff
from hub.storage import due
from hub.storage.blobs import Blobs
from hub.storage.database import Database
from hub.storage.due import Claim
from hub.storage.tables import Attachment, Call
from hub.storage.unit import UnitOfWork

log = structlog.get_logger(__name__)

#: A job: fetch a recording.
FETCH = "recording.fetch"

#: Gives the bytes behind an address, with the credentials of a channel:
#: (channel, url). Raises a ``SendError`` like ``Adapter.fetch``.
Fetch = Callable[[str, str], Awaitable[bytes]]


async def owe(uow: UnitOfWork, call: Call, event: CallEvent) -> None:
    """Have a recording of a call (locked) fetched; the same one again is one."""
    call.recording_id = event.recording_id
    await uow.owe(
        FETCH,
        f"{FETCH}:{event.channel}:{event.recording_id}",
        at=uow.now,
        payload={
            "call_id": call.id,
            "channel": event.channel,
            "recording_id": event.recording_id,
            "url": event.recording_url,
        },
    )


async def fetch(
    db: Database, claim: Claim, *, blobs: Blobs, fetcher: Fetch, settings: Settings
) -> None:
    """Fetch a recording and put it on its call's entry. A job's handler."""
    try:
        content = await fetcher(claim.payload["channel"], claim.payload["url"])
    except TransientSendError as error:
        await _again(db, claim, error, settings)
        return
    except SendError as error:
        await _lose(db, claim, str(error), settings)
        return
    limits = settings.attachments.model_copy(
        update={"max_bytes": settings.calls.max_recording_bytes}
    )
    taken = await store(blobs, [_file(claim, content)], limits)
    if not taken.stored:
        await _lose(db, claim, "too_large", settings)
        return
    stored = taken.stored[0]
    await db.run(lambda uow: _attach(uow, claim, stored, settings))


def _file(claim: Claim, content: bytes) -> contracts.Attachment:
    suffix = mimetypes.guess_extension(sniff(content)) or ""
    return contracts.Attachment(
        name=f"call-{claim.created_at:%Y-%m-%d-%H%M}{suffix}",
        media_type="",
        content=content,
        # By which a repeated job sees that its work is done.
        content_id=claim.payload["recording_id"],
    )


async def _attach(
    uow: UnitOfWork, claim: Claim, stored: Stored, settings: Settings
) -> None:
    line = await _line(uow, claim, settings)
    if line is None:
        return
    item = line.item
    known = await uow.session.scalar(
        select(
            exists().where(
                Attachment.item_id == item.id,
                Attachment.content_id == stored.content_id,
            )
        )
    )
    if not known:
        (view,) = await attach(uow, item.id, [stored])
        item.attachments = [*item.attachments, view]
        kept = {name: one for name, one in item.data.items() if name != "not_recorded"}
        item.data = {**kept, "recording": view}
        uow.record(CallRecorded(**line.facts, attachment_id=view["id"]))
    await due.settle(uow.session, claim)


async def _again(
    db: Database, claim: Claim, error: TransientSendError, settings: Settings
) -> None:
    wish = error.details.get("retry_after")
    until = next_try(
        claim.attempts,
        first_tried_at=claim.first_tried_at,
        now=db.clock(),
        settings=settings.delivery,
        retry_after=timedelta(seconds=wish) if wish else None,
    )
    if until is None:
        await _lose(db, claim, str(error), settings)
        return
    async with db.begin() as uow:
        if await due.holds(uow.session, claim):
            await due.postpone(uow.session, claim, until=until, error=str(error))


async def _lose(db: Database, claim: Claim, reason: str, settings: Settings) -> None:
    """Say on the timeline that there was a recording and why it is not there."""
    log.warning(
        "a recording is lost", recording=claim.payload["recording_id"], reason=reason
    )

    async def lose(uow: UnitOfWork) -> None:
        line = await _line(uow, claim, settings)
        if line is None:
            return
        line.item.data = {**line.item.data, "not_recorded": reason}
        uow.record(
            InteractionChanged(
                client_id=line.client.id,
                conversation_id=line.conversation.id,
                item_id=line.item.id,
                what="recording_lost",
                state=line.state,
            )
        )
        await due.settle(uow.session, claim)

    await db.run(lose)


async def _line(uow: UnitOfWork, claim: Claim, settings: Settings) -> Line | None:
    """Take the call in hand; None when the job is not ours any more."""
    line = await lines.find_by_id(uow, claim.payload["call_id"], settings=settings)
    if line is None or not await due.holds(uow.session, claim):
        return None
    return line
