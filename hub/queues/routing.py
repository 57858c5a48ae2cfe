"""Who gets what. Pure.

Work goes round: to whom it was given longest ago, among those with a free hand. What
matters most goes first, then what is due first, then who has waited longest.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hub.storage.tables.conversations import PRIORITIES

#: Two gifts of one moment still have an order.
_TICK = timedelta(microseconds=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent who is there and serves the queue."""

    id: int
    #: What he could take now, by weight; may be below 0.
    free: int
    #: When work was given to him last; None: never.
    given_at: datetime | None
    #: What he can have at once, by weight.
    capacity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An open conversation without an agent whose client waits."""

    id: int
    priority: str
    #: When the answer is due.
    respond_by: datetime
    waiting_since: datetime
    #: How much of an agent's capacity it takes.
    weight: int = 1
    #: Who has let an offer of it go lately.
    refused: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """A conversation that goes to an agent."""

    conversation_id: int
    account_id: int
    #: The agent's place in the round from now on.
    given_at: datetime


def can_take(one: Candidate, weight: int) -> bool:
    """Tell whether an agent has room for so much.

    What weighs more than he could ever have is for who has nothing else.
    """
    return one.free > 0 and (one.free >= weight or one.free >= one.capacity > 0)


def next_agent(
    candidates: Iterable[Candidate], what: Waiting | None = None
) -> Candidate | None:
    """Give the agent whose turn it is; None when nobody has a hand free for it."""
    weight, refused = (what.weight, what.refused) if what else (1, frozenset[int]())
    free = (
        one for one in candidates if can_take(one, weight) and one.id not in refused
    )
    return min(free, key=_turn, default=None)


def next_conversation(waiting: Iterable[Waiting]) -> Waiting | None:
    """Give the conversation that goes first; None when none waits."""
    return min(waiting, key=_urgency, default=None)


def gifts(
    waiting: Iterable[Waiting], candidates: Iterable[Candidate], *, now: datetime
) -> list[Gift]:
    """Give out what waits until either side runs out, in the order of giving."""
    left = {one.id: one for one in waiting}
    agents = {one.id: one for one in candidates}
    latest = max((one.given_at or _NEVER for one in agents.values()), default=_NEVER)
    # Whoever gets work goes to the end of the round, even if the clock of the machine
    # that gave last is ahead of ours.
    at = max(now, latest + _TICK)
    given = []
    while what := next_conversation(left.values()):
        del left[what.id]
        whom = next_agent(agents.values(), what)
        if whom is None:
            # What comes next may be lighter, or for one who has let this one go.
            continue
        agents[whom.id] = replace(whom, free=whom.free - what.weight, given_at=at)
        given.append(Gift(conversation_id=what.id, account_id=whom.id, given_at=at))
        at += _TICK
    return given


def _turn(one: Candidate) -> tuple[datetime, int, int]:
    return one.given_at or _NEVER, -one.free, one.id


def _urgency(one: Waiting) -> tuple[int, datetime, datetime, int]:
    rank = -PRIORITIES.index(one.priority)
    return rank, one.respond_by, one.waiting_since, one.id
