"""Tasks and time: when one is due, late, or reminds; by durable timers, to the second.

A promise is late the moment its time has come. Anything else is *due* then, and late a
while after: an agent who calls back at 14:02 is not late for 14:00.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hub.collaboration import repeats, states
from hub.collaboration.events import TaskMoved
from hub.collaboration.telling import tell
from hub.conversations.notices import notify
from hub.storage.due import Claim
from hub.storage.tables import Task
from hub.storage.unit import UnitOfWork

#: Timers: its time has come; it reminds.
DUE = "task.due"
REMIND = "task.remind"
#: A task that somebody has in hand is looked at again so much later.
AGAIN = timedelta(milliseconds=100)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRules:
    """How tasks behave, from the settings."""

    #: The company's clock.
    zone: ZoneInfo
    #: A promise reminds its owner so long before its time.
    promise_ahead: timedelta
    #: What is no promise is late so long after its time.
    late_after: timedelta


def late_at(row: Task, rules: TaskRules) -> datetime | None:
    """Tell from when on a task is late; None: never."""
    if row.due_at is None:
        return None
    if row.kind == "promise":
        return row.due_at
    if row.all_day:
        here = row.due_at.astimezone(rules.zone) + timedelta(days=1)
        return repeats.settled(here.replace(hour=0, minute=0, second=0, microsecond=0))
    return row.due_at + rules.late_after


def standing_state(row: Task, *, now: datetime, rules: TaskRules) -> str:
    """Tell whether a task that is to be done is ``open`` or ``late``."""
    at = late_at(row, rules)
    return "late" if at is not None and at <= now else "open"


def usual_reminder(
    kind: str, due_at: datetime | None, *, now: datetime, rules: TaskRules
) -> datetime | None:
    """Tell when a promise reminds its owner by itself; None: not at all."""
    if kind != "promise" or due_at is None or not rules.promise_ahead:
        return None
    at = due_at - rules.promise_ahead
    return at if at > now else None


async def set_alarms(uow: UnitOfWork, row: Task, rules: TaskRules) -> None:
    """Leave the timers of a task (locked) as it is now, and no others."""
    due, remind = f"{DUE}:{row.id}", f"{REMIND}:{row.id}"
    payload = {"task_id": row.id}
    late = late_at(row, rules)
    if row.state == "open" and row.due_at and late:
        told = row.due_at <= uow.now
        await uow.owe(
            DUE,
            due,
            at=late if told else row.due_at,
            payload=payload | {"told": told},
        )
    else:
        await uow.forgive(due)
    if row.state in states.STANDING and row.remind_at and row.remind_at > uow.now:
        await uow.owe(REMIND, remind, at=row.remind_at, payload=payload)
    else:
        await uow.forgive(remind)


async def fall_due(uow: UnitOfWork, claim: Claim, *, rules: TaskRules) -> None:
    """Say that a task's time has come, or that it is late. A timer's handler."""
    row = await _in_hand(uow, claim)
    if row is None or row.state != "open" or row.due_at is None:
        return
    late = late_at(row, rules)
    if late is not None and late <= uow.now:
        row.state = states.move(row.state, "late")
        kind = "promise_late" if row.kind == "promise" else "task_due"
        if row.kind == "promise" or not claim.payload.get("told"):
            await _notify(uow, row, kind)
        await tell(
            uow, row, TaskMoved(task_id=row.id, what=row.kind, was="open", to="late")
        )
        return
    if row.due_at <= uow.now and not claim.payload.get("told"):
        await _notify(uow, row, "task_due")
    await set_alarms(uow, row, rules)


async def remind(uow: UnitOfWork, claim: Claim) -> None:
    """Remind the owner of a task. A timer's handler."""
    row = await _in_hand(uow, claim)
    if row is not None and row.state in states.STANDING:
        await _notify(uow, row, "task_reminder")


async def _in_hand(uow: UnitOfWork, claim: Claim) -> Task | None:
    """Lock its task; one that somebody else has in hand is looked at again later.

    He may want to drop this very timer's row, which this unit holds already, and the
    two would wait for each other.
    """
    row: Task | None = await uow.session.scalar(
        select(Task)
        .where(Task.id == claim.payload["task_id"])
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if row is None:
        await uow.owe(claim.kind, claim.key, at=uow.now + AGAIN, payload=claim.payload)
    return row


async def _notify(uow: UnitOfWork, row: Task, kind: str) -> None:
    account_id = row.assignee_id or row.created_by
    if account_id is not None:
        await notify(
            uow,
            account_id,
            kind,
            row.conversation_id,
            item_id=row.entry_id,
            task_id=row.id,
            about=row.title,
        )
