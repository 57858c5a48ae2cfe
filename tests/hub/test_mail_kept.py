"""What a mail tells beside its words is kept, and a report about nothing is a mail."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from hub.contracts import (
    Attachment,
    DeliveryReceipt,
    DeliveryState,
    Invitation,
    WebhookRequest,
)
from hub.conversations import quarantine
from hub.conversations.changes import set_state
from hub.conversations.entries import Said, add, lock
from hub.conversations.intake import people
from hub.conversations.intake.reception import Reception
from hub.delivery import receipts
from hub.errors import InvalidError
from hub.files.attachments import store
from hub.lists.lists import unread
from hub.log.events import Actor
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import Client, Conversation, QuarantineItem, TimelineItem
from tests.hub.conftest import mail


@pytest.fixture
def blobs(tmp_path):
    """Files of this test."""
    return FolderBlobs(tmp_path)


@pytest.fixture
def reception(db, blobs, rules):
    """Takes deliveries in as the hub does."""
    return Reception(db, blobs, rules)


async def rows(db, table):
    async with db.read() as session:
        return list(await session.scalars(select(table).order_by(table.id)))


def bounced(**more):
    letter = mail(
        "Mail not delivered",
        sender="mailer-daemon@client.test",
        id="<b1@client.test>",
        machine="bounce",
        automatic=True,
        attachments=(Attachment(name="a.txt", media_type="text/plain", content=b"x"),),
    )
    told = {
        "channel": "email",
        "state": DeliveryState.BOUNCED,
        "external_id": "<ours@hub.test>",
        "reason": "550 no such user",
        "recipient": "oksana@client.test",
        "status": "5.1.1",
        "cause": "mailbox_unknown",
        "letter": letter,
    }
    return DeliveryReceipt(**(told | more))


async def sent(db, take):
    """A mail of ours that has left."""
    await take(mail())
    async with db.begin() as uow:
        (conversation,) = await uow.session.scalars(select(Conversation))
        item = await add(
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
                external_id="<ours@hub.test>",
                delivery="sent",
            ),
        )
        return item.id


async def test_a_bounce_of_ours_is_kept_with_the_message_and_files_no_mail(
    db, take, reception
) -> None:
    item_id = await sent(db, take)

    await reception.take([bounced()])

    items = await rows(db, TimelineItem)
    (ours,) = (one for one in items if one.id == item_id)
    assert (ours.delivery, ours.delivery_code) == ("bounced", "mailbox_unknown")
    assert ours.data["bounces"] == [
        {
            "recipient": "oksana@client.test",
            "status": "5.1.1",
            "cause": "mailbox_unknown",
            "hard": True,
            "words": "550 no such user",
        }
    ]
    assert not [one for one in items if one.external_id == "<b1@client.test>"]


async def test_a_bounce_of_nobodys_mail_is_a_mail_with_its_files(db, reception) -> None:
    for _ in range(2):
        await reception.take([bounced(external_id="<unknown@hub.test>")])

    (item,) = await rows(db, TimelineItem)
    assert item.subject == "Mail not delivered"
    assert item.data["machine"] == "bounce"
    assert [one["name"] for one in item.attachments] == ["a.txt"]


async def test_a_receipt_is_known_by_either_name(db, take) -> None:
    await sent(db, take)
    async with db.read() as session:
        assert await receipts.is_known(session, bounced())
        assert not await receipts.is_known(session, bounced(external_id=""))


async def test_people_and_dates_of_a_mail_are_kept(db, take) -> None:
    date = Invitation(what="invited", summary="Kitchen", starts="2026-12-01")

    await take(
        mail(
            to=(("Ivan", "ivan@client.test"),),
            cc=(("", "anna@client.test"),),
            reply_to=("Desk", "desk@client.test"),
            invitations=(date,),
        )
    )

    (item,) = await rows(db, TimelineItem)
    assert item.data["also_to"] == [{"name": "Ivan", "address": "ivan@client.test"}]
    assert item.data["cc"] == [{"name": "", "address": "anna@client.test"}]
    assert item.data["reply_to"] == {
        "name": "Desk",
        "address": "desk@client.test",
        "same_domain": True,
    }
    assert item.data["invitations"][0]["summary"] == "Kitchen"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a@firm.example", "b@FIRM.example", True),
        ("a@firm.example", "b@other.example", False),
        ("a@gmail.com", "b@gmail.com", False),
        ("a@ukr.net", "b@ukr.net", False),
        ("a", "b", False),
    ],
)
def test_only_a_house_vouches_for_its_own(one, other, same) -> None:
    assert people.same_house(one, other) is same


async def test_nobody_waits_upon_an_absence_note(db, take) -> None:
    await take(mail("Automatic reply", automatic=True, machine="absence"))

    (conversation,) = await rows(db, Conversation)
    assert conversation.state == "resolved"
    assert conversation.waiting_since is None


async def test_lists_show_an_absence_note_to_nobody(db, take, agent) -> None:
    nadia = await agent("Nadia")
    await take(mail())
    await take(
        mail(
            "Automatic reply: Boiler",
            id="<2@client.test>",
            text="I am back on Monday",
            references=("<1@client.test>",),
            automatic=True,
            machine="absence",
        )
    )

    (conversation,) = await rows(db, Conversation)
    async with db.read() as session:
        mine = await unread(session, nadia.id, [conversation.id])
    assert conversation.snippet == "It hums at night."
    assert mine == {conversation.id: 1}


async def waiting(db) -> int:
    async with db.begin() as uow:
        request = WebhookRequest(url="", body=b"?", headers={})
        await quarantine.keep(uow, "email", request, reason="unreadable")
    return (await rows(db, QuarantineItem))[-1].id


async def filed(db, blobs, settings, client_id, conversation_id):
    item_id = await waiting(db)
    taken = await store(
        blobs,
        [Attachment(name="original.txt", media_type="text/plain", content=b"?")],
        settings.attachments,
    )
    async with db.begin() as uow:
        return await quarantine.file(
            uow,
            item_id,
            client_id,
            text="It hums",
            source=taken.stored[0],
            conversation_id=conversation_id,
        )


@pytest.mark.parametrize("state", ["open", "pending", "resolved"])
async def test_a_delivery_is_filed_into_a_matter_that_is_there(
    db, take, blobs, settings, state
) -> None:
    await take(mail())
    (conversation,) = await rows(db, Conversation)
    async with db.begin() as uow:
        await set_state(uow, await lock(uow, conversation.id), state)

    await filed(db, blobs, settings, conversation.client_id, conversation.id)

    (after,) = await rows(db, Conversation)
    assert after.state == "open"
    item = (await rows(db, TimelineItem))[-1]
    assert (item.text, item.conversation_id) == ("It hums", conversation.id)


async def test_a_delivery_is_not_filed_into_another_clients_matter(
    db, take, blobs, settings
) -> None:
    await take(mail())
    (conversation,) = await rows(db, Conversation)
    async with db.begin() as uow:
        other = Client(name="Other", created_at=datetime.now(UTC))
        uow.session.add(other)
        await uow.session.flush()
        other_id = other.id

    with pytest.raises(InvalidError):
        await filed(db, blobs, settings, other_id, conversation.id)

    assert (await rows(db, QuarantineItem))[-1].state == "waiting"
