"""The numbers of a contact center, each with the one formula that it has here. Pure.

Every ratio names what it divides by, and is None when that is empty: nothing happened
is another thing than nothing went well.
"""

from collections.abc import Iterable
from datetime import timedelta

ZERO = timedelta(0)


def service_level(in_time: int, offered: int, short_abandoned: int = 0) -> float | None:
    """Tell the share that was answered within the time, as in "80/20".

    Divides by what was offered, less what was abandoned so soon that nobody could have
    answered (``short_abandoned``). For written channels, offered is every wait for a
    first answer that was decided: the answer came, or its time passed.
    """
    return _ratio(in_time, offered - short_abandoned)


def average_speed_of_answer(waits: Iterable[timedelta]) -> timedelta | None:
    """Tell the mean wait (ASA). Divides by the answered ones, whose waits these are."""
    return _mean(waits)


def average_handle_time(
    *, talk: timedelta, hold: timedelta, wrap_up: timedelta, handled: int
) -> timedelta | None:
    """Tell the mean work on one contact (AHT). Divides by the contacts handled."""
    return (talk + hold + wrap_up) / handled if handled > 0 else None


def occupancy(*, handling: timedelta, available: timedelta) -> float | None:
    """Tell the share of work in the time that was for work.

    Divides by handling (talk, hold and wrap-up) and available time together; breaks
    are in neither.
    """
    return _share(handling, handling + available)


def utilization(*, handling: timedelta, signed_in: timedelta) -> float | None:
    """Tell the share of handling. Divides by all signed-in time, breaks included."""
    return _share(handling, signed_in)


def abandonment(abandoned: int, offered: int) -> float | None:
    """Tell the share that gave up before an answer. Divides by what was offered."""
    return _ratio(abandoned, offered)


def first_contact_resolution(resolved_at_first: int, resolved: int) -> float | None:
    """Tell the share that needed one contact only (FCR). Divides by the resolved."""
    return _ratio(resolved_at_first, resolved)


def first_response(waits: Iterable[timedelta]) -> timedelta | None:
    """Tell the mean wait for the first answer. Divides by the first answers given."""
    return _mean(waits)


def next_response(waits: Iterable[timedelta]) -> timedelta | None:
    """Tell the mean wait for each later answer. Divides by the later answers given."""
    return _mean(waits)


def resolution(spans: Iterable[timedelta]) -> timedelta | None:
    """Tell the mean time from opened to resolved. Divides by the resolved."""
    return _mean(spans)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole > 0 else None


def _share(part: timedelta, whole: timedelta) -> float | None:
    return part / whole if whole > ZERO else None


def _mean(spans: Iterable[timedelta]) -> timedelta | None:
    known = list(spans)
    return sum(known, ZERO) / len(known) if known else None
