"""The views that every desk has, as filters. Pure."""

import re
from datetime import timedelta

from hub.lists.filters import (
    ME,
    NOBODY,
    Condition,
    Group,
    both,
    where,
)

#: By name; what a queue's list holds is named ``queue-7``.
NAMES = ("mine", "unassigned", "all", "mentions", "at_risk", "snoozed")
_QUEUE = re.compile(r"queue-([1-9]\d{0,17})")
_UNDER_WAY = where("state", "not_in", ("resolved",))


def standing_view(name: str, *, at_risk: timedelta) -> Group | None:
    """Give the filter of a view by its name; None: there is no such view.

    Args:
        name: One of ``NAMES``, or a queue's.
        at_risk: An answer that is due within it is at risk; so is a late one.
    """
    if found := _QUEUE.fullmatch(name):
        return Group("all", (where("queue", "in", (int(found[1]),)),))
    parts: dict[str, tuple[Condition, ...]] = {
        "mine": (where("assignee", "in", (ME,)),),
        "unassigned": (where("assignee", "in", (NOBODY,)),),
        "mentions": (where("mentioned", "is", value=True), _UNDER_WAY),
        "at_risk": (
            where("state", "in", ("open",)),
            where("due", "within", round(at_risk.total_seconds() / 60)),
        ),
        "snoozed": (where("state", "in", ("snoozed",)),),
        "all": (),
    }
    return Group("all", parts[name]) if name in parts else None


def narrowed(
    wanted: Group,
    *,
    state: str | None = None,
    queue_id: int | None = None,
    channel: str | None = None,
    text: str = "",
) -> Group:
    """Ask for less of a view; None means any."""
    more: list[Condition] = []
    if state is not None:
        more.append(where("state", "in", (state,)))
    if queue_id is not None:
        more.append(where("queue", "in", (queue_id,)))
    if channel is not None:
        more.append(where("channel", "in", (channel,)))
    if words := " ".join(text.split()):
        more.append(where("text", "contains", words))
    return both(wanted, *more) if more else wanted
