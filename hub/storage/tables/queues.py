"""Queues, who serves them, and what each agent is doing."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    Interval,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key, one_of

AGENT_STATES = ("available", "wrap", "break", "offline")
#: How a queue gives out what waits: to an agent at once, or first as an offer.
QUEUE_MODES = ("assign", "offer")
OFFER_STATES = ("open", "accepted", "declined", "expired", "withdrawn")


class BusinessCalendar(Base):
    """When work is done; ``hub/queues/calendars.py`` counts by it."""

    __tablename__ = "calendars"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    timezone: Mapped[str]
    #: Seven days, Monday first: lists of pairs of minutes after midnight.
    week: Mapped[list[Any]]
    #: ``{"date": "2026-12-25", "name": "Christmas"}``, in order.
    holidays: Mapped[list[Any]]
    #: Grows with each change.
    revision: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime]


class Queue(Base):
    """Where conversations wait."""

    __tablename__ = "queues"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(unique=True)
    #: Channels whose new conversations come here.
    channels: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default=text("'{}'")
    )
    #: The client waits at most so long for the first answer.
    first_response: Mapped[timedelta] = mapped_column(Interval)
    #: The share that should be answered in time.
    goal: Mapped[float]
    #: Takes what no other queue claims; exactly one does.
    fallback: Mapped[bool] = mapped_column(server_default=text("false"))
    #: By whose hours its clock runs; None: day and night.
    calendar_id: Mapped[int | None] = mapped_column(
        ForeignKey("calendars.id"), index=True
    )
    mode: Mapped[str] = mapped_column(server_default="assign")
    #: An agent has so long to accept an offer.
    offer_for: Mapped[timedelta] = mapped_column(
        Interval, server_default=text("'30 seconds'")
    )
    #: Words that say how a conversation ended.
    dispositions: Mapped[list[str]] = mapped_column(
        ARRAY(Text), server_default=text("'{}'")
    )
    #: It is not closed without one.
    disposition_required: Mapped[bool] = mapped_column(server_default=text("false"))
    #: After a call an agent has so long to write down what is left; 0: nothing.
    wrap_for: Mapped[timedelta] = mapped_column(
        Interval, server_default=text("'0 seconds'")
    )
    created_at: Mapped[datetime]

    __table_args__ = (
        one_of("mode", QUEUE_MODES),
        Index(
            "uq_queues_fallback",
            "fallback",
            unique=True,
            postgresql_where=text("fallback"),
        ),
    )


class QueueMember(Base):
    """An agent serves a queue."""

    __tablename__ = "queue_members"

    queue_id: Mapped[int] = mapped_column(ForeignKey("queues.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(
        ForeignKey("accounts.id"), primary_key=True, index=True
    )


class AgentState(Base):
    """What an agent does now. No row: he has never been here."""

    __tablename__ = "agent_states"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    state: Mapped[str]
    since: Mapped[datetime]
    #: The last sign of a live screen.
    seen_at: Mapped[datetime]
    #: Without another sign he is gone then.
    gone_at: Mapped[datetime]
    #: The state that he vanished from, and takes up again when he is back.
    resume: Mapped[str | None]
    #: Conversations at once unless his account says so, as the settings said when he
    #: was seen last.
    usual_capacity: Mapped[int]
    #: When work was given to him last, for the round.
    given_at: Mapped[datetime | None]
    #: Why he is in this state, in a word of the settings or ``away``.
    reason: Mapped[str] = mapped_column(server_default="")
    #: When he was last known to do something at his screen.
    active_at: Mapped[datetime | None]
    #: When his wrap-up ends by itself, and which conversation it is about.
    wrap_until: Mapped[datetime | None]
    wrap_conversation_id: Mapped[int | None] = mapped_column(
        ForeignKey("conversations.id")
    )

    __table_args__ = (one_of("state", AGENT_STATES), one_of("resume", AGENT_STATES))


class Offer(Base):
    """A conversation is offered to an agent, who has it once he accepts."""

    __tablename__ = "offers"

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    queue_id: Mapped[int] = mapped_column(ForeignKey("queues.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    state: Mapped[str] = mapped_column(server_default="open")
    offered_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: Why it was declined, in the agent's words.
    reason: Mapped[str] = mapped_column(server_default="")

    __table_args__ = (
        one_of("state", OFFER_STATES),
        # One winner: a conversation is offered to one agent at a time.
        Index(
            "uq_offers_open",
            "conversation_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "ix_offers_open_account",
            "account_id",
            postgresql_where=text("state = 'open'"),
        ),
        Index(None, "conversation_id", "ended_at"),
    )


class ChannelWeight(Base):
    """How much of an agent's capacity a conversation on a channel takes."""

    __tablename__ = "channel_weights"

    channel: Mapped[str] = mapped_column(primary_key=True)
    weight: Mapped[int]

    __table_args__ = (CheckConstraint("weight BETWEEN 1 AND 100", name="weight"),)


class FirstResponse(Base):
    """One wait for a first answer: how long it might be, and how it ended.

    The conversation shows its newest clock alone; what the wall counts must not
    change when a conversation comes back or moves on. Written by
    ``hub/queues/sla.py`` and ``hub/queues/breaches.py``.
    """

    __tablename__ = "first_responses"

    id: Mapped[Key]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    #: Whose clock it was.
    queue_id: Mapped[int] = mapped_column(ForeignKey("queues.id"))
    started_at: Mapped[datetime]
    #: From when the queue's time was counted; later than ``started_at`` when the
    #: conversation came from another queue. None: as ``started_at`` (an old row).
    counted_from: Mapped[datetime | None]
    #: What the queue promised then; None: what it promises now (an old row).
    promised: Mapped[timedelta | None] = mapped_column(Interval)
    respond_by: Mapped[datetime]
    #: When it was settled whether the answer came in time: when it came, or when
    #: ``respond_by`` passed. None while that is open.
    decided_at: Mapped[datetime | None]
    #: None while it is open, and for ever if the client needed no answer.
    in_time: Mapped[bool | None]
    answered_at: Mapped[datetime | None]
    #: Who answered.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    #: Since when nobody waits by this clock: answered, closed, or another one began.
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        # A conversation has one running clock at the most.
        Index(
            "uq_first_responses_running",
            "conversation_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_first_responses_running_queue",
            "queue_id",
            "respond_by",
            postgresql_where=text("ended_at IS NULL"),
        ),
        # Covers the wall's sums, which then read no table.
        Index(
            "ix_first_responses_decided",
            "decided_at",
            "queue_id",
            "in_time",
            postgresql_where=text("in_time IS NOT NULL"),
        ),
    )
