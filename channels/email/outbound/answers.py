"""What a relay's answer means for a mail of ours. Pure, but for the log."""

import logging
import re

from aiosmtplib import SMTPResponseException

from channels.email.reports.causes import cause_of
from channels.email.reports.fates import STATUS
from channels.email.settings import SmtpSettings
from hub.contracts import Refusal
from hub.errors import PermanentSendError, SendError, TransientSendError

log = logging.getLogger(__name__)

#: Answers that are about who we are, not about this mail.
SIGN_IN_CODES = frozenset({530, 534, 535, 538})
_LONGEST = 500
#: "Come back later": a server that looks whether we are serious.
_GREYLISTED = re.compile(
    r"gr[ea]y[\s-]?list|try\s+again\s+(?:in|after|later)|come\s+back\s+later"
    r"|policy\s+restrictions.*later|first\s+time\s+sender",
    re.IGNORECASE,
)
_WAIT = re.compile(
    r"(?<![\d.])(\d{1,5})(?::(\d\d)(?::(\d\d))?)?\s*(s|sec|seconds?|m|min|minutes?)?\b",
    re.IGNORECASE,
)
_AFTER = re.compile(r"(?:in|after|for|within)\s+(?=\d)", re.IGNORECASE)
#: No server makes an honest sender wait longer.
_LONGEST_WAIT = 4 * 3600


def said(error: SMTPResponseException) -> str:
    """Give the relay's own words."""
    return f"{error.code} {error.message}"[:_LONGEST]


def refusal(code: int, words: str, relay: SmtpSettings) -> SendError:
    """Tell whether a refused mail may be tried again, and when."""
    if code in SIGN_IN_CODES:
        log.error("channels.email.smtp: the relay wants a sign-in: %s", words)
        return TransientSendError("email: the relay wants a sign-in")
    is_over = 500 <= code < 600  # noqa: PLR2004 - every 5xx is a no for good
    status = STATUS.search(words)
    cause = cause_of(
        words, status=status[1] if status else "", code=str(code), is_over=is_over
    )
    if is_over:
        return PermanentSendError(f"email: {words}", cause=cause)
    wait = wait_of(words, relay.greylist_pause)
    if wait is None:
        return TransientSendError(f"email: {words}", cause=cause)
    return TransientSendError(f"email: {words}", cause="greylisted", retry_after=wait)


def wait_of(words: str, usual: float) -> float | None:
    """Read how long a greylisting server wants to be left alone, in seconds.

    Args:
        words: What it said.
        usual: How long, when it does not say.

    Returns:
        None when it is no greylisting.
    """
    if not _GREYLISTED.search(words):
        return None
    for start in _AFTER.finditer(words):
        found = _WAIT.match(words, start.end())
        if found is None:
            continue
        clock = [float(one) for one in found.group(1, 2, 3) if one]
        seconds = 0.0
        for part in clock:
            seconds = seconds * 60 + part
        if len(clock) == 1 and (found[4] or "s").lower().startswith("m"):
            seconds *= 60
        # A little more than it wants: clocks differ.
        return min(seconds + 5, _LONGEST_WAIT)
    return usual


def refused(recipient: str, error: SendError) -> Refusal:
    """Say of one of several recipients that he was not taken."""
    return Refusal(
        recipient=recipient,
        reason=str(error),
        cause=str(error.details.get("cause", "")),
        later=isinstance(error, TransientSendError),
        retry_after=error.details.get("retry_after"),
    )


def nobody(refusals: list[Refusal]) -> SendError:
    """Sum up that none of the recipients was taken."""
    later = [one for one in refusals if one.later]
    if not later:
        return PermanentSendError(
            refusals[0].reason, cause=refusals[0].cause, refused=refusals
        )
    waits = [one.retry_after for one in later if one.retry_after is not None]
    return TransientSendError(
        later[0].reason,
        cause=later[0].cause,
        refused=refusals,
        retry_after=max(waits) if waits else None,
    )
