"""One thing done to many conversations: in units, once each, and to be undone.

Whoever asks names conversations or a filter; which ones that are is settled at once, so
that what comes later is not swept along. A timer then goes through them a unit at a
time. A conversation that refuses (it has an open promise, say) is left and counted; what
was changed is kept as it was before, for ``bulk_undo.py``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hub.access import assignees
from hub.conversations import changes
from hub.conversations.entries import lock
from hub.errors import HubError, InvalidError, NotFoundError
from hub.lists.bulk_deeds import BulkGiven, do
from hub.log.events import Actor, Event, account_topic
from hub.storage.due import Claim
from hub.storage.tables import (
    Account,
    BulkAction,
    BulkChange,
    Conversation,
    FirstResponse,
    Queue,
    TimelineItem,
)
from hub.storage.tables.conversations import PRIORITIES
from hub.storage.unit import UnitOfWork

#: The timer that goes on with it.
GO_ON = "conversations.bulk"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRules:
    """How much at once, from the settings."""

    #: Conversations of one unit.
    batch: int
    #: How long it can be undone.
    kept: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkView:
    """How far an action on many conversations is."""

    id: int
    do: str
    #: ``running``, ``done``, ``undoing`` or ``undone``.
    state: str
    total: int
    #: Gone through; of those changed, put back, and left since something happened.
    reached: int
    changed: int
    restored: int
    kept: int
    #: Why conversations were not changed, and how many each.
    refused: dict[str, int]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkMoved(Event):
    """An action on many conversations began, went on or ended."""

    kind: ClassVar[str] = "bulk.moved"
    bulk_id: int
    account_id: int

    def topics(self) -> tuple[str, ...]:
        """For whoever asked for it."""
        return (account_topic(self.account_id),)


async def begin(
    uow: UnitOfWork, ids: Sequence[int], given: BulkGiven, *, rules: BulkRules
) -> BulkView:
    """Do something to these conversations, soon.

    Raises:
        InvalidError: What is to be done lacks something, or names what is not there.
    """
    await _check(uow, given)
    await _forget_old(uow, rules)
    row = BulkAction(
        account_id=uow.actor.id,
        action=_kept(given),
        state="running",
        # Sorted, so that two actions wait for each other in one order.
        conversation_ids=await _known(uow, ids),
        reached=0,
        changed=0,
        restored=0,
        kept=0,
        at=uow.now,
    )
    uow.session.add(row)
    await uow.session.flush()
    await go_on(uow, row)
    return await tell(uow, row)


async def access_bulk(
    session: AsyncSession, bulk_id: int, account_id: int
) -> BulkAction:
    """Hand out an action to whoever asked for it.

    Raises:
        NotFoundError: There is none, or it is another's.
    """
    row: BulkAction | None = await session.get(
        BulkAction, bulk_id, populate_existing=True
    )
    if row is None or row.account_id != account_id:
        raise NotFoundError(f"action {bulk_id}")
    return row


async def running(session: AsyncSession, account_id: int) -> BulkView | None:
    """Give the action of an account that is still under way, the newest one."""
    row = await session.scalar(
        select(BulkAction)
        .where(
            BulkAction.account_id == account_id,
            BulkAction.state.in_(("running", "undoing")),
        )
        .order_by(BulkAction.id.desc())
        .limit(1)
    )
    return None if row is None else await bulk_view(session, row)


async def bulk_view(session: AsyncSession, row: BulkAction) -> BulkView:
    """Show how far an action is."""
    refused = await session.execute(
        select(BulkChange.reason, func.count().label("many"))
        .where(BulkChange.bulk_id == row.id, BulkChange.outcome == "refused")
        .group_by(BulkChange.reason)
        .order_by(BulkChange.reason)
    )
    return BulkView(
        id=row.id,
        do=row.action["do"],
        state=row.state,
        total=len(row.conversation_ids),
        reached=row.reached,
        changed=row.changed,
        restored=row.restored,
        kept=row.kept,
        refused={row.reason: row.many for row in refused},
        at=row.at,
    )


async def tell(uow: UnitOfWork, row: BulkAction) -> BulkView:
    """Say how far it is, to whoever asked for it."""
    await uow.session.flush()
    view = await bulk_view(uow.session, row)
    uow.record(
        BulkMoved(bulk_id=row.id, account_id=row.account_id, state={"bulk": view})
    )
    return view


async def go_on(uow: UnitOfWork, row: BulkAction) -> None:
    """Let the next part be done, by a unit of its own."""
    await uow.owe(GO_ON, f"{GO_ON}:{row.id}", at=uow.now, payload={"bulk_id": row.id})


async def take_part(uow: UnitOfWork, row: BulkAction, *, rules: BulkRules) -> None:
    """Do the next part of an action (locked)."""
    ids = row.conversation_ids[row.reached : row.reached + rules.batch]
    given = _given(row.action)
    done = [await _change_one(uow, one, given) for one in ids]
    if done:
        await uow.session.execute(
            insert(BulkChange)
            .values([{"bulk_id": row.id, **one} for one in done])
            .on_conflict_do_nothing()
        )
    row.reached += len(ids)
    row.changed += sum(one["outcome"] == "changed" for one in done)
    if row.reached >= len(row.conversation_ids):
        row.state, row.ended_at = "done", uow.now
    else:
        await go_on(uow, row)
    await tell(uow, row)


async def held(uow: UnitOfWork, claim: Claim) -> BulkAction:
    """Lock the action of a timer, and act as whoever asked for it."""
    row = await uow.session.get_one(
        BulkAction,
        claim.payload["bulk_id"],
        with_for_update=True,
        populate_existing=True,
    )
    account = await uow.session.get_one(Account, row.account_id)
    uow.actor = Actor(kind="agent", id=account.id, name=account.name)
    return row


async def _change_one(
    uow: UnitOfWork, conversation_id: int, given: BulkGiven
) -> dict[str, Any]:
    outcome: dict[str, Any] = {
        "conversation_id": conversation_id,
        "outcome": "same",
        "reason": "",
        "before": {},
        "item_id": None,
    }
    try:
        row = await lock(uow, conversation_id)
        before = await _before(uow, row)
        did = await do(uow, row, given)
    except HubError as refused:
        # Each of them is raised before anything is changed.
        return outcome | {"outcome": "refused", "reason": refused.code}
    if not did:
        return outcome
    last = await last_entry(uow, conversation_id)
    return outcome | {"outcome": "changed", "before": before, "item_id": last}


async def last_entry(uow: UnitOfWork, conversation_id: int) -> int | None:
    """Name the newest entry of a conversation."""
    await uow.session.flush()
    found: int | None = await uow.session.scalar(
        select(func.max(TimelineItem.id)).where(
            TimelineItem.conversation_id == conversation_id
        )
    )
    return found


async def _before(uow: UnitOfWork, row: Conversation) -> dict[str, Any]:
    """Note what an action may replace, with the clock that it may stop."""
    clock = await uow.session.scalar(
        select(FirstResponse).where(
            FirstResponse.conversation_id == row.id, FirstResponse.ended_at.is_(None)
        )
    )
    moments = {
        name: at.isoformat() if (at := getattr(row, name)) else None for name in MOMENTS
    }
    return {
        "state": row.state,
        "assignee_id": row.assignee_id,
        "queue_id": row.queue_id,
        "priority": row.priority,
        "tags": list(row.tags),
        "clock": None if clock is None else _clock(clock),
        **moments,
    }


def _clock(row: FirstResponse) -> dict[str, Any]:
    promised = row.promised.total_seconds() if row.promised is not None else None
    moments = {
        name: at.isoformat() if (at := getattr(row, name)) else None
        for name in CLOCK_MOMENTS
    }
    return {
        "id": row.id,
        "queue_id": row.queue_id,
        "promised": promised,
        "in_time": row.in_time,
        **moments,
    }


#: Times of a clock of a first answer, which runs on when the action is undone.
CLOCK_MOMENTS = ("counted_from", "respond_by", "decided_at")
#: Times of a conversation that an action may replace.
MOMENTS = (
    "given_at",
    "snoozed_until",
    "waiting_since",
    "respond_by",
    "first_responded_at",
    "breached_at",
)


async def _check(uow: UnitOfWork, given: BulkGiven) -> None:
    """Refuse at once what every conversation would refuse."""
    errors: dict[str, str] = {}
    to = given.assignee_id if given.do == "assign" else None
    if to is not None and (wrong := await assignees.wrong_with(uow.session, to)):
        errors["assignee_id"] = wrong
    if given.do == "move" and await _no_queue(uow, given.queue_id):
        errors["queue_id"] = "no such queue"
    if given.do == "prioritise" and given.priority not in PRIORITIES:
        errors["priority"] = f"one of {', '.join(PRIORITIES)}"
    if given.do == "snooze" and (given.until is None or given.until <= uow.now):
        errors["until"] = "a time in the future"
    if given.do in {"tag", "untag"} and not given.tags:
        errors["tags"] = "is missing"
    if any(not 0 < len(one) <= changes.MAX_TAG for one in given.tags):
        errors["tags"] = f"each of 1 to {changes.MAX_TAG} letters"
    if errors:
        raise InvalidError(", ".join(errors), errors=errors)


async def _known(uow: UnitOfWork, ids: Sequence[int]) -> list[int]:
    """Leave out what is no conversation."""
    found = await uow.session.scalars(
        select(Conversation.id)
        .where(Conversation.id.in_(set(ids)))
        .order_by(Conversation.id)
    )
    return list(found)


async def _no_queue(uow: UnitOfWork, queue_id: int | None) -> bool:
    return queue_id is None or await uow.session.get(Queue, queue_id) is None


def _kept(given: BulkGiven) -> dict[str, Any]:
    return {
        "do": given.do,
        "assignee_id": given.assignee_id,
        "queue_id": given.queue_id,
        "priority": given.priority,
        "tags": list(given.tags),
        "until": given.until.isoformat() if given.until else None,
    }


def _given(kept: dict[str, Any]) -> BulkGiven:
    until = kept["until"]
    return BulkGiven(
        **kept
        | {
            "tags": tuple(kept["tags"]),
            "until": datetime.fromisoformat(until) if until else None,
        }
    )


async def _forget_old(uow: UnitOfWork, rules: BulkRules) -> None:
    """Drop what can be undone no more."""
    old = select(BulkAction.id).where(
        BulkAction.account_id == uow.actor.id,
        BulkAction.at < uow.now - rules.kept,
        BulkAction.state.in_(("done", "undone")),
    )
    await uow.session.execute(delete(BulkChange).where(BulkChange.bulk_id.in_(old)))
    await uow.session.execute(
        delete(BulkAction)
        .where(BulkAction.id.in_(old))
        .execution_options(synchronize_session=False)
    )
