"""Make and change queues, and say who serves them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, text

from hub.errors import InvalidError, NotFoundError
from hub.queues.events import QueueChanged
from hub.queues.hours import reclock
from hub.queues.requests import request_routing
from hub.queues.views import QueueView, queue_views
from hub.storage.tables import Account, BusinessCalendar, Queue, QueueMember
from hub.storage.tables.queues import QUEUE_MODES
from hub.storage.unit import UnitOfWork

MAX_NAME = 80
#: The shortest and the longest time for a first answer.
FIRST_RESPONSES = (timedelta(seconds=1), timedelta(days=30))
#: The shortest and the longest time to accept an offer.
OFFERS_FOR = (timedelta(seconds=5), timedelta(minutes=10))
LONGEST_WRAP = timedelta(hours=1)
MAX_DISPOSITIONS = 50
#: Queues are few and change seldom; whoever changes one sees all the others.
_LOCK = text("SELECT pg_advisory_xact_lock(7302511)")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueGiven:
    """What a queue is to be like; None leaves it as it is."""

    name: str | None = None
    channels: Sequence[str] | None = None
    first_response: timedelta | None = None
    goal: float | None = None
    #: By whose hours its clock runs; 0: day and night.
    calendar_id: int | None = None
    #: Only True can be asked for: some queue must take what no other claims.
    fallback: bool | None = None
    #: Ids of accounts; none: all agents serve it.
    members: Collection[int] | None = None
    #: ``assign`` or ``offer``.
    mode: str | None = None
    offer_for: timedelta | None = None
    dispositions: Sequence[str] | None = None
    disposition_required: bool | None = None
    wrap_for: timedelta | None = None


async def create(
    uow: UnitOfWork, given: QueueGiven, *, first_response: timedelta, goal: float
) -> QueueView:
    """Make a queue; the first one of all takes what no other claims.

    Args:
        uow: The unit.
        given: What it is to be like; it needs a name.
        first_response: Unless given.
        goal: Unless given.

    Raises:
        InvalidError: Something given will not do.
    """
    await uow.session.execute(_LOCK)
    others = list(await uow.session.scalars(select(Queue)))
    await _check(uow, given, others)
    if not given.name:
        raise InvalidError("name", errors={"name": "is missing"})
    row = Queue(
        name=" ".join(given.name.split()),
        channels=list(dict.fromkeys(given.channels or ())),
        first_response=given.first_response or first_response,
        goal=given.goal or goal,
        calendar_id=given.calendar_id or None,
        fallback=False,
        created_at=uow.now,
    )
    _set_ways(row, given)
    uow.session.add(row)
    await uow.session.flush()
    if given.fallback or not any(one.fallback for one in others):
        await _fall_back(uow, row, others)
    if given.members:
        await _serve(uow, row.id, given.members)
    return await _tell(uow, row, ("created",))


async def change(uow: UnitOfWork, queue_id: int, given: QueueGiven) -> QueueView:
    """Make a queue other than it is.

    Clocks that run already keep the time that was promised; by other hours they are
    counted anew.

    Raises:
        NotFoundError: There is no such queue.
        InvalidError: Something given will not do.
    """
    await uow.session.execute(_LOCK)
    others = list(await uow.session.scalars(select(Queue)))
    row = next((one for one in others if one.id == queue_id), None)
    if row is None:
        raise NotFoundError(f"queue {queue_id}")
    others.remove(row)
    await _check(uow, given, others)
    (before,) = await queue_views(uow.session, [queue_id])
    if row.fallback and given.fallback is False:
        raise InvalidError(
            "fallback", errors={"fallback": "let another queue take what none claims"}
        )
    if given.name is not None:
        row.name = " ".join(given.name.split())
    if given.channels is not None:
        row.channels = list(dict.fromkeys(given.channels))
    if given.first_response is not None:
        row.first_response = given.first_response
    if given.goal is not None:
        row.goal = given.goal
    await _keep_hours(uow, row, given.calendar_id)
    _set_ways(row, given)
    if given.fallback and not row.fallback:
        await _fall_back(uow, row, others)
    if given.members is not None and set(given.members) != set(before.members):
        await _serve(uow, row.id, given.members)
    await uow.session.flush()
    (after,) = await queue_views(uow.session, [queue_id])
    if other := _differences(before, after):
        await _tell(uow, row, other)
    return after


def _set_ways(row: Queue, given: QueueGiven) -> None:
    """Set how it gives work out and how conversations of it end."""
    if given.mode is not None:
        row.mode = given.mode
    if given.offer_for is not None:
        row.offer_for = given.offer_for
    if given.dispositions is not None:
        words = (" ".join(one.split()) for one in given.dispositions)
        row.dispositions = list(dict.fromkeys(one for one in words if one))
    if given.disposition_required is not None:
        row.disposition_required = given.disposition_required
    if given.wrap_for is not None:
        row.wrap_for = given.wrap_for


async def _check(uow: UnitOfWork, given: QueueGiven, others: Sequence[Queue]) -> None:
    errors = await _unknown_hours(uow, given.calendar_id)
    if given.name is not None:
        name = " ".join(given.name.split())
        if not 0 < len(name) <= MAX_NAME:
            errors["name"] = f"1 to {MAX_NAME} letters"
        elif name.casefold() in {one.name.casefold() for one in others}:
            errors["name"] = "another queue has this name"
    for channel in given.channels or ():
        if taken := next((one for one in others if channel in one.channels), None):
            errors["channels"] = f"{channel} goes to {taken.name} already"
    shortest, longest = FIRST_RESPONSES
    wanted = given.first_response
    if wanted is not None and not shortest <= wanted <= longest:
        errors["first_response_s"] = (
            f"{shortest.total_seconds():.0f} to {longest.total_seconds():.0f}"
        )
    errors |= _check_ways(given)
    if given.goal is not None and not 0 < given.goal <= 1:
        errors["goal"] = "above 0, at most 1"
    if missing := await _unknown(uow, given.members or ()):
        errors["members"] = f"no such active account: {', '.join(map(str, missing))}"
    if errors:
        raise InvalidError(", ".join(errors), errors=errors)


async def _unknown_hours(uow: UnitOfWork, calendar_id: int | None) -> dict[str, str]:
    if not calendar_id:
        return {}
    # Locked, so that nobody removes them while the queue takes them up.
    found = await uow.session.get(
        BusinessCalendar, calendar_id, with_for_update={"key_share": True}
    )
    return {} if found else {"calendar_id": "no such hours"}


def _check_ways(given: QueueGiven) -> dict[str, str]:
    errors: dict[str, str] = {}
    if given.mode is not None and given.mode not in QUEUE_MODES:
        errors["mode"] = f"one of {', '.join(QUEUE_MODES)}"
    shortest, longest = OFFERS_FOR
    if given.offer_for is not None and not shortest <= given.offer_for <= longest:
        errors["offer_s"] = (
            f"{shortest.total_seconds():.0f} to {longest.total_seconds():.0f}"
        )
    if given.wrap_for is not None and not timedelta() <= given.wrap_for <= LONGEST_WRAP:
        errors["wrap_s"] = f"0 to {LONGEST_WRAP.total_seconds():.0f}"
    words = given.dispositions or ()
    if len(words) > MAX_DISPOSITIONS or any(len(one) > MAX_NAME for one in words):
        errors["dispositions"] = f"at most {MAX_DISPOSITIONS}, each {MAX_NAME} letters"
    return errors


async def _unknown(uow: UnitOfWork, account_ids: Collection[int]) -> list[int]:
    if not account_ids:
        return []
    known = await uow.session.scalars(
        select(Account.id).where(Account.id.in_(account_ids), Account.active)
    )
    return sorted(set(account_ids).difference(known))


async def _fall_back(uow: UnitOfWork, row: Queue, others: Sequence[Queue]) -> None:
    """Let this queue, and no other, take what none claims."""
    for one in others:
        if one.fallback:
            one.fallback = False
            await uow.session.flush()
            await _tell(uow, one, ("fallback",))
    row.fallback = True
    await uow.session.flush()


async def _keep_hours(uow: UnitOfWork, row: Queue, calendar_id: int | None) -> None:
    wanted = calendar_id or None
    if calendar_id is not None and wanted != row.calendar_id:
        row.calendar_id = wanted
        await reclock(uow, row.id)


async def _serve(uow: UnitOfWork, queue_id: int, members: Collection[int]) -> None:
    await uow.session.execute(
        delete(QueueMember).where(QueueMember.queue_id == queue_id)
    )
    if members:
        await uow.session.execute(
            insert(QueueMember),
            [
                {"queue_id": queue_id, "account_id": account_id}
                for account_id in sorted(set(members))
            ],
        )
    # Somebody may serve it now who did not before.
    await request_routing(uow, queue_id)


async def _tell(uow: UnitOfWork, row: Queue, what: tuple[str, ...]) -> QueueView:
    (view,) = await queue_views(uow.session, [row.id])
    uow.record(QueueChanged(queue_id=row.id, what=what, state={"queue": view}))
    return view


def _differences(before: QueueView, after: QueueView) -> tuple[str, ...]:
    return tuple(
        name
        for name in QueueView.__dataclass_fields__
        if _of(before, name) != _of(after, name)
    )


def _of(view: QueueView, name: str) -> Any:
    return getattr(view, name)
