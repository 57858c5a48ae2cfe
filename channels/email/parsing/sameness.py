"""Whether two mails of one Message-ID are one mail. Pure.

The same mail comes by several ways (once for each of our addresses, by SMTP and by
IMAP) with other lines of travel each time. A different mail under an id that was used
before (a program that knows but one, a stranger who copies another's) must not be
taken for a repeat. So what counts is who wrote it, when, and what its parts hold once
their transfer encoding is undone.

How this is computed must never change: every mail that is met again (after a mailbox
was numbered anew, say) would be new. Hence nothing of the reading proper is used here,
which gets better from version to version.
"""

import hashlib
import re
from email.message import Message

_BLANK = re.compile(rb"[\s>]+")
_MOST_PARTS = 500


def fingerprint(message: Message, sender: str) -> str:
    """Give what two copies of a mail have in common, and two mails have not.

    Args:
        message: The mail.
        sender: Whose it is.
    """
    digest = hashlib.sha256(sender.strip().lower().encode("utf-8", "surrogatepass"))
    date = "".join(
        str(value) for name, value in message.raw_items() if name.lower() == "date"
    )
    digest.update(b"\n" + _plain(date.encode("utf-8", "surrogateescape")))
    for part in _leaves(message):
        # Blanks and ">" are what servers change in a text on its way.
        digest.update(b"\n" + hashlib.sha256(_plain(_content(part))).digest())
    return digest.hexdigest()[:40]


def _leaves(message: Message) -> list[Message]:
    leaves: list[Message] = []
    waiting = [message]
    while waiting and len(leaves) < _MOST_PARTS:
        part = waiting.pop()
        inner = part.get_payload() if part.is_multipart() else None
        if isinstance(inner, list):
            waiting += [one for one in reversed(inner) if isinstance(one, Message)]
        else:
            leaves.append(part)
    return leaves


def _content(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError, TypeError):
        return b""
    return content if isinstance(content, bytes) else b""


def _plain(said: bytes) -> bytes:
    return _BLANK.sub(b"", said)
