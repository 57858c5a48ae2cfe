"""What a manager must see at once. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.queues.calendars import Calendar
from hub.queues.hours import due_at
from hub.queues.views import AgentView

#: In this order when several of them are equally bad.
KINDS = ("wait", "service", "agent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A limit that is broken now."""

    #: ``wait``: somebody waits longer than the first answer may take. ``service``: too
    #: few were answered in time in the last half hour. ``agent``: a break or a wrap-up
    #: is too long.
    kind: str
    queue_id: int | None = None
    agent_id: int | None = None
    #: When the limit was broken.
    since: datetime
    #: Seconds, or a share for ``service``; the limit likewise.
    value: float
    limit: float


def wait_alarm(
    queue_id: int,
    longest_since: datetime | None,
    limit: timedelta,
    now: datetime,
    hours: Calendar | None = None,
) -> Alarm | None:
    """Tell when somebody waits for too long, by the queue's business time."""
    if longest_since is None:
        return None
    waited = now - longest_since
    if hours is not None and waited > limit:
        waited = hours.between(longest_since, now)
    if waited <= limit:
        return None
    return Alarm(
        kind="wait",
        queue_id=queue_id,
        since=due_at(hours, longest_since, limit),
        value=waited.total_seconds(),
        limit=limit.total_seconds(),
    )


def service_alarm(
    queue_id: int, share: float | None, goal: float, since: datetime | None
) -> Alarm | None:
    """Tell when too few are answered in time."""
    if share is None or since is None or share >= goal:
        return None
    return Alarm(
        kind="service", queue_id=queue_id, since=since, value=share, limit=goal
    )


def agent_alarm(
    agent: AgentView, limits: dict[str, timedelta], now: datetime
) -> Alarm | None:
    """Tell when an agent does something for too long that has a limit."""
    limit = limits.get(agent.state)
    if limit is None or now - agent.since <= limit:
        return None
    return Alarm(
        kind="agent",
        agent_id=agent.id,
        since=agent.since + limit,
        value=(now - agent.since).total_seconds(),
        limit=limit.total_seconds(),
    )


def worst_first(alarms: Iterable[Alarm | None]) -> list[Alarm]:
    """Sort what there is: by how many times the limit it is, then by age."""
    return sorted(
        (one for one in alarms if one is not None),
        key=lambda one: (-_badness(one), KINDS.index(one.kind), one.since),
    )


def _badness(alarm: Alarm) -> float:
    if alarm.kind == "service":
        # The share that was late, against the share that may be; a goal of 1 allows
        # none, and any is bad.
        allowed = max(1 - alarm.limit, 0.01)
        return (1 - alarm.value) / allowed
    return alarm.value / alarm.limit if alarm.limit else float("inf")
