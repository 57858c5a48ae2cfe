"""A channel of mail whose check is asked for, in tests."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import timedelta

from aiosmtpd.smtp import SMTP, AuthResult

from channels.base import Means, Place
from channels.email import Channel, Settings
from tests.channels.imap_server import PASSWORD

PLACE = Place(
    public_url="https://hub.example", company="Shop", country="UA", secret=b"s" * 32
)

MEANS = Means(patience=timedelta(seconds=2))

DOMAIN = "shop.com.ua"

SECRET = "a password that nobody may see"


async def found(means=MEANS, **settings):
    """Check a channel; give its findings by what was tried."""
    channel = Channel(
        Settings.model_validate({"address": f"support@{DOMAIN}"} | settings), PLACE
    )
    findings = [one async for one in channel.check(means)]
    await channel.close()
    assert SECRET not in repr(findings)
    assert PASSWORD not in {value for one in findings for value in one.facts.values()}
    return {one.check: (one.grade, one.code) for one in findings}


# --- the relay ----------------------------------------------------------------------


class _Relay:
    """Takes mail from our domain only, and one password."""

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server, _session, envelope, address, _options
    ):
        if not address.endswith(DOMAIN):
            return "550 5.7.1 Not from you"
        envelope.mail_from = address
        return "250 OK"


def _password(_server, _session, _envelope, _mechanism, data):
    good = data.password == SECRET.encode()
    return AuthResult(success=good, handled=good)


@asynccontextmanager
async def relay(*, tls=None, at_once=False, **how):
    """Run a relay; ``tls`` is its certificate."""
    context = None
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.configure_cert(context)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(
            _Relay(),
            hostname="relay.test",
            tls_context=None if at_once else context,
            auth_require_tls=False,
            authenticator=_password,
            **how,
        ),
        "127.0.0.1",
        0,
        ssl=context if at_once else None,
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
