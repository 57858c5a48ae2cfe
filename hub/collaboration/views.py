"""Tasks as the outside sees them: what the API answers and what events carry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.storage.tables import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskView:
    """Something to be done: a task, a promise, a planned contact or a client's day."""

    id: int
    kind: str
    state: str
    title: str
    notes: str
    client_id: int | None
    client_name: str
    conversation_id: int | None
    #: The entry of the timeline that it was made from.
    item_id: int | None
    #: Where a promise stands on the timeline.
    entry_id: int | None
    #: null: the team's.
    assignee_id: int | None
    created_by: int | None
    priority: str
    due_at: datetime | None
    #: It is about the whole day of `due_at`.
    all_day: bool
    remind_at: datetime | None
    repeat: str
    #: How a promise is kept: `do`, `send` or `call`.
    deed: str
    #: How somebody is to be reached: `phone`, `email`, `sms` or `meeting`.
    channel: str | None
    #: Which attribute of the client says the day.
    attribute: str
    created_at: datetime
    updated_at: datetime
    done_at: datetime | None
    done_by: int | None


def task_view(row: Task, client_name: str) -> TaskView:
    """Show a task; its client's name comes from whoever read it."""
    return TaskView(
        id=row.id,
        kind=row.kind,
        state=row.state,
        title=row.title,
        notes=row.notes or "",
        client_id=row.client_id,
        client_name=client_name,
        conversation_id=row.conversation_id,
        item_id=row.item_id,
        entry_id=row.entry_id,
        assignee_id=row.assignee_id,
        created_by=row.created_by,
        priority=row.priority,
        due_at=row.due_at,
        all_day=bool(row.all_day),
        remind_at=row.remind_at,
        repeat=row.repeat,
        deed=row.deed,
        channel=row.channel,
        attribute=row.attribute or "",
        created_at=row.created_at,
        updated_at=row.updated_at,
        done_at=row.done_at,
        done_by=row.done_by,
    )


def entry_data(row: Task, owner: str) -> dict[str, Any]:
    """Say what a promise's entry on the timeline shows of it."""
    return {
        "task_id": row.id,
        "state": row.state,
        "deed": row.deed,
        "due_at": row.due_at.isoformat() if row.due_at else None,
        "owner_id": row.assignee_id,
        "owner_name": owner,
        "kept_at": row.done_at.isoformat() if row.done_at else None,
    }
