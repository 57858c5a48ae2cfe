"""The way an order goes, and where on it one stands. Pure.

    placed -> paid -> packed -> shipped -> delivered -> done
    from any of them: cancelled, returned

Steps can be skipped, and a shop may take one back: what its newest update says holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

#: The steps that a client sees, in order.
PATH = ("placed", "paid", "packed", "shipped", "delivered")
#: Where an order leaves the path.
EXITS = ("cancelled", "returned")
#: All there is for an order to be. ``done`` is past the path: nothing is open.
STATUSES = (*PATH, "done", *EXITS)
#: Nothing more is expected to happen.
ENDED = frozenset({"delivered", "done", *EXITS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One node of the line that a client looks at."""

    status: str
    #: When it was reached; None ahead, and for a step that was skipped.
    at: datetime | None
    #: It lies behind.
    done: bool
    #: The order stands here.
    now: bool


def step_line(
    status: str, reached: Mapping[str, datetime], *, paid: bool
) -> list[Step]:
    """Give the line of steps, from the first to the last.

    On the path: what lies behind, where the order stands, what lies ahead. The last
    step is done as soon as it is reached. Off the path: what was reached, and the exit.

    Args:
        status: Where the order stands.
        reached: The statuses that it has come through, and when.
        paid: False for one that goes ahead unpaid: it did not come through ``paid``.
    """
    if status in EXITS:
        behind = [_behind(step, reached) for step in PATH if step in reached]
        here = Step(status=status, at=reached.get(status), done=False, now=True)
        return [*behind, here]
    place = _place(status)
    line = []
    for number, step in enumerate(PATH):
        if step == "paid" and number < place and not paid and step not in reached:
            continue
        if number < place or step == PATH[-1] == status:
            line.append(_behind(step, reached))
        elif number == place:
            line.append(Step(status=step, at=reached.get(step), done=False, now=True))
        else:
            line.append(Step(status=step, at=None, done=False, now=False))
    return line


def steps_back(status: str, *, to: str) -> bool:
    """Tell whether ``to`` lies before ``status`` on the way."""
    return _place(to) < _place(status)


def _behind(step: str, reached: Mapping[str, datetime]) -> Step:
    return Step(status=step, at=reached.get(step), done=True, now=False)


def _place(status: str) -> int:
    return STATUSES.index(status)
