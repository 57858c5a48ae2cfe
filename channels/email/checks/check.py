"""What may be wrong with mail: names, relay, mailboxes, our own listeners."""

from collections.abc import AsyncIterator

from channels import _checking
from channels._checking import fine, warning, wrong
from channels.base import Means
from channels.email.checks import names, servers
from channels.email.checks.senders import Witness
from channels.email.oauth import Wallet
from channels.email.settings import Settings, parse_endpoint
from hub.contracts import Finding


async def check(
    settings: Settings, wallet: Wallet, means: Means, witness: Witness
) -> AsyncIterator[Finding]:
    """See ``Adapter.check``."""
    async for one in names.check(settings.domain, means):
        yield one
    if settings.smtp is None:
        yield warning("smtp", "no_relay")
    else:
        tokens = wallet.tokens(settings.smtp.oauth)
        async for one in servers.relay(settings, settings.smtp, tokens, means):
            yield one
    for imap in settings.inboxes:
        tokens = wallet.tokens(imap.oauth)
        async for one in servers.mailbox(imap, tokens, means):
            yield one
    listeners = [
        (name, endpoint)
        for name, endpoint in (
            ("smtp_listen", settings.smtp_listen),
            ("lmtp_listen", settings.lmtp_listen),
        )
        if endpoint is not None
    ]
    for name, endpoint in listeners if means.running else ():
        yield await _listener(name, endpoint, means)
    if not (listeners or settings.inboxes or settings.hook_secret):
        yield wrong("receiving", "no_way_in")
        return
    for one in witness.findings(settings):
        yield one


async def _listener(name: str, endpoint: str, means: Means) -> Finding:
    check = f"listen.{name.removesuffix('_listen')}"
    host, port = parse_endpoint(endpoint)
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    try:
        said = await _checking.listens(near, port, means)
    except (OSError, TimeoutError):
        said = b""
    if not said.startswith(b"220"):
        return wrong(check, "not_listening", where=endpoint, setting=name)
    return fine(check, "listening", where=endpoint)
