"""Business calendars: kept, changed, and found for a queue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.errors import InvalidError, NotFoundError, StaleUpdateError, StateError
from hub.queues.calendars import Calendar, Span, week_errors
from hub.queues.events import CalendarChanged
from hub.storage.tables import BusinessCalendar, Queue
from hub.storage.unit import UnitOfWork

MAX_NAME = 80
MAX_HOLIDAYS = 500
MAX_SPANS = 12
#: Moves the running clocks of a queue to its hours; ``hub/queues/reclocking.py``.
RECLOCK = "queue.reclock"


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayView:
    """A day on which nothing is open."""

    date: date
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarView:
    """Business hours."""

    id: int
    name: str
    timezone: str
    #: Seven days, Monday first; each a list of [opens, closes] in minutes after
    #: midnight. One that closes at or before it opens goes on into the next day.
    week: list[list[list[int]]]
    holidays: list[HolidayView]
    #: Give it back with a change.
    revision: int
    #: Ids of the queues whose clocks run by it.
    queues: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarGiven:
    """What a calendar is to be like; None leaves it as it is."""

    name: str | None = None
    timezone: str | None = None
    week: Sequence[Sequence[Sequence[int]]] | None = None
    #: Names by date.
    holidays: Mapping[date, str] | None = None


async def views(session: AsyncSession) -> list[CalendarView]:
    """List all calendars by name."""
    rows = await session.scalars(
        select(BusinessCalendar).order_by(BusinessCalendar.name)
    )
    return [await _view(session, row) for row in rows]


async def calendar_of(session: AsyncSession, queue: Queue) -> Calendar | None:
    """Give the hours of a queue; None: it works day and night."""
    if queue.calendar_id is None:
        return None
    row = await session.get_one(BusinessCalendar, queue.calendar_id)
    return calendar(row.timezone, row.week, [one["date"] for one in row.holidays])


async def calendars(session: AsyncSession) -> dict[int, Calendar]:
    """Give the hours of every queue that has some, by the queue's id."""
    rows = await session.execute(
        select(Queue.id, BusinessCalendar).join(
            BusinessCalendar, BusinessCalendar.id == Queue.calendar_id
        )
    )
    return {
        queue_id: calendar(
            row.timezone, row.week, [one["date"] for one in row.holidays]
        )
        for queue_id, row in rows
    }


def calendar(
    timezone: str,
    week: Sequence[Sequence[Sequence[int]]],
    holidays: Sequence[str | date],
) -> Calendar:
    """Make a calendar of what was written down.

    Raises:
        InvalidError: The zone is unknown or the week will not do.
    """
    errors = {}
    zone = None
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        errors["timezone"] = "is not known"
    spans: tuple[tuple[Span, ...], ...] = ()
    if any(len(span) != 2 for day in week for span in day):  # noqa: PLR2004 - a pair
        errors["week"] = "pairs of minutes after midnight"
    elif any(len(day) > MAX_SPANS for day in week):
        errors["week"] = f"at most {MAX_SPANS} spans a day"
    else:
        spans = tuple(tuple(sorted(Span(*pair) for pair in day)) for day in week)
        if wrong := week_errors(spans):
            errors["week"] = wrong
    if errors or zone is None:
        raise InvalidError(", ".join(errors), errors=errors)
    days = (
        one if isinstance(one, date) else date.fromisoformat(one) for one in holidays
    )
    return Calendar(zone, spans, frozenset(days))


async def create(uow: UnitOfWork, given: CalendarGiven) -> CalendarView:
    """Make a calendar; it needs a name, a zone and a week.

    Raises:
        InvalidError: Something given will not do.
    """
    row = BusinessCalendar(
        name="", timezone="", week=[], holidays=[], created_at=uow.now, revision=0
    )
    await _put(uow, row, given)
    uow.session.add(row)
    await uow.session.flush()
    return await _tell(uow, row, ("created",))


async def change(
    uow: UnitOfWork, calendar_id: int, given: CalendarGiven, *, revision: int
) -> CalendarView:
    """Make a calendar other than it is. Clocks that run by it are moved soon after.

    Args:
        uow: The unit.
        calendar_id: Which.
        given: What is to be other.
        revision: Of the view that the change was made on.

    Raises:
        NotFoundError: There is no such calendar.
        InvalidError: Something given will not do.
        StaleUpdateError: Somebody changed it meanwhile; ``details["calendar"]`` is
            how it is now.
    """
    row = await _locked(uow, calendar_id)
    if row.revision != revision:
        raise StaleUpdateError(
            "somebody changed these hours meanwhile",
            calendar=await _view(uow.session, row),
        )
    changed = await _put(uow, row, given)
    if not changed:
        return await _view(uow.session, row)
    row.revision += 1
    if set(changed) - {"name"}:
        for queue_id in await _queues(uow.session, row.id):
            await reclock(uow, queue_id)
    return await _tell(uow, row, changed)


async def remove(uow: UnitOfWork, calendar_id: int) -> None:
    """Delete a calendar that no queue works by.

    Raises:
        NotFoundError: There is no such calendar.
        StateError: A queue works by it.
    """
    row = await _locked(uow, calendar_id)
    if queues := await _queues(uow.session, row.id):
        raise StateError("queues work by these hours", queues=queues)
    await uow.session.delete(row)
    uow.record(CalendarChanged(calendar_id=row.id, name=row.name, what=("removed",)))


async def reclock(uow: UnitOfWork, queue_id: int) -> None:
    """Let the running clocks of a queue be moved to its hours."""
    await uow.owe(
        RECLOCK,
        f"{RECLOCK}:{queue_id}",
        at=uow.now,
        payload={"queue_id": queue_id, "after": 0},
    )


def due_at(hours: Calendar | None, since: datetime, promised: timedelta) -> datetime:
    """Tell by when an answer is promised to one who has waited since ``since``."""
    return since + promised if hours is None else hours.add(since, promised)


async def _locked(uow: UnitOfWork, calendar_id: int) -> BusinessCalendar:
    row = await uow.session.get(BusinessCalendar, calendar_id, with_for_update=True)
    if row is None:
        raise NotFoundError(f"calendar {calendar_id}")
    return row


async def _put(
    uow: UnitOfWork, row: BusinessCalendar, given: CalendarGiven
) -> tuple[str, ...]:
    """Write what is given into the row; name what is other than before."""
    fresh: dict[str, Any] = {}
    if given.name is not None:
        fresh["name"] = await _name(uow, row, given.name)
    if given.timezone is not None:
        fresh["timezone"] = given.timezone
    if given.week is not None:
        fresh["week"] = [sorted([list(one) for one in day]) for day in given.week]
    if given.holidays is not None:
        if len(given.holidays) > MAX_HOLIDAYS:
            raise InvalidError(
                "holidays", errors={"holidays": f"at most {MAX_HOLIDAYS}"}
            )
        fresh["holidays"] = [
            {"date": day.isoformat(), "name": " ".join(name.split())}
            for day, name in sorted(given.holidays.items())
        ]
    days = fresh.get("holidays", row.holidays)
    calendar(
        fresh.get("timezone", row.timezone),
        fresh.get("week", row.week),
        [one["date"] for one in days],
    )
    changed = tuple(
        name for name, value in fresh.items() if getattr(row, name) != value
    )
    for name in changed:
        setattr(row, name, fresh[name])
    return changed


async def _name(uow: UnitOfWork, row: BusinessCalendar, given: str) -> str:
    name = " ".join(given.split())
    if not 0 < len(name) <= MAX_NAME:
        raise InvalidError("name", errors={"name": f"1 to {MAX_NAME} letters"})
    taken = await uow.session.scalar(
        select(BusinessCalendar.id).where(
            func.lower(BusinessCalendar.name) == name.lower(),
            BusinessCalendar.id != (row.id or 0),
        )
    )
    if taken is not None:
        raise InvalidError("name", errors={"name": "other hours have this name"})
    return name


async def _queues(session: AsyncSession, calendar_id: int) -> list[int]:
    return list(
        await session.scalars(
            select(Queue.id).where(Queue.calendar_id == calendar_id).order_by(Queue.id)
        )
    )


async def _view(session: AsyncSession, row: BusinessCalendar) -> CalendarView:
    return CalendarView(
        id=row.id,
        name=row.name,
        timezone=row.timezone,
        week=row.week,
        holidays=[
            HolidayView(date=date.fromisoformat(one["date"]), name=one["name"])
            for one in row.holidays
        ],
        revision=row.revision,
        queues=await _queues(session, row.id),
    )


async def _tell(
    uow: UnitOfWork, row: BusinessCalendar, what: tuple[str, ...]
) -> CalendarView:
    await uow.session.flush()
    view = await _view(uow.session, row)
    uow.record(
        CalendarChanged(
            calendar_id=row.id, name=row.name, what=what, state={"calendar": view}
        )
    )
    return view
