"""A mail as it came, to what the hub wants to know of it.

What can be read at all is read: damage costs the damaged part, not the mail. Only
what has no sender that one could answer is refused, and kept for a person to file.
"""

import codecs
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.parser import BytesHeaderParser

from channels.email.parsing import headers
from channels.email.parsing.automatic import is_automatic, machine
from channels.email.parsing.bodies import UNPARSABLE, body_of, content_of, gather
from channels.email.parsing.replies import visible_text
from channels.email.senders.authenticity import told
from channels.email.settings import Settings
from hub.contracts import InboundMessage
from hub.errors import PayloadError

#: Marks our own mails, so that one that comes back is known: key and proof.
OWN_HEADER = "X-Rozmova"
#: Why a mail is kept raw that nobody could be answered on.
NOBODY = "email: nobody is named as the sender"
_RECIPIENTS = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
_TOKEN = re.compile(r"[\w.=-]{1,200}", re.ASCII)
_SHORTEST_ID = 4
_LONGEST_SUBJECT = 1000
_MOST_PEOPLE = 200
_LONGEST_HEAD = 500_000
_MOST_LINES = 5000
_HEADER_LINE = re.compile(rb"[ \t]|[!-9;-~]+:")
#: A line of such a field that should begin with a blank, as it goes on with the last.
_UNFOLDED = re.compile(
    rb"^(Content-(?:Type|Disposition):[^\r\n]{1,500};[ \t]*\r?\n)(?=(?:file)?name\*?\d?\*?=)",
    re.IGNORECASE | re.MULTILINE,
)
#: A program on the way has ended lines that had ends already.
_DOUBLED_ENDS = re.compile(rb"[^\r\n]{1,1000}\r\r\n")
_KNOWN_HEADER = re.compile(
    rb"(?:From|To|Cc|Subject|Date|Message-ID|MIME-Version|Content-Type|Received"
    rb"|Content-Transfer-Encoding|Return-Path|Reply-To|In-Reply-To|References):",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the way a mail came told of it, beside the mail itself."""

    #: Empty for a bounce; None where the way did not tell.
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    #: Servers whose Authentication-Results are believed on this way.
    judges: tuple[str, ...] = ()


def parse(body: bytes) -> Message:
    """Take a mail apart.

    Raises:
        PayloadError: It is no mail.
    """
    if _DOUBLED_ENDS.match(body):
        body = body.replace(b"\r\r\n", b"\r\n")
    elif b"\n" not in body:
        # Old programs ended lines their own way.
        body = body.replace(b"\r", b"\n")
    body = body.removeprefix(codecs.BOM_UTF8)
    # A mailbox file's line, and blank lines, stand before mails that were exported.
    body = re.sub(rb"\A(?:[\r\n]+|>?From [^\r\n]*\r?\n)+", b"", body)
    body = _UNFOLDED.sub(rb"\1 ", _mended(body))
    try:
        message = message_from_bytes(body, policy=policy.compat32)
    except UNPARSABLE:
        # A thousand parts in one another: the head and the rest as text will do.
        message = BytesHeaderParser(policy=policy.compat32).parsebytes(body)
        del message["Content-Type"]
    if not message.keys():
        raise PayloadError("email: no header lines")
    gather(message)
    return message


def inbound(message: Message, envelope: Envelope, settings: Settings) -> InboundMessage:
    """Translate a mail that a client wrote.

    Raises:
        PayloadError: Nobody is named whom one could answer.
    """
    sender, reply_to = _sender(message, envelope, settings)
    recipients = _recipients(message, envelope)
    body = body_of(message)
    is_looping = len(headers.raws(message, "Received")) > settings.max_received
    return InboundMessage(
        channel="email",
        external_id=external_id(message),
        sender=sender.address,
        sender_kind="email",
        sender_name=sender.name,
        recipient=_our_own(recipients, settings),
        to=_others(message, "To", settings),
        cc=_others(message, "Cc", settings),
        reply_to=None if reply_to is None else (reply_to.name, reply_to.address),
        subject=" ".join(headers.text(message, "Subject").split())[:_LONGEST_SUBJECT],
        text=body.text,
        html=body.html,
        visible_text=visible_text(body.text),
        attachments=body.attachments,
        references=headers.references(message),
        reply_token=reply_token(recipients, settings),
        automatic=is_looping
        or settings.is_own(sender.address)
        or is_automatic(message, envelope.sender),
        machine=machine(message, envelope.sender),
        authenticity=told(
            message,
            sender.address,
            envelope.judges,
            will_look=settings.checks_senders,
        ),
        invitations=body.invitations,
        sent_at=headers.sent_at(message),
    )


def external_id(message: Message) -> str:
    """Give the mail's Message-ID, or a name made from what it says.

    The same mail comes once for each of our addresses and again after a broken line,
    each time with other lines of travel; so those count only where nothing else
    tells two mails apart.
    """
    given = headers.message_ids(message, "Message-ID")
    if given and len(given[0]) >= _SHORTEST_ID:
        return given[0]
    counted = ["From", "To", "Cc", "Subject", "Date"]
    if not headers.raw(message, "Date"):
        counted.append("Received")
    digest = hashlib.sha256()
    for name in counted:
        for value in headers.raws(message, name):
            digest.update(f"{name}:{value}\n".encode("utf-8", "surrogateescape"))
    digest.update(b"\n" + content_of(message))
    return f"<{digest.hexdigest()[:40]}@no-message-id.invalid>"


def own_key(message: Message, secret: bytes) -> str | None:
    """Give the key of our message that this is, if we really made it."""
    for value in headers.raws(message, OWN_HEADER):
        key, _, proof = value.strip().partition(";")
        key = headers.decoded(key)
        if key and hmac.compare_digest(proof.strip().encode(), proof_of(key, secret)):
            return key
    return None


def proof_of(key: str, secret: bytes) -> bytes:
    """Give what only we can write beside ``key``."""
    signed = hmac.new(
        secret, b"email:" + key.encode("utf-8", "surrogatepass"), hashlib.sha256
    )
    return signed.hexdigest()[:32].encode()


def reply_token(recipients: Sequence[str], settings: Settings) -> str | None:
    """Find the token in the address that was written to, if it holds one."""
    for recipient in recipients:
        local, _, domain = recipient.rpartition("@")
        base, plus, token = local.partition("+")
        is_ours = settings.is_own(f"{base}@{domain}")
        if plus and is_ours and _TOKEN.fullmatch(token):
            return token
    return None


def _mended(body: bytes) -> bytes:
    """Put right what would make the parser take header lines for the text.

    That is a blank before the colon, and a stray line with real header lines behind
    it. With none behind it, a stray line is where the text begins.
    """
    ends = re.search(rb"\r?\n\r?\n", body)
    head, rest = (body[: ends.start()], body[ends.start() :]) if ends else (body, b"")
    if head.count(b"\n") > _MOST_LINES:
        # Each of them is looked through for each field that is asked for. The rest is
        # in the original, or in the text if nothing says where that begins.
        *kept, beyond = head.split(b"\n", _MOST_LINES)
        return b"\n".join(kept) + (rest or b"\n\n" + beyond)
    if len(head) > _LONGEST_HEAD:
        return body
    lines = re.sub(rb"(?m)^([!-9;-~]+)[ \t]+:", rb"\1:", head).split(b"\n")
    known = [number for number, line in enumerate(lines) if _KNOWN_HEADER.match(line)]
    last = known[-1] if known else 0
    for number, line in enumerate(lines[:last]):
        if number and line.strip() and not _HEADER_LINE.match(line):
            lines[number] = b"X-Stray-Line: " + line
    return b"\n".join(lines) + rest


def _sender(
    message: Message, envelope: Envelope, settings: Settings
) -> tuple[headers.Mailbox, headers.Mailbox | None]:
    """Tell who wrote it, and where he asks for the answer if that is elsewhere.

    From tells whose mail it is. Only what our own site sends in our own name (a form's
    notice) is whose it names in Reply-To: nobody else would answer it.
    """
    answers = headers.mailboxes(message, "Reply-To")
    reply_to = answers[0] if answers else None
    for name in ("From", "Resent-From", "Sender", "Reply-To", "Return-Path"):
        if found := headers.mailboxes(message, name):
            sender = found[0]
            break
    else:
        if not envelope.sender or not (named := headers.addresses([envelope.sender])):
            raise PayloadError(NOBODY)
        sender = headers.Mailbox("", named[0])
    if reply_to is None or reply_to.address.lower() == sender.address.lower():
        return sender, None
    if settings.is_own(reply_to.address):
        return sender, None
    if settings.is_own(sender.address):
        return reply_to, None
    return sender, reply_to


def _others(
    message: Message, name: str, settings: Settings
) -> tuple[tuple[str, str], ...]:
    """Give the people in a header once each, without us."""
    people = {
        one.address.lower(): (one.name, _with_plain_domain(one.address))
        for one in reversed(headers.mailboxes(message, name))
        if not settings.is_own(one.address)
    }
    return tuple(reversed(people.values()))[:_MOST_PEOPLE]


def _with_plain_domain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def _recipients(message: Message, envelope: Envelope) -> list[str]:
    named = [one.address for one in headers.mailboxes(message, *_RECIPIENTS)]
    return [*envelope.recipients, *named]


def _our_own(recipients: Sequence[str], settings: Settings) -> str:
    for recipient in recipients:
        if settings.is_own(recipient):
            return settings.address
        if settings.accepts(recipient):
            return recipient
    return settings.address
