"""Calendars are what RFC 5545 says, whatever stands in them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar as Parsed

from hub.collaboration import icalendar
from hub.collaboration.calendars import Calendar, Entry

KYIV = ZoneInfo("Europe/Kyiv")
AT = datetime(2026, 5, 21, 11, tzinfo=UTC)


def entry(**about) -> Entry:
    given = {
        "id": 7,
        "title": "Call back",
        "notes": "",
        "client_name": "",
        "due_at": AT,
        "all_day": False,
        "remind_at": None,
        "state": "open",
        "channel": None,
        "revision": 1,
        "changed_at": AT - timedelta(days=1),
    }
    return Entry(**given | about)


def written(*entries, locale="en") -> str:
    return icalendar.write(
        Calendar(name="Надія", locale=locale, entries=list(entries)),
        host="hub.example",
        zone=KYIV,
        refresh=timedelta(minutes=30),
    )


def event(**about):
    (found,) = Parsed.from_ical(written(entry(**about))).walk("VEVENT")
    return found


def test_times_are_moments_and_ids_stay() -> None:
    found = event()

    assert found["UID"] == "task-7@hub.example"
    assert found.decoded("DTSTART") == AT
    assert found.decoded("DTEND") - AT == timedelta(minutes=30)
    assert found.decoded("DTSTAMP") == AT - timedelta(days=1)
    assert (found["STATUS"], found["SEQUENCE"]) == ("CONFIRMED", 1)


def test_a_whole_day_is_a_day_of_the_companys_clock() -> None:
    # Still the 20th in UTC.
    found = event(all_day=True, due_at=datetime(2026, 5, 20, 22, tzinfo=UTC))

    assert found.decoded("DTSTART") == date(2026, 5, 21)
    assert found.decoded("DTEND") == date(2026, 5, 22)


def test_what_is_cancelled_says_so_and_reminds_no_more() -> None:
    found = event(state="cancelled", revision=4, remind_at=AT - timedelta(hours=1))

    assert (found["STATUS"], found["SEQUENCE"]) == ("CANCELLED", 4)
    assert found.subcomponents == []


def test_a_reminder_is_an_alarm_at_its_moment() -> None:
    (alarm,) = event(remind_at=AT - timedelta(hours=1)).walk("VALARM")

    assert alarm.decoded("TRIGGER") == AT - timedelta(hours=1)


@pytest.mark.parametrize(
    "text",
    [
        "Commas, semicolons; back\\slashes and\nnew lines",
        "BEGIN:VEVENT",
        "x\r\nEND:VCALENDAR",
        "Довга назва українською мовою, що не вміщується в один рядок " * 5,
        "😀" * 60,
    ],
)
def test_any_text_comes_back_as_it_was(text) -> None:
    found = event(title=text.replace("\n", " ").replace("\r", ""), notes=text)

    assert str(found["DESCRIPTION"]) == text.replace("\r\n", "\n")


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=300))
def test_lines_are_short_end_as_they_must_and_cut_no_letter(text) -> None:
    lines = written(entry(title=text)).encode().split(b"\r\n")

    assert lines[-1] == b""
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in b"".join(lines)
    for line in lines:
        line.decode()
    assert str(event(title=text)["SUMMARY"]) == text


def test_what_is_done_says_so_in_the_owners_language() -> None:
    (found,) = Parsed.from_ical(written(entry(state="done"), locale="uk")).walk(
        "VEVENT"
    )

    assert found["SUMMARY"] == "Зроблено: Call back"
