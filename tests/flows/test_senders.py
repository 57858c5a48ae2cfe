"""From a mail server's hands to the timeline: who sent it is known when it is kept."""

from contextlib import asynccontextmanager

import aiosmtplib
import pytest
from sqlalchemy import select

from channels.base import Place
from channels.email import Channel, Settings
from config import Settings as HubSettings
from hub.conversations.intake.arrivals import Intake
from hub.conversations.intake.reception import Reception
from hub.orders.shop import shop_of
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import TimelineItem
from tests.channels.dns_stand import name_server
from tests.channels.keep import Kept
from tests.channels.sealing import MAIL, record, sealed
from tests.ports import free_port
from web.hooks.taking import Taking
from web.metrics import Metrics

HERS = "client.com.ua"
KEY = {(f"s1._domainkey.{HERS}", "TXT"): [record()]}
JUDGE = "mx.shop.com.ua"


@pytest.fixture
def serving(db, tmp_path):
    """Take mail in by SMTP as the hub does; give what sends one."""
    settings = HubSettings()
    rules = Intake(settings=settings, reply_key=b"k", shop=shop_of(settings, b"s", {}))
    reception = Reception(db, FolderBlobs(tmp_path / "files"), rules)

    @asynccontextmanager
    async def running(**senders):
        port = free_port()
        email = {
            "address": "support@shop.com.ua",
            "smtp_listen": f"127.0.0.1:{port}",
            "senders": senders,
        }
        place = Place(public_url="", company="", country="UA", secret=b"secret")
        channel = Channel(Settings.model_validate(email), place)
        taking = Taking(
            db=db, reception=reception, adapters={"email": channel}, metrics=Metrics()
        )

        async def send(mail):
            async with aiosmtplib.SMTP(
                hostname="127.0.0.1", port=port, start_tls=False
            ) as line:
                await line.sendmail(f"olena@{HERS}", ["support@shop.com.ua"], mail)

        async with channel.listening(taking.deliver_for(channel), Kept()):
            yield send

    return running


async def verdicts(db):
    async with db.read() as session:
        rows = await session.scalars(select(TimelineItem).order_by(TimelineItem.id))
        found = [row.data.get("authenticity") for row in rows]
    return [one and (one["verdict"], one["why"], one["by"]) for one in found]


async def test_what_a_server_of_ours_found_out_is_kept_with_the_mail(
    db, serving
) -> None:
    result = (
        f"Authentication-Results: {JUDGE}; dmarc=fail (p=reject) header.from={HERS}"
    )

    async with serving(trust_results=[JUDGE], trusted_relays=["127.0.0.1"]) as send:
        await send(result.encode() + b"\r\n" + MAIL)

    assert await verdicts(db) == [("forged", "", JUDGE)]


async def test_what_we_find_out_ourselves_is_kept_with_the_mail(db, serving) -> None:
    async with (
        name_server(KEY) as server,
        serving(check=True, name_servers=[server]) as send,
    ):
        await send(sealed())

    assert await verdicts(db) == [("genuine", "", "")]


async def test_while_the_dns_is_silent_mail_is_taken_all_the_same(db, serving) -> None:
    async with (
        name_server(KEY, silent=True) as server,
        serving(check=True, name_servers=[server], timeout=0.2) as send,
    ):
        await send(sealed())

    assert await verdicts(db) == [("unproven", "no_answer", "")]


async def test_whatever_breaks_in_the_looking_mail_is_taken_all_the_same(
    db, serving, monkeypatch
) -> None:
    def broken(*_, **__):
        raise RuntimeError

    monkeypatch.setattr("channels.email.senders.authenticity.found_out", broken)
    async with serving(check=True) as send:
        await send(sealed())

    assert await verdicts(db) == [("unproven", "no_answer", "")]


async def test_by_default_nobody_is_asked_and_nothing_is_said(db, serving) -> None:
    async with serving() as send:
        await send(sealed())

    assert await verdicts(db) == [None]
