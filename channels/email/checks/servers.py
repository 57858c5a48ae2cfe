"""What may be wrong with the servers that we sign in to: the relay and the mailbox."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiosmtplib

from channels import _checking
from channels._checking import certificate, fine, warning, why_no_line, wrong
from channels.base import Means
from channels.email.inbound.imap import (
    ImapError,
    Line,
    RefusedError,
    SignInRefusedError,
    connected,
)
from channels.email.oauth import NoTokenError, Tokens
from channels.email.settings import ImapSettings, Settings, SmtpSettings
from hub.contracts import Finding, Grade

#: Services that refuse one's usual password, by the end of their servers' names.
SERVICES = {
    "gmail.com": "gmail",
    "googlemail.com": "gmail",
    "google.com": "gmail",
    "outlook.com": "microsoft",
    "office365.com": "microsoft",
    "yahoo.com": "app_password",
    "mail.me.com": "app_password",
    "ukr.net": "app_password",
    "zoho.com": "app_password",
    "zoho.eu": "app_password",
    "fastmail.com": "app_password",
}
#: A relay should take at least this much, in bytes.
FAIR_SIZE = 10 * 1024 * 1024
#: Where servers wait for TLS before they say anything: SMTP and IMAP.
_TLS_PORTS = frozenset({465, 993})


# --- the relay --------------------------------------------------------------------------


async def relay(
    settings: Settings, relay: SmtpSettings, tokens: Tokens | None, means: Means
) -> AsyncIterator[Finding]:
    """Try the relay up to the point where a mail would begin."""
    where = f"{relay.host}:{relay.port}"
    patience = means.patience.total_seconds()
    client = aiosmtplib.SMTP(
        hostname=relay.host,
        port=relay.port,
        timeout=patience,
        use_tls=relay.tls == "tls",
        start_tls=False,
        local_hostname=settings.domain,
        tls_context=trust(relay) if relay.tls != "none" else None,
    )
    try:
        async with asyncio.timeout(4 * patience):
            try:
                await client.connect()
            except (aiosmtplib.SMTPException, OSError) as error:
                yield _no_line("smtp.line", relay.host, where, relay, error)
                return
            yield fine("smtp.line", "answers", where=where)
            secured = await _secured(client, relay, where)
            if secured is not None:
                yield secured
                if secured.grade is Grade.WRONG:
                    return
            signed = await _signed_in(client, relay, tokens)
            if signed is not None:
                yield signed
                if signed.grade is Grade.WRONG:
                    return
            yield await _may_write(client, settings)
            if size := _small(client):
                yield size
    except (TimeoutError, aiosmtplib.SMTPException, OSError) as error:
        code, said = why_no_line(error)
        yield wrong("smtp.line", code, where=where, host=relay.host, said=said)
    finally:
        client.close()


async def _secured(
    client: aiosmtplib.SMTP, relay: SmtpSettings, where: str
) -> Finding | None:
    check = "smtp.tls"
    if relay.tls == "none":
        if _checking.is_near(relay.host):
            return None
        return warning(check, "in_the_clear", where=where)
    if relay.tls != "tls":
        await client.ehlo()
        if not client.supports_extension("starttls"):
            found = warning if relay.tls == "opportunistic" else wrong
            return found(check, "no_starttls", where=where, port=relay.port)
        try:
            await client.starttls(tls_context=trust(relay))
        except (aiosmtplib.SMTPException, OSError) as error:
            code, said = why_no_line(error)
            return wrong(check, code, where=where, host=relay.host, said=said)
    return certificate(check, client.get_transport_info("peercert"))


async def _signed_in(
    client: aiosmtplib.SMTP, relay: SmtpSettings, tokens: Tokens | None
) -> Finding | None:
    check, username = "smtp.sign_in", relay.username
    if username is None:
        return None
    try:
        if relay.password is not None:
            await client.login(username, relay.password.get_secret_value())
        elif tokens is not None:
            await client.auth_xoauth2(username, await tokens.token())
    except NoTokenError as error:
        return wrong(check, "no_token", username=username, said=str(error))
    except aiosmtplib.SMTPAuthenticationError:
        # Its words are left out: some servers repeat what was said to them.
        return _refused(check, relay, username)
    except aiosmtplib.SMTPException:
        return wrong(check, "sign_in_not_offered", host=relay.host)
    return fine(check, "signed_in", username=username)


async def _may_write(client: aiosmtplib.SMTP, settings: Settings) -> Finding:
    """Ask whether the relay takes mail from our address; none is sent."""
    check = "smtp.sender"
    try:
        await client.mail(settings.address)
        await client.rset()
    except aiosmtplib.SMTPResponseException as error:
        said = f"{error.code} {error.message}"[:200]
        return wrong(check, "sender_refused", address=settings.address, said=said)
    return fine(check, "sender_taken", address=settings.address)


def _small(client: aiosmtplib.SMTP) -> Finding | None:
    told = client.esmtp_extensions.get("size", "")
    limit = int(told) if told.isdecimal() else 0
    if 0 < limit < FAIR_SIZE:
        return warning("smtp.size", "size_small", megabytes=round(limit / 1024**2, 1))
    return None


# --- the mailbox ------------------------------------------------------------------------


async def mailbox(
    imap: ImapSettings, tokens: Tokens | None, means: Means
) -> AsyncIterator[Finding]:
    """Look into the mailbox; nothing in it is changed."""
    where = f"{imap.host}:{imap.port}"
    context = trust(imap)
    try:
        async with (
            asyncio.timeout(6 * means.patience.total_seconds()),
            connected(
                imap.host,
                imap.port,
                security="tls" if imap.tls == "tls" else "none",
                timeout=means.patience.total_seconds(),
                context=context,
            ) as line,
        ):
            yield fine("imap.line", "answers", where=where)
            async for one in _look_inside(line, imap, tokens, context):
                yield one
                if one.grade is Grade.WRONG:
                    return
    except (ImapError, OSError, TimeoutError, EOFError) as error:
        yield _no_line("imap.line", imap.host, where, imap, error)


async def _look_inside(
    line: Line, imap: ImapSettings, tokens: Tokens | None, context: ssl.SSLContext
) -> AsyncIterator[Finding]:
    if secured := await _mailbox_secured(line, imap, context):
        yield secured
        if secured.grade is Grade.WRONG:
            return
    signed = await _signed_in_to_mailbox(line, imap, tokens)
    if signed is not None:
        yield signed
        if signed.grade is Grade.WRONG:
            return
    try:
        await line.select(imap.folder)
    except RefusedError:
        yield wrong("imap.folder", "folder_missing", folder=imap.folder)
        return
    yield fine("imap.folder", "folder_found", folder=imap.folder)
    if "IDLE" in line.capabilities:
        yield fine("imap.idle", "idle_there")
    else:
        yield warning("imap.idle", "no_idle", seconds=imap.poll)


async def _mailbox_secured(
    line: Line, imap: ImapSettings, context: ssl.SSLContext
) -> Finding | None:
    check, where = "imap.tls", f"{imap.host}:{imap.port}"
    if imap.tls == "none":
        if _checking.is_near(imap.host):
            return None
        return warning(check, "in_the_clear", where=where)
    if imap.tls == "starttls":
        if "STARTTLS" not in line.capabilities:
            return wrong(check, "no_starttls", where=where, port=imap.port)
        try:
            await line.start_tls(context, imap.host)
        except (ImapError, OSError, TimeoutError, EOFError) as error:
            code, said = why_no_line(error)
            return wrong(check, code, where=where, host=imap.host, said=said)
    return certificate(check, line.certificate)


async def _signed_in_to_mailbox(
    line: Line, imap: ImapSettings, tokens: Tokens | None
) -> Finding | None:
    check, username = "imap.sign_in", imap.username
    if username is None:
        return None
    try:
        if imap.password is not None:
            await line.sign_in(username, imap.password.get_secret_value())
        elif tokens is not None:
            await line.sign_in_by_token(username, await tokens.token())
    except NoTokenError as error:
        return wrong(check, "no_token", username=username, said=str(error))
    except SignInRefusedError:
        # Its words are left out: some servers repeat what was said to them.
        return _refused(check, imap, username)
    return fine(check, "signed_in", username=username)


# --- what both share ------------------------------------------------------------------


def trust(server: SmtpSettings | ImapSettings) -> ssl.SSLContext:
    """Say whose certificates are believed, by the settings."""
    context = ssl.create_default_context()
    own = getattr(server, "ca_file", None)
    if isinstance(own, Path):
        context.load_verify_locations(cafile=own)
    if getattr(server, "verify", True) is False or server.tls == "opportunistic":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _no_line(
    check: str,
    host: str,
    where: str,
    server: SmtpSettings | ImapSettings,
    error: BaseException,
) -> Finding:
    code, said = why_no_line(error)
    if code == "tls_broken" and server.tls == "tls":
        # It answers, only not in TLS: mostly the port of STARTTLS.
        return wrong(check, "speaks_no_tls", where=where, port=server.port)
    if (
        code in {"silent", "line_broken"}
        and server.port in _TLS_PORTS
        and server.tls != "tls"
    ):
        # It waits for us to begin with TLS.
        return wrong(check, "speaks_tls_only", where=where, port=server.port)
    kind = check.replace(".line", ".tls") if code.startswith("certificate") else check
    return wrong(kind, code, where=where, host=host, said=said)


def _refused(check: str, server: SmtpSettings | ImapSettings, username: str) -> Finding:
    host = server.host
    if server.oauth is not None:
        return wrong(check, "token_refused", host=host, username=username)
    lower = host.lower()
    for ending, service in SERVICES.items():
        if lower == ending or lower.endswith(f".{ending}"):
            code = f"sign_in_{service}"
            return wrong(check, code, host=host, username=username)
    return wrong(check, "sign_in_refused", host=host, username=username)
