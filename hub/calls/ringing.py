"""Ring one agent after the other, and never one agent for two calls."""

from sqlalchemy import and_, exists, func, or_, select, update

from config.settings import Settings
from hub.calls import lines, texts
from hub.calls.choice import (
    Phone,
    RungAgent,
    after_miss,
    keep_rung,
    next_phone,
    read_rung,
    rings_now,
)
from hub.calls.events import CallPassedOn, CallRinging
from hub.calls.lines import Line
from hub.contracts import (
    CallDirective,
    CallEvent,
    CallMoment,
    HangUp,
    Ring,
    TakeMessage,
)
from hub.queues.requests import request_for
from hub.storage.tables import Account, AgentState, Call, Conversation, QueueMember
from hub.storage.unit import UnitOfWork

#: Names the lock under which agents are chosen.
_CHOOSING = "rozmova.calls.choosing"


async def decide(
    uow: UnitOfWork, line: Line, event: CallEvent, *, settings: Settings
) -> bool:
    """Ring the first or the next agent, if it is time; tell whether it was.

    A callback that was heard before finds its decision made and changes nothing.
    """
    rung = read_rung(line.call.rung)
    if line.call.state != "ringing" or line.item.data["taking_message"]:
        return False
    if event.moment is CallMoment.AGENT_MISSED:
        missed = after_miss(rung, event.leg_id)
        if missed is None and rung:
            return False
        rung = missed or ()
    elif rung:
        return False
    chosen = None
    if len(rung) < settings.calls.ring_tries:
        chosen = await _choose(uow, line, {one.account_id for one in rung})
    await _ring(uow, line, rung, chosen)
    return True


def directive(line: Line, *, settings: Settings) -> CallDirective:
    """Say what the call does next, the same however often it is asked."""
    locale = line.client.locale or settings.locale
    rung = read_rung(line.call.rung)
    ringing = rings_now(rung)
    if line.call.ended_at is not None:
        return HangUp()
    if line.call.state == "voicemail":
        return HangUp(greeting=texts.goodbye(locale))
    if ringing is not None:
        first = len(rung) == 1
        return Ring(
            number=ringing.number,
            timeout=settings.calls.ring_timeout,
            greeting=texts.welcome(locale, settings.company) if first else "",
        )
    return TakeMessage(
        greeting=texts.leave_message(locale), limit=settings.calls.voicemail_limit
    )


async def _ring(
    uow: UnitOfWork, line: Line, rung: tuple[RungAgent, ...], chosen: Phone | None
) -> None:
    passed = rung[-1] if rung else None
    agent = None
    if chosen is not None:
        agent = await uow.session.get_one(Account, chosen.account_id)
        rung = (*rung, RungAgent(account_id=chosen.account_id, number=chosen.number))
    line.call.rung = keep_rung(rung)
    lines.write(line, lines.progress(line), agent, taking_message=chosen is None)
    if passed is not None:
        # He is rung no longer: his hands are free for what waits.
        await request_for(uow, passed.account_id)
        uow.record(CallPassedOn(**line.facts, agent_id=passed.account_id))
    if passed is None or agent is not None:
        uow.record(
            CallRinging(
                **line.facts,
                agent_id=agent.id if agent else None,
                caller=line.item.address,
            )
        )


async def _choose(uow: UnitOfWork, line: Line, rung: set[int]) -> Phone | None:
    """Choose an agent and mark him, so that no other call chooses him meanwhile.

    Choosing is done by one unit at a time, until its commit: what the next one reads
    after it has the lock includes the call that this one gave away.
    """
    await uow.session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(_CHOOSING, 0)))
    )
    chosen = next_phone(
        await _phones(uow, line.conversation, but=line.call.id),
        assignee_id=line.conversation.assignee_id,
        rung=rung,
    )
    if chosen is not None:
        await uow.session.execute(
            update(AgentState)
            .where(AgentState.account_id == chosen.account_id)
            .values(given_at=uow.now)
            .execution_options(synchronize_session=False)
        )
    return chosen


async def _phones(
    uow: UnitOfWork, conversation: Conversation, *, but: int
) -> list[Phone]:
    of_queue = exists().where(QueueMember.queue_id == conversation.queue_id)
    busy = exists().where(
        Call.agent_id == Account.id, Call.ended_at.is_(None), Call.id != but
    )
    rows = await uow.session.execute(
        select(
            Account.id,
            Account.outside_number,
            AgentState.given_at,
            busy.label("busy"),
            # A queue without members is served by everybody.
            or_(~of_queue, of_queue.where(QueueMember.account_id == Account.id)).label(
                "serves"
            ),
        ).join(
            AgentState,
            and_(
                AgentState.account_id == Account.id,
                AgentState.state == "available",
                Account.active,
                Account.outside_number.is_not(None),
            ),
        )
    )
    return [
        Phone(
            account_id=row.id,
            number=row.outside_number,
            present=True,
            serves=row.serves,
            busy=row.busy,
            given_at=row.given_at,
        )
        for row in rows
    ]


async def who_answered(uow: UnitOfWork, line: Line, event: CallEvent) -> Account | None:
    """Tell which agent picked up: by his number if it is told, else who was rung."""
    rung = read_rung(line.call.rung)
    account_id = None
    if event.agent_number:
        account_id = next(
            (one.account_id for one in rung if one.number == event.agent_number), None
        ) or await uow.session.scalar(
            select(func.min(Account.id)).where(
                Account.outside_number == event.agent_number
            )
        )
    elif line.call.answered_at is None and (ringing := rings_now(rung)) is not None:
        account_id = ringing.account_id
    if account_id is None:
        return line.agent
    return await uow.session.get_one(Account, account_id)
