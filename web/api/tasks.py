"""Tasks, promises, planned contacts: lists, one of them, and what is done to it."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field

from hub.access.rights import Right
from hub.collaboration import lists, tasks
from hub.collaboration.lists import TaskFilter
from hub.collaboration.rules import task_rules
from hub.collaboration.states import STANDING
from hub.collaboration.tasks import TaskGiven
from hub.collaboration.views import TaskView
from hub.collaboration.when import understand
from hub.storage.unit import UnitOfWork
from web.api import cursors
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Cursor, Limit, Routes

routes = Routes(tag="tasks")

Kind = Literal["task", "promise", "contact", "date"]
State = Literal["open", "late", "done", "cancelled"]
Priority = Literal["low", "normal", "high", "urgent"]
Repeat = Literal["none", "daily", "weekly", "monthly"]
Deed = Literal["do", "send", "call"]
Way = Literal["phone", "email", "sms", "meeting"]
Title = Annotated[str, Field(max_length=tasks.MAX_TITLE)]
Notes = Annotated[str, Field(max_length=tasks.MAX_NOTES)]
Id = Annotated[int, Field(ge=1)]


class TaskIn(Body):
    """What is to be done. It is the asker's, unless it says whose."""

    kind: Literal["task", "promise", "contact"] = "task"
    title: Title
    notes: Notes = ""
    client_id: Id | None = None
    conversation_id: Id | None = None
    #: The entry of the timeline that it comes from.
    item_id: Id | None = None
    #: null: the team's.
    assignee_id: Id | None = None
    priority: Priority = "normal"
    due_at: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None
    repeat: Repeat = "none"
    #: How a promise is kept, for the words that its client reads.
    deed: Deed = "do"
    #: How somebody is to be reached; a planned contact alone has it.
    channel: Way | None = None


class TaskPatch(Body):
    """What is to change; the rest stays."""

    title: Title = ""
    notes: Notes = ""
    assignee_id: Id | None = None
    priority: Priority = "normal"
    due_at: AwareDatetime | None = None
    remind_at: AwareDatetime | None = None
    repeat: Repeat = "none"
    deed: Deed = "do"
    channel: Way | None = None
    #: `open` takes up again what was done or cancelled.
    state: Literal["open", "done", "cancelled"] = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderstoodView:
    """One typed line, told apart."""

    title: str
    #: null: nothing in it says when.
    due_at: datetime | None
    priority: str


@routes.get("/tasks", right=Right.READ)
async def index(
    call: Call,
    *,
    view: Literal["mine", "unassigned", "team"] = "mine",
    assignee_id: int | None = None,
    kind: Kind | None = None,
    state: list[State] | None = None,
    client_id: int | None = None,
    conversation_id: int | None = None,
    due_from: AwareDatetime | None = None,
    due_before: AwareDatetime | None = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[TaskView]:
    """List tasks, what is due first comes first, and what has no time last.

    Those that are still to be done (`open` and `late`), unless `state` says which.
    `assignee_id` names one colleague's, whatever `view` says.
    """
    whose = call.account.id if view == "mine" else None
    wanted = TaskFilter(
        assignee_id=assignee_id or whose,
        unassigned=view == "unassigned" and assignee_id is None,
        kind=kind,
        states=tuple(state) if state else STANDING,
        client_id=client_id,
        conversation_id=conversation_id,
        due_from=due_from,
        due_before=due_before,
    )
    return await _page(call, wanted, cursor, limit)


@routes.get("/clients/{client_id}/tasks", right=Right.READ)
async def of_client(
    call: Call,
    client_id: int,
    *,
    state: list[State] | None = None,
    kind: Kind | None = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[TaskView]:
    """List what is to be done for a client, whoever has to do it."""
    wanted = TaskFilter(
        client_id=client_id, kind=kind, states=tuple(state) if state else STANDING
    )
    return await _page(call, wanted, cursor, limit)


@routes.get("/tasks/understood", right=Right.READ)
async def understood(
    call: Call, *, text: Annotated[str, Field(max_length=500)]
) -> UnderstoodView:
    """Tell what a typed line says: "Call Olena tomorrow 14:00", "за 2 год".

    Days and hours are those of the company's clock. Nothing is made.
    """
    found = understand(
        text,
        now=call.db.clock(),
        zone=ZoneInfo(call.settings.timezone),
        usual=time.fromisoformat(call.settings.collaboration.usual_time),
    )
    return UnderstoodView(
        title=found.title[: tasks.MAX_TITLE],
        due_at=found.due_at,
        priority=found.priority,
    )


@routes.post("/tasks", right=Right.REPLY, status=201, idempotent=True)
async def create(call: Call, body: TaskIn) -> TaskView:
    """Make a task, a promise to a client, or a planned contact."""
    given = body.model_dump()
    if "assignee_id" not in body.model_fields_set:
        given["assignee_id"] = call.account.id

    async def work(uow: UnitOfWork) -> TaskView:
        row = await tasks.create(
            uow, TaskGiven(**given), rules=task_rules(call.settings)
        )
        return await lists.access_view(uow.session, row.id)

    return await call.run(work)


@routes.get("/tasks/{task_id}", right=Right.READ)
async def show(call: Call, task_id: int) -> TaskView:
    """Show one task."""
    async with call.read() as session:
        return await lists.access_view(session, task_id)


@routes.patch("/tasks/{task_id}", right=Right.REPLY)
async def change(call: Call, task_id: int, body: TaskPatch) -> TaskView:
    """Change a task, get it done, cancel it, or take it up again."""
    given: dict[str, Any] = body.given()

    async def work(uow: UnitOfWork) -> TaskView:
        await tasks.change(uow, task_id, given, rules=task_rules(call.settings))
        return await lists.access_view(uow.session, task_id)

    return await call.run(work)


async def _page(
    call: Call, wanted: TaskFilter, cursor: str | None, limit: int | None
) -> Page[TaskView]:
    size = call.limit(limit)
    after = cursors.decode(cursor, datetime, int) if cursor else None
    async with call.read() as session:
        rows = await lists.page(session, wanted, limit=size + 1, after=after)
    return cursors.page(rows, size, lists.place)
