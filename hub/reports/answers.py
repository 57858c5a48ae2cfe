"""How many first answers came in time: counted by queue, from ``first_responses``.

A wait for a first answer is *decided* once: in time when the answer comes, or late when
its time passes without one. What the client closed or needed no answer to is neither.
From that three shares are made, each ``metrics.service_level``:

now        of those who wait for a first answer in this moment, the share whose time has
           not passed yet (that is: still in time / all clocks that run)
half_hour  of the waits decided in the last 30 minutes, those in time
today      of the waits decided since the company's midnight, those in time
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import DateTime, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from hub import metrics
from hub.storage.tables import FirstResponse

HALF_HOUR = timedelta(minutes=30)
STEP = timedelta(minutes=5)
#: What the lines of the wall show.
SHOWN = timedelta(hours=4)
#: Steps begin at whole multiples of ``STEP`` from here.
_ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Decided:
    """Waits that were decided: how many in time, of how many."""

    in_time: int = 0
    all: int = 0

    def __add__(self, other: "Decided") -> "Decided":
        return Decided(self.in_time + other.in_time, self.all + other.all)

    @property
    def share(self) -> float | None:
        """The share in time, of all that were decided."""
        return metrics.service_level(self.in_time, self.all)


NONE = Decided()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The first answers of one queue."""

    half_hour: Decided = NONE
    today: Decided = NONE
    #: By the beginning of the step in which they were decided.
    steps: Mapping[datetime, Decided]

    def series(self, now: datetime) -> list[float | None]:
        """Give the share of each step that the wall shows, the present one last."""
        last = step_of(now)
        count = SHOWN // STEP
        starts = [last - STEP * back for back in reversed(range(count))]
        return [self.steps.get(start, NONE).share for start in starts]

    def below_since(self, goal: float, now: datetime) -> datetime | None:
        """Tell since when the share of half an hour has been below the goal.

        Looked at in whole steps, and no further back than the wall shows. None when it
        is not below now, or nothing was decided.
        """
        if self.half_hour.share is None or self.half_hour.share >= goal:
            return None
        since, end = now, step_of(now)
        while end > now - SHOWN:
            before = sum(
                (
                    self.steps.get(end - STEP * back, NONE)
                    for back in range(1, HALF_HOUR // STEP + 1)
                ),
                NONE,
            )
            if before.share is None or before.share >= goal:
                break
            since, end = end, end - STEP
        return since


def step_of(at: datetime) -> datetime:
    """Give the beginning of the step that a time is in."""
    return at - (at - _ORIGIN) % STEP


def midnight(now: datetime, timezone: str) -> datetime:
    """Give the beginning of the company's day, in UTC."""
    zone = ZoneInfo(timezone)
    day = now.astimezone(zone).date()
    return datetime.combine(day, time(), zone).astimezone(UTC)


async def answers(
    session: AsyncSession, *, now: datetime, timezone: str
) -> dict[int, Answers]:
    """Count what was decided, by queue; queues without any are left out."""
    today = midnight(now, timezone)
    # The first step that is shown looks back half an hour of its own.
    start = min(today, step_of(now) - SHOWN - HALF_HOUR)
    step = type_coerce(
        func.date_bin(STEP, FirstResponse.decided_at, _ORIGIN), DateTime(timezone=True)
    ).label("step")
    good = FirstResponse.in_time.is_(True)
    newest = FirstResponse.decided_at > now - HALF_HOUR
    rows = await session.execute(
        select(
            FirstResponse.queue_id,
            step,
            func.count().filter(good).label("in_time"),
            func.count().label("all"),
            func.count().filter(good, newest).label("newest_in_time"),
            func.count().filter(newest).label("newest_all"),
        )
        # No end: nothing is decided ahead of time, and what another machine with a
        # clock ahead of ours has just decided belongs in here too.
        .where(FirstResponse.in_time.is_not(None), FirstResponse.decided_at >= start)
        .group_by(FirstResponse.queue_id, step)
    )
    found: dict[int, dict[datetime, Decided]] = {}
    recent: dict[int, Decided] = {}
    for row in rows:
        queue_id = row.queue_id
        found.setdefault(queue_id, {})[row.step] = Decided(row.in_time, row.all)
        of_half_hour = Decided(row.newest_in_time, row.newest_all)
        recent[queue_id] = recent.get(queue_id, NONE) + of_half_hour
    return {
        queue_id: Answers(
            half_hour=recent[queue_id],
            today=sum((one for at, one in steps.items() if at >= today), NONE),
            steps=steps,
        )
        for queue_id, steps in found.items()
    }


async def running(session: AsyncSession, *, now: datetime) -> dict[int, Decided]:
    """Count who waits for a first answer now, by queue; in time: still."""
    rows = await session.execute(
        select(
            FirstResponse.queue_id,
            func.count().filter(FirstResponse.respond_by > now).label("in_time"),
            func.count().label("all"),
        )
        .where(FirstResponse.ended_at.is_(None))
        .group_by(FirstResponse.queue_id)
    )
    return {row.queue_id: Decided(row.in_time, row.all) for row in rows}
