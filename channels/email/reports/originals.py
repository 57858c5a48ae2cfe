"""Which mail of ours a report is about, from the copy or the fields in it."""

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_string, policy
from email.message import Message
from itertools import islice

from channels.email.parsing import headers
from channels.email.parsing.bodies import parts_of, text_of_part
from channels.email.parsing.reading import OWN_HEADER, own_key, proof_of

#: Where a copy of a mail begins that was pasted below a server's words.
COPY_BEGINS = re.compile(
    r"^(?=(?:(?:Return-Path|Received|Message-I[Dd]|MIME-Version):|(?:From|To|Date|Subject):\s))",
    re.MULTILINE,
)
#: Some tell the id in a sentence, or in a line of their own.
_TOLD = re.compile(
    r"message[- ]?id\W{1,6}<([^<>\s]{3,300}@[^<>\s]{1,200})>", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Original:
    """What a report tells of the mail that it is about."""

    message_id: str = ""
    key: str = ""
    recipient: str = ""


def original_of(message: Message, secret: bytes) -> Original:
    """Find the mail that a report is about."""
    for copy in _copies(message):
        ids = headers.message_ids(copy, "Message-ID")
        people = headers.mailboxes(copy, "To")
        key = own_key(copy, secret) or ""
        if ids or key:
            return Original(
                ids[0] if ids else "", key, people[0].address if people else ""
            )
    for part in parts_of(message):
        if part.get_content_type() in {
            "message/delivery-status",
            "message/global-delivery-status",
        } and (key := _envelope_key(part, secret)):
            return Original(key=key)
        if part.get_content_type() == "message/disposition-notification":
            for fields in field_groups(part):
                if ids := headers.message_ids(fields, "Original-Message-ID"):
                    return Original(ids[0])
        elif part.get_content_type() in {"text/plain", "text/html"} and (
            told := _TOLD.search(text_of_part(part)[:100_000])
        ):
            return Original(f"<{told[1]}>")
    # A server that answers like a person: what it answers is the mail.
    if ids := headers.message_ids(message, "In-Reply-To", "X-Original-Message-ID"):
        return Original(ids[0])
    return Original()


def _envelope_key(part: Message, secret: bytes) -> str:
    """Read the name that we gave the mail when we handed it over (RFC 3461)."""
    for fields in field_groups(part):
        named = headers.text(fields, "Original-Envelope-Id").strip()
        plain = re.sub(r"\+([0-9A-F]{2})", lambda hit: chr(int(hit[1], 16)), named)
        key, _, proof = plain.partition(";")
        if key and hmac.compare_digest(
            proof.strip().encode("utf-8", "replace"), proof_of(key, secret)
        ):
            return key
    return ""


def field_groups(part: Message) -> Iterator[Message]:
    """Give the groups of fields in a report, which is written like several heads."""
    payload = part.get_payload() if part.is_multipart() else None
    encoding = headers.raw(part, "Content-Transfer-Encoding").strip().lower()
    # Encoded, which no standard allows, they are one text to the parser.
    if isinstance(payload, list) and encoding != "base64":
        for one in payload:
            if isinstance(one, Message):
                yield one
        return
    for group in re.split(r"\n[ \t]*\n", text_of_part(part).strip()):
        yield message_from_string(group.strip() + "\n\n", policy=policy.compat32)


def _copies(message: Message) -> Iterator[Message]:
    """Give the original in whatever form it came along: whole, head, or pasted."""
    prose = []
    for part in parts_of(message):
        kind = part.get_content_type()
        if kind in {"message/rfc822", "message/global", "message/partial"}:
            inner = part.get_payload() if part.is_multipart() else None
            if isinstance(inner, list) and inner and isinstance(inner[0], Message):
                yield inner[0]
        elif kind in {"text/rfc822-headers", "message/global-headers"}:
            yield message_from_string(
                text_of_part(part).lstrip(), policy=policy.compat32
            )
        elif kind in {"text/plain", "text/html"} or part is message:
            prose.append(text_of_part(part))
    for text in prose:
        yield from _pasted(text)


def _pasted(text: str) -> Iterator[Message]:
    # Quoted or indented as a whole, a head is a head all the same.
    text = re.sub(r"(?m)^(?:> ?|\| ?|[ \t]+)(?=[A-Za-z-]{2,40}:\s)", "", text)
    # No head has more lines than this that look like its first one.
    for start in islice(COPY_BEGINS.finditer(text), 50):
        block = text[start.start() :]
        head = re.split(r"\n[ \t]*\n", block, maxsplit=1)[0]
        if re.search(
            rf"^(?:Message-ID|{OWN_HEADER}):", head, re.IGNORECASE | re.MULTILINE
        ):
            yield message_from_string(head + "\n\n", policy=policy.compat32)
