"""Business hours: when a queue works, and how much of a span is working time. Pure.

An instant is business time if a clock on the wall of the calendar's zone shows a time
within the week's spans, and its date is no holiday. From that follow the nights when
clocks are changed: an hour that is skipped is no business time, and of an hour that
comes twice the first pass counts, so that spans that touch on the wall touch in time.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = 7
DAY_MINUTES = 24 * 60
#: So much is open in a week at the least: a promise in business time must end.
LEAST_OPEN = timedelta(hours=1)
#: Nothing is looked for beyond so many days.
_HORIZON = 40 * 366
_DAY = timedelta(days=1)


class NeverOpenError(ValueError):
    """There is not so much business time to come."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A part of a weekday, in minutes after its midnight.

    One that closes at or before it opens goes on over midnight into the next day.
    """

    opens: int
    closes: int

    @property
    def length(self) -> int:
        """Minutes on the wall."""
        over = DAY_MINUTES if self.closes <= self.opens else 0
        return self.closes + over - self.opens


@dataclass(frozen=True, slots=True)
class Calendar:
    """When work is done.

    On a holiday nothing is open from midnight to midnight, and the night shift that
    would begin on it does not begin.
    """

    zone: ZoneInfo
    #: Monday first; each weekday's spans in order.
    week: tuple[tuple[Span, ...], ...]
    holidays: frozenset[date] = frozenset()

    def is_open(self, at: datetime) -> bool:
        """Tell whether ``at`` is business time."""
        return self.opens_at(at) == at.astimezone(UTC)

    def opens_at(self, at: datetime) -> datetime:
        """Give the first moment of business time, ``at`` or after it.

        Raises:
            NeverOpenError: There is none.
        """
        for opens, closes in self._open(at):
            if closes > at:
                return max(opens, at.astimezone(UTC))
        raise NeverOpenError

    def add(self, at: datetime, business: timedelta) -> datetime:
        """Give the moment by which so much business time has passed since ``at``.

        It is the earliest one: what fills a day up is due at its close, not on the
        next morning.

        Raises:
            NeverOpenError: There is not so much to come.
        """
        if business <= timedelta(0):
            return at.astimezone(UTC)
        left = business
        for opens, closes in self._open(at):
            begins = max(opens, at)
            if closes <= begins:
                continue
            if closes - begins >= left:
                return (begins + left).astimezone(UTC)
            left -= closes - begins
        raise NeverOpenError

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Tell how much business time lies between two moments."""
        total = timedelta(0)
        for opens, closes in self._open(start):
            if opens >= end:
                break
            total += max(timedelta(0), min(closes, end) - max(opens, start))
        return total

    def _open(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Give what is open around and after ``at``, in order and apart."""
        # A night shift of the day before may still be on.
        day = at.astimezone(self.zone).date() - 2 * _DAY
        last = datetime.min.replace(tzinfo=UTC)
        for _ in range(_HORIZON):
            if day >= date.max - 3 * _DAY:
                return
            for opens, closes in self._day(day):
                begins = max(opens, last)
                if begins < closes:
                    last = closes
                    yield begins, closes
            day += _DAY

    def _day(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if day in self.holidays:
            return
        for span in self.week[day.weekday()]:
            closes = span.opens + span.length
            if closes > DAY_MINUTES and day + _DAY in self.holidays:
                closes = DAY_MINUTES
            yield self._moment(day, span.opens), self._moment(day, closes)

    def _moment(self, day: date, minutes: int) -> datetime:
        """Give the first instant at which the wall shows this time or a later one."""
        days, minutes = divmod(minutes, DAY_MINUTES)
        wall = datetime.combine(day + days * _DAY, time(minutes // 60, minutes % 60))
        moment = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) == wall:
            return moment
        # The wall never shows it: what is skipped begins and ends with the change.
        early = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        return self._change(min(early, moment), max(early, moment))

    def _change(self, before: datetime, after: datetime) -> datetime:
        """Find the second between two moments at which the zone's offset changes."""
        old = before.astimezone(self.zone).utcoffset()
        second = timedelta(seconds=1)
        while after - before > second:
            middle = before + (after - before) // 2
            middle = middle.replace(microsecond=0)
            if middle <= before:
                break
            if middle.astimezone(self.zone).utcoffset() == old:
                before = middle
            else:
                after = middle
        return after


def week_errors(week: tuple[tuple[Span, ...], ...]) -> str:
    """Say what is wrong with a week; nothing, if it will do.

    Args:
        week: Seven days, Monday first, each in order.
    """
    if len(week) != DAYS:
        return "seven days, Monday first"
    taken: list[tuple[int, int]] = []
    for day, spans in enumerate(week):
        for span in spans:
            if not 0 <= span.opens < DAY_MINUTES or not 0 <= span.closes <= DAY_MINUTES:
                return f"minutes after midnight, 0 to {DAY_MINUTES}"
            begins = day * DAY_MINUTES + span.opens
            taken.append((begins, begins + span.length))
    taken.sort()
    for (_, closes), (opens, _) in itertools.pairwise(taken):
        if opens < closes:
            return "spans overlap"
    if taken and taken[-1][1] - DAYS * DAY_MINUTES > taken[0][0]:
        return "spans overlap"
    if timedelta(minutes=sum(end - begin for begin, end in taken)) < LEAST_OPEN:
        return "at least an hour of the week is open"
    return ""
