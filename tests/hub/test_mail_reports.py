"""What servers say of our mails, from the wire to where a person finds it."""

from uuid import uuid4

import pytest
from sqlalchemy import select, update

from channels.base import Place
from channels.email import Channel, Settings
from config import Settings as HubSettings
from hub.contracts import WebhookRequest
from hub.conversations.entries import Said, add
from hub.conversations.intake.arrivals import Intake
from hub.conversations.intake.reception import Reception
from hub.log.events import Actor
from hub.orders.shop import shop_of
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import Conversation, EventRow, QuarantineItem, TimelineItem
from tests.hub.conftest import mail
from web.hooks.taking import Taking
from web.metrics import Metrics

REPORT = """\
From: {sender}
To: support@shop.example
Subject: Not delivered
Date: Fri, 20 Nov 2026 10:00:00 +0200
Message-ID: <report-1@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain

It did not arrive.
--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; oksana@client.test
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 No such user

--cut
Content-Type: text/rfc822-headers

From: support@shop.example
To: oksana@client.test
Subject: Your order
Message-ID: {about}
--cut--
"""


@pytest.fixture
def deliver(db, tmp_path):
    """Bring a report, as the mail listeners do."""
    place = Place(public_url="", company="", country="UA", secret=b"secret")
    channel = Channel(
        Settings.model_validate({"address": "support@shop.example"}), place
    )
    settings = HubSettings()
    rules = Intake(settings=settings, reply_key=b"k", shop=shop_of(settings, b"s", {}))
    taking = Taking(
        db=db,
        reception=Reception(db, FolderBlobs(tmp_path / "files"), rules),
        adapters={"email": channel},
        metrics=Metrics(),
    )

    async def delivering(about, sender="MAILER DAEMON <>", action="failed"):
        report = REPORT.format(about=about, sender=sender, action=action)
        body = report.replace("\n", "\r\n").encode()
        await taking.take(
            channel, WebhookRequest(url="", path="lmtp", body=body, trusted=True)
        )
        return body

    return delivering


@pytest.fixture
async def under_way(db, take) -> TimelineItem:
    """A mail of ours that the relay has, and of which we have noted nothing yet."""
    await take(mail())
    async with db.begin() as uow:
        (conversation,) = await uow.session.scalars(select(Conversation))
        return await add(
            uow,
            conversation,
            Said(
                kind="message",
                channel="email",
                direction="out",
                author=Actor(kind="system", id=None, name="Hub"),
                text="Your answer",
                address="oksana@client.test",
                data={"to": "oksana@client.test"},
                key=uuid4(),
                delivery="sending",
            ),
        )


async def rows(db, table):
    async with db.read() as session:
        return list(await session.scalars(select(table).order_by(table.id)))


async def test_a_report_from_nobody_about_nothing_of_ours_is_kept_raw(
    db, deliver
) -> None:
    body = await deliver("<unknown@elsewhere.example>")
    await deliver("<unknown@elsewhere.example>")

    (kept,) = await rows(db, QuarantineItem)
    assert (kept.channel, kept.size) == ("email", len(body))
    assert await rows(db, TimelineItem) == []


async def test_a_report_from_nobody_about_a_mail_of_ours_moves_it(
    db, deliver, under_way
) -> None:
    async with db.begin() as uow:
        await uow.session.execute(
            update(TimelineItem)
            .where(TimelineItem.id == under_way.id)
            .values(external_id="<ours@shop.example>", delivery="sent")
        )

    await deliver("<ours@shop.example>")

    ours = (await rows(db, TimelineItem))[-1]
    assert (ours.id, ours.delivery) == (under_way.id, "bounced")
    assert await rows(db, QuarantineItem) == []


async def test_a_bounce_may_come_before_the_relays_answer_is_noted(
    db, deliver, under_way
) -> None:
    await deliver(f"<{under_way.key}@shop.example>", "mailer-daemon@mx.example")

    items = await rows(db, TimelineItem)
    assert items[-1].id == under_way.id
    assert items[-1].delivery == "bounced"
    assert items[-1].data["bounces"][0]["recipient"] == "oksana@client.test"


async def test_a_delay_is_told_on_the_message_and_ends_with_its_end(
    db, deliver, under_way
) -> None:
    about = f"<{under_way.key}@shop.example>"
    async with db.begin() as uow:
        await uow.session.execute(
            update(TimelineItem)
            .where(TimelineItem.id == under_way.id)
            .values(external_id=about, delivery="sent")
        )

    await deliver(about, action="delayed")
    await deliver(about, action="delayed")

    delayed = (await rows(db, TimelineItem))[-1]
    assert (delayed.delivery, delayed.delivery_code) == ("sent", "delayed")
    assert "No such user" in delayed.delivery_reason
    async with db.read() as session:
        kinds = list(await session.scalars(select(EventRow.kind)))
    assert kinds.count("delivery.changed") == 1

    await deliver(about, action="failed")

    ended = (await rows(db, TimelineItem))[-1]
    assert (ended.delivery, ended.delivery_code) == ("bounced", "mailbox_unknown")
