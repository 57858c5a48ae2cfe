"""Business time, held against a walk through every minute."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.queues.calendars import (
    DAY_MINUTES,
    Calendar,
    NeverOpenError,
    Span,
    week_errors,
)

KYIV = ZoneInfo("Europe/Kyiv")
MINUTE = timedelta(minutes=1)
WORK = (Span(9 * 60, 18 * 60),)
USUAL = Calendar(KYIV, (WORK,) * 5 + ((), ()))


def kyiv(*parts) -> datetime:
    return datetime(*parts, tzinfo=KYIV)


def on_the_wall(calendar: Calendar, at: datetime) -> bool:
    """The definition itself, for one minute."""
    wall = at.astimezone(calendar.zone)
    if wall.date() in calendar.holidays:
        return False
    minute = wall.hour * 60 + wall.minute
    yesterday = wall.date() - timedelta(days=1)
    today = calendar.week[wall.weekday()]
    night = () if yesterday in calendar.holidays else calendar.week[yesterday.weekday()]
    return any(one.opens <= minute < one.opens + one.length for one in today) or any(
        minute + DAY_MINUTES < one.opens + one.length for one in night
    )


SPANS = st.lists(
    st.integers(0, 4 * 24 - 1).map(lambda quarter: quarter * 15),
    unique=True,
    max_size=4,
).map(
    lambda ends: tuple(
        Span(a, b) for a, b in zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False)
    )
)
NIGHT = st.sampled_from([(), (Span(22 * 60, 6 * 60),), (Span(20 * 60, 0),)])
WEEKS = st.one_of(
    st.tuples(*[SPANS] * 7),
    st.tuples(*[NIGHT] * 7),
).filter(lambda week: not week_errors(week))
ZONES = st.sampled_from(
    ["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe", "UTC", "Asia/Kolkata"]
).map(ZoneInfo)
#: Days around the changes of clocks, in both directions and both hemispheres.
DAYS = st.sampled_from(
    [
        date(2026, 3, 28),
        date(2026, 3, 7),
        date(2026, 4, 4),
        date(2026, 10, 3),
        date(2026, 10, 24),
        date(2026, 10, 31),
        date(2026, 6, 10),
    ]
)
MOMENTS = st.builds(
    lambda day, minutes: (
        datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    DAYS,
    st.integers(0, 2 * DAY_MINUTES),
)
CALENDARS = st.builds(Calendar, ZONES, WEEKS, st.frozensets(DAYS, max_size=2))


def ambiguous(calendar: Calendar, at: datetime) -> bool:
    wall = at.astimezone(calendar.zone)
    return wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset()


@settings(max_examples=60, deadline=None)
@given(CALENDARS, MOMENTS)
def test_each_minute_is_open_as_the_wall_says(calendar, at) -> None:
    minutes = [at + number * MINUTE for number in range(0, 30 * 60, 7)]

    for one in minutes:
        # An hour that comes twice is tried for itself below.
        if not ambiguous(calendar, one):
            assert calendar.is_open(one) == on_the_wall(calendar, one), one


@settings(max_examples=100, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(1, 5000))
def test_what_is_added_lies_between(calendar, at, minutes) -> None:
    due = calendar.add(at, minutes * MINUTE)

    assert calendar.between(at, due) == minutes * MINUTE
    assert calendar.between(at, due - timedelta(seconds=1)) < minutes * MINUTE


@settings(max_examples=60, deadline=None)
@given(CALENDARS, MOMENTS, st.integers(0, 3000), st.integers(0, 3000))
def test_time_adds_up(calendar, at, first, second) -> None:
    middle = calendar.add(at, first * MINUTE)

    assert calendar.add(middle, second * MINUTE) == calendar.add(
        at, (first + second) * MINUTE
    )


@settings(max_examples=60, deadline=None)
@given(CALENDARS, MOMENTS)
def test_the_next_opening_is_the_first_one(calendar, at) -> None:
    opens = calendar.opens_at(at)

    assert opens >= at
    assert calendar.is_open(opens)
    assert calendar.between(at, opens) == timedelta(0)


def test_friday_evening_is_due_on_monday_morning() -> None:
    due = USUAL.add(kyiv(2026, 11, 20, 18, 30), timedelta(minutes=30))

    assert due == kyiv(2026, 11, 23, 9, 30)


def test_what_fills_the_day_is_due_at_its_close() -> None:
    assert USUAL.add(kyiv(2026, 11, 20, 17), timedelta(hours=1)) == kyiv(
        2026, 11, 20, 18
    )


def test_a_holiday_is_closed_and_the_eve_s_night_shift_ends_at_midnight() -> None:
    nights = Calendar(
        KYIV, ((Span(22 * 60, 6 * 60),),) * 7, frozenset({date(2026, 12, 25)})
    )

    assert nights.is_open(kyiv(2026, 12, 24, 23, 59))
    assert nights.opens_at(kyiv(2026, 12, 25)) == kyiv(2026, 12, 26, 22)


def test_the_hour_that_is_skipped_is_no_business_time() -> None:
    nights = Calendar(KYIV, ((Span(22 * 60, 6 * 60),),) * 7)

    # Clocks go from 03:00 to 04:00 in Kyiv on this night.
    assert nights.between(kyiv(2026, 3, 28, 22), kyiv(2026, 3, 29, 6)) == timedelta(
        hours=7
    )


def test_the_hour_that_comes_twice_is_worked_twice_within_a_shift() -> None:
    nights = Calendar(KYIV, ((Span(22 * 60, 6 * 60),),) * 7)

    start, end = kyiv(2026, 10, 24, 22), kyiv(2026, 10, 25, 6)

    assert nights.between(start, end) == timedelta(hours=9)


def test_a_span_within_the_skipped_hour_is_not_there_on_that_night() -> None:
    short = Calendar(KYIV, ((Span(3 * 60 + 10, 3 * 60 + 50),),) * 7)

    assert short.opens_at(kyiv(2026, 3, 28, 12)) == kyiv(2026, 3, 30, 3, 10)


def test_spans_that_touch_in_the_doubled_hour_leave_no_gap() -> None:
    split = (Span(0, 3 * 60 + 30), Span(3 * 60 + 30, DAY_MINUTES))
    halves = Calendar(KYIV, (split,) * 7)
    start, end = kyiv(2026, 10, 25), kyiv(2026, 10, 26)

    assert halves.between(start, end) == timedelta(hours=25)


@pytest.mark.parametrize(
    ("week", "wrong"),
    [
        ((WORK,) * 6, "seven"),
        (((*WORK, Span(17 * 60, 19 * 60)), *[()] * 6), "overlap"),
        (((Span(20 * 60, 10 * 60),), WORK, *[()] * 5), "overlap"),
        ((WORK, *[()] * 5, (Span(20 * 60, 10 * 60),)), "overlap"),
        (((),) * 7, "at least"),
        (((Span(0, 1441),), *[()] * 6), "minutes"),
        ((((Span(0, DAY_MINUTES)),),) * 7, ""),
    ],
)
def test_a_week_is_checked(week, wrong) -> None:
    assert wrong in week_errors(week)
    assert bool(wrong) == bool(week_errors(week))


def test_a_calendar_that_never_opens_says_so() -> None:
    with pytest.raises(NeverOpenError):
        Calendar(KYIV, ((),) * 7).opens_at(kyiv(2026, 1, 1))
