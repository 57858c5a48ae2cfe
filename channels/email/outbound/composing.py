"""A mail of ours, from what the hub wants said to bytes on the line.

The same key gives the same Message-ID at every try, so a mail that went out twice is
seen as one by whoever gets it. Nothing that anybody wrote can add a header.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import idna

from channels.base import Place
from channels.email.outbound.writing import words_of
from channels.email.parsing.charsets import printable
from channels.email.parsing.reading import OWN_HEADER, proof_of
from channels.email.settings import Settings
from hub.contracts import Attachment, Copy, OutboundMessage, Refusal
from hub.errors import PermanentSendError

_SAFE_KEY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9])){0,99}")
_SAFE_TOKEN = re.compile(r"[A-Za-z0-9._=-]{1,200}")
_SAFE_ID = re.compile(r"<[!-;=?-~]{1,500}>")
#: What may stand before the @ where other letters are allowed (RFC 6531).
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_MEDIA_TYPE = re.compile(r"([\w!#$&^.+-]+)/([\w!#$&^.+-]+)", re.ASCII)
# Enough for any program to find the conversation, and below every limit of a header.
_MOST_REFERENCES = 20
_LOCAL_PART = 64


@dataclass(frozen=True, slots=True)
class Recipient:
    """One whom the relay is asked to take the mail for."""

    #: As the hub knows it.
    address: str
    #: As the relay is told it: the domain in ASCII.
    envelope: str


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail ready for the relay."""

    message_id: str
    sender: str
    recipients: tuple[Recipient, ...]
    content: bytes
    #: An address in it needs a relay that knows letters beyond ASCII.
    needs_utf8: bool
    #: Comes back with a report about it: the key and our proof.
    envelope_id: str
    #: Whom nobody can write to.
    refused: tuple[Refusal, ...] = ()


def compose(
    message: OutboundMessage,
    settings: Settings,
    place: Place,
    *,
    ascii_only: bool = False,
) -> Composed:
    """Write the mail.

    Args:
        message: What the hub wants said.
        settings: The channel's.
        place: Where the hub is.
        ascii_only: Leave out who can only be named in other letters.

    Raises:
        PermanentSendError: The recipient's address is none, or nobody is left.
    """
    own = Address(
        _line(message.sender_name or settings.sender_name or place.company),
        addr_spec=_ascii_domain(settings.address),
    )
    people, refused = _people(message, ascii_only=ascii_only)
    named = [one for copy, one in people if copy.role != "bcc"]
    needs_utf8 = any(not one.addr_spec.isascii() for one in (own, *named)) or any(
        not one.addr_spec.isascii() for _, one in people
    )
    rules = policy.SMTPUTF8 if needs_utf8 else policy.SMTP
    mail = EmailMessage(policy=rules.clone(cte_type="7bit"))
    mail["From"] = own
    for header, role in (("To", "to"), ("Cc", "cc")):
        if those := [one for copy, one in people if copy.role == role]:
            mail[header] = those
    if message.subject.strip():
        mail["Subject"] = _line(message.subject)
    mail["Date"] = format_datetime(message.tried_at or datetime.now(UTC))
    if reply_to := _reply_address(message, settings):
        mail["Reply-To"] = Address(own.display_name, addr_spec=reply_to)
    if message.automatic:
        _mark_automatic(mail, message, settings, place)
    _fill(mail, message)
    message_id = f"<{_local_id(message.key)}@{own.domain}>"
    head = _fixed_lines(message, message_id, place.secret)
    meant = set(message.only)
    return Composed(
        message_id=message_id,
        sender=own.addr_spec,
        recipients=tuple(
            Recipient(copy.address, one.addr_spec)
            for copy, one in people
            if not meant or copy.address in meant
        ),
        content=head + mail.as_bytes(),
        needs_utf8=needs_utf8,
        envelope_id=envelope_id(message.key, place.secret),
        refused=tuple(one for one in refused if not meant or one.recipient in meant),
    )


def envelope_id(key: str, secret: bytes) -> str:
    """Name a mail to the relay so that its reports name it to us (RFC 3461)."""
    return f"{_local_id(key)};{proof_of(key, secret).decode()}"


def _people(
    message: OutboundMessage, *, ascii_only: bool
) -> tuple[list[tuple[Copy, Address]], list[Refusal]]:
    """Read the addresses; only the first one must be one."""
    first = Copy(address=message.recipient, name=message.recipient_name, role="to")
    people: list[tuple[Copy, Address]] = []
    refused: list[Refusal] = []
    problem: PermanentSendError | None = None
    for copy in (first, *_distinct(first, message.copies)):
        try:
            found = _recipient(copy.address, copy.name, ascii_only=ascii_only)
        except PermanentSendError as error:
            problem = problem or error
            refused.append(Refusal(recipient=copy.address, reason=str(error)))
            continue
        people.append((copy, found))
    if problem is not None and (not people or not message.copies):
        raise problem
    return people, refused


def _distinct(first: Copy, copies: Iterable[Copy]) -> list[Copy]:
    seen = {first.address}
    kept = []
    for copy in copies:
        if copy.address not in seen:
            seen.add(copy.address)
            kept.append(copy)
    return kept


def _mark_automatic(
    mail: EmailMessage, message: OutboundMessage, settings: Settings, place: Place
) -> None:
    """Say that a machine writes, in every way that other machines look for."""
    mail["Auto-Submitted"] = "auto-replied" if message.references else "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Precedence"] = "auto_reply"
    if settings.mark_automatic_as_list:
        domain = _ascii_domain(settings.address).rpartition("@")[2]
        name = re.sub(r'[<>"\\]', "", _line(place.company))
        mail["List-Id"] = (
            f'"{name}" <notices.{domain}>'
            if name.isascii()
            else (f"<notices.{domain}>")
        )


def _fixed_lines(message: OutboundMessage, message_id: str, secret: bytes) -> bytes:
    """Write the lines that must not be folded or encoded, each known to be ASCII.

    The library takes a long id for text and encodes it, after which no program finds
    its conversation again.
    """
    key = message.key
    if not _SAFE_KEY.fullmatch(key):
        key = f"=?utf-8?b?{base64.b64encode(key.encode('utf-8', 'surrogatepass')).decode()}?="
    proof = proof_of(message.key, secret).decode()
    lines = [f"Message-ID: {message_id}", f"{OWN_HEADER}: {key};{proof}"]
    nearest_first = [one for one in message.references if _SAFE_ID.fullmatch(one)]
    if nearest_first:
        lines.append(f"In-Reply-To: {nearest_first[0]}")
        kept = nearest_first[:_MOST_REFERENCES]
        if len(nearest_first) > len(kept):
            # The first one of all says which matter it is, as RFC 5322 has it.
            kept[-1] = nearest_first[-1]
        lines.append("References: " + "\r\n ".join(reversed(kept)))
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _fill(mail: EmailMessage, message: OutboundMessage) -> None:
    words = words_of(message)
    html = words.html
    mail.set_content(words.text)
    rest = list(message.attachments)
    if html:
        mail.add_alternative(html, subtype="html")
        shown = [
            one for one in rest if one.content_id and f"cid:{one.content_id}" in html
        ]
        rest = [one for one in rest if one not in shown]
        html_part = mail.get_payload()[-1]  # type: ignore[index]
        for one in shown:
            _attach(html_part, one)  # type: ignore[arg-type]
    for one in rest:
        _attach(mail, one)


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    known = _MEDIA_TYPE.fullmatch(attachment.media_type)
    kind, subtype = (known[1], known[2]) if known else ("application", "octet-stream")
    if kind in {"message", "multipart"}:
        # Those need their content parsed; as a file it arrives as it is.
        kind, subtype = "application", "octet-stream"
    name = _line(attachment.name) or "file"
    if attachment.content_id and mail.get_content_maintype() == "text":
        mail.add_related(
            attachment.content,
            kind,
            subtype,
            cid=f"<{_line(attachment.content_id).strip('<>')}>",
            filename=name,
            disposition="inline",
        )
        return
    mail.add_attachment(attachment.content, kind, subtype, filename=name)


def _recipient(address: str, name: str, *, ascii_only: bool) -> Address:
    address = address.strip()
    if address != printable(address) or re.search(r"[\s,;<>]", address):
        raise PermanentSendError("email: the recipient is not one mail address")
    try:
        found = _address(_line(name), _ascii_domain(address))
    except (ValueError, IndexError, MessageError):
        raise PermanentSendError("email: the recipient is not a mail address") from None
    if not found.domain or not found.username:
        raise PermanentSendError("email: the recipient is not a mail address")
    if ascii_only and not found.addr_spec.isascii():
        raise PermanentSendError("email: the relay takes only addresses in ASCII")
    return found


def _address(name: str, address: str) -> Address:
    if address.isascii():
        return Address(name, addr_spec=address)
    # The library's parser knows no letters beyond ASCII before the @.
    local, _, domain = address.rpartition("@")
    if not _LOCAL.fullmatch(local):
        raise ValueError(address)
    return Address(name, username=local, domain=domain)


def _ascii_domain(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not domain.isascii():
        domain = idna.encode(domain, uts46=True).decode("ascii")
    return f"{local}{at}{domain}"


def _reply_address(message: OutboundMessage, settings: Settings) -> str:
    if not settings.plus_addressing or not _SAFE_TOKEN.fullmatch(message.reply_token):
        return ""
    local = f"{settings.local_part}+{message.reply_token}"
    # Longer ones are refused by many servers; the References must do then.
    if len(local) > _LOCAL_PART:
        return ""
    return f"{local}@{_ascii_domain(settings.address).rpartition('@')[2]}"


def _local_id(key: str) -> str:
    if _SAFE_KEY.fullmatch(key):
        return key
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _line(text: str) -> str:
    """Make one line of it: a header can hold nothing else."""
    return " ".join(printable(text).split())
