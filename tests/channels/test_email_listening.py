"""SMTP and LMTP in: 250 is said when the mail is kept, and not before."""

import asyncio
import os
import socket
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiosmtplib
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hub.errors import ChannelError, HubError
from tests.channels.keep import Kept
from tests.channels.test_email_reading import make
from tests.ports import free_port

MAIL = b"From: olena@client.example\r\nSubject: Hi\r\n\r\nHello\r\n.\r\nstill\r\n"


class Hub:
    """Takes deliveries as the hub would."""

    def __init__(self) -> None:
        self.taken = []
        self.arrived = asyncio.Event()
        self.may_commit = asyncio.Event()
        self.may_commit.set()
        self.error = None
        self.cancelled = False

    async def deliver(self, request):
        self.arrived.set()
        try:
            await self.may_commit.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        if self.error is not None:
            raise self.error
        self.taken.append(request)
        return ()


@asynccontextmanager
async def listening(hub, *, kind="smtp_listen", **settings):
    port = free_port()
    channel = make(**{kind: f"127.0.0.1:{port}"}, **settings)
    async with channel.listening(hub.deliver, Kept()):
        yield port


@asynccontextmanager
async def client(port):
    async with aiosmtplib.SMTP(
        hostname="127.0.0.1", port=port, start_tls=False, timeout=5
    ) as smtp:
        yield smtp


class Line:
    """A client that says exactly what it is told to."""

    def __init__(self, reader, writer) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, text):
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()

    async def hear(self):
        async with asyncio.timeout(5):
            return (await self.reader.readline()).decode().strip()

    async def ask(self, text):
        await self.say(text)
        answer = await self.hear()
        while answer[3:4] == "-":
            answer = await self.hear()
        return answer


@asynccontextmanager
async def line(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Line(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


async def begin_mail(said, *, greeting="EHLO me", recipients=("support@shop.example",)):
    await said.hear()
    await said.ask(greeting)
    await said.ask("MAIL FROM:<olena@client.example>")
    for recipient in recipients:
        await said.ask(f"RCPT TO:<{recipient}>")
    await said.ask("DATA")


async def test_a_mail_is_taken_with_its_envelope() -> None:
    hub = Hub()

    async with listening(hub) as port, client(port) as smtp:
        await smtp.sendmail("olena@client.example", ["support+tok@shop.example"], MAIL)

    (request,) = hub.taken
    assert request.trusted
    assert request.path == "smtp"
    assert request.body == MAIL
    assert request.headers.pop("X-Client-Helo")
    assert request.headers == {
        "X-Envelope-From": "olena@client.example",
        "X-Envelope-To": "support+tok@shop.example",
        "X-Client-Address": "127.0.0.1",
    }


async def test_it_says_250_only_after_the_commit() -> None:
    hub = Hub()
    hub.may_commit.clear()

    async with listening(hub) as port, line(port) as said:
        await begin_mail(said)
        await said.say("From: a@b.example\r\n\r\nHi\r\n.")
        await hub.arrived.wait()
        answer = asyncio.ensure_future(said.hear())
        await asyncio.wait({answer}, timeout=0)
        assert not answer.done()
        hub.may_commit.set()

        assert (await answer).startswith("250")


@pytest.mark.parametrize("error", [HubError("down"), RuntimeError("broken")])
async def test_what_cannot_be_kept_now_is_to_be_sent_again(error) -> None:
    hub = Hub()
    hub.error = error

    async with listening(hub) as port, client(port) as smtp:
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await smtp.sendmail("a@b.example", ["support@shop.example"], MAIL)
        hub.error = None
        await smtp.sendmail("a@b.example", ["support@shop.example"], MAIL)

    assert refused.value.code == 451
    assert len(hub.taken) == 1


async def test_mail_for_others_is_refused() -> None:
    async with listening(Hub()) as port, client(port) as smtp:
        with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
            await smtp.sendmail("a@b.example", ["someone@else.example"], MAIL)

    assert refused.value.recipients[0].code == 550


async def test_further_domains_can_be_taken() -> None:
    hub = Hub()

    async with (
        listening(hub, accept_recipients=["brand.example"]) as port,
        client(port) as smtp,
    ):
        await smtp.sendmail("a@b.example", ["help@Brand.example"], MAIL)

    assert len(hub.taken) == 1


async def test_a_mail_that_is_too_big_is_refused_for_good() -> None:
    hub = Hub()
    big = b"From: a@b.example\r\n\r\n" + b"x" * 70 * 1024

    async with listening(hub, max_message_bytes=64 * 1024) as port, line(port) as said:
        await begin_mail(said)
        said.writer.write(big + b"\r\n.\r\n")

        assert (await said.hear()).startswith("552")
        assert (await said.ask("NOOP")).startswith("250")
    assert hub.taken == []


async def test_a_line_longer_than_the_standard_allows_is_taken() -> None:
    hub = Hub()

    async with listening(hub) as port, line(port) as said:
        await begin_mail(said)
        await said.say("From: a@b.example\r\n\r\n" + "x" * 300_000 + "\r\n.")

        assert (await said.hear()).startswith("250")
    assert len(hub.taken[0].body) > 300_000


async def test_lmtp_answers_for_each_recipient() -> None:
    hub = Hub()

    async with listening(hub, kind="lmtp_listen") as port, line(port) as said:
        await begin_mail(
            said,
            greeting="LHLO me",
            recipients=("support+a@shop.example", "support+b@shop.example"),
        )
        await said.say("From: a@b.example\r\n\r\nHi\r\n.")
        answers = [await said.hear(), await said.hear()]
        last = await said.ask("QUIT")

    assert [one[:3] for one in answers] == ["250", "250"]
    assert last.startswith("221")
    (request,) = hub.taken
    assert request.path == "lmtp"


async def test_lmtp_refuses_a_mail_that_is_too_big_for_each_recipient() -> None:
    settings = {"kind": "lmtp_listen", "max_message_bytes": 64 * 1024}

    async with listening(Hub(), **settings) as port, line(port) as said:
        await begin_mail(
            said,
            greeting="LHLO me",
            recipients=("support+a@shop.example", "support+b@shop.example"),
        )
        said.writer.write(b"x" * 70 * 1024 + b"\r\n.\r\n")

        assert [(await said.hear())[:3] for _ in range(2)] == ["552", "552"]


async def test_a_client_that_hangs_up_does_not_break_the_commit() -> None:
    hub = Hub()
    hub.may_commit.clear()

    async with listening(hub) as port:
        async with line(port) as said:
            await begin_mail(said)
            await said.say("From: a@b.example\r\n\r\nHi\r\n.")
            await hub.arrived.wait()
        hub.may_commit.set()

    assert len(hub.taken) == 1
    assert not hub.cancelled


async def test_a_stop_finishes_the_mail_in_flight() -> None:
    hub = Hub()
    hub.may_commit.clear()
    ready, port = asyncio.Event(), free_port()
    channel = make(smtp_listen=f"127.0.0.1:{port}")
    stop = asyncio.Event()

    async def serve():
        async with channel.listening(hub.deliver, Kept()):
            ready.set()
            await stop.wait()

    serving = asyncio.ensure_future(serve())
    await ready.wait()
    async with line(port) as said, line(port) as idle:
        await idle.hear()
        await begin_mail(said)
        await said.say("From: a@b.example\r\n\r\nHi\r\n.")
        await hub.arrived.wait()
        stop.set()

        assert await idle.hear() == ""
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        hub.may_commit.set()
        assert (await said.hear()).startswith("250")
        assert await said.hear() == ""
    await serving


async def test_more_connections_than_allowed_are_told_to_come_later() -> None:
    async with listening(Hub(), max_connections=1) as port, line(port) as first:
        assert (await first.hear()).startswith("220")
        async with line(port) as second:
            assert (await second.hear()).startswith("421")


@pytest.mark.parametrize("kind", ["smtp_listen", "lmtp_listen"])
async def test_a_port_that_is_taken_is_named_with_its_setting(kind) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        endpoint = f"127.0.0.1:{other.getsockname()[1]}"

        with pytest.raises(ChannelError, match=rf"channels\.email\.{kind}.*{endpoint}"):
            async with make(**{kind: endpoint}).listening(Hub().deliver, Kept()):
                pass


def certificate(folder, *, name="mx.shop.example"):
    """Make a certificate as a company of its own would."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    paths = {"certificate": folder / "chain.pem", "key": folder / "key.pem"}
    paths["certificate"].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths["key"].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths


async def over_tls(port):
    """Hand a mail in over STARTTLS; give the name on the certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with aiosmtplib.SMTP(
        hostname="127.0.0.1", port=port, start_tls=False, timeout=5
    ) as smtp:
        await smtp.starttls(tls_context=context)
        shown = smtp.get_transport_info("ssl_object").getpeercert(binary_form=True)
        await smtp.sendmail("a@b.example", ["support@shop.example"], MAIL)
    found = x509.load_der_x509_certificate(shown).subject
    return found.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value


async def test_mail_comes_over_tls_and_a_renewed_certificate_is_used(tmp_path) -> None:
    hub = Hub()
    paths = certificate(tmp_path)

    # With room for one connection only, which stays one when it is encrypted.
    async with listening(hub, listen_tls=paths, max_connections=1) as port:
        first = await over_tls(port)
        certificate(tmp_path, name="renewed.shop.example")
        for one in paths.values():
            os.utime(one, (1, 1))
        second = await over_tls(port)

    assert (first, second) == ("mx.shop.example", "renewed.shop.example")
    assert [one.body for one in hub.taken] == [MAIL, MAIL]


async def test_mail_in_the_clear_is_refused_where_tls_is_required(tmp_path) -> None:
    tls = {**certificate(tmp_path), "required": True}

    async with listening(Hub(), listen_tls=tls) as port, line(port) as said:
        await said.hear()
        await said.ask("EHLO me")

        assert (await said.ask("MAIL FROM:<a@b.example>")).startswith("530")


async def test_a_certificate_that_will_not_do_is_named(tmp_path) -> None:
    paths = certificate(tmp_path)
    paths["key"].write_text("nothing")

    with pytest.raises(ChannelError, match=r"listen_tls: .*key\.pem cannot be used"):
        async with listening(Hub(), listen_tls=paths):
            pass


async def test_more_recipients_than_allowed_are_to_come_later() -> None:
    async with listening(Hub(), max_recipients=1) as port, line(port) as said:
        await said.hear()
        await said.ask("EHLO me")
        await said.ask("MAIL FROM:<a@b.example>")
        await said.ask("RCPT TO:<support+a@shop.example>")

        answer = await said.ask("RCPT TO:<support+b@shop.example>")
        assert answer.startswith("452")


async def test_a_mail_that_never_ends_is_cut_off() -> None:
    hub = Hub()

    async with listening(hub, mail_timeout=0.2) as port, line(port) as said:
        await begin_mail(said)
        await said.say("From: a@b.example")

        assert (await said.hear()).startswith("421")
        assert await said.hear() == ""
    assert hub.taken == []
