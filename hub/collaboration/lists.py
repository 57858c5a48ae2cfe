"""Lists of tasks: one's own, the team's, a client's; what is due first comes first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients import identity
from hub.collaboration.states import STANDING
from hub.collaboration.views import TaskView, task_view
from hub.errors import NotFoundError
from hub.storage.tables import Client, Task

#: Where what has no time stands: behind all that has one.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
#: Tasks that a screen begins with, those due first.
ON_SCREEN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks; what is None asks nothing."""

    #: Those of one account.
    assignee_id: int | None = None
    #: Those that are the team's.
    unassigned: bool = False
    kind: str | None = None
    states: tuple[str, ...] = STANDING
    client_id: int | None = None
    conversation_id: int | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None


async def access_view(session: AsyncSession, task_id: int) -> TaskView:
    """Hand out one task.

    Raises:
        NotFoundError: There is none.
    """
    row = await session.get(Task, task_id)
    if row is None:
        raise NotFoundError(f"task {task_id}")
    return (await views(session, [row]))[0]


async def page(
    session: AsyncSession,
    wanted: TaskFilter,
    *,
    limit: int,
    after: tuple[datetime, int] | None = None,
) -> list[TaskView]:
    """List tasks by their time, those without one at the end.

    Args:
        session: Any session.
        wanted: Which.
        limit: At most so many.
        after: ``place`` of the last one of the page before.
    """
    query = (
        select(Task)
        .where(*await _conditions(session, wanted))
        .order_by(Task.due_at.asc().nulls_last(), Task.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(_after(*after))
    return await views(session, list(await session.scalars(query)))


def place(view: TaskView) -> tuple[datetime, int]:
    """Tell where a task stands in the order of ``page``."""
    return view.due_at or NEVER, view.id


async def on_screen(session: AsyncSession, account_id: int) -> list[TaskView]:
    """List what an agent has to do himself, for his screen to begin with."""
    return await page(session, TaskFilter(assignee_id=account_id), limit=ON_SCREEN)


async def views(session: AsyncSession, rows: Iterable[Task]) -> list[TaskView]:
    """Show tasks with their clients' names."""
    rows = list(rows)
    wanted = {row.client_id for row in rows if row.client_id is not None}
    found = await session.execute(
        select(Client.id, Client.name).where(Client.id.in_(wanted))
    )
    names: dict[int | None, str] = {row.id: row.name for row in found}
    return [task_view(row, names.get(row.client_id, "")) for row in rows]


async def _conditions(
    session: AsyncSession, wanted: TaskFilter
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Task.state.in_(wanted.states)]
    if wanted.unassigned:
        found.append(Task.assignee_id.is_(None))
    elif wanted.assignee_id is not None:
        found.append(Task.assignee_id == wanted.assignee_id)
    if wanted.kind is not None:
        found.append(Task.kind == wanted.kind)
    if wanted.client_id is not None:
        client_id = await identity.root(session, wanted.client_id)
        found.append(Task.client_id == client_id)
    if wanted.conversation_id is not None:
        found.append(Task.conversation_id == wanted.conversation_id)
    if wanted.due_from is not None:
        found.append(Task.due_at >= wanted.due_from)
    if wanted.due_before is not None:
        found.append(Task.due_at < wanted.due_before)
    return found


def _after(due_at: datetime, task_id: int) -> ColumnElement[bool]:
    if due_at >= NEVER:
        return and_(Task.due_at.is_(None), Task.id > task_id)
    later: ColumnElement[bool] = tuple_(Task.due_at, Task.id) > (due_at, task_id)
    return or_(later, Task.due_at.is_(None))
