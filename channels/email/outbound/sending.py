"""Handing a mail to the relay, and saying honestly what became of it.

Until the relay has asked for the mail's text nothing can have gone out, so whatever
goes wrong then may be tried again. From the first byte of the text until the relay's
answer nobody can know: that is ``UncertainSendError``, never a second try in silence.

Each recipient is taken or refused by himself. What one of them is refused for is told
of him alone; the others have their mail and get no second one.

A refused sign-in is loud in the log and may be tried again: a mistyped password is
mended in the settings, and the mails must be there still when it is.
"""

import re
from contextlib import suppress

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from channels.email.outbound.answers import nobody, refusal, refused, said
from channels.email.outbound.composing import Composed, Recipient
from channels.email.outbound.relays import Line, Relay
from channels.email.settings import SmtpSettings
from hub.contracts import Refusal
from hub.errors import (
    PermanentSendError,
    SendError,
    TransientSendError,
    UncertainSendError,
)

_GO_AHEAD = 354
#: The relay closes the line, whatever was asked.
_CLOSING = 421
# A slow line may need this long for its mail, and is not taken for a dead one.
_SLOWEST_BYTES_PER_SECOND = 20_000
_NOTIFY = {"failures": "FAILURE,DELAY", "all": "SUCCESS,FAILURE,DELAY"}


class NeedsAsciiError(PermanentSendError):
    """The relay knows no letters beyond ASCII, and an address has some."""


class _StaleError(Exception):
    """A connection that was used before broke before anything was said on it."""


async def hand_over(mail: Composed, relay: Relay, helo: str) -> list[Refusal]:
    """Give ``mail`` to the relay; return when the relay has taken it over.

    Returns:
        Who of several recipients was refused; all others have it.

    Raises:
        TransientSendError: It was surely not taken for anybody; it may be later.
        PermanentSendError: It was refused for good, for everybody.
        UncertainSendError: The line broke when it was on its way.
    """
    try:
        async with relay.line(helo) as line:
            return await _on(line, mail, relay.settings)
    except _StaleError:
        # The relay had hung up in silence. Nothing of this mail was said to it.
        async with relay.line(helo, fresh=True) as line:
            return await _on(line, mail, relay.settings)


async def _on(line: Line, mail: Composed, relay: SmtpSettings) -> list[Refusal]:
    try:
        refusals = await _announce(line, mail, relay)
        await _transfer(line.client, mail.content, relay)
    except (TransientSendError, PermanentSendError):
        await _begin_anew(line)
        raise
    line.clean = True
    return refusals


async def _begin_anew(line: Line) -> None:
    """A refused mail is no reason to hang up."""
    if not line.client.is_connected:
        return
    with suppress(SMTPException, OSError):
        await line.client.rset()
        line.clean = True


async def _announce(line: Line, mail: Composed, relay: SmtpSettings) -> list[Refusal]:
    """Say who writes to whom, up to the text; give those who were refused."""
    client = line.client
    if mail.needs_utf8 and not client.supports_extension("smtputf8"):
        raise NeedsAsciiError("email: the relay takes only addresses in ASCII")
    with_reports = relay.reports != "none" and client.supports_extension("dsn")
    encoding = "utf-8" if mail.needs_utf8 else "ascii"
    options = _mail_options(mail, client, with_reports=with_reports)
    try:
        await client.mail(mail.sender, options=options, encoding=encoding)
    except SMTPResponseException as error:
        raise refusal(error.code, said(error), relay) from error
    except (SMTPException, OSError) as error:
        if line.reused:
            raise _StaleError from error
        raise _lost(error) from error
    try:
        refusals = await _name(client, mail, relay, with_reports=with_reports)
        answer = await client.execute_command(b"DATA")
    except SMTPResponseException as error:
        raise refusal(error.code, said(error), relay) from error
    except (SMTPException, OSError) as error:
        raise _lost(error) from error
    if answer.code != _GO_AHEAD:
        raise refusal(answer.code, f"{answer.code} {answer.message}", relay)
    return refusals


async def _name(
    client: SMTP, mail: Composed, relay: SmtpSettings, *, with_reports: bool
) -> list[Refusal]:
    """Name each recipient; go on if any of them is taken."""
    encoding = "utf-8" if mail.needs_utf8 else "ascii"
    refusals: list[tuple[Recipient, SendError]] = []
    for one in mail.recipients:
        options = _recipient_options(one, relay) if with_reports else []
        try:
            await client.rcpt(one.envelope, options=options, encoding=encoding)
        except SMTPResponseException as error:
            if error.code == _CLOSING:
                raise
            refusals.append((one, refusal(error.code, said(error), relay)))
    if len(refusals) == len(mail.recipients):
        raise _all_refused(refusals)
    return [refused(one.address, error) for one, error in refusals]


def _all_refused(refusals: list[tuple[Recipient, SendError]]) -> SendError:
    if len(refusals) == 1:
        return refusals[0][1]
    return nobody([refused(one.address, error) for one, error in refusals])


def _mail_options(mail: Composed, client: SMTP, *, with_reports: bool) -> list[str]:
    options = ["SMTPUTF8"] if mail.needs_utf8 else []
    if client.supports_extension("size"):
        options.append(f"SIZE={len(mail.content)}")
    if with_reports:
        # The head of ours is enough to know it by, and a report stays small.
        options += ["RET=HDRS", f"ENVID={_xtext(mail.envelope_id)}"]
    return options


def _recipient_options(one: Recipient, relay: SmtpSettings) -> list[str]:
    options = [f"NOTIFY={_NOTIFY[relay.reports]}"]
    if one.envelope.isascii():
        options.append(f"ORCPT=rfc822;{_xtext(one.envelope)}")
    return options


def _xtext(text: str) -> str:
    """Write it as RFC 3461 wants it: no blank, no ``+``, no ``=``."""
    return re.sub(r"[^!-*,-<>-~]", lambda found: f"+{ord(found[0]):02X}", text)


async def _transfer(client: SMTP, content: bytes, relay: SmtpSettings) -> None:
    # Not ``client.data``: it cannot tell a line that broke before the text was asked
    # for from one that broke behind it.
    protocol = client.protocol
    if protocol is None:
        raise TransientSendError("email: connection lost")
    stuffed = re.sub(rb"(?m)^\.", b"..", re.sub(rb"\r\n|\r|\n", b"\r\n", content))
    try:
        protocol.write(stuffed.removesuffix(b"\r\n") + b"\r\n.\r\n")
        patience = relay.timeout + len(content) / _SLOWEST_BYTES_PER_SECOND
        answer = await protocol.read_response(timeout=patience)
    except (SMTPException, OSError) as error:
        raise UncertainSendError(
            f"email: no answer ({type(error).__name__})"
        ) from error
    if 200 <= answer.code < 300:  # noqa: PLR2004 - every 2xx is a yes
        return
    raise refusal(answer.code, f"{answer.code} {answer.message}", relay)


def _lost(error: Exception) -> TransientSendError:
    return TransientSendError(f"email: connection lost ({type(error).__name__})")
