"""Read and keep how each person wants to be told things, and time his digest."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import ClassVar

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hub.log.events import Event, account_topic
from hub.notices import rules
from hub.notices.rules import Wishes
from hub.storage.tables import NoticeWishes
from hub.storage.unit import UnitOfWork

#: A timer: the time of a digest has come.
DIGEST = "notice.digest"


@dataclass(frozen=True, slots=True, kw_only=True)
class WishesChanged(Event):
    """Somebody wants to be told otherwise."""

    kind: ClassVar[str] = "notices.changed"
    account_id: int

    def topics(self) -> tuple[str, ...]:
        """For his own other screens."""
        return (account_topic(self.account_id),)


async def of(session: AsyncSession, account_id: int, *, zone: str = "") -> Wishes:
    """Give somebody's wishes; who said nothing is as usual, by the clock of ``zone``."""
    return (await of_all(session, [account_id], zone=zone))[account_id]


async def of_all(
    session: AsyncSession, account_ids: Collection[int], *, zone: str = ""
) -> dict[int, Wishes]:
    """Give the wishes of several, by account."""
    rows = await session.execute(
        select(NoticeWishes.account_id, NoticeWishes.wishes).where(
            NoticeWishes.account_id.in_(account_ids)
        )
    )
    usual = Wishes(timezone=zone) if zone else Wishes()
    kept = {row.account_id: rules.read(row.wishes) for row in rows}
    return {one: kept.get(one, usual) for one in account_ids}


async def keep(uow: UnitOfWork, account_id: int, wishes: Wishes) -> Wishes:
    """Keep somebody's wishes; the time of his next digest follows.

    Raises:
        InvalidError: Something in them will not do.
    """
    wishes = rules.checked(wishes)
    given = {"wishes": asdict(wishes), "updated_at": uow.now}
    await uow.session.execute(
        insert(NoticeWishes)
        .values(account_id=account_id, **given)
        .on_conflict_do_update(index_elements=[NoticeWishes.account_id], set_=given)
    )
    await owe_digest(uow, account_id, wishes)
    uow.record(WishesChanged(account_id=account_id, state={"notices": wishes}))
    return wishes


async def owe_digest(uow: UnitOfWork, account_id: int, wishes: Wishes) -> None:
    """Leave the timer of the next digest, or none."""
    key = f"{DIGEST}:{account_id}"
    at = rules.next_digest(wishes, uow.now)
    if at is None:
        await uow.forgive(key)
    else:
        await uow.owe(DIGEST, key, at=at, payload={"account_id": account_id})
