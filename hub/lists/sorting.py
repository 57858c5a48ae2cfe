"""In which order a list shows conversations. Pure.

Every order is a key that is unique within the list, so that pages go on exactly where
one ended, both ways. The screen sorts by the same keys (``web/ui/src/live/sorting.ts``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import BigInteger, ColumnElement, literal_column

from hub.conversations.views import ConversationView
from hub.lists.filters import Group, states_of
from hub.storage.tables import Conversation
from hub.storage.tables.conversations import URGENCY

Order = Literal["urgency", "newest", "oldest", "created"]
ORDERS: tuple[Order, ...] = get_args(Order)
Part = datetime | int

#: After all that has a time: what waits is behind what is due, the rest behind both.
_WAITS = 10**16
_RESTS = 3 * 10**16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorting:
    """How the database sorts, and where a row stands."""

    columns: tuple[ColumnElement[Any], ...]
    down: bool
    #: What a position is made of, besides the id.
    kind: type[datetime] | type[int]
    place: Callable[[ConversationView], tuple[Part, int]]


def urgency(one: ConversationView) -> int:
    """Tell how soon a conversation is to be looked at: the smaller, the sooner.

    What is due by its time; then what waits, the longest first; then what was touched
    last. The database has the same as a function of this name.
    """
    if one.respond_by is not None:
        return _milliseconds(one.respond_by)
    if one.waiting_since is not None:
        return _WAITS + _milliseconds(one.waiting_since)
    return _RESTS - _milliseconds(one.last_at)


def sorting(order: Order) -> Sorting:
    """Give what an order means."""
    if order == "urgency":
        column: ColumnElement[Any] = literal_column(URGENCY, BigInteger)
        return Sorting(
            columns=(column, _ID),
            down=False,
            kind=int,
            place=lambda one: (urgency(one), one.id),
        )
    if order == "created":
        return Sorting(
            columns=(_CREATED, _ID),
            down=True,
            kind=datetime,
            place=lambda one: (one.created_at, one.id),
        )
    return Sorting(
        columns=(_LAST, _ID),
        down=order == "newest",
        kind=datetime,
        place=lambda one: (one.last_at, one.id),
    )


def sensible(order: Order, wanted: Group) -> Order:
    """Give the order that a list can have: nothing is urgent among what is done."""
    if order == "urgency" and "resolved" in states_of(wanted):
        return "newest"
    return order


_ID: ColumnElement[Any] = Conversation.id.expression
_LAST: ColumnElement[Any] = Conversation.last_at.expression
_CREATED: ColumnElement[Any] = Conversation.created_at.expression


def _milliseconds(at: datetime) -> int:
    # By whole numbers: a float would now and then be one off.
    return round(at.replace(microsecond=0).timestamp()) * 1000 + at.microsecond // 1000
