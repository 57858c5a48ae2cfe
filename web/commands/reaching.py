"""Whether what the hub needs can be reached: providers, its own port, its address."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout

from channels.base import Place
from config import Settings
from hub import contracts
from hub.access.secret import derive
from hub.contracts import Grade
from hub.storage.checkup import Finding
from web import serving
from web.checks import words
from web.checks.running import found, means_of

#: Seconds that somebody may take to answer.
PATIENCE = 5.0


async def channels(
    settings: Settings, secret: bytes, *, running: bool
) -> AsyncIterator[Finding]:
    """Let every configured channel say what is wrong with it; nothing is sent.

    Args:
        settings: As they were read: what a demonstration plays is not there before the
            hub runs.
        secret: The hub's own, by which it is known at its public address.
        running: A hub runs on our port, so that it should be reached.
    """
    if not settings.channels:
        says = "played by the demonstration" if settings.demo else "none is set up"
        yield Finding(check="channels", ok=True, says=says)
        return
    place = Place(
        public_url=settings.base_url,
        company=settings.company,
        country=settings.country,
        secret=derive(secret, "channels"),
    )
    means = means_of(settings.checks, running=running)
    for name, adapter in serving.channels_of(settings, place).items():
        said = 0
        async for one in found(adapter, means):
            # What is to be said of the address itself has been said once.
            if one.check != "public.https":
                said += 1
                yield _spoken_of(name, one)
        if not said:
            yield Finding(check=name, ok=True, says="set up; it needs no provider")
        await adapter.close()


def _spoken_of(channel: str, one: contracts.Finding) -> Finding:
    return Finding(
        check=f"{channel}: {words.name(one.check)}",
        ok=one.grade is not Grade.WRONG,
        says=words.says(one),
        do=words.to_do(one),
        warns=one.grade is Grade.WARNING,
    )


async def port(settings: Settings) -> tuple[Finding, bool]:
    """Look at the hub's own port; tell whether a hub runs there."""
    host = settings.host
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    where = f"{host}:{settings.port}"
    if settings.port and not await _why_closed(near, settings.port):
        return await _neighbour(where, near, settings.port)
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((host, settings.port))
    except OSError as error:
        finding = Finding(
            check="port",
            ok=False,
            says=f"cannot listen on {where}: {error.strerror or error}",
            do="Set ROZMOVA_HOST and ROZMOVA_PORT to what this machine may use.",
        )
        return finding, False
    return Finding(check="port", ok=True, says=f"{where} is free"), False


def address(settings: Settings) -> Iterator[Finding]:
    """Look at what clients and providers are told of the hub's address."""
    if settings.demo:
        yield Finding(
            check="address", ok=True, says="a demonstration, for this machine"
        )
        return
    if settings.public_url is None:
        yield Finding(
            check="address",
            ok=False,
            says=f"links that clients get lead to {settings.base_url}",
            do="Set ROZMOVA_PUBLIC_URL to the address that the world calls.",
        )
        return
    url = urlsplit(settings.base_url)
    host = url.hostname or ""
    if wrong := _wrong_address(url.scheme, host, url.path):
        says, do = wrong
        yield Finding(
            check="address", ok=False, says=f"{settings.base_url} {says}", do=do
        )
    else:
        yield Finding(check="address", ok=True, says=settings.base_url)
    if url.scheme == "https" and not settings.trusted_proxies:
        yield Finding(
            check="proxy",
            ok=False,
            says="https is spoken by a proxy in front, and none is trusted: all callers "
            "look like one, and are throttled as one",
            do="Set ROZMOVA_TRUSTED_PROXIES to how many there are, mostly 1.",
        )


def _wrong_address(scheme: str, host: str, path: str) -> tuple[str, str] | None:
    if path.strip("/"):
        return "has a path", "Give the hub a name of its own, without a path."
    if _is_near(host):
        return (
            "can be reached from this machine only",
            "Set ROZMOVA_PUBLIC_URL to the address that the world calls.",
        )
    if scheme != "https":
        return (
            "is not https: what is said can be read on the way",
            "Put a proxy with TLS in front, and write https.",
        )
    return None


def _is_near(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


async def _why_closed(host: str, port_: int) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(host, port_)
    except TimeoutError:
        return f"not within {PATIENCE:g} s"
    except socket.gaierror:
        return "there is no such name"
    except OSError as error:
        return _spoken(error)
    writer.close()
    return ""


def _spoken(error: OSError) -> str:
    if error.errno == errno.ECONNREFUSED:
        return "nobody listens there"
    return error.strerror or type(error).__name__


async def _neighbour(where: str, host: str, port_: int) -> tuple[Finding, bool]:
    """Somebody listens on our port: ask whether it is a hub, and how it is."""
    shown = f"[{host}]" if ":" in host else host
    base = f"http://{shown}:{port_}"
    try:
        async with ClientSession(timeout=ClientTimeout(total=PATIENCE)) as web:
            async with web.get(f"{base}/healthz") as answer:
                alive = (await answer.json()).get("status") == "alive"
            async with web.get(f"{base}/readyz") as answer:
                parts = (await answer.json())["parts"]
    except (ClientError, TimeoutError, ValueError, KeyError, AttributeError):
        alive, parts = False, {}
    if not alive:
        taken = Finding(
            check="port",
            ok=False,
            says=f"{where} is taken by another program",
            do="Stop that one, or set ROZMOVA_PORT to another port.",
        )
        return taken, False
    ill = [
        f"{name} {part.get('why', '')}"
        for name, part in parts.items()
        if not part["ready"]
    ]
    if ill:
        sick = Finding(
            check="port",
            ok=False,
            says=f"a hub runs on {where} and is not ready: {'; '.join(ill)}",
            do="Look at its log.",
        )
        return sick, True
    return Finding(
        check="port", ok=True, says=f"a hub runs on {where}, and is ready"
    ), True
