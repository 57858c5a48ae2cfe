"""What the way that a mail came tells of it, beside the mail itself.

A receiver of ours writes it into the headers of its delivery, where nobody from outside
can write.
"""

from collections.abc import Sequence

from channels.email.parsing import headers
from channels.email.parsing.reading import Envelope
from channels.email.senders.authenticity import stranger
from channels.email.senders.spf import Sending
from channels.email.settings import Settings
from hub.contracts import WebhookRequest

SENDER_HEADER = "X-Envelope-From"
RECIPIENTS_HEADER = "X-Envelope-To"
#: Whose Authentication-Results are believed, with commas between.
JUDGES_HEADER = "X-Results-By"
#: The machine that handed it over, where that is a stranger's, and how it greeted.
CLIENT_HEADER = "X-Client-Address"
GREETING_HEADER = "X-Client-Helo"
#: Tells of a mail that was cut how large the whole is.
WHOLE_SIZE_HEADER = "X-Whole-Size"


def judged_by(judges: Sequence[str]) -> dict[str, str]:
    """Write down whose results are believed."""
    return {JUDGES_HEADER: ",".join(judges)} if judges else {}


def envelope_of(request: WebhookRequest, settings: Settings) -> Envelope:
    """Read what the way of a mail told of it."""
    # A posted mail's signature covers its body only, so its headers prove nothing.
    if not request.trusted:
        return Envelope(judges=settings.senders.trust_results)
    is_told = SENDER_HEADER.lower() in {name.lower() for name in request.headers}
    return Envelope(
        sender=header(request, SENDER_HEADER) if is_told else None,
        recipients=tuple(headers.addresses([header(request, RECIPIENTS_HEADER)])),
        judges=tuple(one for one in header(request, JUDGES_HEADER).split(",") if one),
    )


def sending_of(request: WebhookRequest) -> Sending | None:
    """Tell what stranger's machine handed a mail over, if one has."""
    if not request.trusted:
        return None
    return stranger(
        header(request, CLIENT_HEADER),
        header(request, GREETING_HEADER),
        header(request, SENDER_HEADER),
    )


def header(request: WebhookRequest, name: str) -> str:
    """Give a header of a delivery, or an empty string."""
    for key, value in request.headers.items():
        if key.lower() == name.lower():
            return value
    return ""
