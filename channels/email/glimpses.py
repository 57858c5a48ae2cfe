"""What can be read of a mail that could not be taken in. Pure."""

import re

from channels._glimpses import LONGEST_TEXT, shortened
from channels.email.parsing import headers
from channels.email.parsing.bodies import body_of
from channels.email.parsing.reading import parse
from hub.contracts import Glimpse

_NAMES = ("from", "to", "cc", "subject", "date")
_MOST_FILES = 100


def glimpse_of(mail: bytes) -> Glimpse:
    """Read its head and its words as far as they can be.

    Raises:
        Exception: Any of those that a damaged mail may cause.
    """
    message = parse(mail)
    body = body_of(message)
    return Glimpse(
        rows=shortened((name, headers.text(message, name)) for name in _NAMES),
        text=re.sub(r"\n{3,}", "\n\n", body.text).strip()[:LONGEST_TEXT],
        files=tuple(one.name for one in body.attachments[:_MOST_FILES]),
    )
