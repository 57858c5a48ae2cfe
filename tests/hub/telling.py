"""An office whose people are told of what happens, for tests."""

from datetime import timedelta

from sqlalchemy import select

from hub.notices import following, wishes
from hub.notices.following import FollowRules
from hub.notices.rules import Wishes
from hub.storage.tables import Notification
from tests.hub.floor import Floor

FOLLOW = FollowRules(risk_share=0.5, return_after=timedelta(minutes=10))


class Office(Floor):
    """A floor whose log is followed."""

    async def follow(self) -> None:
        while await following.step(self.db, FOLLOW):
            pass

    async def told(self, account_id: int) -> list[tuple[str, int]]:
        async with self.db.read() as session:
            rows = await session.scalars(
                select(Notification)
                .where(
                    Notification.account_id == account_id,
                    Notification.read_at.is_(None),
                )
                .order_by(Notification.id)
            )
            return [(row.kind, row.count) for row in rows]

    async def wish(self, account_id: int, **given) -> None:
        await self.do(wishes.keep, account_id, Wishes(**given))
