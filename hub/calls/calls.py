"""Take in what providers say of calls.

Each callback adds what it says to the call (``machine.py``); what follows from that
for the conversation, the agents and the timeline is done here, once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from config.settings import Settings
from hub.calls import early, lines, machine, recordings, ringing
from hub.calls.events import (
    CallAnswered,
    CallEnded,
    CallFact,
    CallMissed,
    CallVoicemailLeft,
)
from hub.calls.lines import Line
from hub.calls.machine import Progress
from hub.contracts import CallEvent, CallMoment, Outcome
from hub.conversations.changes import assign
from hub.conversations.entries import answered, standing
from hub.conversations.events import InteractionChanged
from hub.log.events import Actor
from hub.queues import agents, sla, wrapping
from hub.queues.requests import request_for, request_routing
from hub.storage.due import Claim
from hub.storage.tables import Account
from hub.storage.unit import UnitOfWork

#: A timer: the end of a call was never told.
STUCK = "call.stuck"
#: How much longer than its ring and its message a call may take before that.
SLACK = timedelta(minutes=2)
#: Moments at which the provider asks what to do next.
_ASKING = frozenset({CallMoment.RINGING, CallMoment.AGENT_MISSED, CallMoment.VOICEMAIL})


async def take(
    uow: UnitOfWork, event: CallEvent, *, country: str, settings: Settings
) -> Outcome:
    """Take one callback in, and say what the call does next if it asks for that.

    Args:
        uow: The unit.
        event: The callback.
        country: How a number without a country is read.
        settings: The hub's.

    Returns:
        The same directive however often the same callback comes.
    """
    line = await lines.find(uow, event.channel, event.external_id, settings=settings)
    if line is None and not (event.caller or event.called):
        # It does not say whose call it is; the one that does is on its way.
        await early.wait(uow, event)
        return Outcome(locale=settings.locale)
    return await _take(uow, line, event, country=country, settings=settings)


async def take_early(uow: UnitOfWork, claim: Claim, *, settings: Settings) -> None:
    """Take in what came before anything said whose call it is. A timer's handler."""
    event = early.read(claim)
    line = await lines.find(uow, event.channel, event.external_id, settings=settings)
    await _take(uow, line, event, country=settings.country, settings=settings)


async def end_stuck(uow: UnitOfWork, claim: Claim, *, settings: Settings) -> None:
    """End a call whose end nobody told. A timer's handler."""
    line = await lines.find_by_id(uow, claim.payload["call_id"], settings=settings)
    if line is None or line.call.ended_at is not None:
        return
    ended = CallEvent(
        channel=line.call.channel,
        external_id=line.call.external_id,
        moment=CallMoment.ENDED,
        caller=line.call.caller,
        called=line.call.called,
    )
    await _hear(uow, line, ended, settings=settings)


async def _take(
    uow: UnitOfWork,
    line: Line | None,
    event: CallEvent,
    *,
    country: str,
    settings: Settings,
) -> Outcome:
    begun = line is None
    if line is None:
        started_at = machine.begin(event, now=uow.now).started_at
        line = await lines.begin(
            uow, event, started_at=started_at, country=country, settings=settings
        )
    changed = await _hear(uow, line, event, settings=settings)
    asks = event.moment in _ASKING
    return Outcome(
        fresh=begun or changed,
        directive=ringing.directive(line, settings=settings) if asks else None,
        locale=line.client.locale or settings.locale,
    )


async def _hear(
    uow: UnitOfWork, line: Line, event: CallEvent, *, settings: Settings
) -> bool:
    """Add what a callback says; tell whether it said anything new."""
    before = lines.progress(line)
    after = machine.advance(before, event, now=uow.now)
    previous = line.agent
    agent = await _agent(uow, line, event, after)
    changed = lines.write(line, after, agent, **_recorded(line, event))
    if changed:
        await _follow(uow, line, before, after, previous)
    if event.recording_id and event.recording_id != line.call.recording_id:
        await recordings.owe(uow, line.call, event)
        changed = True
    if event.moment in {CallMoment.RINGING, CallMoment.AGENT_MISSED}:
        changed |= await ringing.decide(uow, line, event, settings=settings)
    if changed:
        await _watch(uow, line, settings)
    return changed


async def _agent(
    uow: UnitOfWork, line: Line, event: CallEvent, after: Progress
) -> Account | None:
    """Tell who is rung, speaks or spoke after this callback."""
    if event.moment is CallMoment.ANSWERED:
        return await ringing.who_answered(uow, line, event)
    if after.answered_at is not None or after.state == "ringing":
        return line.agent
    return None


def _recorded(line: Line, event: CallEvent) -> dict[str, Any]:
    if event.moment not in {CallMoment.VOICEMAIL, CallMoment.RECORDED}:
        return {}
    told = round(event.duration.total_seconds()) if event.duration else 0
    known = line.item.data.get("recorded_s") or 0
    return {"recorded_s": max(known, told) or None}


async def _follow(
    uow: UnitOfWork,
    line: Line,
    before: Progress,
    after: Progress,
    previous: Account | None,
) -> None:
    """Do what follows from a change that was written, and say it."""
    told = len(uow.events)
    picked_up = after.answered_at is not None and before.answered_at is None
    if after.answered_at is not None and (picked_up or line.agent is not previous):
        await _answer(uow, line, after, previous, first_time=picked_up)
    if after.state == "voicemail" != before.state:
        uow.record(CallVoicemailLeft(**line.facts))
    if after.state == "missed" != before.state:
        waited = _seconds(after.ended_at, after)
        uow.record(CallMissed(**line.facts, waited_s=waited))
    elif after.over and (not before.over or before.state == "missed" != after.state):
        spoken = lines.talk(after)
        talk_s = None if spoken is None else round(spoken.total_seconds())
        uow.record(CallEnded(**line.facts, talk_s=talk_s))
    await _free(uow, line, before, after, previous)
    if after.over and not before.over and after.answered_at is None:
        # While it rang, whoever picked it up would have had it.
        await request_routing(uow, line.conversation.queue_id)
    for one in {previous, line.agent} - {None}:
        if after.answered_at is not None and one is not None:
            # Whether he is on the phone is shown beside his name.
            agents.changed(uow, one.id)
    if not any(isinstance(event, CallFact) for event in uow.events[told:]):
        uow.record(
            InteractionChanged(
                client_id=line.client.id,
                conversation_id=line.conversation.id,
                item_id=line.item.id,
                what="call",
                state=line.state,
            )
        )


async def _free(
    uow: UnitOfWork,
    line: Line,
    before: Progress,
    after: Progress,
    previous: Account | None,
) -> None:
    """Let whoever is not on the call any more get something else."""
    if after.over and not before.over and line.agent and after.answered_at:
        # Until that is looked at, he is given nothing new.
        await uow.owe(
            wrapping.WRAP,
            f"{wrapping.WRAP}:{line.agent.id}",
            at=uow.now,
            payload={
                "account_id": line.agent.id,
                "conversation_id": line.conversation.id,
                "over_at": uow.now.isoformat(),
            },
        )
    for one in {previous, line.agent} - {None}:
        if one is not None and (after.over or one is not line.agent):
            # His hands are free for what waits.
            await request_for(uow, one.id)


async def _answer(
    uow: UnitOfWork,
    line: Line,
    after: Progress,
    previous: Account | None,
    *,
    first_time: bool,
) -> None:
    """An agent speaks with the client: the matter is his, and nobody waits."""
    agent, conversation = line.agent, line.conversation
    with _done_by(uow, agent):
        holders = {None, previous.id if previous else None}
        if agent and (conversation.assignee_id in holders or line.opened):
            await assign(uow, conversation, agent.id, because="call")
        if not first_time:
            return
        was = standing(conversation)
        if line.newest:
            first = await answered(uow, conversation)
        else:
            # He has written since: that still waits.
            first = await sla.stop(uow, conversation)
        uow.record(
            CallAnswered(
                **line.facts | {"was": was},
                agent_id=agent.id if agent else None,
                waited_s=_seconds(after.answered_at, after),
                first_response=first,
            )
        )


async def _watch(uow: UnitOfWork, line: Line, settings: Settings) -> None:
    """See to it that the call ends some time, whatever the provider forgets."""
    key = f"{STUCK}:{line.call.id}"
    if line.call.ended_at is not None:
        await uow.forgive(key)
        return
    rules = settings.calls
    longest = (
        rules.longest
        if line.call.answered_at is not None
        else rules.ring_timeout + rules.voicemail_limit + SLACK
    )
    await uow.owe(STUCK, key, at=uow.now + longest, payload={"call_id": line.call.id})


def _seconds(at: Any, known: Progress) -> int:
    return max(0, round((at - known.started_at).total_seconds())) if at else 0


@contextmanager
def _done_by(uow: UnitOfWork, agent: Account | None) -> Iterator[None]:
    """Have what happens here be the agent's doing: he picked up the phone."""
    if agent is None:
        yield
        return
    before, told = uow.actor, len(uow.events)
    uow.actor = Actor(kind="agent", id=agent.id, name=agent.name)
    try:
        yield
    finally:
        uow.events[told:] = [
            replace(event, actor=event.actor or uow.actor)
            for event in uow.events[told:]
        ]
        uow.actor = before
