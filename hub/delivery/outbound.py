"""Let a message of ours wait for the outbox."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hub.conversations.entries import Said, add, lock, open_conversation
from hub.log.events import Actor
from hub.storage.tables import Address, Client, Conversation, TimelineItem
from hub.storage.unit import UnitOfWork

SEND = "send"


async def queue(
    uow: UnitOfWork, item: TimelineItem, *, at: datetime, secret_text: str = ""
) -> None:
    """Owe the sending of an item, at ``at`` or as soon after as can be.

    Args:
        uow: The unit that wrote or released the item.
        item: A message of ours with its key.
        at: When it leaves.
        secret_text: Sent instead of the item's text, and kept only until it left:
            a sign-in code is for the client's eyes, not for the timeline.
    """
    payload: dict[str, object] = {"item_id": item.id}
    if secret_text:
        payload["secret_text"] = secret_text
    await uow.owe(SEND, send_key(item), at=at, payload=payload)


def send_key(item: TimelineItem) -> str:
    """Name the due row of an item."""
    return f"{SEND}:{item.key}"


async def send_automatic(
    uow: UnitOfWork,
    *,
    client: Client,
    address: Address,
    channel: str,
    text: str,
    key: UUID,
    subject: str = "",
    conversation: Conversation | None = None,
    secret_text: str = "",
    confirms: bool = False,
    snippet: str | None = None,
) -> TimelineItem:
    """Send what a machine says: a notice, a self-service answer.

    It answers nobody's question in the sense of the queues: a client who waits for a
    person goes on waiting. The same ``key`` is sent once.

    Args:
        uow: The unit.
        client: To whom.
        address: Where.
        channel: By which channel.
        text: What the timeline shows, and what is sent unless ``secret_text`` is given.
        key: Made from what the notice is about, so that a repeat is the same.
        subject: For mail.
        conversation: Which matter it belongs to (locked); else the client's latest
            one, else one that is resolved from the start.
        secret_text: See ``queue``.
        snippet: What lists show of the conversation, if not this text.
        confirms: It tells the client that his "stop" was heard, so it goes out although
            he does not want to be written to.
    """
    if sent := await sent_as(uow, key):
        return sent
    if conversation is None:
        conversation = await _quiet_conversation(uow, client, channel, subject)
    item = await add(
        uow,
        conversation,
        Said(
            kind="message",
            channel=channel,
            direction="out",
            author=Actor(kind="system", name=""),
            text=text,
            subject=subject,
            address=address.display,
            data={"automatic": True, "to": address.value}
            | ({"confirms": True} if confirms else {}),
            key=key,
            delivery="queued",
            snippet=snippet,
            answers=False,
        ),
    )
    await queue(uow, item, at=uow.now, secret_text=secret_text)
    return item


async def sent_as(uow: UnitOfWork, key: UUID) -> TimelineItem | None:
    """Find what was sent under this key."""
    return await uow.session.scalar(select(TimelineItem).where(TimelineItem.key == key))


async def _quiet_conversation(
    uow: UnitOfWork, client: Client, channel: str, subject: str
) -> Conversation:
    latest = await uow.session.scalar(
        select(Conversation.id)
        .where(Conversation.client_id == client.id)
        .order_by(Conversation.last_at.desc(), Conversation.id.desc())
        .limit(1)
    )
    if latest is not None:
        return await lock(uow, latest)
    return await open_conversation(
        uow, client, channel=channel, subject=subject, direction="out", waits=False
    )
