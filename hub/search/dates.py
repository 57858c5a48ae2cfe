"""Read a day or a span of days as people write it. Pure."""

import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

_WHOLE_YEAR = len("2026")
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)

_NAMED = {
    "today": "today",
    "сьогодні": "today",
    "yesterday": "yesterday",
    "вчора": "yesterday",
    "учора": "yesterday",
    "this week": "week",
    "цей тиждень": "week",
    "цього тижня": "week",
    "last week": "last week",
    "минулий тиждень": "last week",
    "минулого тижня": "last week",
    "this month": "month",
    "цей місяць": "month",
    "цього місяця": "month",
    "last month": "last month",
    "минулий місяць": "last month",
    "минулого місяця": "last month",
    "this year": "year",
    "цей рік": "year",
    "цього року": "year",
    "last year": "last year",
    "минулий рік": "last year",
    "минулого року": "last year",
}
_YEAR_FIRST = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2}))?")
_AGO = re.compile(r"(\d{1,4}) ?(d|w|m|y|д|т|м|р)")
_DAYS_OF = {"d": 1, "д": 1, "w": 7, "т": 7, "m": 30, "м": 30, "y": 365, "р": 365}


@dataclass(frozen=True, slots=True)
class Span:
    """Days from ``first`` to ``last``, both meant."""

    first: date
    last: date


def span(written: str, today: date) -> Span | None:
    """Read a day, week, month or year; None when it is none.

    ``2026-03-01``, ``2026-03``, ``2026``, ``01.03.2026``, ``01.03`` (of this year, or
    of the last when it is still to come), ``7d`` (so many days up to today), and names
    in English and Ukrainian.
    """
    plain = " ".join(written.lower().replace("_", " ").split())
    try:
        named = _NAMED.get(plain) or _NAMED.get(plain.replace("-", " "))
        if named is not None:
            return _of_name(named, today)
        return _of_digits(plain, today)
    except (ValueError, OverflowError):
        return None


def _of_name(name: str, today: date) -> Span:
    monday = today - today.weekday() * _DAY
    first = today.replace(day=1)
    january = date(today.year, 1, 1)
    return {
        "today": Span(today, today),
        "yesterday": Span(today - _DAY, today - _DAY),
        "week": Span(monday, today),
        "last week": Span(monday - _WEEK, monday - _DAY),
        "month": Span(first, today),
        "last month": Span((first - _DAY).replace(day=1), first - _DAY),
        "year": Span(january, today),
        "last year": Span(january.replace(year=today.year - 1), january - _DAY),
    }[name]


def _of_digits(plain: str, today: date) -> Span | None:
    if found := _YEAR_FIRST.fullmatch(plain):
        year, month, day = found.groups()
        if day is not None:
            whole = date(int(year), int(month), int(day))
            return Span(whole, whole)
        return _month(int(year), int(month)) if month else _year(int(year))
    if found := _DAY_FIRST.fullmatch(plain):
        day, month, year = found.groups()
        if year is None:
            whole = date(today.year, int(month), int(day))
            whole = whole if whole <= today else whole.replace(year=today.year - 1)
        else:
            century = 2000 if len(year) < _WHOLE_YEAR else 0
            whole = date(century + int(year), int(month), int(day))
        return Span(whole, whole)
    if found := _AGO.fullmatch(plain):
        days = int(found[1]) * _DAYS_OF[found[2]]
        return Span(today - max(0, days - 1) * _DAY, today)
    return None


def _month(year: int, month: int) -> Span:
    first = date(year, month, 1)
    return Span(first, (first.replace(day=28) + 4 * _DAY).replace(day=1) - _DAY)


def _year(year: int) -> Span | None:
    # A day must be left on either side, for bounds that are not met.
    if not MINYEAR < year < MAXYEAR:
        return None
    return Span(date(year, 1, 1), date(year, 12, 31))
