"""Webhooks as strangers and providers send them, over real HTTP."""

import asyncio

import pytest
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator
from yarl import URL

from hub.storage.tables import Client, QuarantineItem, TimelineItem

TEXT = {
    "MessageSid": "SM" + "e" * 32,
    "From": "+380503382065",
    "To": "+380441234567",
    "Body": "Is it on its way?",
    "NumMedia": "0",
}


async def count(stage, table) -> int:
    async with stage.db.read() as session:
        return await session.scalar(select(func.count()).select_from(table))


async def post(stage, path, *, signed_for="/hooks/sms", **how) -> int:
    """Post to a hook as it is written, with a signature for ``signed_for``."""
    token = stage.settings.channels["sms"]["auth_token"]
    signature = RequestValidator(token).compute_signature(stage.url + signed_for, TEXT)
    headers = {"X-Twilio-Signature": signature} | how.pop("headers", {})
    url = URL(stage.url + path, encoded=True)
    async with stage.http.post(url, headers=headers, **how) as response:
        return response.status


async def test_fifty_at_once_of_one_sms_are_one(stage) -> None:
    statuses = await asyncio.gather(
        *(post(stage, "/hooks/sms", data=TEXT) for _ in range(50))
    )

    assert set(statuses) == {200}
    assert await count(stage, TimelineItem) == 1
    assert await count(stage, Client) == 1


@pytest.mark.parametrize(
    ("path", "how"),
    [
        ("/hooks/sms/", {"data": TEXT}),
        ("/hooks/sms?x=1", {"data": TEXT}),
        ("/hooks/%73ms", {"data": TEXT}),
        ("/hooks/sms", {"data": TEXT | {"Body": "Another"}}),
        ("/hooks/sms", {"data": [*TEXT.items(), ("From", "+380500000000")]}),
        ("/hooks/sms", {"json": TEXT}),
        ("/hooks/sms", {"data": TEXT, "headers": {"X-Twilio-Signature": "é"}}),
        ("/hooks/phone", {"data": TEXT}),
        ("/hooks/email", {"data": b"From: a@b.example\r\n\r\nHello"}),
        (
            "/hooks/webform/callback",
            {"data": TEXT, "headers": {"X-Form-Key": "\udcff"}},
        ),
    ],
)
async def test_nothing_else_passes_for_what_was_signed(stage, path, how) -> None:
    assert await post(stage, path, **how) == 403

    assert await count(stage, TimelineItem) == 0
    assert await count(stage, QuarantineItem) == 0


async def test_a_proxys_headers_do_not_change_what_was_signed(stage) -> None:
    headers = {"X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Proto": "https"}

    assert await post(stage, "/hooks/sms", data=TEXT, headers=headers) == 200


@pytest.mark.parametrize("channel", ["sms", "phone", "webform/callback", "email"])
async def test_a_stranger_cannot_make_us_read_for_ever(stage, channel) -> None:
    async def endless():
        while True:
            yield b"x" * 65_536

    status = await post(stage, f"/hooks/{channel}", data=endless())

    assert status == 413
    assert await count(stage, QuarantineItem) == 0
