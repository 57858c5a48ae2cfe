"""What the checks of several channels share: words of findings, names, public address.

Every question has a limit of time, asks only what the settings name, follows no
redirect, and reads no more of an answer than it needs.
"""

import asyncio
import secrets
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import dns.asyncresolver
import dns.exception
import dns.resolver

from channels.base import HERE, Means, Place
from hub.contracts import Finding, Grade

#: A certificate that ends sooner should have been renewed by now.
SOON = timedelta(days=14)
#: More of an answer is not read.
_MOST_BYTES = 4096
#: Answers of the DNS that are remembered.
_MOST_NAMES = 10_000
_ADDRESS = {4: "A", 6: "AAAA"}

#: Domains that are never in the public DNS (RFC 2606, RFC 6762, RFC 8375).
_PRIVATE = ("test", "example", "invalid", "localhost", "local", "internal", "home.arpa")


def fine(check: str, code: str = "works", **facts: str | float) -> Finding:
    """Say that it is well."""
    return Finding(check=check, grade=Grade.OK, code=code, facts=facts)


def warning(check: str, code: str, **facts: str | float) -> Finding:
    """Say that it works, but not for everybody or not for long."""
    return Finding(check=check, grade=Grade.WARNING, code=code, facts=facts)


def wrong(check: str, code: str, **facts: str | float) -> Finding:
    """Say that it does not work."""
    return Finding(check=check, grade=Grade.WRONG, code=code, facts=facts)


# --- names ----------------------------------------------------------------------------


class NoSuchNameError(Exception):
    """The name is not in the DNS at all."""


class NamesSilentError(Exception):
    """Nobody answered for the name."""


class Names:
    """The DNS; what it said is known as long as it says that it holds."""

    def __init__(self, means: Means) -> None:
        self._patience = means.patience.total_seconds()
        self._servers = means.name_servers
        self._known = dns.resolver.LRUCache(_MOST_NAMES)

    async def mx(self, domain: str) -> list[tuple[int, str]]:
        """List the mail servers of a domain, the preferred first.

        Raises:
            NoSuchNameError: There is no such domain.
            NamesSilentError: Nobody answered.
        """
        found = [
            (int(one.preference), str(one.exchange).rstrip("."))
            for one in await self._ask(domain, "MX")
        ]
        return sorted(found)

    async def texts(self, name: str) -> list[str]:
        """List the TXT records of a name; none for a name that is not there.

        Raises:
            NamesSilentError: Nobody answered.
        """
        try:
            records = await self._ask(name, "TXT")
        except NoSuchNameError:
            return []
        return [b"".join(one.strings).decode("utf-8", "replace") for one in records]

    async def addresses(self, name: str) -> list[str]:
        """List the IP addresses of a name.

        Raises:
            NoSuchNameError: There is no such name.
            NamesSilentError: Nobody answered.
        """
        found = [str(one) for one in await self._ask(name, "A")]
        return found or [str(one) for one in await self._ask(name, "AAAA")]

    async def hosts(self, name: str, *, version: int) -> list[str]:
        """List the IP addresses of one version; none for a name that is not there.

        Raises:
            NamesSilentError: Nobody answered.
        """
        try:
            return [str(one) for one in await self._ask(name, _ADDRESS[version])]
        except NoSuchNameError:
            return []

    async def _ask(self, name: str, kind: str) -> Sequence[Any]:
        try:
            answer = await self._resolver().resolve(
                name, kind, lifetime=self._patience, raise_on_no_answer=False
            )
        except dns.resolver.NXDOMAIN:
            raise NoSuchNameError(name) from None
        except (dns.exception.DNSException, OSError, ValueError) as error:
            raise NamesSilentError(name) from error
        return list(answer.rrset or ())

    def _resolver(self) -> dns.asyncresolver.Resolver:
        # Made anew each time: the machine's own servers change with its network.
        resolver = dns.asyncresolver.Resolver(configure=not self._servers)
        resolver.cache = self._known
        if not self._servers:
            return resolver
        places = [one.rpartition(":") for one in self._servers]
        resolver.nameservers = [
            dns.nameserver.Do53Nameserver(host or port, int(port) if host else 53)
            for host, _, port in places
        ]
        return resolver


def is_private(domain: str) -> bool:
    """Tell whether the domain is one that the public DNS never knows."""
    plain = domain.lower().rstrip(".")
    return "." not in plain or any(
        plain == one or plain.endswith(f".{one}") for one in _PRIVATE
    )


# --- lines ----------------------------------------------------------------------------


def why_no_line(error: BaseException) -> tuple[str, str]:
    """Say why a line could not be opened: a code, and the system's own words.

    The error that a library wraps around another is looked through.
    """
    chain = list(_chain(error))
    for one in chain:
        if isinstance(one, ssl.SSLCertVerificationError):
            return _certificate(one), str(one.verify_message or "")
    for one in chain:
        if isinstance(one, ssl.SSLError):
            return "tls_broken", str(one.reason or "")
        if isinstance(one, socket.gaierror):
            return "name_unknown", ""
        if isinstance(one, ConnectionRefusedError):
            return "refused", ""
    if any(isinstance(one, TimeoutError) for one in chain):
        return "silent", ""
    said = next((one.strerror for one in chain if isinstance(one, OSError)), None)
    return "line_broken", str(said or type(error).__name__)


def certificate(check: str, peer: Any, now: datetime | None = None) -> Finding:
    """Judge a certificate that was found genuine by how long it is good for."""
    ends_at = _ends_at(peer)
    if ends_at is None:
        return fine(check, "certificate_fine")
    left = ends_at - (now or datetime.now(UTC))
    until = f"{ends_at:%Y-%m-%d}"
    if left < SOON:
        return warning(check, "certificate_ends", until=until, days=max(left.days, 0))
    return fine(check, "certificate_good", until=until)


def _ends_at(peer: Any) -> datetime | None:
    ends = peer.get("notAfter") if isinstance(peer, dict) else None
    if not isinstance(ends, str):
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC)


def _certificate(error: ssl.SSLCertVerificationError) -> str:
    # OpenSSL's numbers (x509_vfy.h): they stay, its words change.
    match error.verify_code:
        case 10:
            return "certificate_expired"
        case 62 | 64:
            return "certificate_name"
        case 18 | 19:
            return "certificate_own"
        case _:
            return "certificate_untrusted"


def _chain(error: BaseException | None) -> Sequence[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


# --- the public address -----------------------------------------------------------------


async def public_address(place: Place, means: Means) -> AsyncIterator[Finding]:
    """Try whether the world reaches this very hub by its public address."""
    url = urlsplit(place.public_url)
    host = url.hostname or ""
    if url.scheme != "https":
        found = warning if is_near(host) else wrong
        code = "near" if is_near(host) else "not_https"
        yield found("public.https", code, url=place.public_url)
    else:
        yield fine("public.https", url=place.public_url)
    if means.running:
        yield await _reached(place, means)


async def _reached(place: Place, means: Means) -> Finding:
    check, url = "public.reached", place.public_url
    nonce = secrets.token_hex(16)
    try:
        async with (
            web_session(means) as web,
            web.get(url + HERE + nonce, allow_redirects=False) as answer,
        ):
            said = await beginning(answer, _MOST_BYTES)
            status = answer.status
            peer = answer.connection and answer.connection.transport
            cert = peer.get_extra_info("peercert") if peer else None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        code, words = why_no_line(error)
        return wrong(check, f"public_{code}", url=url, said=words)
    if said.decode("ascii", "replace").strip() == place.proof(nonce):
        ends = certificate(check, cert)
        return (
            ends if ends.grade is not Grade.OK else fine(check, "public_here", url=url)
        )
    if 300 <= status < 400:  # noqa: PLR2004 - the range is its own name
        return wrong(check, "public_moved", url=url)
    return wrong(check, "public_elsewhere", url=url, status=status)


def web_session(means: Means) -> aiohttp.ClientSession:
    """Open a session for one question."""
    timeout = aiohttp.ClientTimeout(total=means.patience.total_seconds())
    return aiohttp.ClientSession(timeout=timeout)


async def beginning(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """Read an answer, and no more of it than ``most`` bytes."""
    read = bytearray()
    async for chunk in answer.content.iter_chunked(most):
        read += chunk
        if len(read) >= most:
            break
    return bytes(read[:most])


def is_near(host: str) -> bool:
    """Tell whether a host is this machine itself."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


async def listens(host: str, port: int, means: Means) -> bytes:
    """Open a line and read its first words.

    Raises:
        OSError: It cannot be opened.
        TimeoutError: Nothing is said.
    """
    async with asyncio.timeout(means.patience.total_seconds()):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            return await reader.readline()
        finally:
            writer.close()
