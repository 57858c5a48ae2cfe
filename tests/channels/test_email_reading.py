"""Mail as it comes: read whatever can be read, and lose nothing."""

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.base import Place
from channels.email import Channel, Settings
from channels.email.outbound.composing import compose
from hub.contracts import InboundMessage, OutboundMessage, WebhookRequest
from hub.errors import ChannelError, PayloadError, SignatureError

MAIL = Path(__file__).parent / "mail"
SECRET = "a-secret-of-the-tests"
PLACE = Place(public_url="https://hub.test", company="Shop", country="UA", secret=b"k")


def make(**settings):
    given = {"address": "support@shop.example", "hook_secret": SECRET} | settings
    return Channel(Settings.model_validate(given), PLACE)


def trusted(body, **headers):
    return WebhookRequest(
        url="",
        body=body,
        trusted=True,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def read(body, channel=None, **headers):
    if isinstance(body, str):
        body = (MAIL / f"{body}.eml").read_bytes()
    (item,) = (channel or make()).receive(trusted(body, **headers)).items
    return item


def test_a_plain_mail_is_read() -> None:
    mail = read("plain")

    assert replace(mail, digest="", original=None) == InboundMessage(
        channel="email",
        external_id="<one@client.example>",
        sender="olena@client.example",
        sender_kind="email",
        sender_name="Olena Koval",
        recipient="support@shop.example",
        subject="Where is 1001?",
        text="Hello, where is my order?",
        visible_text="Hello, where is my order?",
        references=("<k2@shop.example>", "<k1@shop.example>"),
        sent_at=datetime(2026, 11, 20, 8, 0, tzinfo=UTC),
    )


def test_cyrillic_that_names_no_charset_is_read() -> None:
    mail = read("cyrillic-without-charset")

    assert mail.sender_name == "Олена"
    assert mail.subject == "Де замовлення"
    assert mail.text == "Добрий день, де моє замовлення?"


def test_a_letter_split_between_two_encoded_words_is_whole() -> None:
    assert read("subject-split-within-a-letter").subject == "Замовлення на завтра"


def test_files_have_their_names_and_no_folders() -> None:
    mail = read("names-of-files-in-every-way")

    assert [(file.name, file.media_type) for file in mail.attachments] == [
        ("Рахунок.pdf", "application/pdf"),
        ("Лист.txt", "text/plain"),
        ("evil.exe", "application/octet-stream"),
        ("Older.eml", "message/rfc822"),
    ]
    assert mail.text == "See the files."
    assert mail.attachments[0].content == b"%PDF"
    assert b"The older one." in mail.attachments[3].content


def test_text_is_made_from_html_and_the_html_is_kept_as_it_came() -> None:
    mail = read("html-only-with-an-inline-picture")

    assert mail.text == "It is broken:"
    assert "<script>" in mail.html
    assert [(file.name, file.content_id) for file in mail.attachments] == [
        ("crack.png", "pic@1")
    ]


def test_text_behind_a_picture_is_in_both_forms() -> None:
    mail = read("text-behind-a-picture")

    assert mail.text == "Before.\n\nAfter <it>."
    assert "Before." in mail.html
    assert "After &lt;it&gt;." in mail.html
    assert [file.name for file in mail.attachments] == ["a.gif"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("stray-line-in-the-head", "Still read."),
        (
            "no-blank-line-before-the-text",
            "I forgot the blank line.\n\nSecond part.",
        ),
        ("charset-that-is-a-lie", "Добрий день"),
        ("broken-base64", "Hello there"),
    ],
)
def test_a_damaged_mail_is_read_all_the_same(name, text) -> None:
    mail = read(name)

    assert mail.sender == "olena@client.example"
    assert mail.text.strip() == text


def test_a_mail_without_an_id_gets_the_same_one_each_time() -> None:
    body = (MAIL / "no-message-id.eml").read_bytes()

    again = b"Received: from elsewhere; now\r\nDelivered-To: support@shop.example\r\n"

    assert read(body).external_id == read(again + body).external_id
    assert read(body).external_id != read(body + b"!").external_id


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("To: Support <support+Tok-1.a@shop.example>", "Tok-1.a"),
        ("Cc: x@y.example, SUPPORT+t2@SHOP.example", "t2"),
        ("Delivered-To: support+t3@shop.example", "t3"),
        ("X-Original-To: support+t4@shop.example", "t4"),
        ("To: other+t5@shop.example", None),
        ("To: support+@shop.example", None),
        ("To: support@shop.example", None),
    ],
)
def test_the_token_is_found_wherever_the_address_stands(header, token) -> None:
    mail = read(f"From: a@b.example\r\n{header}\r\n\r\nHi".encode())

    assert mail.reply_token == token


def test_the_envelope_tells_the_token_to_our_own_receivers_only() -> None:
    body = b"From: a@b.example\r\n\r\nHi"
    headers = {"X-Envelope-To": "support+tok@shop.example"}

    (posted,) = make().receive(signed(body, headers)).items

    assert read(body, **headers).reply_token == "tok"
    assert posted.reply_token is None


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-generated",
        "Auto-Submitted: auto-replied; owner-email=a@b.example",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "List-Id: <news.client.example>",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "X-Autoreply: yes",
        "Return-Path: <>",
        "Sender: no-reply@client.example",
        "Subject: Out of Office: back on Monday",
        "Subject: Автоматична відповідь: Re: замовлення",
    ],
)
def test_what_a_machine_wrote_is_marked(line) -> None:
    assert read(f"From: a@b.example\r\n{line}\r\n\r\nHi".encode()).automatic


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: no",
        "Precedence: first-class",
        "Return-Path: <a@b.example>",
        "Subject: My automatic reply does not work",
        "X-Auto-Response-Suppress: none",
    ],
)
def test_what_a_person_wrote_is_not(line) -> None:
    assert not read(f"From: a@b.example\r\n{line}\r\n\r\nHi".encode()).automatic


def test_an_empty_envelope_sender_is_a_machine() -> None:
    assert read(b"From: a@b.example\r\n\r\nHi", X_Envelope_From="").automatic


def test_a_mail_that_travelled_in_circles_is_kept_but_not_answered() -> None:
    lines = b"Received: from x\r\n" * 31

    assert read(lines + b"From: a@b.example\r\n\r\nHi").automatic
    assert not read(lines[:-18] + b"From: a@b.example\r\n\r\nHi").automatic


def test_mail_in_our_own_name_is_kept_but_not_answered() -> None:
    assert read(b"From: support+x@shop.example\r\n\r\nHi").automatic


def test_our_own_mail_that_comes_back_is_nothing_new() -> None:
    channel = make()
    ours = compose(
        OutboundMessage(channel="email", key="k", recipient="a@b.example", text="Hi"),
        channel._settings,
        PLACE,
    )

    assert channel.receive(trusted(b"Received: x\r\n" + ours.content)).items == ()


def test_a_forged_mark_of_ours_hides_no_mail() -> None:
    body = b"From: a@b.example\r\nX-Rozmova: k;00000000\r\n\r\nHi"

    assert read(body).text == "Hi"


def signed(body, headers=None, secret=SECRET):
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return WebhookRequest(
        url="https://hub.test/hooks/email",
        body=body,
        headers={**(headers or {}), "x-rozmova-signature": f"sha256={digest}"},
    )


def test_a_signed_post_is_taken() -> None:
    (mail,) = make().receive(signed(b"From: a@b.example\r\n\r\nHi")).items

    assert mail.text == "Hi"


@pytest.mark.parametrize(
    ("channel", "request_"),
    [
        (make(), signed(b"From: a@b.example\r\n\r\nHi", secret="other")),
        (make(), WebhookRequest(url="", body=b"From: a@b.example\r\n\r\nHi")),
        (make(hook_secret=None), signed(b"From: a@b.example\r\n\r\nHi")),
        (
            make(hook_secret=None),
            WebhookRequest(url="", body=b"From: a@b.example\r\n\r\n"),
        ),
    ],
    ids=["another key", "unsigned", "no key set", "unsigned, no key set"],
)
def test_a_post_that_is_not_signed_is_refused(channel, request_) -> None:
    with pytest.raises(SignatureError):
        channel.receive(request_)


@pytest.mark.parametrize(
    "body", [b"", b"\x00\xff\x00", b"only words\r\n", b"Subject: x\r\n\r\nHi"]
)
def test_what_names_no_sender_is_unreadable(body) -> None:
    with pytest.raises(PayloadError):
        make().receive(trusted(body))


NESTED = b"From: a@b.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 5000


def test_a_bottomless_sender_is_nobody_at_once() -> None:
    body = b"From: " + b"*" * 20_000_000 + b"\r\nSubject: Hello\r\n\r\nHello\r\n"

    with pytest.raises(PayloadError):
        make().receive(trusted(body))


def test_a_bottomless_mail_is_still_a_mail() -> None:
    assert read(NESTED + b"Hi").sender == "a@b.example"


HEADERS = st.sampled_from(
    [
        b"From",
        b"To",
        b"Subject",
        b"Date",
        b"Content-Type",
        b"References",
        b"X-Rozmova",
        b"Content-Transfer-Encoding",
        b"Content-Disposition",
        b"Message-ID",
        b"Return-Path",
    ]
)
VALUES = st.sampled_from(
    [
        b"a@b.example",
        b"<>",
        b"=?utf-8?b?//8?=",
        b"multipart/mixed; boundary=b",
        b"base64",
        b'attachment; filename*0*="x',
        b"multipart/report; boundary=b",
        b"x-uuencode",
        b"(((",
        b"text/html; charset*=utf-8''%ff",
        b"Fri, 99 Foo 99999 25:61:61 +9999",
        b"message/rfc822",
    ]
) | st.binary(max_size=40)
LINES = st.lists(st.tuples(HEADERS, VALUES), max_size=8)
BODIES = st.lists(
    st.sampled_from([b"--b", b"--b--", b"", b"Content-Type: message/delivery-status"])
    | st.binary(max_size=60)
)


@given(LINES, BODIES)
def test_whatever_comes_is_read_or_kept_for_a_person(lines, body) -> None:
    head = b"".join(b"%s: %s\r\n" % line for line in lines)
    mail = trusted(head + b"\r\n" + b"\r\n".join(body))

    make().glimpse(mail)
    try:
        received = make().receive(mail)
    except PayloadError:
        return

    for item in received.items:
        texts = (
            getattr(item, name, "") for name in ("text", "html", "subject", "reason")
        )
        assert not any(
            "\x00" in text or "\ud800" <= max(text, default="") <= "\udfff"
            for text in texts
        )


@given(st.binary())
def test_any_bytes_give_a_mail_or_a_refusal(body) -> None:
    try:
        make().receive(trusted(body))
    except ChannelError as error:
        assert isinstance(error, PayloadError)  # noqa: PT017 - both ends are fine
