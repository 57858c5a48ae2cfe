"""From a mailbox to the timeline, over outages, repairs and a database that is away."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiosmtplib
import pytest
from sqlalchemy import func, select

from channels.base import Place
from channels.email import Channel, Settings
from config import Settings as HubSettings
from hub.conversations.intake.arrivals import Intake
from hub.conversations.intake.reception import Reception
from hub.orders.shop import shop_of
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import TimelineItem
from tests.channels.imap_server import mailbox
from tests.ports import free_port
from web.hooks.taking import Taking
from web.metrics import Metrics


def letter(number, *, sender=None, subject=""):
    sender = sender or f"client{number % 5}@mail.example"
    return (
        f"From: {sender}\r\nTo: support@shop.example\r\nSubject: {subject or number}\r\n"
        f"Date: Fri, 20 Nov 2026 10:00:00 +0200\r\n"
        f"Message-ID: <{number}@mail.example>\r\n\r\nLetter {number}\r\n"
    ).encode()


@pytest.fixture
def hub(db, tmp_path):
    """Take mail in as the hub does; give how many entries there are."""
    settings = HubSettings()
    reception = Reception(
        db,
        FolderBlobs(tmp_path / "files"),
        Intake(settings=settings, reply_key=b"k", shop=shop_of(settings, b"s", {})),
    )

    @asynccontextmanager
    async def serving(box, **more):
        email = {
            "address": "support@shop.example",
            "imap": {
                "host": "127.0.0.1",
                "port": box.port,
                "tls": "none",
                "username": "we",
                "password": "right",
                "retry": 0.05,
            },
            **more,
        }
        place = Place(public_url="", company="", country="UA", secret=b"secret")
        channel = Channel(Settings.model_validate(email), place)
        taking = Taking(
            db=db, reception=reception, adapters={"email": channel}, metrics=Metrics()
        )
        async with channel.listening(
            taking.deliver_for(channel), taking.keep_for(channel)
        ):
            yield

    return serving


async def entries(db):
    async with db.read() as session:
        return await session.scalar(select(func.count()).select_from(TimelineItem))


async def test_each_mail_is_one_entry_over_outages_and_repairs(db, hub) -> None:
    async with mailbox() as box:
        async with hub(box):
            await box.put(letter(0))
            await box.until(lambda box: box.read == ["0"])
        for number in range(1, 40):
            await box.put(
                letter(number),
                seen=number % 2 == 0,
                when=datetime.now(UTC) - timedelta(days=7) + timedelta(hours=number),
            )
        async with hub(box):
            await box.until(lambda box: len(box.read) == 40)
            box.number_anew()
            await box.put(letter(40))
            await box.until(lambda box: "40" in box.read)

        assert await entries(db) == 41


async def test_a_mail_by_imap_and_by_smtp_to_two_of_us_is_one_entry(db, hub) -> None:
    smtp, lmtp = free_port(), free_port()
    listening = {
        "smtp_listen": f"127.0.0.1:{smtp}",
        "lmtp_listen": f"127.0.0.1:{lmtp}",
        "accept_recipients": ["shop.example"],
    }
    ours = ["support@shop.example", "sales@shop.example"]

    async with mailbox() as box, hub(box, **listening):
        await box.put(b"Received: by the mailbox\r\n" + letter(1))
        async with aiosmtplib.SMTP(
            hostname="127.0.0.1", port=smtp, start_tls=False
        ) as line:
            await line.sendmail("client1@mail.example", ours, letter(1))
            for one in ours:
                travelled = f"Delivered-To: {one}\r\n".encode() + letter(1)
                await line.sendmail("client1@mail.example", [one], travelled)
            await line.sendmail(
                "x@y.example", ours[:1], letter(1, sender="stranger@elsewhere.example")
            )
        await box.until(lambda box: box.read == ["1"])

        # The stranger's, under the id of the other, is a mail of its own.
        assert await entries(db) == 2


async def test_what_came_while_the_database_was_away_is_taken_when_it_is_back(
    db, hub, monkeypatch
) -> None:
    away = asyncio.Event()
    refused = asyncio.Event()
    run = type(db).run

    async def broken(self, work, *args, **kwargs):
        if away.is_set():
            refused.set()
            raise ConnectionRefusedError("no database")
        return await run(self, work, *args, **kwargs)

    monkeypatch.setattr(type(db), "run", broken)

    async with mailbox() as box, hub(box):
        await box.put(letter(1))
        await box.until(lambda box: box.read == ["1"])
        away.set()
        await box.put(letter(2))
        async with asyncio.timeout(10):
            await refused.wait()
        assert box.read == ["1"]
        away.clear()
        await box.until(lambda box: box.read == ["1", "2"])

        assert await entries(db) == 2
