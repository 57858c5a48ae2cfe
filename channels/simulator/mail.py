"""The mail of the simulated clients: a relay that takes ours, and their own program."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, make_msgid, parseaddr
from html.parser import HTMLParser

import aiosmtplib
from aiosmtpd.smtp import SMTP, Envelope, Session

from channels.simulator.behaviour import Behaviour
from channels.simulator.errands import Errands
from channels.simulator.state import Mail, World

RELAY = "relay.simulator.test"
#: Mail to an address with this in it bounces.
BOUNCES = "+bounce"
LARGEST_MAIL = 40 * 1024 * 1024


class Mails:
    """The relay and every client's mailbox.

    Args:
        world: Where the mailboxes are.
        behaviour: What goes wrong.
        support: The hub's own address, that clients write to.
        listen: Host and port of the relay; with port 0 one is picked at the start.
    """

    def __init__(
        self,
        world: World,
        behaviour: Behaviour,
        *,
        support: str,
        listen: tuple[str, int],
    ) -> None:
        #: Where the relay listens.
        self.address = listen
        #: Where the hub takes mail in (host, port); None while it does not.
        self.hub: tuple[str, int] | None = None
        self.support = support
        self.errands = Errands()
        self._world = world
        self._behaviour = behaviour

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Let the relay listen while the block lasts."""
        host, port = self.address
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(
                _Relay(self),
                hostname=RELAY,
                enable_SMTPUTF8=True,
                data_size_limit=LARGEST_MAIL,
            ),
            host,
            port,
        )
        self.address = (host, server.sockets[0].getsockname()[1])
        try:
            yield
        finally:
            await self.errands.close()
            server.close()
            await server.wait_closed()

    async def write(
        self,
        sender: str,
        subject: str,
        text: str,
        *,
        name: str = "",
        answer_to: Mail | None = None,
    ) -> Mail:
        """Write to the hub as a client; return what his mailbox keeps of it."""
        message = EmailMessage()
        message["From"] = Address(name, addr_spec=sender)
        to = answer_to.reply_to if answer_to else self.support
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = make_msgid(domain="client.simulator.test")
        references: tuple[str, ...] = ()
        if answer_to is not None:
            references = (*answer_to.references, answer_to.message_id)
            message["In-Reply-To"] = answer_to.message_id
            message["References"] = " ".join(references)
        message.set_content(text)
        mail = Mail(
            id=self._world.next_id(),
            address=sender,
            subject=subject,
            text=text,
            from_client=True,
            message_id=str(message["Message-ID"]),
            references=references,
            sender=sender,
            status="sending",
        )
        self._world.mails.append(mail)
        self._world.changed()
        sent = await self._hand_over(message.as_bytes(), sender, parseaddr(to)[1])
        mail.status = "sent" if sent else "failed"
        self._world.changed()
        return mail

    def refuses(self, _recipient: str) -> bool:
        """Tell whether the relay takes nothing for him."""
        return self._behaviour.refuse_mail

    def take(self, sender: str, recipients: Sequence[str], raw: bytes) -> None:
        """Put the hub's mail into the mailboxes, or bounce it."""
        message = message_from_bytes(raw, policy=policy.default)
        for recipient in recipients:
            if self._behaviour.bounce_mail or BOUNCES in recipient:
                self.errands.start(self._bounce(sender, recipient, raw))
                continue
            if self._is_hub(recipient):
                # As any mail service does: the hub wrote to itself.
                self.errands.start(self._bring(sender, recipient, raw))
                continue
            self._world.mails.append(
                Mail(
                    id=self._world.next_id(),
                    address=recipient,
                    subject=str(message["Subject"] or ""),
                    text=_readable(message),
                    from_client=False,
                    message_id=str(message["Message-ID"] or ""),
                    references=tuple(str(message["References"] or "").split()),
                    sender=str(message["From"] or sender),
                    reply_to=str(message["Reply-To"] or message["From"] or sender),
                    status="received",
                    raw=raw,
                )
            )
        self._world.changed()

    def _is_hub(self, recipient: str) -> bool:
        local, _, domain = recipient.lower().rpartition("@")
        return f"{local.partition('+')[0]}@{domain}" == self.support.lower()

    async def _bring(self, sender: str, recipient: str, raw: bytes) -> None:
        await asyncio.sleep(self._behaviour.delay.total_seconds())
        await self._hand_over(raw, sender, recipient)

    async def _bounce(self, sender: str, recipient: str, raw: bytes) -> None:
        await asyncio.sleep(self._behaviour.delay.total_seconds())
        if sender:
            await self._hand_over(_report(sender, recipient, raw), "", sender)

    async def _hand_over(self, raw: bytes, sender: str, recipient: str) -> bool:
        if self.hub is None:
            return False
        host, port = self.hub
        try:
            async with aiosmtplib.SMTP(
                hostname=host, port=port, timeout=15, start_tls=False
            ) as smtp:
                await smtp.sendmail(sender, [recipient], raw)
        except (aiosmtplib.SMTPException, OSError):
            return False
        return True


class _Relay:
    """What aiosmtpd asks during a delivery; the names of the methods are its own."""

    def __init__(self, mails: Mails) -> None:
        self._mails = mails

    async def handle_RCPT(  # noqa: N802 - the library's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self._mails.refuses(address):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self._mails.take(envelope.mail_from or "", envelope.rcpt_tos, raw)
        return "250 2.0.0 Taken"


def _report(sender: str, recipient: str, raw: bytes) -> bytes:
    """Write the report that a mail could not be delivered (RFC 3464)."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = f"Mail Delivery System <mailer-daemon@{RELAY}>"
    report["To"] = sender
    report["Subject"] = "Undelivered mail returned to sender"
    report["Date"] = format_datetime(datetime.now(UTC))
    report["Message-ID"] = make_msgid(domain=RELAY)
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText(f"The mail to {recipient} was not delivered: no mailbox.\n"))
    per_message, per_recipient = Message(), Message()
    per_message["Reporting-MTA"] = f"dns; {RELAY}"
    per_recipient["Final-Recipient"] = f"rfc822; {recipient}"
    per_recipient["Action"] = "failed"
    per_recipient["Status"] = "5.1.1"
    per_recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 No such mailbox"
    status = MIMEBase("message", "delivery-status")
    status.set_payload([per_message, per_recipient])
    report.attach(status)
    headers = MIMEText(raw.split(b"\r\n\r\n", 1)[0].decode("utf-8", "replace") + "\n")
    headers.replace_header("Content-Type", 'text/rfc822-headers; charset="utf-8"')
    report.attach(headers)
    return report.as_bytes(policy=policy.SMTP)


class _Words(HTMLParser):
    """Keeps the words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def _readable(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain", "html"))
    if body is None:
        return ""
    content = str(body.get_content())
    if body.get_content_subtype() != "html":
        return content.strip()
    reader = _Words()
    reader.feed(content)
    return " ".join(" ".join(reader.words).split())
