"""Conversations that differ in everything that a filter can ask for."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from hub.conversations import notices
from hub.conversations.views import conversation_view
from hub.lists.filter_matching import Seen
from hub.storage.tables import (
    Address,
    Client,
    Consent,
    Conversation,
    Notification,
    Queue,
    Task,
)
from tests.hub.conftest import sms

TABLE = json.loads((Path(__file__).parent / "filter_cases.json").read_text("utf-8"))
NOW = datetime.fromisoformat(TABLE["now"])
MINUTE = timedelta(minutes=1)


async def many_rows(db, agent, take):
    """Make conversations that differ in everything."""
    people = [await agent("Nadia"), await agent("Olena")]
    for number in range(24):
        await take(sms(f"Text {number}", f"+38050111{number:04}", f"SM{number}"))
    async with db.begin() as uow:
        queue = Queue(
            name="Other",
            channels=[],
            first_response=timedelta(hours=1),
            goal=0.8,
            created_at=uow.now,
        )
        uow.session.add(queue)
        await uow.session.flush()
        rows = list(
            await uow.session.scalars(select(Conversation).order_by(Conversation.id))
        )
        for n, row in enumerate(rows):
            minutes = [0, 1, 4, 5, 29, 30, 31, 1440][n % 8]
            row.state = ["open", "pending", "snoozed", "resolved"][n % 4]
            row.priority = ["low", "normal", "high", "urgent"][n // 2 % 4]
            row.assignee_id = [None, people[0].id, people[1].id][n % 3]
            row.queue_id = queue.id if n % 5 == 0 else row.queue_id
            row.tags = [["vip"], [], ["warranty", "vip"], ["other"]][n // 3 % 4]
            row.channel = "email" if n % 7 < 3 else "sms"
            row.subject = ["", "Boiler 100%", "Про котел", "a_b\\c"][n // 4 % 4]
            row.snippet = ["Приїзд", "boiler", "", "A"][n // 5 % 4]
            row.last_at = NOW - minutes * MINUTE
            row.created_at = NOW - (minutes + n % 2) * MINUTE
            row.waiting_since = NOW - minutes * MINUTE if n % 3 else None
            row.respond_by = NOW + (minutes - 5) * MINUTE if n % 4 else None
            row.first_responded_at = NOW if n % 6 == 5 else None
            await uow.session.execute(
                update(Client)
                .where(Client.id == row.client_id)
                .values(
                    locale=[None, "uk", "en"][n % 3],
                    name=["Oksana", "Їздова", "B"][n // 2 % 3],
                    attributes=[
                        {},
                        {"city": "Київ"},
                        {"vip": True, "city": 12},
                        {"city": None, "vip": ["x"]},
                    ][n % 4],
                )
            )
            uow.session.add_all(_around(n, row, uow.now))
            address = await uow.session.scalar(
                select(Address).where(Address.client_id == row.client_id)
            )
            for state in [(), ("refused",), ("refused", "given")][n % 3]:
                uow.session.add(_statement(address, state))
                await uow.session.flush()
            if n % 5 == 1:
                await notices.notify(uow, people[0].id, "mentioned", row.id)
            if n % 5 == 2:
                await notices.notify(uow, people[0].id, "assigned", row.id)
        return people, [rows[0].queue_id, rows[1].queue_id]


async def all_seen(session, account_id):
    mentioned = set(
        await session.scalars(
            select(Notification.conversation_id).where(
                Notification.account_id == account_id,
                Notification.kind == "mentioned",
            )
        )
    )
    tasks = list(
        await session.scalars(select(Task).where(Task.state.in_(("open", "late"))))
    )
    # The newest of an address and channel comes last, and holds.
    said = {
        (one.value, one.channel): one.state
        for one in await session.scalars(select(Consent).order_by(Consent.id))
        if one.purpose == "contact"
    }
    numbers = {
        one.client_id: one.value for one in await session.scalars(select(Address))
    }
    rows = await session.execute(
        select(Conversation, Client).join(Client, Client.id == Conversation.client_id)
    )
    return [
        Seen(
            conversation=conversation_view(row, client.name),
            locale=client.locale,
            attributes=client.attributes,
            mentioned=row.id in mentioned,
            tasks=[
                (one.kind, one.state, one.due_at)
                for one in tasks
                if one.conversation_id == row.id
                or (one.conversation_id is None and one.client_id == client.id)
            ],
            consents=frozenset(
                state
                for (value, _), state in said.items()
                if value == numbers[client.id]
            ),
        )
        for row, client in rows
    ]


def _around(n, row, now):
    """What is to be done there: in the conversation, or for the client in general."""
    some = [
        [],
        [("promise", "open", 5)],
        [("promise", "late", -5), ("task", "open", None)],
        [("contact", "open", 30), ("task", "done", 1)],
        [("task", "late", -1)],
        [("date", "open", 60), ("promise", "cancelled", 5)],
    ][n % 6]
    return [
        Task(
            kind=kind,
            state=state,
            title="x",
            client_id=row.client_id,
            conversation_id=row.id if n % 2 else None,
            due_at=None if due is None else NOW + due * MINUTE,
            created_at=now,
            updated_at=now,
        )
        for kind, state, due in some
    ]


def _statement(address, state):
    return Consent(
        kind=address.kind,
        value=address.value,
        channel="sms",
        state=state,
        source="agent",
        client_id=address.client_id,
        at=NOW,
    )
