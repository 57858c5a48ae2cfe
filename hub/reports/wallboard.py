"""What the wall shows: one moment of all queues and of everybody who is here."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from config import Settings
from hub.log import feed
from hub.queues.calendars import Calendar
from hub.queues.hours import calendars, due_at
from hub.queues.views import AgentView, QueueView, agent_views, queue_views
from hub.reports.alarms import (
    Alarm,
    agent_alarm,
    service_alarm,
    wait_alarm,
    worst_first,
)
from hub.reports.answers import NONE, Answers, Decided, answers, running
from hub.storage.database import Database
from hub.storage.tables import Conversation

#: However many walls ask, the database is read this often.
PAUSE = timedelta(milliseconds=250)


@dataclass(frozen=True, slots=True, kw_only=True)
class InTime:
    """Shares answered in time, 0 to 1; None where nothing was to be answered.

    ``hub/reports/answers.py`` says what each of them divides by what.
    """

    now: float | None
    half_hour: float | None
    today: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WallQueue:
    """One tile."""

    id: int
    name: str
    channels: list[str]
    #: Open conversations whose client waits for us.
    waiting: int
    longest_since: datetime | None
    #: When he who waits longest should have his answer, by the queue's hours.
    longest_due: datetime | None
    in_time: InTime
    goal: float
    limit_s: int
    #: The share in time by steps of five minutes, the present one last.
    series: list[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class WallView:
    """The wall at one moment."""

    at: datetime
    #: The log up to here is in it.
    cursor: int
    queues: list[WallQueue]
    #: The worst first.
    alarms: list[Alarm]
    #: Who is not offline, by name.
    agents: list[AgentView]


@dataclass(frozen=True, slots=True)
class _Waits:
    waiting: int = 0
    longest_since: datetime | None = None


class Wallboard:
    """The wall of one process: walls that ask at once are answered by one read.

    Nobody gets less than he asks for: an answer was read after the question came, so a
    wall that has just heard of an event finds it in what it reads then.
    """

    def __init__(
        self,
        db: Database,
        settings: Settings,
        *,
        ticks: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._db = db
        self._settings = settings
        self._ticks = ticks
        self._pause = pause
        self._reading = asyncio.Lock()
        #: When the newest read began, and what it found.
        self._kept: tuple[float, WallView] | None = None

    async def view(self) -> WallView:
        """Give the wall as it is now, at most a quarter of a second later."""
        asked = self._ticks()
        async with self._reading:
            if self._kept is not None:
                began, view = self._kept
                if began >= asked:
                    return view
                if (rest := began + PAUSE.total_seconds() - self._ticks()) > 0:
                    await self._pause(rest)
            began = self._ticks()
            async with self._db.read() as session:
                view = await read(
                    session, now=self._db.clock(), settings=self._settings
                )
            self._kept = began, view
            return view


async def read(session: AsyncSession, *, now: datetime, settings: Settings) -> WallView:
    """Read the wall; the session must see one and the same moment throughout."""
    cursor = await feed.head(session)
    queues = await queue_views(session)
    waits = await _waiting(session)
    decided = await answers(session, now=now, timezone=settings.timezone)
    clocks = await running(session, now=now)
    hours = await calendars(session)
    agents = await agent_views(session, here=True)
    limits = {
        "break": settings.queues.break_limit,
        "wrap": settings.queues.wrap_limit,
    }
    empty = Answers(steps={})
    tiles, alarms = [], []
    for queue in queues:
        answered = decided.get(queue.id, empty)
        tile = _tile(
            queue,
            waits.get(queue.id, _Waits()),
            answered,
            clocks.get(queue.id, NONE),
            now=now,
            hours=hours.get(queue.id),
        )
        tiles.append(tile)
        alarms += _alarms(tile, answered, now, hours.get(queue.id))
    alarms += [agent_alarm(agent, limits, now) for agent in agents]
    return WallView(
        at=now,
        cursor=cursor,
        queues=tiles,
        alarms=worst_first(alarms),
        agents=agents,
    )


async def _waiting(session: AsyncSession) -> dict[int, _Waits]:
    rows = await session.execute(
        select(
            Conversation.queue_id,
            func.count().label("waiting"),
            func.min(Conversation.waiting_since).label("longest_since"),
        )
        .where(Conversation.waiting_since.is_not(None), Conversation.state == "open")
        .group_by(Conversation.queue_id)
    )
    return {row.queue_id: _Waits(row.waiting, row.longest_since) for row in rows}


def _tile(
    queue: QueueView,
    waits: _Waits,
    answered: Answers,
    clocks: Decided,
    *,
    now: datetime,
    hours: Calendar | None,
) -> WallQueue:
    return WallQueue(
        id=queue.id,
        name=queue.name,
        channels=queue.channels,
        waiting=waits.waiting,
        longest_since=waits.longest_since,
        longest_due=waits.longest_since
        and due_at(
            hours, waits.longest_since, timedelta(seconds=queue.first_response_s)
        ),
        in_time=InTime(
            now=clocks.share,
            half_hour=answered.half_hour.share,
            today=answered.today.share,
        ),
        goal=queue.goal,
        limit_s=queue.first_response_s,
        series=answered.series(now),
    )


def _alarms(
    tile: WallQueue, answered: Answers, now: datetime, hours: Calendar | None
) -> list[Alarm | None]:
    limit = timedelta(seconds=tile.limit_s)
    since = answered.below_since(tile.goal, now)
    return [
        wait_alarm(tile.id, tile.longest_since, limit, now, hours),
        service_alarm(tile.id, tile.in_time.half_hour, tile.goal, since),
    ]
