"""A searched history."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.search import filling, search
from hub.search.search import Asker
from tests.hub.conftest import mail, sms

WORDS = 100_000


async def fill(db) -> None:
    """Take in all that there is."""
    while await filling.step(db, most_words=WORDS):
        pass


@pytest.fixture
def find(db, clock):
    """Type into the field, and see what comes."""

    async def finding(typed, *, kind="all", limit=20, place=None, account_id=0):
        asker = Asker(
            account_id=account_id,
            now=clock(),
            zone=ZoneInfo("Europe/Kyiv"),
            patience=timedelta(seconds=20),
        )
        async with db.read() as session:
            return await search.find(
                session, typed, asker, kind=kind, limit=limit, place=place
            )

    return finding


@pytest.fixture
def texts(find):
    """Type, and give the passages of the conversations that come."""

    async def reading(typed, **more):
        found, _ = await find(typed, **more)
        return [one.best.passage.text for one in found.conversations]

    return reading


@pytest.fixture
async def history(db, take):
    """Four clients, each with a matter of his own."""
    await take(
        sms("Бойлер гуде вночі, приїдьте", "+380501234567", "S1"),
        mail(
            "Рахунок за посилку",
            "olha@firma.example",
            "<1@f>",
            text="Добрий день! Не можу оплатити рахунок.",
            sender_name="Ольга Ковальчук",
        ),
        mail(
            "Delivery of the boiler",
            "john@client.example",
            "<2@c>",
            text="When will the parcels be delivered? My doorbell is broken.",
            sender_name="John Smith",
        ),
        sms("Де моє замовлення 10245?", "+380671112233", "S2"),
    )
    await fill(db)
