"""SMTP and LMTP in: mail servers hand us mail, and keep it until we have it.

Everything runs in the hub's own event loop. 250 is said only after the commit; every
doubt is 451, upon which a mail server tries again for days.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from channels.base import Deliver
from channels.email.inbound.certificates import Certificate
from channels.email.inbound.content import Content
from channels.email.inbound.ways import (
    CLIENT_HEADER,
    GREETING_HEADER,
    RECIPIENTS_HEADER,
    SENDER_HEADER,
    judged_by,
)
from channels.email.settings import Settings, parse_endpoint
from hub.contracts import WebhookRequest
from hub.errors import ChannelError

log = logging.getLogger(__name__)

_TAKEN = "250 2.0.0 Kept"
_LATER = "451 4.3.0 Not now, please try again"
_NOT_OURS = "550 5.1.1 No such mailbox here"
_TOO_BIG = "552 5.3.4 Message too big"
_TOO_LONG = "500 5.6.0 A line is too long"
_BUSY = b"421 4.3.2 Too many connections, please try again\r\n"
_TOO_SLOW = b"421 4.4.2 Too slow, please try again\r\n"


class _Handler:
    """Answers aiosmtpd's questions; it holds nothing of one mail."""

    def __init__(
        self,
        connections: "_Connections",
        settings: Settings,
        deliver: Deliver,
        path: str,
    ) -> None:
        self._connections = connections
        self._settings = settings
        self._deliver = deliver
        self._path = path

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],  # noqa: ARG002
    ) -> str:
        """Take only mail that is for us."""
        if not self._settings.accepts(address):
            return _NOT_OURS
        if len(envelope.rcpt_tos) >= self._settings.max_recipients:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,
        envelope: Envelope,
    ) -> str:
        """Say "kept" when it is kept."""
        # The whole mail; the other content is the same where nothing is decoded.
        content: bytes = envelope.original_content or b""
        if len(content) > self._settings.max_message_bytes:
            return _TOO_BIG
        peer: Any = session.peer
        remote = str(peer[0]) if isinstance(peer, tuple) else ""
        request = WebhookRequest(
            url="",
            body=content,
            headers={
                SENDER_HEADER: envelope.mail_from or "",
                RECIPIENTS_HEADER: ", ".join(envelope.rcpt_tos),
            }
            | self._handed_over_by(remote, session),
            path=self._path,
            remote=remote,
            trusted=True,
        )
        try:
            # A client that hangs up cancels this coroutine, never the commit.
            await self._connections.see_through(self._deliver(request))
        except Exception:  # the rim: whatever it is, the sender must keep the mail
            log.exception("a mail was not taken in; its server will try again")
            return _LATER
        return _TAKEN

    def _handed_over_by(self, remote: str, session: Session) -> dict[str, str]:
        senders = self._settings.senders
        if self._path == "lmtp" or senders.is_trusted_relay(remote):
            # A mail server of our own has taken it from the world.
            return judged_by(senders.trust_results)
        return {CLIENT_HEADER: remote, GREETING_HEADER: session.host_name or ""}


class _Connections:
    """The open connections of one listener, to count them and to end them well."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[_Session] = set()
        self._commits: set[asyncio.Future[Any]] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self.is_closing = False

    def has_room(self) -> bool:
        return not self.is_closing and len(self._open) < self._most

    def opened(self, session: "_Session") -> None:
        self._open.add(session)

    def closed(self, session: "_Session") -> None:
        self._open.discard(session)
        self.changed()

    def changed(self) -> None:
        """Look whether mail is still on its way in."""
        if self._commits or any(session.is_taking for session in self._open):
            self._quiet.clear()
        else:
            self._quiet.set()

    async def see_through(self, delivery: Awaitable[Any]) -> None:
        """Await ``delivery`` so that nobody who hangs up can break it."""
        commit = asyncio.ensure_future(delivery)
        self._commits.add(commit)
        commit.add_done_callback(self._committed)
        await asyncio.shield(commit)

    def _committed(self, commit: "asyncio.Future[Any]") -> None:
        self._commits.discard(commit)
        if not commit.cancelled() and commit.exception() is not None:
            log.debug("a delivery failed", exc_info=commit.exception())
        self.changed()

    async def end(self, patience: float) -> None:
        """Close the idle ones at once, the others when their mail is kept."""
        self.is_closing = True
        for session in list(self._open):
            if not session.is_taking:
                session.hang_up()
        try:
            async with asyncio.timeout(patience):
                await self._quiet.wait()
        except TimeoutError:
            log.warning("mail in flight was cut off; its server will send it again")
        for session in list(self._open):
            session.hang_up()


class _Session(SMTP):
    """One connection."""

    def __init__(
        self,
        connections: _Connections,
        settings: Settings,
        certificate: Certificate | None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        self.line_length_limit = settings.max_line_bytes
        super().__init__(
            *args,
            tls_context=None if certificate is None else certificate.context,
            require_starttls=bool(settings.listen_tls and settings.listen_tls.required),
            **kwargs,
        )
        self._connections = connections
        self._certificate = certificate
        self._settings = settings
        self._is_known = False
        #: The mail that is coming in just now.
        self._content: Content | None = None
        self._has_all = asyncio.Event()
        self.is_taking = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.Protocol``."""
        if self._is_known:
            # The same connection goes on encrypted.
            super().connection_made(transport)
            return
        if not self._connections.has_room():
            refused = cast("asyncio.WriteTransport", transport)
            refused.write(_BUSY)
            refused.close()
            return
        self._is_known = True
        self._connections.opened(self)
        if self._certificate is not None:
            self._certificate.follow()
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """See ``asyncio.Protocol``."""
        self._connections.closed(self)
        if self.transport is not None:
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol``; who sends is not silent."""
        self._reset_timeout()
        if self._content is not None:
            # A mail comes by the megabyte. Read line by line, as the library does,
            # it would cost as much as all that is done with it afterwards.
            rest = self._content.feed(data)
            if rest is None:
                return
            self._content = None
            self._has_all.set()
            data = rest
        if data:
            super().data_received(data)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """Take one mail, and let nobody close the line meanwhile."""
        self.is_taking = True
        self._connections.changed()
        end = self.loop.call_later(self._settings.mail_timeout, self._cut_off)
        try:
            await self._take(arg)
        finally:
            end.cancel()
            self.is_taking = False
            self._connections.changed()
            if self._connections.is_closing:
                self.hang_up()

    async def _take(self, arg: str) -> None:
        envelope = self.envelope
        # Who begins before we have said so is read with care, line by line.
        is_early = bool(self._reader._buffer)  # type: ignore[attr-defined]  # noqa: SLF001
        if arg or envelope is None or not envelope.rcpt_tos or is_early:
            await super().smtp_DATA(arg)
            return
        content = self._content = Content(self._settings.max_message_bytes)
        self._has_all.clear()
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        await self._has_all.wait()
        if content.is_too_big:
            answer = _TOO_BIG
        elif content.has_lines_beyond(self.line_length_limit):
            answer = _TOO_LONG
        else:
            envelope.content = envelope.original_content = content.whole()
            del content
            answer = await self.event_handler.handle_DATA(self, self.session, envelope)
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(answer)

    def _cut_off(self) -> None:
        # What is being kept is kept all the same, and comes again as a repeat.
        if self.transport is not None:
            cast("asyncio.WriteTransport", self.transport).write(_TOO_SLOW)
        self.hang_up()

    def hang_up(self) -> None:
        """Close the line after what was written."""
        if self.transport is not None:
            self.transport.close()


class _LmtpSession(_Session, LMTP):
    """One LMTP connection: it wants an answer for each recipient (RFC 2033)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._answers = 1

    async def push(self, status: Any) -> None:
        """Say it once for each recipient, once the mail was handed over."""
        count, self._answers = self._answers, 1
        if (
            self.is_taking
            and self.envelope is not None
            and str(status).startswith("354")
        ):
            self._answers = len(self.envelope.rcpt_tos)
        text = status if isinstance(status, str) else bytes(status).decode()
        await super().push("\r\n".join([text] * count))


def smtp_listener(settings: Settings, deliver: Deliver) -> Any:
    """Take mail by SMTP while the block lasts."""
    return _listener(
        "smtp_listen", settings.smtp_listen or "", _Session, settings, deliver
    )


def lmtp_listener(settings: Settings, deliver: Deliver) -> Any:
    """Take mail by LMTP while the block lasts."""
    return _listener(
        "lmtp_listen", settings.lmtp_listen or "", _LmtpSession, settings, deliver
    )


@asynccontextmanager
async def _listener(
    setting: str,
    endpoint: str,
    kind: Callable[..., _Session],
    settings: Settings,
    deliver: Deliver,
) -> AsyncIterator[None]:
    host, port = parse_endpoint(endpoint)
    loop = asyncio.get_running_loop()
    connections = _Connections(settings.max_connections)
    certificate = Certificate(settings.listen_tls) if settings.listen_tls else None
    handler = _Handler(connections, settings, deliver, setting.removesuffix("_listen"))

    def session() -> _Session:
        return kind(
            connections,
            settings,
            certificate,
            handler,
            data_size_limit=settings.max_message_bytes,
            enable_SMTPUTF8=True,
            hostname=settings.domain,
            ident="Rozmova",
            timeout=settings.idle_timeout,
            loop=loop,
        )

    try:
        server = await loop.create_server(session, host, port)
    except OSError as error:
        raise ChannelError(
            f"channels.email.{setting}: cannot listen on {endpoint}: {error.strerror or error}"
        ) from error
    try:
        yield
    finally:
        server.close()
        await connections.end(settings.shutdown_timeout)
        await server.wait_closed()
