"""When something is due, as people type it in Ukrainian and English."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.collaboration.repeats import next_due
from hub.collaboration.when import understand

KYIV = ZoneInfo("Europe/Kyiv")
#: A Wednesday, 12:00 in Kyiv.
NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)


def read(text, now=NOW):
    found = understand(text, now=now, zone=KYIV, usual=time(18))
    at = found.due_at and f"{found.due_at.astimezone(KYIV):%Y-%m-%d %H:%M}"
    return found.title, at


@pytest.mark.parametrize(
    ("typed", "title", "due"),
    [
        ("tomorrow 14:00", "", "2026-11-19 14:00"),
        ("завтра 14:00", "", "2026-11-19 14:00"),
        ("in 2 h", "", "2026-11-18 14:00"),
        ("за 2 год", "", "2026-11-18 14:00"),
        ("fri", "", "2026-11-20 18:00"),
        ("пт", "", "2026-11-20 18:00"),
        ("wed", "", "2026-11-25 18:00"),
        ("Call Olena on Thursday 14:00", "Call Olena", "2026-11-19 14:00"),
        (
            "Передзвонити Олені у четвер о 14:00",
            "Передзвонити Олені",
            "2026-11-19 14:00",
        ),
        ("надіслати у п'ятницю о 9", "надіслати", "2026-11-20 09:00"),
        ("next mon 10:00 plan", "plan", "2026-11-23 10:00"),
        ("наступного вівторка зустріч", "зустріч", "2026-11-24 18:00"),
        ("half an hour? in half an hour", "half an hour?", "2026-11-18 12:30"),
        ("через пів години кава", "кава", "2026-11-18 12:30"),
        ("за годину", "", "2026-11-18 13:00"),
        ("in an hour", "", "2026-11-18 13:00"),
        ("in 3 days", "", "2026-11-21 12:00"),
        ("через 3 дні о 9", "", "2026-11-21 09:00"),
        ("за тиждень", "", "2026-11-25 12:00"),
        ("14:00 now", "now", "2026-11-18 14:00"),
        ("09:00 then", "then", "2026-11-19 09:00"),
        ("2pm call", "call", "2026-11-18 14:00"),
        ("12am x", "x", "2026-11-19 00:00"),
        ("21.12 bill", "bill", "2026-12-21 18:00"),
        ("21.12.2027 bill", "bill", "2027-12-21 18:00"),
        ("2027-01-05 8:30 bill", "bill", "2027-01-05 08:30"),
        ("21 травня о 9 оплата", "оплата", "2027-05-21 09:00"),
        ("May 21 2pm pay", "pay", "2027-05-21 14:00"),
        ("29 February check", "check", "2028-02-29 18:00"),
        ("післязавтра ввечері", "", "2026-11-20 19:00"),
        ("ring him tonight", "ring him", "2026-11-18 19:00"),
        ("на завтра до 18:00 відправити", "відправити", "2026-11-19 18:00"),
        ("the day after tomorrow noon", "", "2026-11-20 12:00"),
    ],
)
def test_what_is_typed_is_understood(typed, title, due) -> None:
    assert read(typed) == (title, due)


@pytest.mark.parametrize(
    "typed",
    [
        "Order 2048 is late",
        "оплата 12.50 грн",
        "call at 25:00",
        "31.02 report",
        "room 14",
        "2020-01-01 archive",
        "in 0 h",
        "",
    ],
)
def test_what_says_no_time_ahead_stays_as_it_is(typed) -> None:
    assert read(typed) == (typed, None)


@pytest.mark.parametrize(
    ("typed", "priority"),
    [("! pay", "high"), ("pay !!", "urgent"), ("pay!", "normal"), ("pay", "normal")],
)
def test_exclamation_marks_say_how_much_it_matters(typed, priority) -> None:
    found = understand(typed, now=NOW, zone=KYIV, usual=time(18))

    assert found.priority == priority


def test_hours_from_now_are_real_hours_when_clocks_change() -> None:
    # At 02:30 in Kyiv, half an hour before clocks go from 03:00 to 04:00.
    night = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)

    assert read("in 2 h", night)[1] == "2026-03-29 05:30"
    # Tomorrow at the same hour is 23 hours of real time later than it looks.
    assert read("tomorrow 02:30", night)[1] == "2026-03-30 02:30"


def test_an_hour_that_is_skipped_comes_later_and_of_two_the_first_is_meant() -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert read("29.03 03:30 x", before)[1] == "2026-03-29 04:30"

    autumn = datetime(2026, 10, 24, 12, tzinfo=UTC)
    found = understand("25.10 03:30", now=autumn, zone=KYIV, usual=time(18))
    assert found.due_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@given(st.text(max_size=80))
def test_anything_may_be_typed(typed) -> None:
    found = understand(typed, now=NOW, zone=KYIV, usual=time(18))

    assert found.due_at is None or found.due_at > NOW


def test_what_repeats_monthly_keeps_its_day_where_the_month_has_it() -> None:
    at = datetime(2026, 1, 31, 9, tzinfo=KYIV)
    found = []
    for _ in range(4):
        at = next_due(at, "monthly", day=31, now=at, zone=KYIV)
        found.append(f"{at.astimezone(KYIV):%m-%d %H:%M}")

    assert found == ["02-28 09:00", "03-31 09:00", "04-30 09:00", "05-31 09:00"]


def test_what_was_left_undone_for_weeks_is_next_due_ahead_of_now() -> None:
    at = datetime(2026, 11, 2, 9, tzinfo=KYIV)

    due = next_due(at, "weekly", day=None, now=NOW, zone=KYIV)

    assert f"{due.astimezone(KYIV):%a %m-%d %H:%M}" == "Mon 11-23 09:00"
