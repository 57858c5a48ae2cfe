"""Values that a channel keeps under names, such as how far it has read a mailbox.

They are not facts about clients, so nothing is said of them in the log.
"""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hub.storage.database import Database
from hub.storage.tables import KeptValue
from hub.storage.unit import UnitOfWork


class ChannelKeep:
    """The values of one channel; see ``channels.base.Keep``."""

    def __init__(self, db: Database, channel: str) -> None:
        self._db = db
        self._channel = channel

    async def get(self, name: str) -> str | None:
        """Give what was put last, or None."""
        async with self._db.read() as session:
            value: str | None = await session.scalar(
                select(KeptValue.value).where(
                    KeptValue.channel == self._channel, KeptValue.name == name
                )
            )
        return value

    async def put(self, name: str, value: str) -> None:
        """Keep a value; it is committed when this returns."""

        async def work(uow: UnitOfWork) -> None:
            given = {"value": value, "at": uow.now}
            await uow.session.execute(
                insert(KeptValue)
                .values(channel=self._channel, name=name, **given)
                .on_conflict_do_update(
                    index_elements=[KeptValue.channel, KeptValue.name], set_=given
                )
            )

        await self._db.run(work)
