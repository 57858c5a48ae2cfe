"""Queues and agents as the outside sees them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Row, any_, cast, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.access.rights import ROLE_RIGHTS, Right
from hub.storage.tables import (
    Account,
    AgentState,
    Call,
    ChannelWeight,
    Conversation,
    Queue,
    QueueMember,
    Role,
)

#: How long an offer stands unless its queue says otherwise.
OFFER_FOR = timedelta(seconds=30)
#: What an agent does who has never been here.
NEVER_HERE = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """Where conversations wait, and who serves it."""

    id: int
    name: str
    #: Channels whose new conversations come here.
    channels: list[str]
    #: Seconds that a client waits at most for the first answer.
    first_response_s: int
    #: The share that should be answered in time, 0 to 1.
    goal: float
    #: By whose hours its clock runs; None: day and night.
    calendar_id: int | None
    #: Takes what no other queue claims; exactly one does.
    fallback: bool
    #: Ids of accounts; with none, all agents serve it.
    members: list[int]
    #: ``assign`` or ``offer``: how what waits is given out.
    mode: str
    #: Seconds to accept an offer.
    offer_s: int
    #: Words for how a conversation ended, and whether one is needed to close it.
    dispositions: list[str]
    disposition_required: bool
    #: Seconds of wrap-up after a call; 0: none.
    wrap_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentView:
    """A colleague and what he does now."""

    id: int
    name: str
    role: str
    #: ``available``, ``wrap``, ``break`` or ``offline``.
    state: str
    since: datetime
    #: What he can have at once; 0 for one who has never been here.
    capacity: int
    #: What the open conversations that are his weigh together.
    load: int
    #: He speaks on the phone.
    on_call: bool
    locale: str
    #: His role may answer clients; to nobody else work can be given.
    answers: bool
    #: Who left is still named where he worked, but nothing can be given to him.
    active: bool
    #: Why he is in this state, in a word; ``away`` when he was silent for too long.
    reason: str
    #: When his wrap-up ends by itself, and which conversation it is about.
    wrap_until: datetime | None
    wrap_conversation_id: int | None


#: What a conversation weighs that its channel says nothing of.
WEIGHT = func.coalesce(ChannelWeight.weight, 1)
#: What the open conversations of an account weigh.
LOAD = (
    select(cast(func.coalesce(func.sum(WEIGHT), 0), BigInteger))
    .select_from(Conversation)
    .outerjoin(ChannelWeight, ChannelWeight.channel == Conversation.channel)
    .where(Conversation.assignee_id == Account.id, Conversation.state == "open")
    .correlate(Account)
    .scalar_subquery()
)
#: What they may weigh.
CAPACITY = func.coalesce(Account.capacity, AgentState.usual_capacity, 0)

_ON_CALL = exists().where(
    Call.agent_id == Account.id, Call.state == "answered", Call.ended_at.is_(None)
)
_ANSWERS = or_(
    Account.role.in_([key for key, held in ROLE_RIGHTS.items() if Right.REPLY in held]),
    exists().where(
        Role.key == Account.role, literal(Right.REPLY.value) == any_(Role.rights)
    ),
)
_AGENTS = (
    select(
        Account.id,
        Account.name,
        Account.role,
        Account.locale,
        _ANSWERS.label("answers"),
        func.coalesce(AgentState.state, NEVER_HERE).label("state"),
        func.coalesce(AgentState.since, Account.created_at).label("since"),
        CAPACITY.label("capacity"),
        LOAD.label("load"),
        _ON_CALL.label("on_call"),
        Account.active,
        func.coalesce(AgentState.reason, "").label("reason"),
        AgentState.wrap_until,
        AgentState.wrap_conversation_id,
    )
    .outerjoin(AgentState, AgentState.account_id == Account.id)
    .order_by(Account.name, Account.id)
)


async def agent_views(
    session: AsyncSession, ids: Collection[int] | None = None, *, here: bool = False
) -> list[AgentView]:
    """Show agents, by name.

    Args:
        session: Any session.
        ids: Only these.
        here: Only those who are not offline.
    """
    chosen = _AGENTS if ids is None else _AGENTS.where(Account.id.in_(ids))
    if here:
        chosen = chosen.where(AgentState.state != "offline")
    return [_agent(row) for row in await session.execute(chosen)]


async def queue_views(
    session: AsyncSession, ids: Collection[int] | None = None
) -> list[QueueView]:
    """Show queues with who serves them, the oldest first; all unless ``ids``."""
    members = func.array_agg(QueueMember.account_id).filter(
        QueueMember.account_id.is_not(None)
    )
    chosen = (
        select(Queue, members.label("members"))
        .outerjoin(QueueMember, QueueMember.queue_id == Queue.id)
        .group_by(Queue.id)
        .order_by(Queue.id)
        .execution_options(populate_existing=True)
    )
    if ids is not None:
        chosen = chosen.where(Queue.id.in_(ids))
    return [queue_view(row[0], row[1] or ()) for row in await session.execute(chosen)]


def queue_view(row: Queue, members: Collection[int]) -> QueueView:
    """Show a queue that these accounts serve."""
    return QueueView(
        id=row.id,
        name=row.name,
        channels=list(row.channels),
        first_response_s=round(row.first_response.total_seconds()),
        goal=row.goal,
        calendar_id=row.calendar_id,
        fallback=row.fallback is True,
        members=sorted(members),
        mode=row.mode or "assign",
        offer_s=round((row.offer_for or OFFER_FOR).total_seconds()),
        dispositions=list(row.dispositions or ()),
        disposition_required=row.disposition_required is True,
        wrap_s=round((row.wrap_for or timedelta()).total_seconds()),
    )


def _agent(row: Row[tuple[object, ...]]) -> AgentView:
    return AgentView(**row._mapping)  # noqa: SLF001 - a public name for all that
