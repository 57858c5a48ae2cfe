"""What mail servers tell us of our own mails: bounces, delays, receipts, complaints.

Standard reports (RFC 3464, 3798, 5965) are read part by part. Many servers write their
own prose instead (``prose.py``); that is read only when the mail is from a server, not
from a person, and always gives way to doubt: what is not surely a report stays a mail.
"""

import re
from collections.abc import Sequence
from email.message import Message

from channels.email.parsing import headers
from channels.email.parsing.bodies import parts_of, text_of_part
from channels.email.parsing.server_words import ADDRESS
from channels.email.reports.fates import ANSWER, STATUS, Fate, is_action
from channels.email.reports.notifications import notification
from channels.email.reports.originals import Original, field_groups, original_of
from channels.email.reports.prose import (
    fates_in_prose,
    is_from_server,
    line_about,
    prose_of,
)
from hub.contracts import DeliveryReceipt, InboundMessage

_MOST_RECIPIENTS = 100
_COPY = "message/rfc822"
_STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_FIELDS = re.compile(
    r"^\s*(?:Final|Original)-Recipient\s*:", re.IGNORECASE | re.MULTILINE
)
_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: What a provider's complaints say of a mail that a person marked.
_COMPLAINTS = frozenset(
    {"abuse", "fraud", "virus", "opt-out", "miscategorized", "other"}
)


def receipts(
    message: Message,
    fates: Sequence[Fate],
    secret: bytes,
    letter: InboundMessage | None = None,
) -> tuple[DeliveryReceipt, ...]:
    """Give a receipt for each recipient that a report speaks of.

    Empty for a report that does not tell which of our messages it is about: that one
    is for a person to read.

    Args:
        message: The report, parsed.
        fates: What it says.
        secret: Proves that a mark of ours is ours.
        letter: The mail itself, to be taken in if nothing of ours is meant.
    """
    original = _about(message, secret)
    if not original.message_id and not original.key:
        return ()
    return tuple(
        DeliveryReceipt(
            channel="email",
            state=fate.state,
            external_id=original.message_id,
            # It may come before we have noted the id under which we sent it.
            reference=original.key or _key_in(original.message_id),
            reason=fate.reason,
            recipient=fate.recipient or original.recipient,
            cause=fate.cause,
            status=fate.status,
            is_delayed=fate.is_delayed,
            # Filed once, however many it speaks of.
            letter=letter if number == 0 else None,
        )
        for number, fate in enumerate(fates[:_MOST_RECIPIENTS])
    )


def report(message: Message, envelope_from: str | None = None) -> list[Fate]:
    """Read what happened to a mail of ours; nothing if this is not about that.

    Args:
        message: The parsed mail.
        envelope_from: Who it says to be from on the way; None where that is not told.
    """
    parts = list(parts_of(message))
    found = _from_standard_parts(parts)
    if found is None and message.get_content_type() == "text/plain":
        found = notification(text_of_part(message))[0] or None
    if found is None:
        found = _from_marked_copy(parts)
    if found is not None:
        return found
    if not is_from_server(message, envelope_from):
        return []
    return _from_fields_in_text(parts) or fates_in_prose(message, parts)


def _key_in(message_id: str) -> str:
    """Give our key in a Message-ID of ours; the hub knows which keys are its own."""
    local = message_id.strip("<>").partition("@")[0]
    return local if _KEY.fullmatch(local) else ""


def _from_standard_parts(parts: list[Message]) -> list[Fate] | None:
    for part in parts:
        kind = part.get_content_type()
        # One report may have several, and some are prose under a wrong name.
        if kind in _STATUS_PARTS and (found := _from_status(part, parts)):
            return found
        if kind == "message/disposition-notification":
            return _from_disposition(part)
        if kind == "message/feedback-report":
            return _from_complaint(part)
    return None


def _from_fields_in_text(parts: list[Message]) -> list[Fate]:
    """Read the fields of a report in a text or a file that does not say what it is."""
    for part in parts:
        if part.is_multipart():
            continue
        text = text_of_part(part)[:200_000]
        if _FIELDS.search(text) and (found := _from_status(part, parts)):
            return found
    return []


def _about(message: Message, secret: bytes) -> Original:
    if message.get_content_type() == "text/plain":
        found, original = notification(text_of_part(message))
        if found:
            return original
    return original_of(message, secret)


def unwrapped(message: Message, envelope_from: str | None) -> Message:
    """Give the report that some gateway on the way has packed into a mail of its own."""
    parts = list(parts_of(message))
    if any(part.get_content_type() in _STATUS_PARTS for part in parts):
        return message
    for part in parts if is_from_server(message, envelope_from) else ():
        for inner in field_groups(part) if part.get_content_type() == _COPY else ():
            if inner.get_content_type() == "multipart/report":
                return inner
    return message


def _from_status(part: Message, parts: list[Message]) -> list[Fate]:
    prose = prose_of(parts)
    fates = []
    for fields in field_groups(part):
        # The first is whom we wrote to; his server may have handed it on to the other.
        named = (
            _typed(fields, "Original-Recipient"),
            _typed(fields, "Final-Recipient"),
        )
        recipient = next((one[1] for one in map(ADDRESS.search, named) if one), "")
        action = headers.text(fields, "Action").lower().split("(")[0].strip()
        status = STATUS.search(headers.text(fields, "Status"))
        if not action and not status:
            continue
        diagnostic = re.sub(
            r"^[\w-]+\s*;\s*", "", headers.text(fields, "Diagnostic-Code")
        )
        fates.append(_fate(action, recipient, status, diagnostic, prose))
    return fates


def _fate(
    action: str,
    recipient: str,
    status: re.Match[str] | None,
    diagnostic: str,
    prose: str,
) -> Fate:
    told = status[1] if status else ""
    # A relay wraps what the far server said in words of its own; the far one knows.
    if answers := ANSWER.findall(diagnostic):
        told = answers[-1][1]
    # "5.0.0" says nothing; the server's own answer often says more.
    elif told == "" or told.endswith(".0.0"):
        words = diagnostic or (prose if recipient and recipient in prose else "")
        better = STATUS.search(words)
        if better and (not told or better[1][0] == told[0]):
            told = better[1]
    words = diagnostic or line_about(recipient, prose)
    return Fate(action, recipient, told, words, prose, is_servers_word=bool(diagnostic))


def _from_disposition(part: Message) -> list[Fate]:
    for fields in field_groups(part):
        disposition = headers.text(fields, "Disposition").lower()
        if not disposition:
            continue
        action = re.split(r"[/,;]", disposition.rpartition(";")[2].strip())[0].strip()
        recipient = _typed(fields, "Final-Recipient")
        # "denied" and "failed" say something of the receipt, not of the mail.
        known = action if is_action(action) and action != "failed" else "displayed"
        return [Fate(known, recipient, "", f"read receipt: {action}")]
    return []


def _from_complaint(part: Message) -> list[Fate]:
    """Take "this is spam" for what it proves: that the mail arrived.

    A report about forged mail in our name (``auth-failure``) says nothing of a
    delivery, and changes none.
    """
    for fields in field_groups(part):
        kind = headers.text(fields, "Feedback-Type").lower().strip()
        if not kind:
            continue
        people = headers.mailboxes(fields, "Original-Rcpt-To", "Removal-Recipient")
        action = "complaint" if kind in _COMPLAINTS else "relayed"
        address = people[0].address if people else ""
        return [Fate(action, address, "", f"complaint: {kind}")]
    return []


def _from_marked_copy(parts: list[Message]) -> list[Fate] | None:
    """Read a complaint by Microsoft, which is told by nothing but the copy's head."""
    for part in parts:
        for copy in field_groups(part) if part.get_content_type() == _COPY else ():
            if people := headers.mailboxes(copy, "X-HmXmrOriginalRecipient"):
                address = people[0].address
                return [Fate("complaint", address, "", "complaint: abuse")]
    return None


def _typed(fields: Message, name: str) -> str:
    """Read ``rfc822; someone@example.com``."""
    return headers.text(fields, name).rpartition(";")[2].strip().strip("<>")
