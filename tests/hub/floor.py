"""A small floor to try queues on: agents, clients, and what they say."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import select, text

from config.settings import Settings
from config.work import QueueSettings
from hub.calls import calls
from hub.contracts import CallEvent, CallMoment
from hub.conversations.changes import wake
from hub.conversations.entries import Said, add, lock, open_conversation
from hub.conversations.views import conversation_view
from hub.log.events import Actor
from hub.queues import breaches, dispatch, presence, queues
from hub.queues.queues import QueueGiven
from hub.queues.requests import ROUTE
from hub.queues.sla import FIRST_RESPONSE
from hub.queues.views import QueueView, agent_views, queue_views
from hub.storage import timers
from hub.storage.database import Database
from hub.storage.tables import Account, Call, Client, Conversation
from hub.storage.unit import UnitOfWork

SETTINGS = QueueSettings(capacity=2)
HANDLERS = {
    ROUTE: dispatch.route,
    presence.VANISH: presence.vanish,
    presence.GIVE_BACK: presence.give_back,
    FIRST_RESPONSE: breaches.breach,
    "snooze": wake,
}


class Floor:
    """What a test does on it, each thing in a unit of its own."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def agent(
        self,
        name: str,
        *,
        role: str = "agent",
        capacity: int | None = None,
        state: str | None = "available",
        number: str | None = None,
    ) -> int:
        """Hire somebody, and let him be there in a state; None: not yet."""
        async with self.db.begin() as uow:
            row = Account(
                email=f"{name}@floor.example".lower(),
                name=name,
                role=role,
                password_hash=None,
                capacity=capacity,
                outside_number=number,
                created_at=uow.now,
            )
            uow.session.add(row)
        if state is not None:
            await self.become(row.id, state)
        return row.id

    async def become(self, account_id: int, state: str) -> None:
        """Let an agent do something else."""
        await self.do(presence.set_state, account_id, state, settings=SETTINGS)

    async def seen(self, *account_ids: int) -> None:
        """Give a sign of their screens."""
        await self.do(presence.seen, account_ids, settings=SETTINGS)

    async def queue(
        self, name: str, members: tuple[int, ...] = (), **given: Any
    ) -> QueueView:
        """Make a queue."""
        return await self.do(
            queues.create,
            QueueGiven(name=name, members=members, **given),
            first_response=timedelta(hours=1),
            goal=0.8,
        )

    async def asks(self, channel: str = "email", *, assignee: int | None = None) -> int:
        """Let a new client begin a conversation."""
        async with self.db.begin() as uow:
            client = Client(
                name="Oksana", locale="uk", attributes={}, created_at=uow.now
            )
            uow.session.add(client)
            await uow.session.flush()
            row = await open_conversation(
                uow, client, channel=channel, assignee_id=assignee
            )
        return row.id

    async def says(self, conversation_id: int, words: str = "And?") -> None:
        """Let its client say something more."""
        async with self.db.begin() as uow:
            row = await lock(uow, conversation_id)
            client = Actor(kind="client", name="Oksana", id=row.client_id)
            said = Said(
                kind="message",
                channel="email",
                direction="in",
                author=client,
                text=words,
            )
            await add(uow, row, said)

    async def answers(self, conversation_id: int, account_id: int) -> None:
        """Let an agent answer it."""
        actor = Actor(kind="agent", name="Agent", id=account_id)
        async with self.db.begin(actor) as uow:
            row = await lock(uow, conversation_id)
            said = Said(
                kind="message",
                channel="email",
                direction="out",
                author=actor,
                text="Here you are.",
            )
            await add(uow, row, said)

    async def rings(self) -> int:
        """Let a client call; give the conversation that the call is in."""
        await self.call(CallMoment.RINGING, caller="+380501112233")
        async with self.db.read() as session:
            return (await session.scalars(select(Call.conversation_id))).one()

    async def call(self, moment: CallMoment, *, caller: str = "") -> None:
        """Let the provider tell of the call."""
        event = CallEvent(
            channel="phone",
            external_id="CA1",
            moment=moment,
            caller=caller,
            called="+380441110000" if caller else "",
        )
        await self.do(calls.take, event, country="UA", settings=Settings())

    async def change(
        self, act: Callable[..., Awaitable[None]], conversation_id: int, *given: Any
    ) -> None:
        """Do something of ``changes.py`` to a conversation."""

        async def work(uow: UnitOfWork) -> None:
            await act(uow, await lock(uow, conversation_id), *given)

        await self.db.run(work)

    async def do(
        self, act: Callable[..., Awaitable[Any]], *given: Any, **how: Any
    ) -> Any:
        """Run a function of the hub in a unit."""
        return await self.db.run(lambda uow: act(uow, *given, **how))

    async def settle(self) -> int:
        """Fire all that is due now; tell how much that was."""
        return await timers.fire_due(self.db, HANDLERS)

    async def assignees(self) -> dict[int, int | None]:
        """Tell who has which conversation."""
        async with self.db.read() as session:
            rows = await session.execute(
                select(Conversation.id, Conversation.assignee_id)
            )
            return {row.id: row.assignee_id for row in rows}

    async def row(self, conversation_id: int) -> Conversation:
        """Read a conversation."""
        async with self.db.read() as session:
            return await session.get_one(Conversation, conversation_id)

    async def look(self) -> dict[str, dict[int, Any]]:
        """Load a screen afresh: all that events carry, as JSON has it, by id."""
        async with self.db.read() as session:
            rows = await session.execute(
                select(Conversation, Client.name).join(
                    Client, Client.id == Conversation.client_id
                )
            )
            found = {
                "conversation": [conversation_view(row, name) for row, name in rows],
                "agent": await agent_views(session),
                "queue": await queue_views(session),
            }
        return {
            part: {view.id: _plain(asdict(view)) for view in views}
            for part, views in found.items()
        }

    async def log(self, after: int = 0) -> list[Any]:
        """Read the log."""
        async with self.db.read() as session:
            rows = await session.execute(
                text(
                    "SELECT seq, kind, data, state FROM events WHERE seq > :after ORDER BY seq"
                ),
                {"after": after},
            )
            return list(rows)


def follow(screen: dict[str, dict[int, Any]], events: list[Any]) -> None:
    """Apply events to a screen as a live one does."""
    for event in events:
        for part, view in event.state.items():
            if part in screen:
                screen[part][view["id"]] = _plain(view)


def _plain(view: dict[str, Any]) -> Any:
    return orjson.loads(orjson.dumps(view))
