"""What agents do now, and whether they are there at all.

An agent chooses his state. His live screens give a sign every so often; when they are
all silent for too long he has vanished: he is offline, and what the queue gave him and
he has not answered goes back to the queue. When he is seen again he takes up the state
that he vanished from. Who has never been here starts as available if he is an agent,
and offline if he only watches and steers.

Rows are locked in one order: timers of vanishing, those of routing, accounts, states.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, or_, select, update

from config.work import QueueSettings
from hub.access import roles
from hub.access.rights import Right, takes_work
from hub.conversations.changes import assign
from hub.errors import ForbiddenError, InvalidError, NotFoundError
from hub.queues import agents, requests
from hub.queues.events import AgentStateChanged
from hub.queues.views import NEVER_HERE, AgentView, agent_views
from hub.storage import due
from hub.storage.due import Claim
from hub.storage.tables import Account, AgentState, Call, Conversation
from hub.storage.tables.queues import AGENT_STATES
from hub.storage.unit import UnitOfWork

VANISH = "agent.vanish"
GIVE_BACK = "agent.give_back"
#: A timer: nothing was done at his screen for long.
AWAY = "agent.away"
#: Offers of one who is not free are withdrawn; ``offers.py`` has the handler.
TAKE_BACK = "offer.take_back"
#: The reason of a break that nobody chose.
SILENT = "away"


async def set_state(
    uow: UnitOfWork,
    account_id: int,
    state: str,
    *,
    settings: QueueSettings,
    reason: str = "",
) -> AgentView:
    """Let an agent do something else. It is a sign of life, too.

    Args:
        uow: The unit.
        account_id: Whose.
        state: One of ``AGENT_STATES``.
        settings: How queues behave.
        reason: Why he has a break, in a word of ``break_reasons``.

    Raises:
        InvalidError: There is no such state or reason.
        NotFoundError: There is no such active account.
        ForbiddenError: His role may not answer clients, so he cannot be at work.
    """
    if state not in AGENT_STATES:
        raise InvalidError("state", errors={"state": f"one of {AGENT_STATES}"})
    if reason and (state != "break" or reason not in settings.break_reasons):
        known = ", ".join(settings.break_reasons)
        raise InvalidError("reason", errors={"reason": f"of a break, one of {known}"})
    account = await uow.session.get(Account, account_id)
    if account is None or not account.active:
        raise NotFoundError(f"account {account_id}")
    if state in {"available", "wrap"} and Right.REPLY not in await roles.held_by(
        uow.session, account.role
    ):
        raise ForbiddenError("who may not answer is given nothing", right=Right.REPLY)
    await _watch(uow, [account_id], settings)
    if state == "available":
        await requests.request_now(uow, [account_id])
    await agents.hold(uow, [account_id])
    rows = await hold_states(uow, [account_id])
    row = rows.get(account_id) or _begin(uow, account_id)
    _sign(uow, row, settings)
    row.resume = None
    await move(uow, row, state, reason=reason)
    (view,) = await agent_views(uow.session, [account_id])
    return view


async def seen(
    uow: UnitOfWork, account_ids: Collection[int], *, settings: QueueSettings
) -> None:
    """Note that these agents have live screens; the live screens say so steadily.

    Called when a screen connects and at least twice in ``vanish_after`` from then on,
    for all screens of a process at once.
    """
    ids = sorted(set(account_ids))
    if not ids:
        return
    await _watch(uow, ids, settings)
    starts = await _coming(uow, ids)
    if starts:
        await requests.request_now(uow, starts)
        await agents.hold(uow, starts)
    rows = await hold_states(uow, ids)
    rows |= {one: _begin(uow, one) for one in starts if one not in rows}
    for row in rows.values():
        _sign(uow, row, settings)
    for account_id, start in starts.items():
        row = rows[account_id]
        to = row.resume or start
        row.resume = None
        reason = row.reason if to == "break" else ""
        wrap = _wrap(row)
        if to == "wrap" and wrap is not None and wrap[0] <= uow.now:
            to = "available"
        wrap = wrap if to == "wrap" else None
        await move(uow, row, to, because="returned", reason=reason, wrap=wrap)


async def active(
    uow: UnitOfWork, account_id: int, *, settings: QueueSettings
) -> AgentView:
    """Note that an agent does something at his screen, which says so once in a while.

    Without another word he has a break by himself after ``away_after``; the word that
    comes then ends that break. A screen that never says so is not waited for.

    Raises:
        NotFoundError: He is not here.
    """
    found = await uow.session.scalar(
        select(AgentState).where(AgentState.account_id == account_id)
    )
    if found is None:
        raise NotFoundError(f"state of account {account_id}")
    if settings.away_after:
        await uow.owe(
            AWAY,
            f"{AWAY}:{account_id}",
            at=uow.now + settings.away_after,
            payload={"account_id": account_id},
        )
    returns = found.state == "break" and found.reason == SILENT
    if returns:
        await requests.request_now(uow, [account_id])
        await agents.hold(uow, [account_id])
    row = (await hold_states(uow, [account_id]))[account_id]
    row.active_at = uow.now
    if returns and row.state == "break" and row.reason == SILENT:
        await move(uow, row, "available", because="returned")
    (view,) = await agent_views(uow.session, [account_id])
    return view


async def fall_silent(
    uow: UnitOfWork, claim: Claim, *, settings: QueueSettings
) -> None:
    """Nothing was done at an agent's screen for long. A timer's handler."""
    account_id = claim.payload["account_id"]
    if not settings.away_after:
        return
    await agents.hold(uow, [account_id])
    row = (await hold_states(uow, [account_id])).get(account_id)
    if row is None or row.state != "available":
        return
    since = row.active_at or row.since
    speaks = await uow.session.scalar(
        select(Call.id)
        .where(Call.agent_id == account_id, Call.ended_at.is_(None))
        .limit(1)
    )
    if speaks is not None or since + settings.away_after > uow.now:
        at = max(since, uow.now if speaks else since) + settings.away_after
        await uow.owe(AWAY, claim.key, at=at, payload=claim.payload)
        return
    await move(uow, row, "break", because="silent", reason=SILENT)


async def leave(uow: UnitOfWork, account_id: int) -> None:
    """Send an agent home whose account was deactivated; all his work goes back."""
    await agents.hold(uow, [account_id])
    if row := (await hold_states(uow, [account_id])).get(account_id):
        row.resume = None
        await move(uow, row, "offline", because="deactivated")
    await _owe_back(uow, account_id)
    agents.changed(uow, account_id)


async def step_back(uow: UnitOfWork, account_ids: Collection[int]) -> None:
    """Take agents from work who may not answer clients any more.

    What the queue gave them and they have not answered goes back to it.
    """
    await agents.hold(uow, account_ids)
    for row in (await hold_states(uow, account_ids)).values():
        row.resume = None
        await move(uow, row, "offline", because="rights")


async def arrive(uow: UnitOfWork, account_id: int) -> None:
    """An agent signs in: he comes to work, whatever he chose when he last left.

    He is available once his screen is open. Somebody who does not serve queues by his
    role (a manager, an admin) stays as he is.
    """
    held = await roles.held_by_all(uow.session)
    await uow.session.execute(
        update(AgentState)
        .where(
            AgentState.account_id == account_id,
            AgentState.state == "offline",
            AgentState.resume.is_(None),
            AgentState.account_id.in_(
                select(Account.id).where(
                    Account.role.in_([one for one in held if takes_work(held[one])])
                )
            ),
        )
        .values(resume="available")
    )


async def vanish(uow: UnitOfWork, claim: Claim) -> None:
    """All screens of an agent were silent for too long. A timer's handler."""
    account_id = claim.payload["account_id"]
    await agents.hold(uow, [account_id])
    row = (await hold_states(uow, [account_id])).get(account_id)
    if row is None or row.state == "offline" or row.gone_at > uow.now:
        return
    was = row.reason
    # From a break that nobody chose he comes back to work.
    row.resume = "available" if was == SILENT else row.state
    # The time after a call runs on without him; one that he chose has no end.
    await move(uow, row, "offline", because="vanished", reason=was, wrap=_wrap(row))


async def give_back(uow: UnitOfWork, claim: Claim) -> None:
    """Let an agent's unanswered work wait in its queues again. A timer's handler.

    Apart from ``vanish``: once he is offline nothing new is given to him, so what is
    found here is everything. Of one who left for good it is all that is open.
    """
    account_id = claim.payload["account_id"]
    account = await uow.session.get_one(Account, account_id)
    state = await uow.session.scalar(
        select(AgentState.state).where(AgentState.account_id == account_id)
    )
    if account.active and state != "offline":
        return
    his = [Conversation.assignee_id == account_id, Conversation.state == "open"]
    if account.active:
        his.append(Conversation.given_at.is_not(None))
        his.append(Conversation.waiting_since.is_not(None))
    rows = await uow.session.scalars(
        select(Conversation)
        .where(*his)
        .order_by(Conversation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for conversation in rows:
        because = "vanished" if account.active else "deactivated"
        await assign(uow, conversation, None, because=because)


async def wait_again(uow: UnitOfWork, *, settings: QueueSettings) -> None:
    """Give everybody time to be seen after the hub itself was away.

    Called once when a process starts, before its timers run. Timers of vanishing that
    are overdue then were nobody's to fire: no agent could have been seen meanwhile.
    """
    ids = await uow.session.scalars(
        select(AgentState.account_id).where(
            AgentState.state != "offline", AgentState.gone_at <= uow.now
        )
    )
    if overdue := sorted(ids):
        await _watch(uow, overdue, settings)
        for row in (await hold_states(uow, overdue)).values():
            row.gone_at = uow.now + settings.vanish_after


async def _watch(
    uow: UnitOfWork, account_ids: Collection[int], settings: QueueSettings
) -> None:
    """Start the timers anew that find out who has vanished."""
    await due.put_all(
        uow.session,
        VANISH,
        {f"{VANISH}:{one}": {"account_id": one} for one in account_ids},
        at=uow.now + settings.vanish_after,
        now=uow.now,
    )
    uow.owes = True


async def _coming(uow: UnitOfWork, ids: Collection[int]) -> dict[int, str]:
    """Tell who of these was not there, and what he does who is here the first time."""
    held = await roles.held_by_all(uow.session)
    rows = await uow.session.execute(
        select(Account.id, Account.role)
        .outerjoin(AgentState, AgentState.account_id == Account.id)
        .where(
            Account.id.in_(ids),
            Account.active,
            or_(
                AgentState.account_id.is_(None),
                and_(AgentState.state == "offline", AgentState.resume.is_not(None)),
            ),
        )
        .order_by(Account.id)
    )
    return {
        row.id: "available" if takes_work(held.get(row.role, ())) else NEVER_HERE
        for row in rows
    }


async def hold_states(uow: UnitOfWork, ids: Collection[int]) -> dict[int, AgentState]:
    """Lock the states of agents."""
    rows = await uow.session.scalars(
        select(AgentState)
        .where(AgentState.account_id.in_(ids))
        .order_by(AgentState.account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.account_id: row for row in rows}


def _begin(uow: UnitOfWork, account_id: int) -> AgentState:
    row = AgentState(account_id=account_id, state=NEVER_HERE, since=uow.now)
    uow.session.add(row)
    return row


def _wrap(row: AgentState) -> tuple[datetime, int] | None:
    if row.wrap_until is None or row.wrap_conversation_id is None:
        return None
    return row.wrap_until, row.wrap_conversation_id


def _sign(uow: UnitOfWork, row: AgentState, settings: QueueSettings) -> None:
    row.seen_at = uow.now
    row.gone_at = uow.now + settings.vanish_after
    if row.usual_capacity != settings.capacity:
        row.usual_capacity = settings.capacity
        agents.changed(uow, row.account_id)


async def move(
    uow: UnitOfWork,
    row: AgentState,
    to: str,
    *,
    because: str = "",
    reason: str = "",
    wrap: tuple[datetime, int] | None = None,
) -> None:
    """Move an agent (held) to another state; the same state changes nothing."""
    if row.state == to and (row.reason or "") == reason:
        await uow.session.flush()
        return
    was, row.state, row.since = row.state, to, uow.now
    row.reason = reason
    row.wrap_until, row.wrap_conversation_id = wrap or (None, None)
    await uow.session.flush()
    (view,) = await agent_views(uow.session, [row.account_id])
    uow.record(
        AgentStateChanged(
            account_id=row.account_id,
            was=was,
            to=to,
            because=because,
            reason=reason,
            state={"agent": view},
        )
    )
    if was == "available":
        await uow.owe(
            TAKE_BACK,
            f"{TAKE_BACK}:{row.account_id}",
            at=uow.now,
            payload={"account_id": row.account_id},
        )
    if to == "offline":
        await _owe_back(uow, row.account_id)


async def _owe_back(uow: UnitOfWork, account_id: int) -> None:
    await uow.owe(
        GIVE_BACK,
        f"{GIVE_BACK}:{account_id}",
        at=uow.now,
        payload={"account_id": account_id},
    )
