"""How tasks and clients' days behave, made of the settings."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from config import Settings
from hub.collaboration.alarms import TaskRules
from hub.collaboration.dates import DayRule, DayRules


def task_rules(settings: Settings) -> TaskRules:
    """Tell how tasks behave."""
    return TaskRules(
        zone=ZoneInfo(settings.timezone),
        promise_ahead=settings.collaboration.promise_ahead,
        late_after=settings.collaboration.late_after,
    )


def day_rules(settings: Settings) -> DayRules:
    """Tell how clients' days remind."""
    ours = settings.collaboration
    return DayRules(
        days={
            name: DayRule(
                yearly=day.repeats == "yearly", ahead=timedelta(days=day.ahead_days)
            )
            for name, day in ours.days.items()
        },
        morning=time.fromisoformat(ours.morning),
        zone_attribute=ours.zone_attribute,
        zone=ZoneInfo(settings.timezone),
        locale=settings.locale,
        tasks=task_rules(settings),
    )
