"""What may be done to many conversations at once, each to one of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from hub.conversations import changes
from hub.storage.tables import Conversation
from hub.storage.unit import UnitOfWork

Deed = Literal[
    "resolve", "open", "snooze", "assign", "move", "prioritise", "tag", "untag"
]
DEEDS: tuple[Deed, ...] = get_args(Deed)


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkGiven:
    """What is to be done, and what it takes."""

    do: Deed
    assignee_id: int | None = None
    queue_id: int | None = None
    priority: str = ""
    tags: tuple[str, ...] = ()
    until: datetime | None = None


async def do(uow: UnitOfWork, row: Conversation, given: BulkGiven) -> bool:
    """Do it to a conversation (locked); tell whether it changed anything.

    Raises:
        HubError: It refuses; nothing was changed.
    """
    return await _HOW[given.do](uow, row, given)


async def _resolve(uow: UnitOfWork, row: Conversation, given: BulkGiven) -> bool:  # noqa: ARG001
    did = row.state != "resolved"
    await changes.set_state(uow, row, "resolved")
    return did


async def _open(uow: UnitOfWork, row: Conversation, given: BulkGiven) -> bool:  # noqa: ARG001
    did = row.state != "open"
    await changes.set_state(uow, row, "open")
    return did


async def _snooze(uow: UnitOfWork, row: Conversation, given: BulkGiven) -> bool:
    did = row.snoozed_until != given.until
    if did:
        await changes.set_state(uow, row, "snoozed", until=given.until)
    return did


async def _assign(uow: UnitOfWork, row: Conversation, given: BulkGiven) -> bool:
    did = row.assignee_id != given.assignee_id
    await changes.assign(uow, row, given.assignee_id)
    return did


async def _move(uow: UnitOfWork, row: Conversation, given: BulkGiven) -> bool:
    did = row.queue_id != given.queue_id
    await changes.move_to_queue(uow, row, given.queue_id or 0)
    return did


async def _prioritise(uow: UnitOfWork, row: Conversation, given: BulkGiven) -> bool:
    did = row.priority != given.priority
    await changes.prioritise(uow, row, given.priority)
    return did


async def _tag(uow: UnitOfWork, row: Conversation, given: BulkGiven) -> bool:
    return await _retag(uow, row, [*row.tags, *given.tags])


async def _untag(uow: UnitOfWork, row: Conversation, given: BulkGiven) -> bool:
    return await _retag(uow, row, [one for one in row.tags if one not in given.tags])


async def _retag(uow: UnitOfWork, row: Conversation, tags: list[str]) -> bool:
    before = list(row.tags)
    await changes.tag(uow, row, tags)
    return list(row.tags) != before


_HOW: dict[Deed, Callable[[UnitOfWork, Conversation, BulkGiven], Awaitable[bool]]] = {
    "resolve": _resolve,
    "open": _open,
    "snooze": _snooze,
    "assign": _assign,
    "move": _move,
    "prioritise": _prioritise,
    "tag": _tag,
    "untag": _untag,
}
