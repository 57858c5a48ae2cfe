"""Business hours."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import AwareDatetime, Field

from hub.access.rights import Right
from hub.errors import InvalidError
from hub.queues import hours, queues
from hub.queues.calendars import NeverOpenError
from hub.queues.hours import CalendarGiven, CalendarView
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Routes

routes = Routes(tag="business hours")

_Name = Annotated[str, Field(min_length=1, max_length=hours.MAX_NAME)]
_Zone = Annotated[str, Field(max_length=64, examples=["Europe/Kyiv"])]
_Minutes = Annotated[int, Field(ge=0, le=1440)]
_Week = Annotated[
    list[
        Annotated[
            list[Annotated[list[_Minutes], Field(min_length=2, max_length=2)]],
            Field(max_length=hours.MAX_SPANS),
        ]
    ],
    Field(
        min_length=7,
        max_length=7,
        description=(
            "Monday first: each day a list of `[opens, closes]` in minutes after "
            "midnight. What closes at or before it opens goes on into the next day."
        ),
    ),
]
#: Such days as a calendar reaches.
_Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 12, 31))]


class HolidayIn(Body):
    """A day on which nothing is open."""

    date: _Day
    name: Annotated[str, Field(max_length=100)] = ""


_Holidays = Annotated[list[HolidayIn], Field(max_length=hours.MAX_HOLIDAYS)]


class CalendarIn(Body):
    """New business hours."""

    name: _Name
    timezone: _Zone
    week: _Week
    holidays: _Holidays = Field(default_factory=list)


class CalendarPatch(Body):
    """What is to change."""

    #: Of the view that the change was made on.
    revision: Annotated[int, Field(ge=0, le=2**63 - 1)]
    name: _Name | None = None
    timezone: _Zone | None = None
    week: _Week | None = None
    holidays: _Holidays | None = None


class Question(Body):
    """Hours, kept or not, and when a message comes."""

    timezone: _Zone
    week: _Week
    holidays: _Holidays = Field(default_factory=list)
    at: AwareDatetime
    #: Seconds of business time that an answer may take.
    first_response_s: Annotated[
        int,
        Field(
            ge=int(queues.FIRST_RESPONSES[0].total_seconds()),
            le=int(queues.FIRST_RESPONSES[1].total_seconds()),
        ),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What the hours mean for one message."""

    is_open: bool
    #: When work begins, or began with the message.
    opens_at: datetime
    due_at: datetime


@routes.get("/calendars", right=Right.READ)
async def index(call: Call) -> Page[CalendarView]:
    """List business hours, by name."""
    async with call.read() as session:
        return Page(await hours.views(session), None)


@routes.post("/calendars", right=Right.QUEUES, status=201, idempotent=True)
async def create(call: Call, body: CalendarIn) -> CalendarView:
    """Make business hours; a queue takes them up by its `calendar_id`."""
    given = CalendarGiven(
        name=body.name,
        timezone=body.timezone,
        week=body.week,
        holidays=_days(body.holidays),
    )
    return await call.run(lambda uow: hours.create(uow, given))


@routes.patch("/calendars/{calendar_id}", right=Right.QUEUES)
async def change(call: Call, calendar_id: int, body: CalendarPatch) -> CalendarView:
    """Change business hours; clocks that run by them are moved soon after."""
    given = CalendarGiven(
        name=body.name,
        timezone=body.timezone,
        week=body.week,
        holidays=None if body.holidays is None else _days(body.holidays),
    )
    return await call.run(
        lambda uow: hours.change(uow, calendar_id, given, revision=body.revision)
    )


@routes.delete("/calendars/{calendar_id}", right=Right.QUEUES)
async def remove(call: Call, calendar_id: int) -> None:
    """Delete business hours that no queue works by."""
    await call.run(lambda uow: hours.remove(uow, calendar_id))


@routes.post("/calendars/forecast", right=Right.QUEUES)
async def forecast(call: Call, body: Question) -> Forecast:  # noqa: ARG001 - pure
    """Tell when the answer to a message would be due; nothing is kept."""
    calendar = hours.calendar(body.timezone, body.week, list(_days(body.holidays)))
    try:
        return Forecast(
            is_open=calendar.is_open(body.at),
            opens_at=calendar.opens_at(body.at),
            due_at=calendar.add(body.at, timedelta(seconds=body.first_response_s)),
        )
    except (NeverOpenError, OverflowError) as error:
        raise InvalidError(
            "at", errors={"at": "nothing is open for too long after it"}
        ) from error


def _days(holidays: list[HolidayIn]) -> dict[date, str]:
    return {one.date: one.name for one in holidays}
