"""Who is rung, and who has been. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """An agent who might be rung."""

    account_id: int
    #: His outside number, E.164; "" when he has none.
    number: str
    #: He is there and available.
    present: bool
    #: He serves the conversation's queue.
    serves: bool
    #: He is being rung, or speaks, in another call.
    busy: bool
    #: When work was given to him last; None: never.
    given_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RungAgent:
    """An agent who was rung for a call."""

    account_id: int
    number: str
    #: The provider's id of his leg, once it is known.
    leg_id: str = ""
    missed: bool = False


def next_phone(
    phones: Collection[Phone], *, assignee_id: int | None, rung: Collection[int]
) -> Phone | None:
    """Give the agent to be rung; None when nobody is free.

    The client's own agent comes first, whatever queue he serves; then the one to whom
    work was given longest ago. Nobody is rung twice for one call.
    """
    free = [
        one
        for one in phones
        if one.number and one.present and not one.busy and one.account_id not in rung
    ]
    for one in free:
        if one.account_id == assignee_id:
            return one
    return min((one for one in free if one.serves), key=_turn, default=None)


def read_rung(kept: Sequence[Any]) -> tuple[RungAgent, ...]:
    """Read who was rung, in order, as ``Call.rung`` keeps it."""
    return tuple(RungAgent(**one) for one in kept)


def keep_rung(rung: Sequence[RungAgent]) -> list[dict[str, Any]]:
    """Write who was rung, for ``Call.rung``."""
    return [asdict(one) for one in rung]


def rings_now(rung: Sequence[RungAgent]) -> RungAgent | None:
    """Give the agent whose phone rings, unless all have missed it."""
    return rung[-1] if rung and not rung[-1].missed else None


def after_miss(rung: Sequence[RungAgent], leg_id: str) -> tuple[RungAgent, ...] | None:
    """Note that the agent who is rung did not pick up.

    Args:
        rung: Who was rung.
        leg_id: The leg that was missed, if the provider tells.

    Returns:
        Who was rung, as known now; None when this was said before.
    """
    if leg_id and any(one.leg_id == leg_id and one.missed for one in rung):
        return None
    if rings_now(rung) is None:
        return None
    return (*rung[:-1], replace(rung[-1], leg_id=leg_id, missed=True))


def _turn(one: Phone) -> tuple[bool, float, int]:
    since = one.given_at.timestamp() if one.given_at else 0.0
    return one.given_at is not None, since, one.account_id
