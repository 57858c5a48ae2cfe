"""Ready answers and macros of a team, for tests."""

from sqlalchemy import select

from hub.storage.tables import Queue
from tests.web.test_queues_api import read

SHIPPING = {
    "title": "Where is it",
    "folder": "Delivery",
    "texts": [
        {"locale": "en", "text": "Hello {client.first_name}, it is on its way."},
        {"locale": "uk", "text": "Вітаю, {client.first_name}! Вже їде."},
    ],
}


async def make(who, what=SHIPPING, path="/canned", **more):
    return await read(await who.post(path, json={**what, **more}), 201)


async def a_macro(manager, canned, db, **more):
    async with db.read() as session:
        queue = (await session.scalars(select(Queue))).first()
    return await make(
        manager,
        {
            "title": "Refund",
            "steps": [
                {"do": "tags", "add": ["refund"]},
                {"do": "priority", "priority": "high"},
                {"do": "assign", "to": manager.account.id},
                {"do": "queue", "queue_id": queue.id},
                {"do": "answer", "canned_id": canned["id"], "send": True},
                {"do": "note", "text": "Paid back to {client.first_name}"},
                {"do": "task", "title": "Look at the bank", "hours": 24},
                {"do": "state", "state": "resolved"},
            ],
            **more,
        },
        path="/macros",
    )
