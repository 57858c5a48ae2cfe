"""Days of clients: when they come again, and when they are near. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.collaboration.repeats import settled

#: A day without a year, in a year that has them all.
_LEAP = 2000
_ISO = re.compile(r"(?P<year>\d{4})-?(?P<month>\d{2})-?(?P<day>\d{2})")
_WITHOUT_YEAR = re.compile(r"(?P<year>--)?(?P<month>\d{2})-(?P<day>\d{2})")
_DOTTED = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\.(?P<year>\d{4}))?\.?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day of a client's."""

    month: int
    day: int
    #: None: the year is not known.
    year: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A day of a client's that the team is to be reminded of now."""

    on: date
    #: When it begins to matter that day.
    at: datetime


def read_day(written: object) -> Day | None:
    """Read a day as people and lists write it; None: it is none."""
    text = str(written).strip().partition("T")[0]
    patterns = (_ISO, _WITHOUT_YEAR, _DOTTED)
    found = next((one for one in (p.fullmatch(text) for p in patterns) if one), None)
    if found is None:
        return None
    year = int(found["year"]) if (found["year"] or "-").isdigit() else None
    try:
        day = date(year or _LEAP, int(found["month"]), int(found["day"]))
    except ValueError:
        return None
    return Day(month=day.month, day=day.day, year=year)


def near(
    day: Day,
    *,
    yearly: bool,
    ahead: timedelta,
    now: datetime,
    morning: time,
    zone: ZoneInfo,
) -> Near | None:
    """Tell whether a day is so near that it reminds, and which one.

    It does from the morning ``ahead`` of it until it is over, by the client's clock.
    """
    here = now.astimezone(zone)
    on = _next(day, here.date(), yearly=yearly)
    if on is None:
        return None
    begins = settled(datetime.combine(on - ahead, morning, tzinfo=zone))
    if now < begins:
        return None
    return Near(on=on, at=settled(datetime.combine(on, morning, tzinfo=zone)))


def next_morning(now: datetime, morning: time, zones: set[ZoneInfo]) -> datetime:
    """Tell when the next morning comes to any of these zones."""
    found = []
    for zone in zones:
        today = now.astimezone(zone).date()
        for later in (0, 1):
            on = today + timedelta(days=later)
            found.append(settled(datetime.combine(on, morning, tzinfo=zone)))
    return min(at for at in found if at > now)


def _next(day: Day, today: date, *, yearly: bool) -> date | None:
    if not yearly:
        if day.year is None:
            return None
        on = date(day.year, day.month, day.day)
        return on if on >= today else None
    for year in (today.year, today.year + 1):
        on = in_year(day, year)
        if on >= today:
            return on
    raise AssertionError


def in_year(day: Day, year: int) -> date:
    """Give the day in a year; the 29th of February is the 28th in most."""
    try:
        return date(year, day.month, day.day)
    except ValueError:
        return date(year, day.month, 28)
