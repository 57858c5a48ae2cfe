"""How matters go: which steps, at which times."""

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.contracts import CallMoment, DeliveryReceipt, DeliveryState
from hub.errors import PermanentSendError, SendError, UncertainSendError
from hub.storage.unit import UnitOfWork
from web.demo import words
from web.demo.past import Act
from web.demo.staff import QUEUES
from web.demo.story import Story

MINUTE = timedelta(minutes=1)
#: When people work, by the company's clock.
OPENS, CLOSES = 8, 20
#: The share of first answers that come too late.
LATE = 0.14
#: One in so many matters is talked over within the team.
NOTED = 0.45
#: What can go wrong with a message of ours.
FATES: dict[str, SendError | DeliveryReceipt] = {
    "refused": PermanentSendError(
        "30006: the number cannot receive messages", cause="landline"
    ),
    "bounced": DeliveryReceipt(
        channel="email",
        state=DeliveryState.BOUNCED,
        reason="550 5.1.1 there is no such mailbox",
        status="5.1.1",
        cause="mailbox_unknown",
    ),
    "uncertain": UncertainSendError("the connection was lost before the answer came"),
}


def act(work: Callable[..., Coroutine[Any, Any, Any]], *given: Any, **how: Any) -> Act:
    """Make a step of a call."""

    async def step(uow: UnitOfWork) -> None:
        await work(uow, *given, **how)

    return step


def at_work(at: datetime, zone: ZoneInfo) -> datetime:
    """Give the time, or the next morning's if nobody works then."""
    here = at.astimezone(zone)
    if here.hour >= CLOSES:
        here = (here + timedelta(days=1)).replace(hour=OPENS, minute=here.minute)
    elif here.hour < OPENS:
        here = here.replace(hour=OPENS, minute=here.minute)
    return here.astimezone(at.tzinfo)


def first_response(story: Story) -> timedelta:
    """Tell how long the queue lets the client wait."""
    channel = {"m": "email", "f": "webform", "s": "sms", "c": "phone", "p": "portal"}
    came_by = channel[story.via]
    return next(one.first_response for one in QUEUES if came_by in one.channels)


def plan_resolved(story: Story, start: datetime, zone: ZoneInfo) -> datetime:
    """Plan a matter that is done; tell when it will be."""
    past, chance = story.ground.past, story.chance
    if story.via == "c":
        return plan_call(story, start)
    past.at(start, story.opens)
    allowed = first_response(story)
    late = chance.random() < LATE
    wait = (
        story.after(1.1 * allowed, 3 * allowed)
        if late
        else (story.after(2 * MINUTE, 0.8 * allowed))
    )
    answer_at = at_work(start + wait, zone)
    if answer_at > start + allowed:
        past.at(start + allowed, past.fire)
    goes_on = bool(story.matter.then) or (
        bool(story.matter.back) and chance.random() < 0.6  # noqa: PLR2004
    )
    past.at(
        answer_at,
        act(_first_answer, story, then=None if goes_on else "resolve"),
        story.seat.actor,
    )
    if not goes_on:
        return answer_at
    back_at = answer_at + story.after(12 * MINUTE, 900 * MINUTE)
    end_at = at_work(back_at + story.after(3 * MINUTE, 80 * MINUTE), zone)
    past.at(back_at, story.returns)
    if story.matter.then:
        last = act(story.is_answered, story.matter.then, then="resolve")
    else:
        last = act(story.moves, "resolved")
    past.at(end_at, last, story.seat.actor)
    return end_at


def plan_call(story: Story, start: datetime) -> datetime:
    """Plan a matter that begins with a call: answered, missed, or with a message."""
    kind = story.chance.choices(("answered", "missed", "message"), (74, 14, 12))[0]
    if kind == "answered":
        return plan_talk(story, start)
    over = plan_missed(story, start, message=kind == "message")
    answer_at = over + story.after(4 * MINUTE, 50 * MINUTE)
    past = story.ground.past
    if kind == "message":
        last = act(_first_answer, story, then="resolve")
        past.at(answer_at, last, story.seat.actor)
        return answer_at
    asks = act(story.is_answered, words.MISSED[story.person.locale])
    past.at(answer_at, asks, story.seat.actor)
    story.via = "s"
    tells_at = answer_at + story.after(2 * MINUTE, 40 * MINUTE)
    past.at(tells_at, story.opens)
    end_at = tells_at + story.after(3 * MINUTE, 25 * MINUTE)
    past.at(end_at, act(_first_answer, story, then="resolve"), story.seat.actor)
    return end_at


def plan_talk(story: Story, start: datetime) -> datetime:
    """Plan a call that an agent answers, and what he writes down afterwards."""
    past, inbound = story.ground.past, story.ground.inbound
    call_id = inbound.call_id()
    picked_up = start + story.after(MINUTE / 15, MINUTE / 3)
    over = picked_up + story.after(MINUTE, 9 * MINUTE)
    for at, moment in (
        (start, CallMoment.RINGING),
        (picked_up, CallMoment.ANSWERED),
        (over, CallMoment.ENDED),
    ):
        said = inbound.call(story.person, call_id, moment, at=at)
        past.at(at, act(story.is_called, said))
    past.at(over + 2 * MINUTE, act(_wraps_up, story))
    return over + 2 * MINUTE


def plan_missed(story: Story, start: datetime, *, message: bool) -> datetime:
    """Plan a call that nobody answers; the client may leave a message."""
    past, inbound = story.ground.past, story.ground.inbound
    call_id = inbound.call_id()
    events = [
        (start, inbound.call(story.person, call_id, CallMoment.RINGING, at=start))
    ]
    at = start
    if message:
        for _ in range(3):
            at += timedelta(seconds=20)
            missed = inbound.call(
                story.person,
                call_id,
                CallMoment.AGENT_MISSED,
                leg_id=inbound.call_id(),
                at=at,
            )
            events.append((at, missed))
        seconds = story.chance.randint(5, 9)
        at += timedelta(seconds=seconds + 8)
        recording = inbound.recording_id()
        left = inbound.call(
            story.person,
            call_id,
            CallMoment.VOICEMAIL,
            duration=timedelta(seconds=seconds),
            recording_id=recording,
            recording_url=f"https://recordings.example/{recording}?seconds={seconds}",
            at=at,
        )
        events.append((at, left))
    at += timedelta(seconds=14)
    events.append((at, inbound.call(story.person, call_id, CallMoment.ENDED, at=at)))
    for when, event in events:
        past.at(when, act(story.is_called, event))
    return at


async def _first_answer(uow: UnitOfWork, story: Story, *, then: str | None) -> None:
    """Let the agent look at it, put it in order, and answer."""
    await story.is_sorted(uow)
    if story.matter.note and story.chance.random() < NOTED:
        others = [one for one in story.ground.office.agents if one != story.seat]
        mentions = (
            [story.chance.choice(others).account_id]
            if story.chance.random() < 0.4  # noqa: PLR2004 - some notes call somebody
            else []
        )
        await story.is_noted(uow, story.matter.note, mentions)
    await story.is_answered(uow, story.matter.answer, then=then)


async def _wraps_up(uow: UnitOfWork, story: Story) -> None:
    """After a call: what was said, and what it was about."""
    seat = await story.is_held_by(uow)
    uow.actor = seat.actor
    story.seat = seat
    await story.is_sorted(uow)
    note = words.CALL_NOTE[story.person.locale].format(
        says=story.clients(story.chance.choice(story.matter.says)),
        answer=story.ours(story.matter.answer),
    )
    await story.is_noted(uow, note)
    await story.moves(uow, "resolved")


def plan_done(story: Story, start: datetime, share: float, now: datetime) -> None:
    """Plan a matter that one answer ends, after a share of the queue's promise.

    One that would be answered after now is not planned at all.
    """
    due_at = start + first_response(story)
    answer_at = start + share * first_response(story)
    if answer_at > now:
        return
    past = story.ground.past
    past.at(start, story.opens)
    if answer_at > due_at:
        past.at(due_at, past.fire)
    step = act(_first_answer, story, then="resolve")
    past.at(answer_at, step, story.seat.actor)


# --- what is under way now


def plan_live(story: Story, ends: str, start: datetime, now: datetime) -> None:
    """Plan a matter that stands somewhere now.

    Args:
        story: The matter.
        ends: ``fresh`` (nobody has looked at it), ``taken``, ``asks`` (he has asked
            again), ``pending``, ``snoozed``, ``planned`` (an answer leaves tomorrow),
            or a key of ``FATES``.
        start: When it began.
        now: The present.
    """
    past = story.ground.past
    if story.via == "c":
        plan_missed(story, start, message=True)
    else:
        past.at(start, story.opens)
    due_at = start + first_response(story)
    if due_at <= now:
        past.at(due_at, past.fire)
    if ends == "fresh":
        return
    answer_at = start + 0.4 * min(now - start, first_response(story))
    if ends == "taken":
        past.at(answer_at, story.is_taken, story.seat.actor)
        past.at(answer_at, story.is_read, story.seat.actor)
        return
    past.at(answer_at, act(_answers_live, story, ends, now), story.seat.actor)
    if ends == "asks":
        past.at(start + 0.85 * (now - start), story.returns)
    else:
        past.at(answer_at, story.is_read, story.seat.actor)
    if ends == "snoozed":
        until = (now + timedelta(days=1)).replace(hour=7, minute=0, second=0)
        step = act(story.moves, "snoozed", until=until)
        past.at(answer_at + 2 * MINUTE, step, story.seat.actor)


async def _answers_live(
    uow: UnitOfWork, story: Story, ends: str, now: datetime
) -> None:
    await story.is_sorted(uow)
    if ends == "pending":
        await story.is_handed_on(uow)
    tomorrow = (now + timedelta(days=1)).replace(hour=6, minute=30, second=0)
    await story.is_answered(
        uow,
        story.matter.answer,
        send_at=tomorrow if ends == "planned" else None,
        fate=FATES.get(ends),
        cc=(words.BOOKKEEPING[story.person.locale],) if ends == "asks" else (),
    )
    if ends == "pending":
        await story.moves(uow, "pending")
