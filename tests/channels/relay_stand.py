"""A relay that answers as it is told, and a hub's channel that sends through it."""

import asyncio
from contextlib import asynccontextmanager

from aiosmtpd.smtp import SMTP, AuthResult

from hub.contracts import OutboundMessage
from tests.channels.test_email_reading import make


def outbound(**given):
    return OutboundMessage(
        **{
            "channel": "email",
            "key": "key-1",
            "recipient": "olena@client.example",
            "text": "Вже в дорозі.",
            **given,
        }
    )


class Relay:
    """Plays the relay; ``answers`` are what it says to a command, if not OK.

    ``rcpt`` may be a dict, by recipient. A list is one answer after the other.
    """

    def __init__(self, **answers) -> None:
        self.answers = answers
        self.mails = []
        self.greeted = 0
        self.mail_options = []
        self.rcpt_options = []

    def answer(self, name, of=None):
        said = self.answers.get(name)
        if isinstance(said, dict):
            said = said.get(of)
        if isinstance(said, list):
            said = said.pop(0) if said else None
        return said or "250 OK"

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server, session, _envelope, hostname, responses
    ):
        self.greeted += 1
        session.host_name = hostname
        if self.answers.get("dsn"):
            responses.insert(1, "250-DSN")
        return responses

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server, _session, envelope, address, options
    ):
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        self.mail_options.append(options)
        return self.answer("mail")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server, _session, envelope, address, options
    ):
        said = self.answer("rcpt", address)
        self.rcpt_options.append(options)
        if said.startswith("2"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server, _session, envelope
    ):
        said = self.answer("data")
        if said.startswith("hang up"):
            server.transport.abort()
        if "password" in self.answers and not server.session.authenticated:
            return "530 sign in first"
        if said.startswith(("2", "hang up after")):
            self.mails.append(envelope)
        return said


class Server(SMTP):
    """Knows DSN's parameters, which aiosmtpd does not."""

    async def smtp_RCPT(self, arg):  # noqa: N802 - aiosmtpd's name
        handler = self.event_handler
        if not handler.answers.get("dsn") or " " not in (arg or ""):
            await super().smtp_RCPT(arg)
            return
        address, *options = arg.split(" ")
        await super().smtp_RCPT(address)
        handler.rcpt_options[-1].extend(options)

    async def smtp_MAIL(self, arg):  # noqa: N802 - aiosmtpd's name
        handler = self.event_handler
        if not handler.answers.get("dsn"):
            await super().smtp_MAIL(arg)
            return
        kept = [one for one in arg.split(" ") if not one.startswith(("RET=", "ENVID="))]
        await super().smtp_MAIL(" ".join(kept))
        handler.mail_options[-1].extend(
            one for one in arg.split(" ") if one.startswith(("RET=", "ENVID="))
        )


@asynccontextmanager
async def relay(*, tls=None, **answers):
    """Let a relay listen; ``tls`` is the context for STARTTLS."""
    options = {"tls_context": tls} if tls else {}
    if "password" in answers:
        options["auth_require_tls"] = False
        options["authenticator"] = lambda *given: AuthResult(
            success=given[-1].password.decode() == answers.get("password"),
            handled=False,
        )
    played = Relay(**answers)
    played.servers = []
    loop = asyncio.get_running_loop()

    def make_server():
        made = Server(
            played,
            hostname="relay",
            loop=loop,
            enable_SMTPUTF8=answers.get("utf8", True),
            **options,
        )
        played.servers.append(made)
        return made

    server = await loop.create_server(make_server, "127.0.0.1", 0)
    played.port = server.sockets[0].getsockname()[1]
    try:
        yield played
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def sender(port, *, channel=None, **settings):
    """Give a channel that sends to this port, and close it."""
    smtp = {"host": "127.0.0.1", "port": port, "tls": "none", "timeout": 5, **settings}
    made = make(smtp=smtp, **(channel or {}))
    try:
        yield made
    finally:
        await made.close()


async def send(port, message=None, **settings):
    """Send one mail."""
    async with sender(port, **settings) as channel:
        return await channel.send(message or outbound())
