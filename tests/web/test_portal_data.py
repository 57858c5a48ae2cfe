"""What a client fetches of himself: his own words and ours, and nothing of others."""

import json
import os

import pytest
import pytest_asyncio

from config.settings import AttachmentSettings
from hub.contracts import Attachment
from hub.conversations.entries import Said, add, open_conversation
from hub.files import attachments
from hub.log.events import Actor
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import Address, Client, Conversation
from tests.web.portal import Browser, come_in, make_app, served

AGENT = Actor(kind="agent", id=1, name="Оксана")


@pytest.fixture
def app(db, data_dir):
    return make_app(db, data_dir)


@pytest_asyncio.fixture
async def browser(app):
    async with served(app) as client:
        yield Browser(client)


async def make_client(db):
    """A client who proved his mail address; the number was only typed by somebody."""
    async with db.begin() as uow:
        client = Client(name="Olena", attributes={}, created_at=uow.now)
        uow.session.add(client)
        await uow.session.flush()
        for kind, value, proved in (
            ("email", "olena@client.example", uow.now),
            ("phone", "+380501112233", None),
        ):
            uow.session.add(
                Address(
                    client_id=client.id,
                    kind=kind,
                    value=value,
                    display=value,
                    verified_at=proved,
                    created_at=uow.now,
                )
            )
        return client.id


async def say(db, client_id, *said):
    """Put entries into a conversation of their own."""
    async with db.begin() as uow:
        client = await uow.session.get_one(Client, client_id)
        conversation = await open_conversation(uow, client, channel="email")
        for one in said:
            usual = {"kind": "message", "channel": "email", "direction": "in"}
            author = Actor(kind="client", id=client.id, name=client.name)
            usual |= {"author": author, "address": "olena@client.example"}
            await add(uow, conversation, Said(**(usual | one)))
        return conversation.id


async def whole(browser):
    """All that is in the archive, and its part for programs."""
    with await browser.fetch("/portal/data") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    return b"".join(held.values()).decode(errors="replace"), json.loads(
        held["client.json"]
    )


async def test_it_holds_what_the_portal_would_show(browser, app, db) -> None:
    client_id = await make_client(db)
    mine = await say(
        db,
        client_id,
        {"text": "Where is my lamp?"},
        {
            "text": "On its way.",
            "direction": "out",
            "author": AGENT,
            "delivery": "sent",
            "data": {"recipients": [{"address": "chief@shop.example", "role": "bcc"}]},
        },
        {"text": "Taken back", "direction": "out", "delivery": "cancelled"},
        {"text": "Not left yet", "direction": "out", "delivery": "held"},
        {"text": "To the carrier", "direction": "out", "data": {"forwarded": 1}},
        {"text": "Between us", "kind": "note", "direction": "out", "author": AGENT},
    )
    await say(db, client_id, {"text": "By another", "address": "+380501112233"})
    async with db.begin() as uow:
        row = await uow.session.get_one(Conversation, mine)
        row.tags = ["difficult"]
    await come_in(browser, app, client_id)

    text, said = await whole(browser)

    assert [one["text"] for one in said["entries"]] == [
        "Where is my lamp?",
        "On its way.",
    ]
    assert [one["id"] for one in said["conversations"]] == [mine]
    assert [one["value"] for one in said["client"]["addresses"]] == [
        "olena@client.example"
    ]
    for hidden in (
        *("Taken back", "Not left yet", "To the carrier", "Between us", "By another"),
        *("+380501112233", "chief@shop.example", "difficult"),
    ):
        assert hidden not in text


async def test_a_mail_as_it_came_is_not_in_it(browser, app, db, data_dir) -> None:
    blobs = FolderBlobs(data_dir / "files")
    original = await attachments.store_original(
        blobs,
        Attachment(
            name="mail.eml", media_type="message/rfc822", content=b"X-Spam-Score: 9"
        ),
    )
    client_id = await make_client(db)
    await say(db, client_id, {"text": "Hello", "files": (original,)})
    await come_in(browser, app, client_id)

    text, _ = await whole(browser)

    assert "Hello" in text
    assert "X-Spam-Score" not in text


async def test_it_is_not_made_without_end(browser, app, db, data_dir) -> None:
    client_id = await make_client(db)
    await come_in(browser, app, client_id)

    for _ in range(5):
        await whole(browser)

    assert (await browser.get("/portal/data")).status == 429


async def test_who_fetches_it_slowly_holds_no_connection(
    browser, app, db, data_dir
) -> None:
    client_id = await make_client(db)
    stored = await attachments.store(
        FolderBlobs(data_dir / "files"),
        [
            Attachment(
                name="a.bin",
                media_type="application/octet-stream",
                content=os.urandom(24 * 1024 * 1024),
            )
        ],
        AttachmentSettings(),
    )
    await say(db, client_id, {"text": "Hello", "files": stored.stored})
    await come_in(browser, app, client_id)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

    async with browser.client.get(
        "/portal/data", headers={"Cookie": cookies}
    ) as answer:
        await answer.content.readexactly(1)

        assert db.engine.pool.checkedout() == 0
        assert not answer.content.is_eof()
