"""How often something may be tried, counted where all processes see it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from hub.errors import TooManyError
from hub.storage.tables import Throttle
from hub.storage.unit import UnitOfWork

#: Windows that are over and that one try clears away.
CLEARED = 20
#: The part of an IPv6 address that one household or server has to itself.
IPV6_PREFIX = 64


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a try may be made; if not, until when not."""

    blocked_until: datetime | None

    def check(self, now: datetime) -> None:
        """Go on only if the try may be made. Asked after the count was committed.

        Raises:
            TooManyError: Too many were made; it says when the next may be.
        """
        if self.blocked_until is not None:
            seconds = max(1.0, (self.blocked_until - now).total_seconds())
            raise TooManyError("too many tries", retry_after=seconds)


async def take(
    uow: UnitOfWork, keys: Collection[str], *, tries: int, window: timedelta
) -> Verdict:
    """Count a try under each key, before it is made.

    Counting first means that a thousand at once are a thousand tries and not one.

    Args:
        uow: A unit of its own, so that the count stays when the try fails.
        keys: What is tried, and by whom.
        tries: So many are free in a window.
        window: It begins with the first try.
    """
    await _clear(uow)
    blocked: list[datetime] = []
    # In one order, or two tries with the same keys could wait for each other.
    for key in sorted(keys):
        fresh = Throttle.window_ends <= uow.now
        ends = uow.now + window
        counted, until = (
            await uow.session.execute(
                insert(Throttle)
                .values(key=key, tries=1, window_ends=ends)
                .on_conflict_do_update(
                    index_elements=[Throttle.key],
                    set_={
                        "tries": case((fresh, 1), else_=Throttle.tries + 1),
                        "window_ends": case((fresh, ends), else_=Throttle.window_ends),
                    },
                )
                .returning(Throttle.tries, Throttle.window_ends)
            )
        ).one()
        if counted > tries:
            blocked.append(until)
    return Verdict(max(blocked, default=None))


async def forget(uow: UnitOfWork, key: str) -> None:
    """Forget the tries under a key."""
    await uow.session.execute(delete(Throttle).where(Throttle.key == key))


async def give_back(uow: UnitOfWork, key: str) -> None:
    """Take one try off again: it was a good one."""
    await uow.session.execute(
        update(Throttle)
        .where(Throttle.key == key, Throttle.tries > 0)
        .values(tries=Throttle.tries - 1)
    )


def place(remote: str) -> str:
    """Name where somebody comes from; the many addresses of an IPv6 network are one."""
    try:
        address = ip_address(remote)
    except ValueError:
        return remote[:100]
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        network = int(address) >> (128 - IPV6_PREFIX) << (128 - IPV6_PREFIX)
        return f"{IPv6Address(network)}/{IPV6_PREFIX}"
    return str(address)


async def _clear(uow: UnitOfWork) -> None:
    over = (
        select(Throttle.key)
        .where(Throttle.window_ends <= uow.now)
        .order_by(Throttle.window_ends)
        .limit(CLEARED)
        .with_for_update(skip_locked=True)
    )
    await uow.session.execute(delete(Throttle).where(Throttle.key.in_(over)))
