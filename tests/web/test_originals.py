"""A mail is kept as it came, and is saved and not shown."""

import pytest

from channels.base import Place
from channels.email import Channel
from config.settings import Settings
from config.work import ConversationSettings
from hub.contracts import WebhookRequest
from hub.conversations.intake.arrivals import Intake
from hub.conversations.intake.reception import Reception
from hub.orders.shop import shop_of
from hub.storage.blobs import FolderBlobs

MAIL = (
    b"Received: from somewhere\r\nFrom: Iryna <iryna@client.example>\r\n"
    b"To: support@shop.example\r\nSubject: Hi\r\nMessage-ID: <one@client.example>\r\n"
    b"Content-Type: text/html\r\n\r\n<script>alert(1)</script>Hello\xff\r\n"
)


@pytest.fixture
def take(db, tmp_path):
    """Take a mail in as the hub does; give the number of its entry."""

    async def taking(body, **settings):
        rules = Settings(conversations=ConversationSettings(**settings))
        channel = Channel(
            Channel.specimen().adapter._settings,
            Place(public_url="", company="", country="UA", secret=b""),
        )
        received = channel.receive(
            WebhookRequest(url="", body=body, path="smtp", trusted=True)
        )
        shop = shop_of(rules, b"secret", {})
        reception = Reception(
            db,
            FolderBlobs(tmp_path / "files"),
            Intake(settings=rules, reply_key=b"key", shop=shop),
        )
        return await reception.take(received.items)

    return taking


async def entries(olena):
    answer = await olena.client.get(
        "/api/v1/clients/1/timeline",
        headers={"Cookie": f"rozmova_session={olena.secret}"},
    )
    return (await answer.json())["items"]


async def raw(olena, item_id):
    return await olena.client.get(
        f"/api/v1/interactions/{item_id}/raw",
        headers={"Cookie": f"rozmova_session={olena.secret}"},
    )


async def test_the_original_is_saved_byte_for_byte(
    build, serve, signed_in, take
) -> None:
    await take(MAIL)

    async with serve(build()) as client:
        olena = await signed_in(on=client)
        (item,) = await entries(olena)
        answer = await raw(olena, item["id"])
        content = await answer.read()

    assert item["data"]["original"] == len(MAIL)
    assert item["attachments"] == []
    assert (answer.status, content) == (200, MAIL)
    assert answer.headers["Content-Type"] == "message/rfc822"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


async def test_what_was_not_kept_is_not_there(build, serve, signed_in, take) -> None:
    await take(MAIL, keep_originals=False)

    async with serve(build()) as client:
        olena = await signed_in(on=client)
        (item,) = await entries(olena)
        answer = await raw(olena, item["id"])

    assert "original" not in item["data"]
    assert answer.status == 404
