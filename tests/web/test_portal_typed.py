"""Whoever types another's address into a form learns nothing of that person's."""

import re

import pytest
import pytest_asyncio
from sqlalchemy import select

from hub.clients import clients
from hub.contracts import Attachment, FormField, InboundMessage
from hub.storage.tables import Address, Client, TimelineItem
from tests.web.portal import Browser, come_in, make_app, served
from web.keys import DATABASE, TAKE

VICTIM = "+380501112233"
STRANGER = "stranger@mail.example"


@pytest.fixture
def app(db, data_dir):
    return make_app(db, data_dir)


@pytest_asyncio.fixture
async def browser(app):
    async with served(app) as client:
        yield Browser(client)


async def form(app, text, *, email=STRANGER, phone=VICTIM):
    """Fill a form in; nobody checks what stands in it."""
    await app[TAKE].reception.take(
        [
            InboundMessage(
                channel="webform",
                external_id=f"ask:{text}",
                sender=email,
                sender_kind="email",
                also=(("phone", phone),),
                subject="Ask us",
                text=text,
                fields=(FormField(name="text", label="Question", value=text),),
            )
        ]
    )


async def mail(app, text, sender=STRANGER):
    await app[TAKE].reception.take(
        [
            InboundMessage(
                channel="email",
                external_id=f"<{text}@mail.example>",
                sender=sender,
                sender_kind="email",
                subject=f"About {text}",
                text=text,
            )
        ]
    )


async def sms(app, text, number=VICTIM):
    await app[TAKE].reception.take(
        [
            InboundMessage(
                channel="sms",
                external_id=text,
                sender=number,
                sender_kind="phone",
                text=text,
                attachments=(
                    Attachment(
                        name="door.txt",
                        media_type="text/plain",
                        content=b"The code of my door is 4711",
                    ),
                ),
            )
        ]
    )


async def the_client(app) -> int:
    async with app[DATABASE].read() as session:
        (only,) = await session.scalars(select(Client.id))
    return only


async def all_pages(browser, client_id, app) -> str:
    """Everything that the client of this id can read in the portal."""
    await come_in(browser, app, client_id)
    cases = await browser.get("/portal/cases")
    text = cases.html
    for path in sorted(set(re.findall(r'"(/portal/cases/\d+)', cases.html))):
        text += (await browser.get(path)).html
    return text


async def test_what_its_owner_writes_later_stays_hidden(browser, app, db) -> None:
    await form(app, "a bait")
    await mail(app, "mine")
    await sms(app, "from the owner")
    await mail(app, "mine again")
    client_id = await the_client(app)

    read = await all_pages(browser, client_id, app)

    assert "mine again" in read
    assert "from the owner" not in read
    assert "door.txt" not in read


async def test_what_its_owner_sent_cannot_be_fetched_either(browser, app, db) -> None:
    await form(app, "a bait")
    await mail(app, "mine")
    await sms(app, "from the owner")
    client_id = await the_client(app)
    async with db.read() as session:
        item = await session.scalar(
            select(TimelineItem).where(TimelineItem.channel == "sms")
        )
    await come_in(browser, app, client_id)

    (file,) = item.attachments
    for path in (f"/portal/files/{file['id']}/door.txt", f"/files/{file['id']}/x"):
        assert (await browser.get(path)).status == 404


async def test_a_case_of_nothing_but_hidden_words_is_not_there(
    browser, app, db
) -> None:
    await form(app, "a secret of the owner", email="owner@mail.example")
    async with db.begin() as uow:
        # Else two mails with one number are two clients.
        for address in await uow.session.scalars(select(Address)):
            address.verified_at = uow.now if address.kind == "phone" else None
    await form(app, "a bait")
    client_id = await the_client(app)
    async with db.read() as session:
        case = await session.scalar(select(TimelineItem.conversation_id))
    await come_in(browser, app, client_id)

    page = await browser.get(f"/portal/cases/{case}")

    assert page.status == 404
    assert "secret" not in (await browser.get("/portal/cases")).html


async def test_a_subject_of_anothers_is_hidden_too(browser, app, db) -> None:
    await form(app, "a bait")
    await mail(app, "first of all")
    await sms(app, "from the owner")
    async with db.begin() as uow:
        for address in await uow.session.scalars(select(Address)):
            verified = address.kind == "phone"
            address.verified_at = uow.now if verified else None
    client_id = await the_client(app)

    read = await all_pages(browser, client_id, app)

    assert "from the owner" in read
    assert "first of all" not in read
    assert "Ask us" not in read


async def test_it_is_shown_once_somebody_vouches_for_the_address(
    browser, app, db
) -> None:
    await form(app, "a bait")
    await mail(app, "mine")
    await sms(app, "my second phone")
    client_id = await the_client(app)
    async with db.begin() as uow:
        await clients.add_address(uow, client_id, "phone", VICTIM, country="UA")

    assert "my second phone" in await all_pages(browser, client_id, app)
