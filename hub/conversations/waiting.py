"""Whether the client waits for us, read from what was said. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

#: Deliveries of ours that the client surely has not got.
_NOT_THERE = frozenset({"held", "cancelled", "failed", "bounced"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One entry, as far as it matters here."""

    at: datetime
    kind: str
    direction: str | None
    author_kind: str
    automatic: bool
    delivery: str | None
    #: A call that somebody of us answered.
    talked: bool = False


def waits_since(entries: Sequence[Spoken]) -> datetime | None:
    """Tell since when the client waits, from all entries of a conversation in order.

    Since the first thing that he said after our last word; a machine's words count on
    neither side.
    """
    since: datetime | None = None
    for one in entries:
        if one.automatic or one.kind not in {"message", "form", "call"}:
            continue
        if one.direction == "out":
            if one.author_kind == "agent" and one.delivery not in _NOT_THERE:
                since = None
        elif one.talked:
            since = None
        elif since is None:
            since = one.at
    return since


def answered(entries: Sequence[Spoken]) -> bool:
    """Tell whether one of us has answered in a conversation at all."""
    return any(
        one.talked
        or (
            one.direction == "out"
            and one.author_kind == "agent"
            and one.delivery not in _NOT_THERE
        )
        for one in entries
    )
