"""Genuine deliveries that nobody could read: kept raw until a person looks."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from hub.clients import identity
from hub.contracts import WebhookRequest
from hub.conversations.changes import set_state
from hub.conversations.entries import Said, add, lock, open_conversation
from hub.conversations.events import Quarantined, QuarantineSettled
from hub.conversations.storable import storable_headers, storable_text
from hub.errors import InvalidError, NotFoundError, StateError
from hub.files.attachments import Stored
from hub.log.events import Actor
from hub.storage.tables import Client, Conversation, QuarantineItem, TimelineItem
from hub.storage.unit import UnitOfWork

#: How the reason begins of what was set aside for being like spam.
SPAM = "looks like spam"
#: Headers that may hold what opens doors; they are not kept.
_SECRET_HEADERS = {"authorization", "cookie", "x-twilio-signature", "x-form-key"}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineView:
    """A raw delivery, without its body."""

    id: int
    channel: str
    at: datetime
    path: str
    size: int
    reason: str
    state: str
    item_id: int | None


def quarantine_view(row: QuarantineItem) -> QuarantineView:
    """Show a raw delivery."""
    return QuarantineView(
        id=row.id,
        channel=row.channel,
        at=row.at,
        path=row.path,
        size=row.size,
        reason=row.reason,
        state=row.state,
        item_id=row.item_id,
    )


async def keep(
    uow: UnitOfWork, channel: str, request: WebhookRequest, *, reason: str
) -> None:
    """Keep a delivery raw; the same one sent again is kept once."""
    row = await uow.session.scalar(
        insert(QuarantineItem)
        .values(
            channel=channel,
            at=uow.now,
            path=storable_text(request.path),
            headers=_harmless(request.headers),
            body=request.body,
            size=len(request.body),
            digest=hashlib.sha256(request.body).hexdigest(),
            reason=storable_text(reason),
            state="waiting",
        )
        .on_conflict_do_nothing()
        .returning(QuarantineItem)
    )
    if row is not None:
        uow.record(
            Quarantined(channel=channel, state={"quarantine": quarantine_view(row)})
        )


async def page(
    session: AsyncSession, *, state: str, limit: int, before: int | None = None
) -> list[QuarantineView]:
    """Give raw deliveries, the newest first."""
    query = (
        select(QuarantineItem)
        .where(QuarantineItem.state == state)
        .order_by(QuarantineItem.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(QuarantineItem.id < before)
    return [quarantine_view(row) for row in await session.scalars(query)]


async def waiting(session: AsyncSession) -> int:
    """Count what nobody has looked at."""
    found = await session.scalar(
        select(func.count()).where(QuarantineItem.state == "waiting")
    )
    return found or 0


async def raw(session: AsyncSession, item_id: int) -> bytes:
    """Give a delivery as it came.

    Raises:
        NotFoundError: There is none.
    """
    body = await session.scalar(
        select(QuarantineItem.body).where(QuarantineItem.id == item_id)
    )
    if body is None:
        raise NotFoundError(f"quarantine {item_id}")
    return body


async def delivery(session: AsyncSession, item_id: int) -> tuple[str, WebhookRequest]:
    """Give a delivery's channel and the delivery itself, whatever became of it.

    Raises:
        NotFoundError: There is none.
    """
    row = await session.scalar(
        select(QuarantineItem)
        .where(QuarantineItem.id == item_id)
        .options(undefer(QuarantineItem.body))
    )
    if row is None:
        raise NotFoundError(f"quarantine {item_id}")
    request = WebhookRequest(
        url="", body=row.body, headers=row.headers, path=row.path, trusted=True
    )
    return row.channel, request


async def file(
    uow: UnitOfWork,
    item_id: int,
    client_id: int,
    *,
    text: str,
    source: Stored,
    conversation_id: int | None = None,
) -> QuarantineView:
    """Put a delivery on a client's timeline: what a person read in it, and the raw file.

    Args:
        uow: The unit.
        item_id: The delivery.
        client_id: Whose it is.
        text: What a person read in it.
        source: The delivery as it came.
        conversation_id: The matter of that client that it belongs to; a new one else.

    Raises:
        NotFoundError: There is no such delivery, client or conversation.
        InvalidError: The conversation is another client's.
        StateError: Somebody settled it before.
    """
    row = await _open(uow, item_id)
    client = await identity.hold(uow, client_id)
    author = Actor(kind="client", id=client.id, name=client.name)
    if conversation_id is None:
        conversation = await open_conversation(
            uow, client, channel=row.channel, actor=author
        )
    else:
        conversation = await _of(uow, conversation_id, client)
        if conversation.state != "open":
            await set_state(uow, conversation, "open", because="message", actor=author)
    item = await add(
        uow,
        conversation,
        Said(
            kind="message",
            channel=row.channel,
            direction="in",
            author=author,
            text=text,
            data={"filed_by": uow.actor.name, "came_at": row.at.isoformat()},
            files=[source],
        ),
    )
    row.item_id = item.id
    return _settle(uow, row, "filed")


async def suspected(session: AsyncSession, item_id: int) -> WebhookRequest:
    """Give a delivery that was set aside as spam, to be taken in after all.

    It is trusted: somebody who may has looked at it.

    Raises:
        NotFoundError: There is none.
        StateError: It is not spam that waits.
    """
    row = await session.scalar(
        select(QuarantineItem)
        .where(QuarantineItem.id == item_id)
        .options(undefer(QuarantineItem.body))
    )
    if row is None:
        raise NotFoundError(f"quarantine {item_id}")
    if row.state != "waiting" or not row.reason.startswith(SPAM):
        raise StateError(f"it is {row.state}", state=row.state)
    return WebhookRequest(
        url="", body=row.body, headers=row.headers, path=row.path, trusted=True
    )


async def settle_taken(
    uow: UnitOfWork, item_id: int, *, channel: str, external_id: str
) -> QuarantineView:
    """Say that a delivery was taken in after all, and where it is now.

    Raises:
        NotFoundError: There is no such delivery.
        StateError: Somebody settled it before.
    """
    row = await _open(uow, item_id)
    row.item_id = await uow.session.scalar(
        select(TimelineItem.id).where(
            TimelineItem.channel == channel, TimelineItem.external_id == external_id
        )
    )
    return _settle(uow, row, "filed")


async def dismiss(uow: UnitOfWork, item_id: int) -> QuarantineView:
    """Say that a delivery is nothing; it stays on record.

    Raises:
        NotFoundError: There is no such delivery.
        StateError: Somebody settled it before.
    """
    return _settle(uow, await _open(uow, item_id), "dismissed")


async def _of(uow: UnitOfWork, conversation_id: int, client: Client) -> Conversation:
    conversation = await lock(uow, conversation_id)
    if conversation.client_id != client.id:
        raise InvalidError(
            "conversation_id", errors={"conversation_id": "of another client"}
        )
    return conversation


async def _open(uow: UnitOfWork, item_id: int) -> QuarantineItem:
    row = await uow.session.scalar(
        select(QuarantineItem).where(QuarantineItem.id == item_id).with_for_update()
    )
    if row is None:
        raise NotFoundError(f"quarantine {item_id}")
    if row.state != "waiting":
        raise StateError(f"it is {row.state}", state=row.state)
    return row


def _settle(uow: UnitOfWork, row: QuarantineItem, state: str) -> QuarantineView:
    row.state = state
    row.settled_by = uow.actor.id
    row.settled_at = uow.now
    view = quarantine_view(row)
    uow.record(QuarantineSettled(how=state, state={"quarantine": view}))
    return view


def _harmless(headers: Mapping[str, str]) -> dict[str, str]:
    return storable_headers(
        {
            name: value
            for name, value in headers.items()
            if name.lower() not in _SECRET_HEADERS
        }
    )
