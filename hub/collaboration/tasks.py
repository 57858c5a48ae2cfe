"""Make tasks and promises, change them, get them done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from hub.access import assignees
from hub.clients import identity
from hub.collaboration import alarms, promises, repeats, states
from hub.collaboration.alarms import TaskRules
from hub.collaboration.events import TaskAdded, TaskChanged, TaskMoved
from hub.collaboration.telling import tell
from hub.conversations import entries
from hub.conversations.notices import notify
from hub.errors import InvalidError, NotFoundError
from hub.storage.tables import Client, Conversation, Task, TimelineItem
from hub.storage.unit import UnitOfWork

MAX_TITLE = 300
MAX_NOTES = 5000
#: What a change may name.
CHANGEABLE = (
    "title",
    "notes",
    "priority",
    "due_at",
    "remind_at",
    "repeat",
    "deed",
    "channel",
    "assignee_id",
)
#: Kinds that are about a client at a time.
_NEEDS_CLIENT = ("promise", "contact", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskGiven:
    """What is to be done. Texts and times are checked when it is made."""

    kind: str
    title: str
    notes: str = ""
    client_id: int | None = None
    conversation_id: int | None = None
    #: The entry of the timeline that it comes from.
    item_id: int | None = None
    #: None: the team's.
    assignee_id: int | None = None
    priority: str = "normal"
    due_at: datetime | None = None
    all_day: bool = False
    remind_at: datetime | None = None
    repeat: str = "none"
    deed: str = "do"
    channel: str | None = None
    attribute: str = ""
    origin: str | None = None


async def access_task(uow: UnitOfWork, task_id: int) -> Task:
    """Take a task in hand.

    Raises:
        NotFoundError: There is none.
    """
    row: Task | None = await uow.session.scalar(
        select(Task)
        .where(Task.id == task_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError(f"task {task_id}")
    return row


async def create(uow: UnitOfWork, given: TaskGiven, *, rules: TaskRules) -> Task:
    """Make a task, a promise or a planned contact.

    A promise stands on its client's timeline. It reminds its owner ahead of time,
    unless it says when itself.

    Raises:
        NotFoundError: There is no such client, conversation or entry.
        InvalidError: Something is missing or will not do.
    """
    client, conversation_id = await _about(uow, given)
    _check_whole(given, client)
    title, notes = _title(given.title), _notes(given.notes)
    if given.origin is None:
        # A client's day that is today has begun, and still reminds.
        _check_times(given.due_at, given.remind_at, now=uow.now)
    await assignees.check(uow.session, given.assignee_id)
    row = Task(
        kind=given.kind,
        state="open",
        title=title,
        notes=notes,
        client_id=client.id if client else None,
        conversation_id=conversation_id,
        item_id=given.item_id,
        assignee_id=given.assignee_id,
        created_by=await _maker(uow),
        priority=given.priority,
        due_at=given.due_at,
        all_day=given.all_day,
        remind_at=given.remind_at
        or alarms.usual_reminder(given.kind, given.due_at, now=uow.now, rules=rules),
        repeat=given.repeat,
        repeat_day=_day(given.due_at, rules),
        deed=given.deed,
        channel=given.channel,
        attribute=given.attribute,
        origin=given.origin,
        revision=0,
        created_at=uow.now,
        updated_at=uow.now,
    )
    uow.session.add(row)
    await uow.session.flush()
    if row.kind == "promise":
        await promises.enter(uow, row)
    await alarms.set_alarms(uow, row, rules)
    await tell(uow, row, TaskAdded(task_id=row.id, what=row.kind))
    await _hand(uow, row)
    return row


async def change(
    uow: UnitOfWork, task_id: int, given: Mapping[str, Any], *, rules: TaskRules
) -> Task:
    """Change what is given of ``CHANGEABLE``, then its ``state``, if that is given.

    Raises:
        NotFoundError: There is no such task.
        InvalidError: A value will not do.
        StateError: It is done or cancelled, or cannot come to that state.
    """
    row = await access_task(uow, task_id)
    named = {name: given[name] for name in CHANGEABLE if name in given}
    changed = tuple(name for name in named if getattr(row, name) != named[name])
    if changed:
        await _apply(uow, row, {name: named[name] for name in changed}, rules)
        await tell(uow, row, TaskChanged(task_id=row.id, what=row.kind, fields=changed))
        if "assignee_id" in changed:
            await _hand(uow, row)
    if "state" in given:
        await set_state(uow, row, given["state"], rules=rules)
    return row


async def set_state(uow: UnitOfWork, row: Task, to: str, *, rules: TaskRules) -> None:
    """Get a task (locked) done, cancel it, or take it up again.

    What repeats is made anew when it is done; taken up again, the new one goes.

    Raises:
        StateError: There is no such move.
    """
    if to == "open":
        to = alarms.standing_state(row, now=uow.now, rules=rules)
    was = row.state
    if to == was or (was in states.STANDING and to in states.STANDING):
        return
    row.state = states.move(was, to)
    done = to == "done"
    row.done_at = uow.now if done else None
    row.done_by = await _maker(uow) if done else None
    await alarms.set_alarms(uow, row, rules)
    await tell(uow, row, TaskMoved(task_id=row.id, what=row.kind, was=was, to=to))
    if row.repeat != "none":
        await _repeat(uow, row, was=was, rules=rules)


async def _apply(
    uow: UnitOfWork, row: Task, named: Mapping[str, Any], rules: TaskRules
) -> None:
    merged = TaskGiven(
        kind=row.kind,
        title=named.get("title", row.title),
        due_at=named.get("due_at", row.due_at),
        repeat=named.get("repeat", row.repeat),
        assignee_id=named.get("assignee_id", row.assignee_id),
        channel=named.get("channel", row.channel),
    )
    client = await uow.session.get(Client, row.client_id) if row.client_id else None
    _check_whole(merged, client)
    _check_times(named.get("due_at"), named.get("remind_at"), now=uow.now)
    if "title" in named:
        row.title = _title(named["title"])
    if "notes" in named:
        row.notes = _notes(named["notes"])
    if named.get("assignee_id", row.assignee_id) != row.assignee_id:
        await assignees.check(uow.session, named["assignee_id"])
    for name in ("priority", "repeat", "deed", "channel", "assignee_id", "remind_at"):
        if name in named:
            setattr(row, name, named[name])
    if "due_at" in named:
        row.due_at, row.all_day = named["due_at"], False
        row.repeat_day = _day(row.due_at, rules)
        if "remind_at" not in named:
            row.remind_at = alarms.usual_reminder(
                row.kind, row.due_at, now=uow.now, rules=rules
            )
        if row.state in states.STANDING:
            row.state = alarms.standing_state(row, now=uow.now, rules=rules)
    await alarms.set_alarms(uow, row, rules)


async def _repeat(uow: UnitOfWork, row: Task, *, was: str, rules: TaskRules) -> None:
    """Make the next one of what is done; take it away again if that is undone."""
    next_one: Task | None = await uow.session.scalar(
        select(Task).where(Task.previous_id == row.id).with_for_update()
    )
    if was == "done":
        if next_one is not None and next_one.state in states.STANDING:
            await set_state(uow, next_one, "cancelled", rules=rules)
        return
    if row.state != "done" or row.due_at is None:
        return
    if next_one is not None:
        if next_one.state == "cancelled":
            await set_state(uow, next_one, "open", rules=rules)
        return
    due_at = repeats.next_due(
        row.due_at, row.repeat, day=row.repeat_day, now=uow.now, zone=rules.zone
    )
    ahead = row.due_at - row.remind_at if row.remind_at else None
    remind_at = due_at - ahead if ahead is not None else None
    made = Task(
        **{name: getattr(row, name) for name in _REPEATED},
        state="open",
        due_at=due_at,
        remind_at=remind_at if remind_at and remind_at > uow.now else None,
        previous_id=row.id,
        revision=0,
        created_at=uow.now,
        updated_at=uow.now,
    )
    uow.session.add(made)
    await uow.session.flush()
    await alarms.set_alarms(uow, made, rules)
    await tell(uow, made, TaskAdded(task_id=made.id, what=made.kind))


_REPEATED = (
    "kind",
    "title",
    "notes",
    "client_id",
    "conversation_id",
    "item_id",
    "assignee_id",
    "created_by",
    "priority",
    "all_day",
    "repeat",
    "repeat_day",
    "deed",
    "channel",
    "attribute",
)


async def _about(uow: UnitOfWork, given: TaskGiven) -> tuple[Client | None, int | None]:
    """Give its client (held) and its conversation (locked: nobody closes it now)."""
    client_id, conversation_id = given.client_id, given.conversation_id
    if given.item_id is not None:
        item = await uow.session.get(TimelineItem, given.item_id)
        if item is None:
            raise NotFoundError(f"interaction {given.item_id}")
        conversation_id = conversation_id or item.conversation_id
        client_id = client_id or item.client_id
    if conversation_id is not None:
        conversation: Conversation = await entries.lock(uow, conversation_id)
        if given.client_id not in {None, conversation.client_id}:
            raise InvalidError(
                "client", errors={"client_id": "not the client of the conversation"}
            )
        client = await uow.session.get_one(Client, conversation.client_id)
        return client, conversation_id
    if client_id is None:
        return None, None
    return await identity.hold(uow, client_id), None


def _check_whole(given: TaskGiven, client: Client | None) -> None:
    errors: dict[str, str] = {}
    if given.kind in _NEEDS_CLIENT:
        if client is None:
            errors["client_id"] = f"a {given.kind} is about a client"
        if given.due_at is None:
            errors["due_at"] = f"a {given.kind} has a time"
    if given.kind == "promise":
        if given.assignee_id is None:
            errors["assignee_id"] = "a promise is somebody's"
        if given.repeat != "none":
            errors["repeat"] = "a promise is kept once"
    if given.repeat != "none" and given.due_at is None:
        errors["due_at"] = "what repeats has a time"
    if given.channel is not None and given.kind != "contact":
        errors["channel"] = "only a planned contact has one"
    if errors:
        raise InvalidError("task", errors=errors)


def _check_times(
    due_at: datetime | None, remind_at: datetime | None, *, now: datetime
) -> None:
    late = {
        name: "a time in the future"
        for name, at in (("due_at", due_at), ("remind_at", remind_at))
        if at is not None and at <= now
    }
    if late:
        raise InvalidError("time", errors=late)


async def _maker(uow: UnitOfWork) -> int | None:
    """Give the account that acts, by a browser or by a program of its own."""
    if uow.actor.kind not in {"agent", "program"} or uow.actor.id is None:
        return None
    return uow.actor.id


async def _hand(uow: UnitOfWork, row: Task) -> None:
    """Tell the one whose it is now, unless he took it himself."""
    if row.assignee_id is None or row.assignee_id == uow.actor.id:
        return
    kind = "date_ahead" if row.kind == "date" else "task_assigned"
    await notify(
        uow,
        row.assignee_id,
        kind,
        row.conversation_id,
        item_id=row.entry_id,
        task_id=row.id,
        about=row.title,
    )


def _title(text: str) -> str:
    title = " ".join(text.split())
    if not 0 < len(title) <= MAX_TITLE:
        raise InvalidError("title", errors={"title": f"1 to {MAX_TITLE} letters"})
    return title


def _notes(text: str) -> str:
    if len(text) > MAX_NOTES:
        raise InvalidError("notes", errors={"notes": f"at most {MAX_NOTES} letters"})
    return text.strip()


def _day(due_at: datetime | None, rules: TaskRules) -> int | None:
    return due_at.astimezone(rules.zone).day if due_at else None
