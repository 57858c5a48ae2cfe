"""Conversations and timeline entries as the outside sees them.

These are what the API answers and what events carry as ``state``, so a screen that
applies an event shows the same as one that loads afresh.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.storage.tables import Conversation, TimelineItem

#: Characters of a text that events and pages carry; the rest is read on demand.
TEXT_SHOWN = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationView:
    """A row of a list of conversations."""

    id: int
    client_id: int
    client_name: str
    subject: str
    state: str
    priority: str
    assignee_id: int | None
    queue_id: int
    tags: list[str]
    #: Of the last interaction.
    channel: str
    snippet: str
    last_direction: str
    last_at: datetime
    created_at: datetime
    snoozed_until: datetime | None
    resolved_at: datetime | None
    waiting_since: datetime | None
    #: When the first answer is due; None once it was given.
    respond_by: datetime | None
    breached: bool
    #: How it ended, in a word of its queue's list, or "".
    disposition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryView:
    """How far a message of ours has come."""

    state: str
    reason: str
    #: The reason as a word that screens know in their languages, or "".
    code: str
    at: datetime
    #: When it leaves, while it is held.
    send_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorView:
    """Who said or did it."""

    kind: str
    id: int | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentView:
    """A file on an entry. It is fetched from ``/files/<id>/<name>``."""

    id: int
    name: str
    media_type: str
    size: int
    #: There is a small picture of it at ``/files/<id>/thumbnail``.
    thumbnail: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One entry of a timeline."""

    id: int
    client_id: int
    conversation_id: int | None
    at: datetime
    kind: str
    channel: str | None
    direction: str | None
    author: AuthorView
    address: str
    subject: str
    text: str
    #: The text goes on; ``GET /interactions/{id}`` has all of it.
    truncated: bool
    #: What was quoted below the client's own words.
    quoted: str
    #: It can be shown as HTML, from ``/files/html/<id>``.
    has_html: bool
    data: dict[str, Any]
    attachments: list[Any]
    delivery: DeliveryView | None


def conversation_view(row: Conversation, client_name: str) -> ConversationView:
    """Show a conversation; its client's name comes from whoever read it."""
    return ConversationView(
        id=row.id,
        client_id=row.client_id,
        client_name=client_name,
        subject=row.subject,
        state=row.state,
        priority=row.priority,
        assignee_id=row.assignee_id,
        queue_id=row.queue_id,
        tags=list(row.tags or ()),
        channel=row.channel,
        snippet=row.snippet or "",
        last_direction=row.last_direction,
        last_at=row.last_at,
        created_at=row.created_at,
        snoozed_until=row.snoozed_until,
        resolved_at=row.resolved_at,
        waiting_since=row.waiting_since,
        respond_by=None if row.first_responded_at else row.respond_by,
        breached=row.breached_at is not None,
        disposition=row.disposition or "",
    )


def item_view(row: TimelineItem) -> ItemView:
    """Show a timeline entry."""
    return ItemView(
        id=row.id,
        client_id=row.client_id,
        conversation_id=row.conversation_id,
        at=row.at,
        kind=row.kind,
        channel=row.channel,
        direction=row.direction,
        author=AuthorView(
            kind=row.author_kind, id=row.author_id, name=row.author_name or ""
        ),
        address=row.address or "",
        subject=row.subject or "",
        text=(row.text or "")[:TEXT_SHOWN],
        truncated=len(row.text or "") > TEXT_SHOWN,
        quoted=(row.quoted or "")[:TEXT_SHOWN],
        has_html=row.has_html,
        data=row.data or {},
        attachments=row.attachments or [],
        delivery=None
        if row.delivery is None
        else DeliveryView(
            state=row.delivery,
            reason=row.delivery_reason or "",
            code=row.delivery_code or "",
            at=row.delivery_at or row.at,
            send_at=row.send_at,
        ),
    )
