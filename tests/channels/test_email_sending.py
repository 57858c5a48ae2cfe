"""Mail out: what it looks like, and what is said of how it went."""

import asyncio
import logging
import re
from contextlib import asynccontextmanager
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.email.outbound.composing import compose
from hub.contracts import Attachment
from hub.errors import (
    PermanentSendError,
    SendError,
    TransientSendError,
    UncertainSendError,
)
from tests.channels.relay_stand import outbound, relay, send
from tests.channels.test_email_reading import PLACE, make, trusted
from tests.ports import free_port


def composed(**given):
    mail = compose(outbound(**given), make()._settings, PLACE)
    return message_from_bytes(mail.content, policy=policy.default)


def test_a_mail_says_who_writes_to_whom_and_about_what() -> None:
    mail = composed(
        subject="Re: замовлення 1001",
        recipient_name="Олена Коваль",
        sender_name="Ivan, Shop",
        reply_token="c42.sig",
        references=("<b@client.example>", "<a@shop.example>"),
        html="<p>Вже <b>в дорозі</b>.</p>",
    )

    assert mail["Message-ID"] == "<key-1@shop.example>"
    assert mail["Subject"] == "Re: замовлення 1001"
    assert mail["From"] == '"Ivan, Shop" <support@shop.example>'
    assert mail["To"].addresses[0].display_name == "Олена Коваль"
    assert mail["Reply-To"].addresses[0].addr_spec == "support+c42.sig@shop.example"
    assert mail["In-Reply-To"] == "<b@client.example>"
    assert mail["References"].split() == ["<a@shop.example>", "<b@client.example>"]
    assert mail["Auto-Submitted"] is None
    assert mail["List-Id"] is None
    assert mail.get_body(("plain",)).get_content().strip() == "Вже в дорозі."
    assert "<b>" in mail.get_body(("html",)).get_content()


def test_a_mail_by_a_machine_says_so() -> None:
    assert composed(automatic=True)["Auto-Submitted"] == "auto-generated"
    assert composed(automatic=True, references=("<a@b>",))["Auto-Submitted"] == (
        "auto-replied"
    )


def test_a_provider_without_plus_gets_a_plain_address() -> None:
    settings = make(plus_addressing=False)._settings
    mail = compose(outbound(reply_token="t"), settings, PLACE)

    assert b"Reply-To" not in mail.content


def test_files_and_pictures_go_along() -> None:
    mail = composed(
        html="<img src='cid:pic'>",
        attachments=(
            Attachment(
                name="Рахунок.pdf", media_type="application/pdf", content=b"%PDF"
            ),
            Attachment(
                name="p.png", media_type="image/png", content=b"PNG", content_id="pic"
            ),
            Attachment(name="t.txt", media_type="text/plain", content=b"\xff\x00"),
            Attachment(name="m.eml", media_type="message/rfc822", content=b"From: x"),
        ),
    )

    (read,) = (
        make().receive(trusted(mail.as_bytes().replace(b"X-Rozmova", b"X-Old"))).items
    )
    assert {(one.name, one.content, one.content_id) for one in read.attachments} == {
        ("Рахунок.pdf", b"%PDF", None),
        ("p.png", b"PNG", "pic"),
        ("t.txt", b"\xff\x00", None),
        ("m.eml", b"From: x", None),
    }


def test_long_ids_are_neither_folded_nor_encoded() -> None:
    long = f"<{'x' * 200}@client.example>"

    assert composed(references=(long,))["In-Reply-To"] == long


TRICKY = st.text(alphabet='a\r\n:\x00 é\ud800<>",=?', max_size=40) | st.just(
    "x\r\nBcc: spy@evil.test\r\n\r\nbody"
)


@given(TRICKY, TRICKY, TRICKY, TRICKY)
def test_nothing_that_anybody_wrote_adds_a_header(
    subject, name, file_name, key
) -> None:
    mail = composed(
        subject=subject,
        sender_name=name,
        recipient_name=name,
        key=key,
        reply_token=name,
        references=(name, "<ok@x>"),
        attachments=(Attachment(name=file_name, media_type=name, content=b"x"),),
    )

    assert {one.lower() for one in mail.keys()} <= {  # noqa: SIM118 - a mail is no dict
        *("message-id", "x-rozmova", "in-reply-to", "references", "from", "to"),
        *("subject", "date", "mime-version", "content-type", "reply-to"),
    }
    assert mail["To"].addresses[0].addr_spec == "olena@client.example"


@pytest.mark.parametrize(
    "recipient",
    ["", "nobody", "a@b, c@d", "a b@c.example", "a@", "@b", "a@b\r\nBcc: c@d"],
)
def test_what_is_no_address_is_refused_for_good(recipient) -> None:
    with pytest.raises(PermanentSendError):
        composed(recipient=recipient)


async def test_the_relay_gets_the_mail_and_we_its_id() -> None:
    async with relay() as played:
        result = await send(played.port, outbound(text=".dots\n..\n."))

    assert result.external_id == "<key-1@shop.example>"
    (envelope,) = played.mails
    assert envelope.mail_from == "support@shop.example"
    assert envelope.rcpt_tos == ["olena@client.example"]
    mail = message_from_bytes(envelope.content, policy=policy.default)
    plain = mail.get_body(("plain",)).get_content()
    assert plain.splitlines() == [".dots", "..", "."]


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"mail": "451 later"}, TransientSendError),
        ({"mail": "550 go away"}, PermanentSendError),
        ({"mail": "530 sign in first"}, TransientSendError),
        ({"rcpt": "450 greylisted"}, TransientSendError),
        ({"rcpt": "550 5.1.1 no such person"}, PermanentSendError),
        ({"data": "452 disk full"}, TransientSendError),
        ({"data": "554 spam"}, PermanentSendError),
        ({"data": "hang up"}, UncertainSendError),
    ],
)
async def test_each_answer_means_what_it_says(answers, error) -> None:
    async with relay(**answers) as played:
        with pytest.raises(error):
            await send(played.port)


@pytest.mark.parametrize(
    ("answers", "cause"),
    [
        ({"rcpt": "550 5.1.1 no such person"}, "mailbox_unknown"),
        ({"rcpt": "552 5.2.2 his mailbox is full"}, "mailbox_full"),
        ({"rcpt": "452 4.2.2 his mailbox is full"}, "mailbox_full"),
        ({"data": "554 5.7.1 this is spam"}, "spam"),
        ({"data": "552 5.3.4 message too large"}, "too_large"),
        ({"mail": "550 5.7.1 the sender is not allowed here"}, "refused"),
    ],
)
async def test_a_refusal_is_told_by_its_cause_and_in_the_servers_own_words(
    answers, cause
) -> None:
    (words,) = answers.values()
    async with relay(**answers) as played:
        with pytest.raises(SendError, match=re.escape(words)) as told:
            await send(played.port)

    assert told.value.details["cause"] == cause


async def test_a_relay_that_is_down_is_tried_again() -> None:
    with pytest.raises(TransientSendError):
        await send(free_port())


async def test_without_a_relay_mail_waits_for_one() -> None:
    with pytest.raises(TransientSendError, match=r"channels\.email\.smtp"):
        await make().send(outbound())


async def test_a_relay_without_tls_gets_nothing_if_tls_is_set() -> None:
    async with relay() as played:
        with pytest.raises(TransientSendError):
            await send(played.port, tls="starttls")

    assert played.mails == []


@asynccontextmanager
async def scripted(answers):
    """Play a relay that gives one line for each, then says nothing any more."""
    ended = asyncio.Event()

    async def talk(reader, writer):
        for number, answer in enumerate(answers):
            if number:
                await reader.readline()
            writer.write(answer.encode() + b"\r\n")
        await reader.read()
        writer.close()
        await writer.wait_closed()
        ended.set()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await ended.wait()


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        (["554 not you"], TransientSendError),
        (["220 hi", "250 me", "250 ok", "250 ok", "421 closing"], TransientSendError),
        (["220 hi", "250 me", "250 ok", "250 ok"], TransientSendError),
        (["220 hi", "250 me", "250 ok", "250 ok", "354 go"], UncertainSendError),
    ],
    ids=["greeting", "asked for data", "lost before the text", "lost behind the text"],
)
async def test_where_the_line_breaks_decides(answers, error) -> None:
    async with scripted(answers) as port:
        with pytest.raises(error):
            await send(port, timeout=0.2)


async def test_a_sign_in_is_made_if_set() -> None:
    async with relay(password="right") as played:
        await send(played.port, username="we", password="right")

    assert len(played.mails) == 1


async def test_a_refused_sign_in_is_loud_and_the_mail_waits(caplog) -> None:
    async with relay(password="right") as played:
        with (
            caplog.at_level(logging.ERROR, "channels.email"),
            pytest.raises(TransientSendError) as refused,
        ):
            await send(played.port, username="we", password="wr0ng")

    assert "refuses the sign-in of we" in caplog.text
    assert "wr0ng" not in caplog.text + repr(refused.value)
