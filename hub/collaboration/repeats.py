"""When what repeats is due again. Pure.

It keeps its time of the day by the company's clock, whatever that clock does in spring
and autumn, and its day of the month where the month has one.
"""

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def next_due(
    due_at: datetime, repeat: str, *, day: int | None, now: datetime, zone: ZoneInfo
) -> datetime:
    """Tell the next time after ``due_at`` that is still ahead.

    Args:
        due_at: When it was due.
        repeat: ``daily``, ``weekly`` or ``monthly``.
        day: The day of the month that it keeps to, for ``monthly``.
        now: What has passed is not due any more.
        zone: By whose clock.
    """
    here = due_at.astimezone(zone)
    while True:
        here = _step(here, repeat, day or here.day)
        at = settled(here)
        if at > now:
            return at


def settled(here: datetime) -> datetime:
    """Give a time by a clock on the wall as a moment (UTC).

    An hour that is skipped in spring comes as much later; of one that is there twice
    in autumn the first is meant.
    """
    return here.replace(fold=0).astimezone(UTC)


def _step(here: datetime, repeat: str, day: int) -> datetime:
    if repeat == "daily":
        return here + timedelta(days=1)
    if repeat == "weekly":
        return here + timedelta(days=7)
    year, month = here.year + here.month // 12, here.month % 12 + 1
    return here.replace(
        year=year, month=month, day=min(day, monthrange(year, month)[1])
    )
