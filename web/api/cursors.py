"""Opaque cursors: where a page of a list ended, as the next request names it.

A cursor is the sort key of the last row that was shown (keyset paging), so a list
that grows meanwhile neither repeats nor loses a row. It is not signed: a cursor of
one's own making only points elsewhere in a list that one may read anyway.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar, overload

from hub.errors import InvalidError
from web.api.values import reason_against

T = TypeVar("T")
#: What a position may be made of.
Part = int | str | datetime
A = TypeVar("A", int, str, datetime)
B = TypeVar("B", int, str, datetime)
C = TypeVar("C", int, str, datetime)

#: Characters of a cursor; a longer one is not ours.
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A part of a list, and where it goes on."""

    items: list[T]
    #: Give it as ``cursor`` to get what follows; null at the end.
    next: str | None


def page(rows: Sequence[T], limit: int, at: Callable[[T], Iterable[Part]]) -> Page[T]:
    """Make a page of at most ``limit`` from rows that were read with ``limit + 1``.

    Args:
        rows: In order; one more than the limit says that the list goes on.
        limit: The size of the page.
        at: Gives the sort key of a row, unique within the list.
    """
    shown = list(rows[:limit])
    goes_on = len(rows) > limit and bool(shown)
    return Page(shown, encode(*at(shown[-1])) if goes_on else None)


def encode(*position: Part) -> str:
    """Make a cursor of a position."""
    plain = [
        part.isoformat() if isinstance(part, datetime) else part for part in position
    ]
    packed = json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


@overload
def decode(cursor: str, kind: type[A], /) -> tuple[A]: ...
@overload
def decode(cursor: str, first: type[A], second: type[B], /) -> tuple[A, B]: ...
@overload
def decode(
    cursor: str, first: type[A], second: type[B], third: type[C], /
) -> tuple[A, B, C]: ...
def decode(cursor: str, *kinds: Any) -> tuple[Any, ...]:
    """Read a position back; its parts are of these kinds, in order.

    Raises:
        InvalidError: This cursor was not given by this list.
    """
    try:
        parts = _unpacked(cursor)
        return tuple(_part(part, kind) for part, kind in zip(parts, kinds, strict=True))
    except (ValueError, OverflowError, RecursionError, binascii.Error) as error:
        raise InvalidError(
            "cursor", errors={"cursor": "was not given by this list"}
        ) from error


def _unpacked(cursor: str) -> list[object]:
    if len(cursor) > LONGEST:
        raise ValueError("too long")
    padded = cursor + "=" * (-len(cursor) % 4)
    parts = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    if not isinstance(parts, list):
        raise ValueError("another list's")  # noqa: TRY004 - one answer for all of it
    return parts


def _part(value: object, kind: type[Part]) -> Part:
    if kind is datetime and isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError("another list's")  # noqa: TRY004 - one answer for all of it
    if reason := reason_against(value):
        raise ValueError(reason)
    return value
