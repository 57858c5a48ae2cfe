"""Fetch a picture from a place that a stranger chose.

The hub asks in the agent's stead, so the stranger learns neither the agent's address
nor his browser. And because the stranger chooses where the hub goes, it goes only to
public addresses, by https, over the usual port, and takes only pictures.
"""

import asyncio
import ipaddress
import socket
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from hub.files.media_types import PICTURES, sniff

#: A page may send us on, but not for ever.
MOST_REDIRECTS = 3
_SENT_ON = frozenset({301, 302, 303, 307, 308})
_PORT = 443
_PIECE = 64 * 1024


class NotFetchedError(Exception):
    """It is not a picture that may be fetched; the message says why, for the log."""


class PublicOnly(AbstractResolver):
    """Gives the addresses of a name only if every one of them is public.

    The connection is made to the very address that was judged: asked twice, a name may
    give two answers.
    """

    def __init__(self, beneath: AbstractResolver | None = None) -> None:
        self._beneath = beneath or aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Look the name up.

        Raises:
            OSError: It has an address that is not for the public.
        """
        found = await self._beneath.resolve(host, port, family)
        if not all(is_public(one["host"]) for one in found):
            raise OSError(f"{host} is not public")
        return found

    async def close(self) -> None:
        """Close what is beneath."""
        await self._beneath.close()


def is_public(address: str) -> bool:
    """Tell whether an IP address is one that anybody on the internet may reach."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if any(ip in one for one in _NOWHERE):
        return False
    # An IPv4 address in the clothes of an IPv6 one is what it is inside.
    inner = [getattr(ip, name, None) for name in ("ipv4_mapped", "sixtofour")]
    teredo = getattr(ip, "teredo", None)
    inner += list(teredo) if teredo else []
    if isinstance(ip, ipaddress.IPv6Address) and ip in _NAT64:
        inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return all(
        one.is_global and not one.is_multicast
        for one in (ip, *inner)
        if one is not None
    )


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
#: Forms of IPv6 that only stand for something near: an IPv4 address in old clothes, a
#: translator of one's own.
_NOWHERE = tuple(
    ipaddress.IPv6Network(one) for one in ("::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48")
)


def allowed(url: str) -> str:
    """Give the address at which a picture may be asked for, by https.

    Raises:
        NotFetchedError: It may not be.
    """
    try:
        parts = urlsplit(url.strip())
        # As it will be asked for: "127.0.0。1" is another way to write 127.0.0.1.
        port, host = parts.port, _spelt(parts.hostname or "")
    except ValueError as error:
        raise NotFetchedError("unreadable") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise NotFetchedError("not on the web")
    if parts.username is not None or parts.password is not None:
        raise NotFetchedError("with a password")
    if port not in {None, _PORT, 80 if parts.scheme == "http" else _PORT}:
        raise NotFetchedError("another port")
    literal = host.strip("[]")
    # Written as a number, it passes by the resolver.
    is_named = "." in literal.strip(".") and not _is_number(literal)
    if not is_named and not is_public(literal):
        raise NotFetchedError("not public")
    netloc = f"[{literal}]" if ":" in literal else host
    return urlunsplit(("https", netloc, parts.path or "/", parts.query, ""))


class Pictures:
    """Fetches pictures, with one set of rules for all."""

    def __init__(
        self,
        *,
        max_bytes: int,
        timeout: timedelta,
        session: aiohttp.ClientSession | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        self._timeout = timeout.total_seconds()
        self._session = session

    async def fetch(self, url: str) -> tuple[bytes, str]:
        """Give a picture and its media type, as its bytes show it.

        Raises:
            NotFetchedError: There is none that may be shown.
        """
        try:
            async with asyncio.timeout(self._timeout):
                content = await self._follow(url)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise NotFetchedError(type(error).__name__) from error
        media_type = await asyncio.to_thread(sniff, content)
        if media_type not in PICTURES:
            raise NotFetchedError("no picture")
        return content, media_type

    async def close(self) -> None:
        """Close what was opened."""
        if self._session is not None:
            await self._session.close()

    async def _follow(self, url: str) -> bytes:
        for _ in range(MOST_REDIRECTS + 1):
            address = allowed(url)
            async with self._open().get(
                address, allow_redirects=False, headers=_HEADERS
            ) as response:
                if response.status in _SENT_ON:
                    url = str(
                        response.url.join(URL(response.headers.get("Location", "")))
                    )
                    continue
                if response.status != 200:  # noqa: PLR2004 - HTTP "OK"
                    raise NotFetchedError(f"HTTP {response.status}")
                return await self._read(response)
        raise NotFetchedError("sent on too often")

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        if (response.content_length or 0) > self._max_bytes:
            raise NotFetchedError("too large")
        content = bytearray()
        async for piece in response.content.iter_chunked(_PIECE):
            content += piece
            if len(content) > self._max_bytes:
                raise NotFetchedError("too large")
        return bytes(content)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=PublicOnly(), limit=20),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


#: Says nothing of who asks.
_HEADERS = {"Accept": "image/*", "User-Agent": "Mozilla/5.0"}


def _spelt(host: str) -> str:
    """Spell a host's name in the letters that go over the wire."""
    return (
        host if host.isascii() else URL.build(scheme="https", host=host).raw_host or ""
    )


def _is_number(host: str) -> bool:
    """Tell whether a host is an IP address in any of the ways that systems read."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # "127.1", "2130706433", "0x7f.1": names of the public end in letters.
        last = host.rstrip(".").rpartition(".")[2]
        return last.isdigit() or last.lower().startswith("0x")
    return True
