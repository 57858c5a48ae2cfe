"""Put back what an action on many conversations changed, exactly.

A conversation in which anything happened since keeps its present state: whoever answered
or closed it meanwhile knows more than whoever undoes. How many those are is said.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from hub.access import assignees
from hub.conversations import changes
from hub.conversations.entries import lock, standing
from hub.conversations.events import ConversationRestored, shown
from hub.conversations.views import conversation_view
from hub.errors import HubError, StateError
from hub.lists.bulk import (
    CLOCK_MOMENTS,
    BulkRules,
    BulkView,
    access_bulk,
    bulk_view,
    go_on,
    held,
    last_entry,
    take_part,
    tell,
)
from hub.queues import sla
from hub.storage.due import Claim
from hub.storage.tables import (
    BulkAction,
    BulkChange,
    Client,
    Conversation,
    FirstResponse,
    Queue,
)
from hub.storage.unit import UnitOfWork


async def undo(uow: UnitOfWork, bulk_id: int) -> BulkView:
    """Begin to put back what was changed; what is under way goes no further.

    Raises:
        NotFoundError: There is none, or it is another's.
    """
    row = await access_bulk(uow.session, bulk_id, uow.actor.id or 0)
    await uow.session.refresh(row, with_for_update=True)
    if row.state in {"undoing", "undone"}:
        return await bulk_view(uow.session, row)
    row.state, row.ended_at = "undoing", None
    await go_on(uow, row)
    return await tell(uow, row)


async def proceed(uow: UnitOfWork, claim: Claim, *, rules: BulkRules) -> None:
    """Do the next part of an action, or of undoing it. A timer's handler."""
    row = await held(uow, claim)
    if row.state == "running":
        await take_part(uow, row, rules=rules)
    elif row.state == "undoing":
        await _take_back(uow, row, rules)


async def _take_back(uow: UnitOfWork, row: BulkAction, rules: BulkRules) -> None:
    found = list(
        await uow.session.scalars(
            select(BulkChange)
            .where(BulkChange.bulk_id == row.id, BulkChange.outcome == "changed")
            .order_by(BulkChange.conversation_id)
            .limit(rules.batch)
        )
    )
    for change in found:
        change.outcome, change.reason = await _restore_one(uow, change)
        row.restored += change.outcome == "restored"
        row.kept += change.outcome == "kept"
    if len(found) < rules.batch:
        row.state, row.ended_at = "undone", uow.now
    else:
        await go_on(uow, row)
    await tell(uow, row)


async def _restore_one(uow: UnitOfWork, change: BulkChange) -> tuple[str, str]:
    try:
        row = await lock(uow, change.conversation_id)
        if await last_entry(uow, row.id) != change.item_id:
            return "kept", "since"
        # Asked first: what was put back by halves would be nobody's doing.
        await _refuse_what_is_gone(uow, change.before)
        await _restore(uow, row, change.before)
    except HubError as refused:
        return "kept", refused.code
    return "restored", ""


async def _refuse_what_is_gone(uow: UnitOfWork, before: dict[str, Any]) -> None:
    """Raise a StateError if it was an agent's or a queue's that is not there any more."""
    if before["assignee_id"] is not None:
        wrong = await assignees.wrong_with(uow.session, before["assignee_id"])
        if wrong:
            raise StateError(f"whoever had it cannot have it again: {wrong}")
    if await uow.session.get(Queue, before["queue_id"]) is None:
        raise StateError("its queue is not there any more")


async def _restore(uow: UnitOfWork, row: Conversation, before: dict[str, Any]) -> None:
    clock_was = row.state == "resolved" or before["queue_id"] != row.queue_id
    await changes.prioritise(uow, row, before["priority"])
    await changes.tag(uow, row, before["tags"], new="drop")
    await changes.move_to_queue(uow, row, before["queue_id"])
    await changes.assign(uow, row, before["assignee_id"])
    _set_moments(row, before, "waiting_since")
    if before["state"] != row.state or before["state"] == "snoozed":
        await _restore_state(uow, row, before)
    if clock_was:
        await _restore_clock(uow, row, before)
    _set_moments(row, before, "given_at", "waiting_since")
    client = await uow.session.get_one(Client, row.client_id)
    # Last, since clocks came back that the changes before could not tell of.
    uow.record(
        ConversationRestored(
            client_id=row.client_id,
            conversation_id=row.id,
            was=standing(row),
            state=shown(conversation=conversation_view(row, client.name)),
        )
    )


async def _restore_state(
    uow: UnitOfWork, row: Conversation, before: dict[str, Any]
) -> None:
    wanted, until = before["state"], _moment(before["snoozed_until"])
    if wanted == "snoozed" and (until is None or until <= uow.now):
        # It would have woken by now.
        wanted = "open"
    if row.state == "resolved" or wanted == "open":
        await changes.set_state(uow, row, "open")
    if wanted != "open":
        await changes.set_state(uow, row, wanted, until=until, anyway=True)


async def _restore_clock(
    uow: UnitOfWork, row: Conversation, before: dict[str, Any]
) -> None:
    """Let the promise of a first answer run on as if it had never been stopped."""
    _set_moments(row, before, "respond_by", "first_responded_at", "breached_at")
    clock = before["clock"]
    if clock is None:
        return
    # What began in another queue never began.
    await uow.session.execute(
        delete(FirstResponse).where(
            FirstResponse.conversation_id == row.id,
            FirstResponse.ended_at.is_(None),
            FirstResponse.id != clock["id"],
        )
    )
    promised = clock["promised"]
    await uow.session.execute(
        update(FirstResponse)
        .where(FirstResponse.id == clock["id"])
        .values(
            ended_at=None,
            answered_at=None,
            account_id=None,
            queue_id=clock["queue_id"],
            promised=None if promised is None else timedelta(seconds=promised),
            in_time=clock["in_time"],
            **{name: _moment(clock[name]) for name in CLOCK_MOMENTS},
        )
    )
    if row.respond_by is not None and row.breached_at is None:
        await uow.owe(
            sla.FIRST_RESPONSE,
            sla.key(row.id),
            at=row.respond_by,
            payload={"conversation_id": row.id},
        )


def _set_moments(row: Conversation, before: dict[str, Any], *names: str) -> None:
    for name in names:
        setattr(row, name, _moment(before[name]))


def _moment(kept: str | None) -> datetime | None:
    return datetime.fromisoformat(kept) if kept else None
