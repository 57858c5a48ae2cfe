"""Which ways a notice goes to a person, and when his digest is due. Pure.

The ways: ``app`` is the list in the desk, and the base of all others: what is not told
there is not told at all. ``desktop`` and ``sound`` are for a desk that is open,
``push`` for a browser wherever it is, ``digest`` for a mail to somebody who is away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.errors import InvalidError
from hub.storage.tables.access import NOTIFICATION_KINDS

WAYS = ("app", "desktop", "sound", "push", "digest")
TONES = ("bell", "drop", "knock")
#: Ways that leave a person in peace in his quiet hours.
_QUIET = frozenset({"app", "digest"})
#: A person may choose so many times of a day for his digest.
MAX_DIGESTS = 6

_ALL = WAYS
_HERE = ("app", "desktop", "sound")
#: How everybody is told until he says otherwise.
USUAL: dict[str, tuple[str, ...]] = {
    "message": ("app", "desktop", "sound", "digest"),
    # In queues of one's own, what nobody has: much, so only who asks for it.
    "queue_message": (),
    "offer": ("app", "desktop", "sound", "push"),
    "assigned": _ALL,
    "mentioned": _ALL,
    "not_sent": ("app", "desktop", "push", "digest"),
    "uncertain": ("app", "desktop", "push", "digest"),
    "sla_risk": _HERE,
    "sla_breached": ("app", "desktop", "push", "digest"),
    "task_assigned": ("app", "desktop", "digest"),
    "task_reminder": ("app", "desktop", "sound", "push"),
    "task_due": ("app", "desktop", "sound", "push", "digest"),
    "promise_late": _ALL,
    "date_ahead": ("app", "digest"),
    "webhook_disabled": ("app", "desktop", "digest"),
}
#: The same again, before it was read, is the same notice.
GROUPED = frozenset({"message", "queue_message"})
#: Seen when their conversation is seen; the others want something done.
SEEN_WITH_CONVERSATION = frozenset(
    {
        "message",
        "queue_message",
        "offer",
        "assigned",
        "mentioned",
        "sla_risk",
        "sla_breached",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How one person wants to be told things."""

    #: Ways by kind; a kind that is not named is as usual.
    kinds: dict[str, list[str]] = field(default_factory=dict)
    #: ``HH:MM`` on his clock; both or neither.
    quiet_from: str | None = None
    quiet_to: str | None = None
    #: His clock.
    timezone: str = "Europe/Kyiv"
    #: Of the tones, 0 to 100; 0 is silence.
    volume: int = 60
    tone: str = "bell"
    #: Times of his day at which a mail tells what waits, if he is away.
    digest_at: list[str] = field(default_factory=list)
    #: Pushes and mails name nobody and say nothing of what was written.
    discreet: bool = False


def read(kept: Mapping[str, Any]) -> Wishes:
    """Read wishes as they are kept; what an older hub did not know is as usual."""
    names = Wishes.__dataclass_fields__
    return Wishes(**{name: value for name, value in kept.items() if name in names})


def checked(wishes: Wishes) -> Wishes:
    """Give wishes in order, each thing once.

    Raises:
        InvalidError: There is no such kind, way, tone, time or time zone.
    """
    if errors := _errors(wishes):
        raise InvalidError(", ".join(errors), errors=errors)
    return Wishes(
        kinds={
            kind: [way for way in WAYS if way in wishes.kinds[kind]]
            for kind in NOTIFICATION_KINDS
            if kind in wishes.kinds
        },
        quiet_from=wishes.quiet_from,
        quiet_to=wishes.quiet_to,
        timezone=wishes.timezone,
        volume=min(100, max(0, wishes.volume)),
        tone=wishes.tone,
        digest_at=sorted(set(wishes.digest_at)),
        discreet=wishes.discreet,
    )


def ways_of(wishes: Wishes, kind: str) -> tuple[str, ...]:
    """Name the ways by which a kind is told at any hour; none: not at all."""
    ways: Sequence[str] = wishes.kinds.get(kind, USUAL[kind])
    return tuple(way for way in WAYS if way in ways) if "app" in ways else ()


def ways_now(wishes: Wishes, kind: str, now: datetime) -> tuple[str, ...]:
    """Name the ways by which a kind is told at this moment."""
    ways = ways_of(wishes, kind)
    if is_quiet(wishes, now):
        return tuple(way for way in ways if way in _QUIET)
    return ways


def is_quiet(wishes: Wishes, now: datetime) -> bool:
    """Tell whether the person's quiet hours are on, by his own clock."""
    if wishes.quiet_from is None or wishes.quiet_to is None:
        return False
    at = now.astimezone(ZoneInfo(wishes.timezone)).time()
    start, end = _time(wishes.quiet_from), _time(wishes.quiet_to)
    if start <= end:
        return start <= at < end
    # Over midnight.
    return at >= start or at < end


def next_digest(wishes: Wishes, after: datetime) -> datetime | None:
    """Tell when the next digest is due, strictly later than ``after``.

    A time that a change of the clocks leaves out comes as much later as the clocks
    were moved; one that comes twice counts the first time.
    """
    if not wishes.digest_at:
        return None
    zone = ZoneInfo(wishes.timezone)
    today = after.astimezone(zone).date()
    # The day before as well: what was left out at 23:30 comes after midnight.
    moments = [
        datetime.combine(today + timedelta(days=day), _time(at), zone).astimezone(UTC)
        for day in range(-1, 3)
        for at in wishes.digest_at
    ]
    return min(one for one in moments if one > after)


def _errors(wishes: Wishes) -> dict[str, str]:
    errors: dict[str, str] = {}
    if set(wishes.kinds) - set(NOTIFICATION_KINDS):
        errors["kinds"] = f"among {', '.join(NOTIFICATION_KINDS)}"
    elif any(set(ways) - set(WAYS) for ways in wishes.kinds.values()):
        errors["kinds"] = f"ways among {', '.join(WAYS)}"
    if (wishes.quiet_from is None) != (wishes.quiet_to is None):
        errors["quiet_to"] = "both or neither"
    for name in ("quiet_from", "quiet_to"):
        if (at := getattr(wishes, name)) is not None and not _is_time(at):
            errors[name] = "HH:MM"
    if not all(map(_is_time, wishes.digest_at)):
        errors["digest_at"] = "HH:MM"
    elif len(set(wishes.digest_at)) > MAX_DIGESTS:
        errors["digest_at"] = f"at most {MAX_DIGESTS}"
    try:
        ZoneInfo(wishes.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        errors["timezone"] = "no such time zone"
    if wishes.tone not in TONES:
        errors["tone"] = f"one of {', '.join(TONES)}"
    return errors


def _is_time(written: str) -> bool:
    try:
        _time(written)
    except ValueError:
        return False
    return len(written) == len("HH:MM")


def _time(written: str) -> time:
    return time.fromisoformat(written)
