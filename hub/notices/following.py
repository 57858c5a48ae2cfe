"""Tell people what the log says happened to their work.

Intake pays nothing for it: a step reads the events after the last one that was minded
and tells whom they concern, in one transaction, so each is told once however often a
process dies. Any number of processes may step; one at a time does.

A flood costs little: what concerns nobody is left out by the statement that reads the
log, and who listens to what nobody has is asked once a step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Text, cast, select, text
from sqlalchemy.dialects.postgresql import JSONB

from hub.conversations.entries import lock_unless_held
from hub.conversations.notices import Notice, notify, notify_all
from hub.storage.database import Database
from hub.storage.due import Claim
from hub.storage.tables import Account, AgentState, NoticeWishes, QueueMember
from hub.storage.unit import UnitOfWork

#: Events of one step.
EVENTS = 500
#: Timers: an answer is due soon; a reopened conversation waits for who is away.
RISK = "notice.sla_risk"
RETURN = "conversation.return"
#: A conversation that somebody has in hand is looked at again so much later.
AGAIN = timedelta(milliseconds=100)

_PROGRESS = text("SELECT seq FROM notice_progress FOR UPDATE SKIP LOCKED")
_HEAD = text("SELECT seq, floor FROM log_head")
_MOVE_ON = text("UPDATE notice_progress SET seq = :seq")
# Most entries are ours, or in a conversation that nobody has or listens to.
_FOLLOW = text("""
    SELECT seq, kind, at, data, state -> 'conversation' AS conversation,
        state -> 'item' AS item
    FROM events
    WHERE seq > :after AND seq <= :upto AND kind IN (
        'interaction.added', 'conversation.breached', 'conversation.opened',
        'conversation.state_changed', 'conversation.moved')
        AND (kind <> 'interaction.added' OR data ->> 'direction' = 'in'
            AND (:heard OR state #>> '{conversation,assignee_id}' IS NOT NULL))
    ORDER BY seq LIMIT :limit
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowRules:
    """When what is seen in the log is told, from the settings."""

    #: An answer is due soon when this share of its time is left.
    risk_share: float
    #: A reopened conversation of who is away goes back after so long; None: never.
    return_after: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listeners:
    """Who wants to hear of what nobody has; mostly there is none."""

    #: The queues that each serves, by account.
    serves: Mapping[int, frozenset[int]]
    #: Queues that anybody serves; one without is everybody's.
    staffed: frozenset[int] = frozenset()

    def of(self, queue_id: int) -> list[int]:
        """Name those of one queue."""
        return [
            account_id
            for account_id, queues in self.serves.items()
            if queue_id in queues or queue_id not in self.staffed
        ]


async def step(db: Database, rules: FollowRules) -> bool:
    """Tell of what is new in the log; tell whether there is more."""
    async with db.begin() as uow:
        found = (await uow.session.execute(_PROGRESS)).one_or_none()
        if found is None:
            # Another process is at it.
            return False
        head, floor = (await uow.session.execute(_HEAD)).one()
        if found.seq is None or not floor <= found.seq <= head:
            # A new hub, or a log that begins anew: what was before is not news.
            await uow.session.execute(_MOVE_ON, {"seq": head})
            return False
        if found.seq == head:
            return False
        listeners = await _listeners(uow)
        rows = list(
            await uow.session.execute(
                _FOLLOW,
                {
                    "after": found.seq,
                    "upto": head,
                    "heard": bool(listeners.serves),
                    "limit": EVENTS,
                },
            )
        )
        told: list[Notice] = []
        for row in rows:
            told += await _mind(uow, row, rules, listeners)
        await notify_all(uow, told)
        is_full = len(rows) == EVENTS
        await uow.session.execute(_MOVE_ON, {"seq": rows[-1].seq if is_full else head})
        return is_full


async def risk(uow: UnitOfWork, claim: Claim) -> None:
    """Tell whoever has it that its first answer is due soon. A timer's handler."""
    row = await lock_unless_held(uow, claim.payload["conversation_id"])
    if row is None:
        await uow.owe(RISK, claim.key, at=uow.now + AGAIN, payload=claim.payload)
        return
    waits = (
        row.state == "open"
        and row.waiting_since is not None
        and row.first_responded_at is None
        and row.breached_at is None
        and row.respond_by is not None
        and row.respond_by.isoformat() == claim.payload["respond_by"]
    )
    if waits and row.assignee_id is not None:
        await notify(uow, row.assignee_id, "sla_risk", row.id)


async def give_back(uow: UnitOfWork, claim: Claim) -> None:
    """Let a reopened conversation wait in its queue: its agent is away still.

    A timer's handler.
    """
    from hub.conversations.changes import assign  # noqa: PLC0415 - it tells of notices

    row = await lock_unless_held(uow, claim.payload["conversation_id"])
    if row is None:
        await uow.owe(RETURN, claim.key, at=uow.now + AGAIN, payload=claim.payload)
        return
    if (
        row.state != "open"
        or row.waiting_since is None
        or row.assignee_id is None
        or row.assignee_id != claim.payload["assignee_id"]
        or await _is_here(uow, row.assignee_id)
    ):
        return
    await assign(uow, row, None, because="away")


async def _mind(
    uow: UnitOfWork, row: Any, rules: FollowRules, listeners: _Listeners
) -> Sequence[Notice]:
    """Do what an event asks for; give what is to be told."""
    now = row.conversation
    if now is None:
        return ()
    if row.kind == "interaction.added":
        return _said(now, row.item, listeners)
    if row.kind == "conversation.breached":
        return _notices([now["assignee_id"]], "sla_breached", now)
    await _clock(uow, now, row.at, rules)
    if row.kind == "conversation.state_changed":
        await _reopened(uow, now, row.data, rules)
    return ()


def _said(
    now: Mapping[str, Any], item: Mapping[str, Any], listeners: _Listeners
) -> Sequence[Notice]:
    """A client said something."""
    if (
        item["direction"] != "in"
        or item["kind"] not in {"message", "form"}
        or item["data"].get("automatic")
        or now["state"] != "open"
    ):
        return ()
    if now["assignee_id"] is not None:
        return _notices([now["assignee_id"]], "message", now, item["id"])
    return _notices(listeners.of(now["queue_id"]), "queue_message", now, item["id"])


def _notices(
    account_ids: Sequence[int | None],
    kind: str,
    now: Mapping[str, Any],
    item_id: int | None = None,
) -> Sequence[Notice]:
    return [
        Notice(account_id=one, kind=kind, conversation_id=now["id"], item_id=item_id)
        for one in account_ids
        if one is not None
    ]


async def _listeners(uow: UnitOfWork) -> _Listeners:
    kinds = NoticeWishes.wishes["kinds"]["queue_message"]
    ids = list(
        await uow.session.scalars(
            select(Account.id)
            .join(NoticeWishes, NoticeWishes.account_id == Account.id)
            .where(
                Account.active, cast(kinds, JSONB).has_any(cast(["app"], ARRAY(Text)))
            )
            .order_by(Account.id)
        )
    )
    if not ids:
        return _Listeners(serves={})
    members = (
        await uow.session.execute(select(QueueMember.queue_id, QueueMember.account_id))
    ).all()
    return _Listeners(
        serves={
            one: frozenset(queue_id for queue_id, his in members if his == one)
            for one in ids
        },
        staffed=frozenset(queue_id for queue_id, _ in members),
    )


async def _clock(
    uow: UnitOfWork, now: dict[str, Any], since: datetime, rules: FollowRules
) -> None:
    """A clock of a first answer may have begun: remind of it before it ends."""
    if now["state"] != "open" or now["respond_by"] is None or not now["waiting_since"]:
        return
    respond_by = datetime.fromisoformat(now["respond_by"])
    at = respond_by - (respond_by - since) * rules.risk_share
    if rules.risk_share > 0 and at > since:
        await uow.owe(
            RISK,
            f"{RISK}:{now['id']}",
            at=at,
            payload={
                "conversation_id": now["id"],
                "respond_by": respond_by.isoformat(),
            },
        )


async def _reopened(
    uow: UnitOfWork, now: dict[str, Any], data: dict[str, Any], rules: FollowRules
) -> None:
    if (
        rules.return_after is None
        or data["to"] != "open"
        or data["because"] not in {"message", "snooze_over"}
        or now["assignee_id"] is None
        or await _is_here(uow, now["assignee_id"])
    ):
        return
    await uow.owe(
        RETURN,
        f"{RETURN}:{now['id']}",
        at=uow.now + rules.return_after,
        payload={"conversation_id": now["id"], "assignee_id": now["assignee_id"]},
    )


async def _is_here(uow: UnitOfWork, account_id: int) -> bool:
    """Tell whether an agent is at work, free or not."""
    state = await uow.session.scalar(
        select(AgentState.state).where(AgentState.account_id == account_id)
    )
    return state in {"available", "wrap"}
