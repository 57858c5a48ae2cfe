"""Conversations, the timeline of what was said, and what stands around them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key, one_of

STATES = ("open", "pending", "snoozed", "resolved")
PRIORITIES = ("low", "normal", "high", "urgent")
ITEM_KINDS = ("message", "call", "form", "note", "change", "promise", "meeting")
#: How soon a conversation is to be looked at, as ``hub/lists/sorting.py`` says;
#: a function of the database, so that an index can be sorted by it.
URGENCY = "urgency(first_responded_at, respond_by, waiting_since, last_at)"
#: It is done with and what was said in it is still there.
FULL = (
    "state = 'resolved' AND (emptied_at IS NULL OR emptied_at < resolved_at"
    " OR emptied_at < last_at)"
)
#: Somebody wrote to a reply address, or quoted a message, of another's conversation; he
#: answered under another subject; an agent took a part out.
LINK_REASONS = ("reply_address", "quoted", "subject", "split")
DELIVERY_STATES = (
    "held",
    "queued",
    "sending",
    "sent",
    "delivered",
    "read",
    "failed",
    "bounced",
    "uncertain",
    "cancelled",
)


#: We know why it did not arrive. Not by ``delivery``, which changes with each step of
#: each message: an index must not be written for that.
HAS_CAUSE = "delivery_code <> ''"


class Conversation(Base):
    """One matter with one client, over any channels."""

    __tablename__ = "conversations"

    id: Mapped[Key]
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    subject: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="open")
    priority: Mapped[str] = mapped_column(server_default="normal")
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    queue_id: Mapped[int] = mapped_column(ForeignKey("queues.id"))
    #: When the queue gave it to its agent; None once he has answered, and when a
    #: person gave it to him. What an agent who vanishes gives back.
    given_at: Mapped[datetime | None]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=sql("'{}'"))
    #: The last interaction, so that a list needs no join.
    channel: Mapped[str]
    snippet: Mapped[str] = mapped_column(server_default="")
    last_direction: Mapped[str]
    last_at: Mapped[datetime]
    created_at: Mapped[datetime]
    snoozed_until: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    #: Since when the client waits for us; None while he does not.
    waiting_since: Mapped[datetime | None]
    #: When the first answer is due; stays when it was given.
    respond_by: Mapped[datetime | None]
    first_responded_at: Mapped[datetime | None]
    #: When ``respond_by`` passed without an answer.
    breached_at: Mapped[datetime | None]
    #: How it ended, in a word of its queue's list; "" until somebody said so.
    disposition: Mapped[str] = mapped_column(server_default="")
    #: When what was said in it was let go, as the rules for keeping things say.
    emptied_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", STATES),
        one_of("priority", PRIORITIES),
        Index(None, "client_id", "last_at"),
        Index(None, "state", "last_at", "id"),
        Index(None, "assignee_id", "state", "last_at", "id"),
        Index(
            "ix_conversations_waiting",
            "queue_id",
            "waiting_since",
            postgresql_where=sql("waiting_since IS NOT NULL AND state = 'open'"),
        ),
        # What is at hand by urgency: everybody's, and each agent's. Partly, since what
        # is resolved is not urgent and is most of all.
        Index(
            "ix_conversations_urgency",
            sql(URGENCY),
            "id",
            postgresql_where=sql("state IN ('open', 'pending', 'snoozed')"),
        ),
        Index(
            "ix_conversations_own_urgency",
            "assignee_id",
            sql(URGENCY),
            "id",
            postgresql_where=sql("state IN ('open', 'pending', 'snoozed')"),
        ),
        # Saved views may ask for any state.
        Index(None, "last_at", "id"),
        Index(None, "created_at", "id"),
        Index(
            "ix_conversations_tags",
            "tags",
            postgresql_using="gin",
            postgresql_where=sql("tags <> '{}'"),
        ),
        Index(
            "ix_conversations_kept",
            "resolved_at",
            "id",
            postgresql_where=sql(FULL),
        ),
    )


class TimelineItem(Base):
    """One entry of a client's timeline: an interaction, a note or a change.

    A message of ours carries its delivery here too, so that a page of the timeline
    is one indexed read.
    """

    __tablename__ = "timeline"

    id: Mapped[Key]
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    channel: Mapped[str | None]
    direction: Mapped[str | None]
    author_kind: Mapped[str]
    author_id: Mapped[int | None]
    author_name: Mapped[str] = mapped_column(server_default="")
    #: The client's address that it came from or went to, as shown to people.
    address: Mapped[str] = mapped_column(server_default="")
    subject: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str] = mapped_column(server_default="")
    #: What the client's program quoted below his own words.
    quoted: Mapped[str] = mapped_column(server_default="")
    #: Sanitised; read only when it is shown.
    html: Mapped[str | None] = mapped_column(deferred=True, deferred_raiseload=True)
    has_html: Mapped[bool] = mapped_column(server_default=sql("false"))
    #: What this kind of entry says beside its text (see docs/timeline.md).
    data: Mapped[dict[str, Any]] = mapped_column(server_default=sql("'{}'"))
    #: Views of the attachments, in order, so that no join is needed.
    attachments: Mapped[list[Any]] = mapped_column(server_default=sql("'[]'"))
    #: The provider's id, unique within the channel.
    external_id: Mapped[str | None]

    #: Ours, given to the provider at every try of the same message.
    key: Mapped[UUID | None] = mapped_column(unique=True)
    delivery: Mapped[str | None]
    delivery_at: Mapped[datetime | None]
    delivery_reason: Mapped[str] = mapped_column(server_default="")
    #: The reason as a word that a screen knows in its own language, or "".
    delivery_code: Mapped[str] = mapped_column(server_default="")
    #: When it leaves, while it is held.
    send_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("kind", ITEM_KINDS),
        one_of("direction", ("in", "out")),
        one_of("author_kind", ("client", "agent", "system")),
        one_of("delivery", DELIVERY_STATES),
        Index(None, "client_id", "at", "id"),
        Index(None, "conversation_id", "at", "id"),
        Index(
            "uq_timeline_channel_external_id",
            "channel",
            "external_id",
            unique=True,
            postgresql_where=sql("external_id IS NOT NULL"),
        ),
        # Few: what did not arrive, and why.
        Index(
            "ix_timeline_client_id_delivery_code",
            "client_id",
            postgresql_where=sql(HAS_CAUSE),
        ),
    )


class ConversationLink(Base):
    """Two conversations that have to do with each other."""

    __tablename__ = "conversation_links"

    #: The lower id of the two, and the higher one.
    one_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id"), primary_key=True
    )
    other_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id"), primary_key=True, index=True
    )
    reason: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (one_of("reason", LINK_REASONS),)


class Move(Base):
    """Entries were put into another conversation; until ``undone_at`` that stands."""

    __tablename__ = "moves"

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    #: It was made for them.
    split: Mapped[bool]
    #: Where each one came from: [entry, conversation].
    items: Mapped[list[Any]]
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    undone_at: Mapped[datetime | None]


class IntakeKey(Base):
    """The claim of one provider item: whoever inserts it takes the item in."""

    __tablename__ = "intake_keys"

    channel: Mapped[str] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: Of what it says, where the id alone does not tell messages apart.
    digest: Mapped[str] = mapped_column(server_default="")


class Draft(Base):
    """What an agent has begun to write, kept from screen to screen."""

    __tablename__ = "drafts"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str | None]
    address_id: Mapped[int | None]
    subject: Mapped[str] = mapped_column(server_default="")
    text: Mapped[str]
    #: By mail: the same with a look to it; empty: just the text.
    html: Mapped[str] = mapped_column(server_default="")
    #: Uploads of its author's that are to go along.
    attachment_ids: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), server_default=sql("'{}'")
    )
    #: Who writes on in its author's stead, since when and why; its words stay.
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    taken_at: Mapped[datetime | None]
    taken_reason: Mapped[str] = mapped_column(server_default="")
    #: Who else gets it and how, when it is to leave by mail.
    mail: Mapped[dict[str, Any]] = mapped_column(server_default=sql("'{}'"))
    updated_at: Mapped[datetime]

    __table_args__ = (one_of("kind", ("reply", "note")),)


class ReadMark(Base):
    """How far an agent has read a conversation."""

    __tablename__ = "read_marks"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id"), primary_key=True
    )
    item_id: Mapped[int]
    at: Mapped[datetime]


class QuarantineItem(Base):
    """A genuine delivery that nobody could read, raw."""

    __tablename__ = "quarantine"

    id: Mapped[Key]
    channel: Mapped[str]
    at: Mapped[datetime]
    path: Mapped[str]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]
    #: Of the body: the same delivery, sent again, is one item.
    digest: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    settled_at: Mapped[datetime | None]
    #: The timeline entry it was filed as.
    item_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("timeline.id"))

    __table_args__ = (
        one_of("state", ("waiting", "filed", "dismissed")),
        UniqueConstraint("channel", "digest"),
        Index(None, "state", "id"),
    )
