"""Where a client cannot be reached is read from what came back."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from hub.clients.views import AddressView
from hub.contracts import Authenticity, DeliveryReceipt, DeliveryState, Verdict
from hub.conversations.defaults import Undeliverable, reply_defaults
from hub.conversations.entries import Said, add
from hub.delivery import receipts
from hub.delivery.undeliverable import undeliverable
from hub.log.events import Actor
from hub.storage.tables import Conversation
from tests.hub.conftest import mail, sms

OKSANA = "oksana@client.test"


@pytest.fixture
def ours(db):
    """Send something of ours, and let its provider say what became of it."""

    async def sending(state, cause="", *, channel="email", to=OKSANA):
        async with db.begin() as uow:
            conversation = await uow.session.scalar(select(Conversation))
            key = f"<{uuid4()}@hub.test>"
            said = Said(
                kind="message",
                channel=channel,
                direction="out",
                author=Actor(kind="system", id=None, name="Hub"),
                text="Your answer",
                address=to,
                data={"to": to},
                external_id=key,
                delivery="sent",
            )
            await add(uow, conversation, said)
        async with db.begin() as uow:
            receipt = DeliveryReceipt(
                channel=channel, external_id=key, state=state, cause=cause
            )
            assert await receipts.take(uow, receipt)
        return conversation.client_id

    return sending


@pytest.fixture
def found(db):
    """Tell the causes, by channel and address."""

    async def finding(client_id):
        async with db.read() as session:
            places = await undeliverable(session, client_id)
        return {place: one.cause for place, one in places.items()}

    return finding


async def test_what_came_back_for_good_is_known(take, ours, found) -> None:
    await take(mail())

    client = await ours(DeliveryState.BOUNCED, "mailbox_unknown")
    await ours(DeliveryState.FAILED, "landline", channel="sms", to="+380441112233")

    assert await found(client) == {
        ("email", OKSANA): "mailbox_unknown",
        ("sms", "+380441112233"): "landline",
    }


@pytest.mark.parametrize(
    ("state", "cause"),
    [
        (DeliveryState.BOUNCED, "mailbox_full"),
        (DeliveryState.BOUNCED, "spam"),
        (DeliveryState.FAILED, ""),
        (DeliveryState.DELIVERED, ""),
    ],
)
async def test_what_may_do_another_day_is_let_be(
    take, ours, found, state, cause
) -> None:
    await take(mail())

    assert await found(await ours(state, cause)) == {}


async def test_who_writes_from_there_is_there(take, ours, found) -> None:
    await take(mail())
    client = await ours(DeliveryState.BOUNCED, "mailbox_unknown")
    await take(sms())
    assert await found(client)

    await take(mail("I am here", id="<2@client.test>"))

    assert await found(client) == {}


async def test_who_only_pretends_to_write_from_there_is_not(take, ours, found) -> None:
    await take(mail())
    client = await ours(DeliveryState.BOUNCED, "mailbox_unknown")
    forged = Authenticity(verdict=Verdict.FORGED, domain="client.test")

    await take(mail("I am here", id="<2@client.test>", authenticity=forged))

    assert await found(client) == {("email", OKSANA): "mailbox_unknown"}


async def test_what_arrives_there_later_clears_it(take, ours, found) -> None:
    await take(mail())
    client = await ours(DeliveryState.BOUNCED, "mailbox_unknown")
    await ours(DeliveryState.DELIVERED, to="else@client.test")
    assert await found(client)

    await ours(DeliveryState.DELIVERED)

    assert await found(client) == {}


def test_another_way_is_proposed_before_one_that_came_back(clock) -> None:
    def view(number, kind, value):
        return AddressView(
            id=number, kind=kind, value=value, display=value, verified=True
        )

    gone = Undeliverable(cause="mailbox_unknown", at=clock())
    found = reply_defaults(
        last_channel="email",
        last_address=OKSANA,
        subject="",
        addresses=[view(1, "email", OKSANA), view(2, "phone", "+380501112233")],
        reaches={"email": "email", "sms": "phone"},
        undeliverable={("email", OKSANA): gone},
    )

    assert (found.channel, found.address_id) == ("sms", 2)
    assert {one.channel: one.undeliverable for one in found.channels} == {
        "sms": None,
        "email": gone,
    }
    assert all(one.usable for one in found.channels)
