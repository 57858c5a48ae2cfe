"""Connections to the relay: few, used again, looked at before they are trusted."""

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
)

from channels.email.outbound.answers import said
from channels.email.settings import SmtpSettings
from hub.errors import TransientSendError

log = logging.getLogger(__name__)

#: Gives an access token for XOAUTH2.
Token = Callable[[], Awaitable[str]]
#: Unused for longer, a connection is asked whether it still lives.
_FRESH_SECONDS = 2.0
#: A relay that is told "good-bye" or asked "are you there" answers within this.
_COURTESY_SECONDS = 5.0


@dataclass(slots=True, eq=False)
class Line:
    """One connection, signed in."""

    client: SMTP
    made_at: float
    used_at: float
    mails: int = 0
    #: It was used before, so the relay may have hung up meanwhile.
    reused: bool = False
    #: What ended on it ended well; anything else may have left it in the middle.
    clean: bool = True


class Relay:
    """The connections of one process to the relay.

    Args:
        settings: How it is reached.
        token: Gives the access token, where one signs in by XOAUTH2.
        refused: Is told of one that the relay did not take.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        token: Token | None = None,
        refused: Callable[[str], None] | None = None,
    ) -> None:
        self.settings = settings
        self._token = token
        self._refused = refused
        self._room = asyncio.Semaphore(settings.connections)
        self._idle: list[Line] = []
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    @asynccontextmanager
    async def line(self, helo: str, *, fresh: bool = False) -> AsyncIterator[Line]:
        """Lend a connection for one mail.

        Args:
            helo: What we call ourselves.
            fresh: Make a new one, since a used one has failed.

        Raises:
            TransientSendError: None can be made now.
        """
        async with self._room:
            line = None if fresh else await self._used()
            if line is None:
                line = await self._made(helo)
            line.clean = False
            try:
                yield line
            finally:
                await self._back(line)

    async def close(self) -> None:
        """Say good-bye on every connection; what is under way ends by itself."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        idle, self._idle = self._idle, []
        await asyncio.gather(*(_leave(line) for line in idle))

    async def _used(self) -> Line | None:
        while self._idle:
            line = self._idle.pop()
            line.reused = True
            if await self._lives(line):
                return line
            await _leave(line)
        return None

    async def _lives(self, line: Line) -> bool:
        now = asyncio.get_running_loop().time()
        if not line.client.is_connected or now - line.used_at > self.settings.keep:
            return False
        if now - line.used_at < _FRESH_SECONDS:
            return True
        try:
            await line.client.noop(timeout=_COURTESY_SECONDS)
        except (SMTPException, OSError):
            return False
        return True

    async def _made(self, helo: str) -> Line:
        relay = self.settings
        try:
            client = SMTP(
                hostname=relay.host,
                port=relay.port,
                timeout=relay.timeout,
                use_tls=relay.tls == "tls",
                start_tls=_START[relay.tls],
                tls_context=_context(relay),
                local_hostname=helo,
            )
            await client.connect()
            await _greet(client)
        except SMTPResponseException as error:
            # Before the first mail it speaks of us or of itself, not of any mail.
            raise TransientSendError(f"email: {said(error)}") from error
        except (SMTPException, OSError) as error:
            # Our own password is never part of these, but their text may hold the host.
            raise TransientSendError(
                f"email: no connection ({type(error).__name__})"
            ) from error
        try:
            await self._sign_in(client)
        except BaseException:
            client.close()
            raise
        now = asyncio.get_running_loop().time()
        return Line(client, made_at=now, used_at=now)

    async def _sign_in(self, client: SMTP) -> None:
        relay = self.settings
        token = ""
        try:
            if self._token is not None and relay.username is not None:
                token = await self._token()
                await client.auth_xoauth2(relay.username, token)
            elif relay.username is not None and relay.password is not None:
                await client.login(relay.username, relay.password.get_secret_value())
        except SMTPAuthenticationError as error:
            if self._refused is not None:
                self._refused(token)
            log.error(  # noqa: TRY400 - a traceback could show the password
                "channels.email.smtp: %s refuses the sign-in of %s (%s)",
                relay.host,
                relay.username,
                error.code,
            )
            raise TransientSendError("email: the relay refuses our sign-in") from None
        except SMTPResponseException as error:
            raise TransientSendError(f"email: {said(error)}") from error
        except (SMTPException, OSError) as error:
            raise TransientSendError(
                f"email: no sign-in ({type(error).__name__})"
            ) from error

    async def _back(self, line: Line) -> None:
        """Keep it for the next mail if it is worth it."""
        now = asyncio.get_running_loop().time()
        line.used_at = now
        line.mails += 1
        is_spent = line.mails >= self.settings.mails_per_connection
        if not line.clean or not line.client.is_connected:
            line.client.close()
        elif self._closed or is_spent or not self.settings.keep:
            await _leave(line)
        else:
            self._idle.append(line)
            self._wait()

    def _wait(self) -> None:
        """See to it that what nobody uses is closed on time."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(
                self.settings.keep, self._sweep
            )

    def _sweep(self) -> None:
        self._timer = None
        oldest = asyncio.get_running_loop().time() - self.settings.keep
        for line in [one for one in self._idle if one.used_at <= oldest]:
            self._idle.remove(line)
            line.client.close()
        if self._idle:
            self._wait()


_START: dict[str, bool | None] = {
    "none": False,
    "opportunistic": None,
    "starttls": True,
    "tls": False,
}


def _context(relay: SmtpSettings) -> ssl.SSLContext | None:
    """Say whom we trust, or None where nothing is encrypted."""
    if relay.tls == "none":
        return None
    context = ssl.create_default_context()
    if relay.ca_file is not None:
        context.load_verify_locations(cafile=str(relay.ca_file))
    if not relay.verify or relay.tls == "opportunistic":
        # Who would take it in the clear gains nothing by refusing a certificate.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


async def _greet(client: SMTP) -> None:
    """Learn what the relay can do; it is not asked by itself before the first mail."""
    if not client.is_ehlo_or_helo_needed:
        return
    try:
        await client.ehlo()
    except SMTPHeloError:
        await client.helo()


async def _leave(line: Line) -> None:
    try:
        with suppress(SMTPException, OSError):
            if line.client.is_connected:
                await line.client.quit(timeout=_COURTESY_SECONDS)
    finally:
        line.client.close()
