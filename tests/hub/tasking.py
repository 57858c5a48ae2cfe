"""A desk with tasks on it, for tests."""

from datetime import timedelta

from sqlalchemy import select

from hub.collaboration import tasks
from hub.collaboration.rules import task_rules
from hub.collaboration.tasks import TaskGiven
from hub.conversations import changes
from hub.conversations.entries import lock
from hub.storage.tables import Notification, Task
from hub.storage.timers import fire_due
from web.work import timers


class Desk:
    """One client who wrote, two agents, and tasks."""

    def __init__(self, db, clock, rules, nadia, olena, conversation) -> None:
        self.db, self.clock, self.rules = db, clock, rules
        self.nadia, self.olena = nadia, olena
        self.conversation_id, self.client_id = conversation.id, conversation.client_id
        self.task_rules = task_rules(rules.settings)
        self.timers = timers(rules.shop, rules.settings)

    async def make(self, kind="task", *, by=None, hours=2, **more) -> int:
        by = by or self.nadia
        given = {"title": "Send the label", "assignee_id": by.id} | more
        if hours is not None:
            given.setdefault("due_at", self.clock() + timedelta(hours=hours))
        if kind == "promise":
            given.setdefault("conversation_id", self.conversation_id)
        row = await self.db.run(
            lambda uow: tasks.create(
                uow, TaskGiven(kind=kind, **given), rules=self.task_rules
            ),
            by,
        )
        return row.id

    async def change(self, task_id, *, by=None, **given):
        return await self.db.run(
            lambda uow: tasks.change(uow, task_id, given, rules=self.task_rules),
            by or self.nadia,
        )

    async def task(self, task_id) -> Task:
        async with self.db.read() as session:
            return await session.get_one(Task, task_id)

    async def fire(self, **later) -> None:
        self.clock.move(**later)
        await fire_due(self.db, self.timers)

    async def told(self, account=None) -> list[str]:
        async with self.db.read() as session:
            rows = await session.scalars(
                select(Notification.kind)
                .where(Notification.account_id == (account or self.nadia).id)
                .order_by(Notification.id)
            )
            return list(rows)

    async def resolve(self, **how) -> None:
        async def work(uow):
            row = await lock(uow, self.conversation_id)
            await changes.set_state(uow, row, "resolved", **how)

        await self.db.run(work, self.nadia)
