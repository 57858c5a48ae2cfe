"""Add entries to a timeline and keep its conversation in step.

Every entry that anybody makes goes through here: the row, what it means for the
conversation (who waits, since when, in which state), and the event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select, update

from hub.conversations.events import (
    ConversationOpened,
    InteractionAdded,
    Was,
    shown,
)
from hub.conversations.views import conversation_view, item_view
from hub.errors import NotFoundError
from hub.files.attachments import Stored, attach, attach_all
from hub.files.uploads import claim_uploads
from hub.log.events import Actor
from hub.queues import agents, sla
from hub.queues.choice import queue_for
from hub.queues.requests import request_routing
from hub.storage import setwise
from hub.storage.tables import Client, Conversation, Queue, TimelineItem
from hub.storage.unit import UnitOfWork

#: Characters of an interaction that a list shows.
SNIPPET = 140
#: States in which nobody waits for us, so an answered client is simply answered.
_CALM = ("resolved", "pending")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An interaction that is to join a timeline."""

    kind: str
    channel: str
    direction: str
    #: Who says it.
    author: Actor
    text: str = ""
    quoted: str = ""
    subject: str = ""
    html: str | None = None
    #: The client's address, as people read it.
    address: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    #: Files that are stored already.
    files: Sequence[Stored] = ()
    #: Files that its author uploaded before, by id.
    uploads: Sequence[int] = ()
    external_id: str | None = None
    key: UUID | None = None
    delivery: str | None = None
    send_at: datetime | None = None
    #: When it happened; now, unless it is filed later.
    at: datetime | None = None
    #: What a list shows of it, when that is not its text.
    snippet: str | None = None
    #: Lists go on showing what was said before it, if anything was.
    aside: bool = False
    #: The client waits for us after it. A machine's message asks for nothing.
    wants_answer: bool = True
    #: It counts as our answer to the client. A machine's notice does not.
    answers: bool = True


async def lock(uow: UnitOfWork, conversation_id: int) -> Conversation:
    """Take a conversation in hand: nobody else changes it until this unit ends.

    Raises:
        NotFoundError: There is none, or its client was erased.
    """
    erased = exists().where(
        Client.id == Conversation.client_id, Client.erased_at.is_not(None)
    )
    row = await uow.session.scalar(
        select(Conversation)
        .where(Conversation.id == conversation_id, ~erased)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError(f"conversation {conversation_id}")
    return row


async def lock_unless_held(
    uow: UnitOfWork, conversation_id: int
) -> Conversation | None:
    """Lock a conversation, or give None because somebody else has it in hand.

    For timers: whoever has it may want to drop the timer's own row, which the timer's
    unit holds already, and the two would wait for each other.
    """
    row: Conversation | None = await uow.session.scalar(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return row


async def open_conversation(
    uow: UnitOfWork,
    client: Client,
    *,
    channel: str,
    subject: str = "",
    queue: Queue | None = None,
    assignee_id: int | None = None,
    direction: str = "in",
    waits: bool = True,
    actor: Actor | None = None,
) -> Conversation:
    """Open a new matter with a client, in a queue from the first moment.

    Args:
        uow: The unit.
        client: Whose matter.
        channel: How it came; it chooses the queue unless ``queue`` is given.
        subject: What it is about.
        queue: Where it waits.
        assignee_id: Whose it is from the start.
        direction: ``in`` when the client began it.
        waits: Whether anybody needs to look at it; what a machine says or answers
            by itself opens a matter that is resolved from the start.
        actor: Who opened it, when that is not the unit's own actor.
    """
    queue = queue or await queue_for(uow, channel)
    row = Conversation(
        client_id=client.id,
        subject=subject,
        state="open" if waits else "resolved",
        resolved_at=None if waits else uow.now,
        priority="normal",
        queue_id=queue.id,
        assignee_id=assignee_id,
        tags=[],
        channel=channel,
        snippet="",
        last_direction=direction,
        last_at=uow.now,
        created_at=uow.now,
    )
    uow.session.add(row)
    await uow.session.flush()
    if direction == "in" and waits:
        row.waiting_since = uow.now
        await sla.start(uow, row, queue)
    agents.follow(uow, was=(None, None), now=row)
    uow.record(
        ConversationOpened(
            client_id=client.id,
            conversation_id=row.id,
            was=Was(state=None, assignee_id=None, queue_id=None, waiting=False),
            queue_id=queue.id,
            channel=channel,
            state=shown(conversation=conversation_view(row, client.name)),
            actor=actor,
        )
    )
    return row


async def add(uow: UnitOfWork, conversation: Conversation, said: Said) -> TimelineItem:
    """Add an interaction; the caller holds the conversation's lock.

    The conversation's state is not moved here (``changes.py`` does that), but who
    waits for whom is.
    """
    item = TimelineItem(**_values(uow, conversation, said))
    uow.session.add(item)
    await uow.session.flush()
    if said.files:
        item.attachments = await attach(uow, item.id, said.files)
    if said.uploads:
        item.attachments = await claim_uploads(
            uow, said.author.id or 0, said.uploads, item.id
        )
    client = await uow.session.get_one(Client, conversation.client_id)
    await _follow(uow, conversation, item, said, client.name)
    return item


async def add_all(
    uow: UnitOfWork,
    entries: Sequence[tuple[Conversation, Said]],
    clients: Mapping[int, str],
) -> list[TimelineItem]:
    """Add what came in a batch, in its order, all rows in one statement.

    Args:
        uow: The unit; it holds the locks of all these conversations.
        entries: What was said, and where.
        clients: The names of the conversations' clients.

    Returns:
        The entries as they were written. They are there to be read: the session does
        not know them, because its bookkeeping costs more than the writing.
    """
    numbers = await setwise.draw(uow.session, TimelineItem, len(entries))
    rows = [
        {"id": number, **_values(uow, conversation, said)}
        for number, (conversation, said) in zip(numbers, entries, strict=True)
    ]
    await setwise.insert(uow.session, TimelineItem, rows)
    await _attach_all(uow, rows, [said.files for _, said in entries])
    items = [setwise.written(TimelineItem, row) for row in rows]
    for item, (conversation, said) in zip(items, entries, strict=True):
        await _follow(uow, conversation, item, said, clients[conversation.client_id])
    changed = {conversation.id: conversation for conversation, _ in entries}
    await setwise.update(uow.session, list(changed.values()))
    return items


async def answered(uow: UnitOfWork, conversation: Conversation) -> bool:
    """Somebody of us has answered; tell whether it was the first answer."""
    conversation.waiting_since = None
    conversation.given_at = None
    return await sla.stop(uow, conversation)


def standing(conversation: Conversation) -> Was:
    """Note where a conversation stands before it is changed."""
    return Was(
        state=conversation.state,
        assignee_id=conversation.assignee_id,
        queue_id=conversation.queue_id,
        waiting=conversation.waiting_since is not None,
    )


def author_kind(actor: Actor) -> str:
    """Tell the timeline's word for an actor."""
    return actor.kind if actor.kind in {"client", "agent"} else "system"


def snippet(said: Said) -> str:
    """Give one line of what was said."""
    return one_line(said.snippet if said.snippet is not None else said.text)


def one_line(text: str) -> str:
    """Give a text as a row of a list shows it."""
    line = " ".join(text.split())
    return line if len(line) <= SNIPPET else line[: SNIPPET - 1] + "…"


def _values(uow: UnitOfWork, conversation: Conversation, said: Said) -> dict[str, Any]:
    return {
        "client_id": conversation.client_id,
        "conversation_id": conversation.id,
        "at": said.at or uow.now,
        "kind": said.kind,
        "channel": said.channel,
        "direction": said.direction,
        "author_kind": author_kind(said.author),
        "author_id": said.author.id,
        "author_name": said.author.name,
        "address": said.address,
        "subject": said.subject,
        "text": said.text,
        "quoted": said.quoted,
        "html": said.html,
        "has_html": bool(said.html),
        "data": said.data,
        "attachments": [],
        "external_id": said.external_id,
        "key": said.key,
        "delivery": said.delivery,
        "delivery_at": uow.now if said.delivery else None,
        "delivery_reason": "",
        "delivery_code": "",
        "send_at": said.send_at,
    }


async def _attach_all(
    uow: UnitOfWork,
    rows: Sequence[dict[str, Any]],
    files: Sequence[Sequence[Stored]],
) -> None:
    given = {row["id"]: stored for row, stored in zip(rows, files, strict=True)}
    views = await attach_all(uow, {key: one for key, one in given.items() if one})
    attached = {key: found for key, found in views.items() if found}
    for row in rows:
        row["attachments"] = attached.get(row["id"], [])
    if attached:
        await uow.session.execute(
            update(TimelineItem),
            [{"id": key, "attachments": found} for key, found in attached.items()],
        )


async def _follow(
    uow: UnitOfWork,
    conversation: Conversation,
    item: TimelineItem,
    said: Said,
    client_name: str,
) -> None:
    """Keep the conversation in step with its newest entry, and say so."""
    was = standing(conversation)
    first = False
    if conversation.channel != said.channel:
        if conversation.state == "open" and conversation.assignee_id is not None:
            # It may weigh otherwise now.
            agents.changed(uow, conversation.assignee_id)
        conversation.channel = said.channel
    # What leaves the words that lists show as they are leaves whose they are.
    if not (said.aside and conversation.snippet):
        if said.snippet is None or said.snippet != conversation.snippet:
            conversation.last_direction = said.direction
        conversation.snippet = snippet(said)
    conversation.last_at = item.at
    if said.direction == "in" and said.wants_answer:
        if conversation.waiting_since is None and conversation.state not in _CALM:
            conversation.waiting_since = uow.now
            if conversation.assignee_id is None:
                await request_routing(uow, conversation.queue_id)
    elif said.direction == "out" and said.answers:
        first = await answered(uow, conversation)
    if said.direction == "out" and said.author.kind == "agent":
        # He has taken it up, even if what he wrote leaves later.
        conversation.given_at = None
    uow.record(
        InteractionAdded(
            client_id=conversation.client_id,
            conversation_id=conversation.id,
            was=was,
            item_id=item.id,
            channel=said.channel,
            direction=said.direction,
            first_response=first,
            state=shown(
                conversation=conversation_view(conversation, client_name),
                item=item_view(item),
            ),
            actor=said.author if said.author != uow.actor else None,
        )
    )
