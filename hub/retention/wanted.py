"""What has been kept long enough, as questions to the database.

The preview counts by the same questions by which things go. What is under a
conversation that is not resolved is in none of them, nor what a message that waits to
be sent still needs.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select, text
from sqlalchemy.orm import aliased

from hub.storage.tables import (
    Attachment,
    Call,
    Conversation,
    Draft,
    EventRow,
    LetterPart,
    Notification,
    QuarantineItem,
    TimelineItem,
)
from hub.storage.tables.conversations import FULL

#: Of a message: it may still leave.
UNSENT = ("held", "queued", "sending", "uncertain")
#: Kinds of entries whose words go.
SAID = ("message", "form", "note", "meeting")


def bodies(before: datetime) -> Select[Any]:
    """Ask for conversations that are done with and whose words are still there."""
    item, waits, named = (aliased(TimelineItem) for _ in range(3))
    unsent = exists().where(
        item.conversation_id == Conversation.id, item.delivery.in_(UNSENT)
    )
    # An answer elsewhere may quote or pass on what was said here.
    needed = exists().where(
        named.conversation_id == Conversation.id,
        or_(
            LetterPart.quotes_id == named.id,
            LetterPart.forwards_id == named.id,
            LetterPart.answers_id == named.id,
        ),
        waits.id == LetterPart.item_id,
        waits.delivery.in_(UNSENT),
    )
    return (
        select(Conversation.id)
        .where(
            text(FULL),
            Conversation.resolved_at < before,
            Conversation.last_at < before,
            ~unsent,
            ~needed,
        )
        .order_by(Conversation.id)
    )


def recordings(before: datetime) -> Select[Any]:
    """Ask for recordings of calls: their files."""
    return (
        select(Attachment.id)
        .join(Call, Call.item_id == Attachment.item_id)
        .join(Conversation, Conversation.id == Call.conversation_id)
        .where(
            Attachment.content_id == Call.recording_id,
            Call.recording_id != "",
            Call.ended_at < before,
            Conversation.state == "resolved",
        )
        .order_by(Attachment.id)
    )


def mails(before: datetime) -> Select[Any]:
    """Ask for mails as they came: their files."""
    return (
        select(Attachment.id)
        .join(TimelineItem, TimelineItem.id == Attachment.item_id)
        .outerjoin(Conversation, Conversation.id == TimelineItem.conversation_id)
        .where(
            Attachment.original,
            Attachment.created_at < before,
            TimelineItem.at < before,
            or_(Conversation.id.is_(None), Conversation.state == "resolved"),
        )
        .order_by(Attachment.id)
    )


def quarantine(before: datetime) -> Select[Any]:
    """Ask for raw deliveries that somebody has filed or dismissed."""
    return (
        select(QuarantineItem.id)
        .outerjoin(TimelineItem, TimelineItem.id == QuarantineItem.item_id)
        .outerjoin(Conversation, Conversation.id == TimelineItem.conversation_id)
        .where(
            QuarantineItem.state != "waiting",
            QuarantineItem.settled_at < before,
            func.octet_length(QuarantineItem.body) > 0,
            or_(Conversation.id.is_(None), Conversation.state == "resolved"),
        )
        .order_by(QuarantineItem.id)
    )


def drafts(before: datetime) -> Select[Any]:
    """Ask for conversations in which drafts were forgotten."""
    return (
        select(Conversation.id)
        .where(
            Conversation.state == "resolved",
            exists().where(
                and_(
                    Draft.conversation_id == Conversation.id,
                    Draft.updated_at < before,
                )
            ),
        )
        .order_by(Conversation.id)
    )


def notices(before: datetime) -> Select[Any]:
    """Ask for notices that were read; who is mentioned where work goes on sees it."""
    return (
        select(Notification.id)
        .outerjoin(Conversation, Conversation.id == Notification.conversation_id)
        .where(
            Notification.read_at < before,
            or_(Conversation.id.is_(None), Conversation.state == "resolved"),
        )
        .order_by(Notification.id)
    )


def log(before: datetime) -> Select[Any]:
    """Ask for old events about clients; what people did to the hub itself stays."""
    goes_on = exists().where(
        or_(
            Conversation.id == EventRow.conversation_id,
            Conversation.client_id == EventRow.client_id,
        ),
        Conversation.state != "resolved",
    )
    return (
        select(EventRow.seq)
        .where(
            EventRow.at < before,
            ~EventRow.thinned,
            or_(EventRow.client_id.is_not(None), EventRow.conversation_id.is_not(None)),
            ~goes_on,
        )
        .order_by(EventRow.seq)
    )


#: By kind; ``files`` are on the disk.
WANTED: Mapping[str, Any] = {
    "bodies": bodies,
    "recordings": recordings,
    "mails": mails,
    "quarantine": quarantine,
    "drafts": drafts,
    "notices": notices,
    "log": log,
}
