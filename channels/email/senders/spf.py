"""Whether a domain names a machine as one that sends its mail (SPF, RFC 7208)."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_network
from urllib.parse import quote

from channels._checking import Names, NoSuchNameError

#: Questions that one check may cost (RFC 7208, 4.6.4).
_MOST = 10
_LONGEST_NAME = 253
_LONGEST_LABEL = 63
_TERM = re.compile(
    r"(?P<mark>[+?~-]?)(?P<name>[a-z0-9]+)(?::(?P<what>[^/\s]+(?:/[^/\d][^/\s]*)*))?"
    r"(?:/(?P<four>\d{1,3}))?(?://(?P<six>\d{1,3}))?",
    re.IGNORECASE,
)
_MODIFIER = re.compile(r"(?P<name>[a-z][\w.-]*)=(?P<value>\S*)", re.IGNORECASE)
_MACRO = re.compile(
    r"%(?:\{([slodiphv])(\d*)(r?)([-.+,/_=]*)\}|([%_-]))", re.IGNORECASE
)
_PLAIN = {"%": "%", "_": " ", "-": "%20"}
_SAYS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral", "": "pass"}


class _BrokenError(Exception):
    """The records cannot be followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Who hands a mail over."""

    client: IPv4Address | IPv6Address
    #: How he greeted.
    helo: str
    #: The address that bounces go to; "" for a bounce itself.
    sender: str

    @property
    def domain(self) -> str:
        """The domain that is asked: the sender's, or the greeting's for a bounce."""
        return (self.sender.rpartition("@")[2] or self.helo).lower().rstrip(".")


async def is_sent_by(names: Names, sending: Sending) -> bool:
    """Tell whether the domain says that this machine may send for it.

    Raises:
        NamesSilentError: Nobody answered.
    """
    try:
        return await _Check(names, sending).of(sending.domain) == "pass"
    except _BrokenError:
        return False


class _Check:
    def __init__(self, names: Names, sending: Sending) -> None:
        self._names = names
        self._sending = sending
        self._asked = 0

    async def of(self, domain: str) -> str:
        records = [
            one.split()
            for one in await self._names.texts(domain)
            if one.lower().split(" ")[0] == "v=spf1"
        ]
        if not records:
            return "none"
        if len(records) > 1:
            raise _BrokenError
        elsewhere = ""
        terms = []
        for term in records[0][1:]:
            if modifier := _MODIFIER.fullmatch(term):
                if modifier["name"].lower() == "redirect":
                    elsewhere = modifier["value"]
            elif found := _TERM.fullmatch(term):
                terms.append(found)
            else:
                raise _BrokenError
        for found in terms:
            if await self._fits(found, domain):
                return _SAYS[found["mark"]]
        if not elsewhere:
            return "neutral"
        self._count()
        return await self.of(self._filled(elsewhere, domain))

    async def _fits(self, term: re.Match[str], domain: str) -> bool:
        name = term["name"].lower()
        if name == "all":
            return True
        if name in {"ip4", "ip6"}:
            return self._is_in(term, term["what"] or "")
        self._count()
        what = self._filled(term["what"], domain) if term["what"] else domain
        if name == "include":
            said = await self.of(what)
            if said == "none":
                raise _BrokenError
            return said == "pass"
        look = self._looks.get(name)
        if look is None:
            raise _BrokenError
        return await look(term, what)

    @property
    def _looks(self) -> Mapping[str, Callable[..., Awaitable[bool]]]:
        return {
            "a": self._is_host,
            "mx": self._is_mail_server,
            "exists": self._exists,
            "ptr": self._never,
        }

    async def _exists(self, _: re.Match[str], name: str) -> bool:
        return bool(await self._names.hosts(name, version=4))

    async def _never(self, _: re.Match[str], __: str) -> bool:
        # Not to be used any more, and costly: it fits nobody.
        return False

    async def _is_mail_server(self, term: re.Match[str], domain: str) -> bool:
        try:
            hosts = [host for _, host in await self._names.mx(domain)]
        except NoSuchNameError:
            return False
        if len(hosts) > _MOST:
            raise _BrokenError
        for host in hosts:
            if host and await self._is_host(term, host):
                return True
        return False

    async def _is_host(self, term: re.Match[str], host: str) -> bool:
        version = self._sending.client.version
        found = await self._names.hosts(host, version=version)
        return any(self._is_in(term, one) for one in found)

    def _is_in(self, term: re.Match[str], address: str) -> bool:
        # "ip6:…/32" has one stroke, "a//64" two.
        is_twofold = ":" in address and term["name"].lower() != "ip6"
        size = term["six" if is_twofold else "four"]
        try:
            network = ip_network(f"{address}/{size}" if size else address, strict=False)
        except ValueError:
            raise _BrokenError from None
        return self._sending.client in network

    def _count(self) -> None:
        self._asked += 1
        if self._asked > _MOST:
            raise _BrokenError

    def _filled(self, text: str, domain: str) -> str:
        """Fill the places in a name (macros)."""
        client, sender = self._sending.client, self._sending.sender
        address = sender if "@" in sender else f"postmaster@{self._sending.domain}"
        is_four = isinstance(client, IPv4Address)
        nibbles = client.exploded.replace(":", "")
        numbers = str(client) if is_four else ".".join(nibbles)
        values = {
            "s": address,
            "l": address.rpartition("@")[0],
            "o": address.rpartition("@")[2],
            "d": domain,
            "i": numbers,
            "p": "unknown",
            "h": self._sending.helo,
            "v": "in-addr" if is_four else "ip6",
        }

        def filled(found: re.Match[str]) -> str:
            if found[5]:
                return _PLAIN[found[5]]
            value = values[found[1].lower()]
            parts = re.split(f"[{re.escape(found[4] or '.')}]", value)
            if found[3]:
                parts.reverse()
            if found[2]:
                parts = parts[-(int(found[2]) or len(parts)) :]
            shown = ".".join(parts)
            return quote(shown, safe="") if found[1].isupper() else shown

        name = _MACRO.sub(filled, text)
        # What is too long loses labels from its front.
        while len(name) > _LONGEST_NAME and "." in name:
            name = name.partition(".")[2]
        # The local part may stand in it, and be anything.
        if not all(0 < len(label) <= _LONGEST_LABEL for label in name.split(".")):
            raise _BrokenError
        return name
