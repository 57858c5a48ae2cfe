"""Understand when something is due, as people type it. Pure.

"Call Olena tomorrow 14:00", "завтра 14:00 передзвонити Олені", "in 2 h", "за 2 год",
"fri", "21 травня о 9". What says when is taken out; the rest is what is to be done.
Ukrainian and English mix freely. Days and hours are of the clock on the wall; hours and
minutes *from now* are as long as hours are, also in the nights when clocks change.
"""

# ruff: noqa: RUF001 - Ukrainian letters are meant.

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.collaboration.repeats import settled
from hub.collaboration.words import (
    DAY_PARTS,
    DAY_WORDS,
    HALF_HOUR,
    MONTHS,
    NUMBERS,
    UNITS,
    WEEKDAYS,
    alternatives,
)

#: No one plans further ahead; a larger number is no time.
FURTHEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What was typed, told apart."""

    #: What is to be done, without the words that say when.
    title: str
    #: None: nothing that was typed says when.
    due_at: datetime | None
    #: ``high`` for one ``!``, ``urgent`` for more.
    priority: str = "normal"


def understand(typed: str, *, now: datetime, zone: ZoneInfo, usual: time) -> Understood:
    """Tell what is to be done, and when.

    Args:
        typed: One line as it was typed.
        now: The time.
        zone: By whose clock days and hours are meant.
        usual: Which hour a day without one means.
    """
    text = " ".join(typed.replace("ʼ", "’").replace("'", "’").split())
    text, priority = _priority(text)
    here = now.astimezone(zone)
    for read in (_from_now, _by_the_clock):
        rest, at = read(text, here, usual)
        if at is not None and now < at < now + FURTHEST:
            return Understood(title=_tidy(rest), due_at=at, priority=priority)
    return Understood(title=_tidy(text), due_at=None, priority=priority)


def _priority(text: str) -> tuple[str, str]:
    found = re.search(r"(?<!\S)(!{1,3})(?!\S)", text)
    if found is None:
        return text, "normal"
    return _without(text, found), "high" if len(found[1]) == 1 else "urgent"


def _word(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w’]){pattern}(?![\w’])", re.IGNORECASE)


_FROM_NOW = _word(
    rf"(?:in|within|за|через)\s+(?:(?P<half>{alternatives(HALF_HOUR)})"
    rf"|(?:(?P<count>\d{{1,4}}|{alternatives(NUMBERS)})\s*)?"
    rf"(?P<unit>{alternatives(UNITS)})\.?)"
)
_DAY = _word(rf"(?:(?:on|by|until|до|на)\s+)?(?P<word>{alternatives(DAY_WORDS)})")
_WEEKDAY = _word(
    r"(?:(?:on|by|until|до|на|у|в)\s+)?"
    r"(?P<next>next\s+|наступн(?:ого|ої|у|ий)\s+)?"
    rf"(?P<weekday>{alternatives(WEEKDAYS)})\.?"
)
_ISO = _word(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})")
_DOTTED = _word(
    r"(?:(?:on|by|until|до|на)\s+)?"
    r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})(?:[./](?P<year>\d{4}|\d{2}))?"
)
_NAMED = _word(
    r"(?:(?:on|by|until|до|на)\s+)?"
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<name>{alternatives(MONTHS)})"
    rf"|(?P<name_first>{alternatives(MONTHS)})\s+(?P<day_last>\d{{1,2}})(?:st|nd|rd|th)?)"
    r"\.?(?:\s+(?P<year>\d{4}))?"
)
_CLOCK = _word(
    r"(?:(?:at|by|until|о|об|до)\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?"
)
_AMPM = _word(r"(?:(?:at|by|until)\s+)?(?P<hour>\d{1,2})\s*(?P<half>[ap])\.?m\.?")
_HOUR = _word(r"(?:at|о|об)\s+(?P<hour>\d{1,2})(?:\s*(?:год|година|годині|h))?")
_PART = _word(rf"(?:(?:in the|at|о)\s+)?(?P<part>{alternatives(DAY_PARTS)})")

Reading = tuple[str, datetime | None]


def _from_now(text: str, here: datetime, _usual: time) -> Reading:
    found = _FROM_NOW.search(text)
    if found is None:
        return text, None
    if found["half"]:
        return _without(text, found), _after(here, timedelta(minutes=30))
    count = (found["count"] or "1").casefold()
    number = int(count) if count.isdigit() else NUMBERS[count]
    unit = UNITS[found["unit"].casefold()]
    rest = _without(text, found)
    if unit < timedelta(days=1):
        return rest, _after(here, number * unit)
    day = here.date() + number * unit
    rest, at = _time_of_day(rest)
    # "In 3 days" is at this hour, unless it says at which.
    hour = at or here.time().replace(second=0, microsecond=0)
    return rest, _on(day, hour, here)


def _by_the_clock(text: str, here: datetime, usual: time) -> Reading:
    rest, day = _day(text, here)
    rest, at = _time_of_day(rest)
    if day is None and at is None:
        return text, None
    if day is None:
        # The next time that the clock shows it.
        day = here.date()
        if at is not None and _on(day, at, here) <= here.astimezone(UTC):
            day += timedelta(days=1)
    return rest, _on(day, at or usual, here)


def _day(text: str, here: datetime) -> tuple[str, date | None]:
    readers: tuple[tuple[re.Pattern[str], Callable[..., date | None]], ...] = (
        (_ISO, _dated),
        (_NAMED, _named),
        (_DOTTED, _dated),
        (_DAY, _worded),
        (_WEEKDAY, _weekday),
    )
    for pattern, read in readers:
        for found in pattern.finditer(text):
            day = read(found, here.date())
            if day is not None:
                return _without(text, found), day
    return text, None


def _worded(found: re.Match[str], today: date) -> date:
    return today + timedelta(days=DAY_WORDS[found["word"].casefold()])


def _weekday(found: re.Match[str], today: date) -> date:
    wanted = WEEKDAYS[found["weekday"].casefold()]
    if found["next"]:
        # That of the next week, which begins on Monday.
        return today + timedelta(days=7 - today.weekday() + wanted)
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _dated(found: re.Match[str], today: date) -> date | None:
    return _date(found["year"], int(found["month"]), int(found["day"]), today)


def _named(found: re.Match[str], today: date) -> date | None:
    month = MONTHS[(found["name"] or found["name_first"]).casefold()]
    return _date(found["year"], month, int(found["day"] or found["day_last"]), today)


def _date(year: str | None, month: int, day: int, today: date) -> date | None:
    """Give the day, the next one that is called so; None: there is no such day."""
    if year:
        full = int(year) if len(year) > 2 else 2000 + int(year)  # noqa: PLR2004
        return _made(full, month, day)
    # 29 February may be up to eight years ahead.
    for later in range(9):
        made = _made(today.year + later, month, day)
        if made is not None and made >= today:
            return made
    return None


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _time_of_day(text: str) -> tuple[str, time | None]:
    for pattern in (_CLOCK, _AMPM, _HOUR):
        for found in pattern.finditer(text):
            parts = found.groupdict()
            hour, minute = int(parts["hour"]), int(parts.get("minute") or 0)
            half = (parts.get("half") or "").casefold()
            if half:
                if not 1 <= hour <= 12:  # noqa: PLR2004 - hours of half a day
                    continue
                hour = hour % 12 + (12 if half == "p" else 0)
            if hour < 24 and minute < 60:  # noqa: PLR2004
                return _without(text, found), time(hour, minute)
    found_part = _PART.search(text)
    if found_part is not None:
        part = DAY_PARTS[found_part["part"].casefold()]
        return _without(text, found_part), part
    return text, None


def _after(here: datetime, span: timedelta) -> datetime:
    """Give the moment after a span of real time, without seconds."""
    return (here.astimezone(UTC) + span).replace(second=0, microsecond=0)


def _on(day: date, at: time, here: datetime) -> datetime:
    return settled(datetime.combine(day, at, tzinfo=here.tzinfo))


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def _tidy(text: str) -> str:
    text = " ".join(text.split())
    return re.sub(r"\s+([,.;:!?])", r"\1", text).strip(" ,;:-–—")
