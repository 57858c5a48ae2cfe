"""How far a mailbox has been read, as it is kept across restarts. Pure.

Numbers (UIDs) only grow while the folder's UIDVALIDITY stays, so one number says what
was taken, whoever has read or answered the mails meanwhile.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

#: So many mails may wait for another try before reading on must stop.
MOST_LEFT = 500


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a folder."""

    validity: int
    #: All mails up to this one were looked at.
    uid: int
    #: Below this one stand mails that were there before we came: only those that the
    #: next two allow are taken.
    new_from: int
    #: What arrived before is not ours.
    since: datetime
    unread_only: bool = False
    #: Mails up to ``uid`` that could not be taken yet.
    left: tuple[int, ...] = ()

    def past(self, uid: int, *, left: Iterable[int] = ()) -> "Place":
        """Give the place when all up to ``uid`` was looked at, and ``left`` not taken."""
        return replace(self, uid=max(uid, self.uid), left=tuple(sorted(set(left))))

    def is_ours(self, uid: int, arrived_at: datetime | None) -> bool:
        """Tell whether a mail came late enough."""
        return uid >= self.new_from or arrived_at is None or arrived_at >= self.since


def begin(
    validity: int, next_uid: int, *, first: str, days: int, now: datetime
) -> Place:
    """Give the place at which the first connection begins.

    Args:
        validity: The folder's UIDVALIDITY.
        next_uid: The number of the first mail that is still to come.
        first: ``new``, ``unread`` or ``all``, as the settings have it.
        days: How far to look back; 0 for all there is.
        now: The time.
    """
    if first == "new":
        return Place(validity, next_uid - 1, next_uid, now)
    since = now - timedelta(days=days) if days else datetime.min.replace(tzinfo=UTC)
    return Place(validity, 0, next_uid, since, unread_only=first == "unread")


def anew(place: Place, validity: int, next_uid: int) -> Place:
    """Give the place after the server has given all mails new numbers.

    Nothing tells which ones were taken, so all that may be ours are looked at again;
    the hub knows those that it has.
    """
    return Place(validity, 0, next_uid, place.since)


def written(place: Place) -> str:
    """Write a place down."""
    return json.dumps(
        {
            "validity": place.validity,
            "uid": place.uid,
            "new_from": place.new_from,
            "since": place.since.isoformat(),
            "unread_only": place.unread_only,
            "left": place.left,
        }
    )


def read(value: str) -> Place | None:
    """Read what was written down; None if nobody could."""
    try:
        said = json.loads(value)
        return Place(
            validity=int(said["validity"]),
            uid=int(said["uid"]),
            new_from=int(said["new_from"]),
            since=datetime.fromisoformat(said["since"]),
            unread_only=bool(said["unread_only"]),
            left=tuple(int(one) for one in said["left"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
