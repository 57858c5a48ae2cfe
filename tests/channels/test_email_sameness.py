"""Two copies of a mail are one mail; two mails of one Message-ID are two."""

import pytest

from hub.contracts import WebhookRequest
from tests.channels.test_email_reading import make

HEAD = (
    b"From: Olena <olena@client.example>\r\nTo: support@shop.example\r\n"
    b"Date: Fri, 20 Nov 2026 10:00:00 +0200\r\nSubject: Lamp\r\n"
    b"Message-ID: <1@client.example>\r\n"
)
PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\nDo you have =\xd0\xbb?\r\n"
QUOTED = (
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nDo you have =3D=D0=BB=\r\n?\r\n"
)
BASE64 = (
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nRG8geW91IGhhdmUgPdC7Pw0K\r\n"
)


def read(body, **settings):
    request = WebhookRequest(url="", body=body, path="smtp", trusted=True)
    (message,) = make(**settings).receive(request).items
    return message


@pytest.mark.parametrize(
    "copy",
    [
        HEAD + PLAIN,
        b"Received: from a by b\r\nDelivered-To: support@shop.example\r\n"
        + HEAD
        + PLAIN,
        HEAD.replace(b"Lamp", b"[EXTERNAL] Lamp") + PLAIN,
        HEAD.replace(b"\r\n", b"\n") + PLAIN.replace(b"\r\n", b"\n"),
        HEAD + QUOTED,
        HEAD + BASE64,
        b"X-Spam-Score: 1\r\n" + HEAD + PLAIN + b"\r\n\r\n",
    ],
    ids=["itself", "travelled", "marked", "line ends", "quoted", "base64", "padded"],
)
def test_a_copy_is_the_same(copy) -> None:
    assert read(copy).digest == read(HEAD + PLAIN).digest
    assert read(copy).external_id == "<1@client.example>"


@pytest.mark.parametrize(
    "other",
    [
        HEAD.replace(b"olena", b"stranger") + PLAIN,
        HEAD.replace(b"10:00", b"11:00") + PLAIN,
        HEAD + PLAIN.replace(b"have", b"sell"),
        HEAD
        + b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\n'
        + PLAIN
        + b"--x\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nmore\r\n--x--\r\n",
    ],
    ids=["another writer", "another time", "other words", "with a file"],
)
def test_another_mail_under_the_same_id_is_another(other) -> None:
    assert read(other).digest != read(HEAD + PLAIN).digest


def test_the_mail_is_handed_on_as_it_came() -> None:
    message = read(HEAD + PLAIN)

    assert message.original is not None
    assert message.original.content == HEAD + PLAIN
    assert message.original.media_type == "message/rfc822"


def test_a_mail_without_id_is_the_same_each_time_it_comes() -> None:
    bare = HEAD.replace(b"Message-ID: <1@client.example>\r\n", b"")
    first = read(b"Received: from a by b\r\n" + bare + PLAIN)
    second = read(b"Received: from c by d\r\n" + bare + PLAIN)

    assert first.external_id == second.external_id
    assert first.digest == second.digest
