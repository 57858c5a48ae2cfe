"""Whether a domain has sealed a mail (DKIM, RFC 6376), by ``dkimpy``.

The library asks the DNS by itself and waits for it, and some mails and keys would keep it
busy for hours. So the keys are fetched here, before it, and it is given what it can do in
no time. Only a seal over the whole text counts: to one over its beginning anybody can add.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value

from channels._checking import Names

#: Seals of one mail that are looked at.
_MOST = 3
#: Blanks of a mail. Each costs the library, and everybody who waits beside it, most of a
#: microsecond; files have none.
_MOST_BLANKS = 400_000
#: Bytes of a seal's header, and blanks in a row there. No real one has as many.
_LONGEST_SEAL = 4000
_BLANKS = re.compile(rb"\s{50}")
#: Bytes of a key's record: RSA of 4096 bits has about 750.
_LONGEST_KEY = 1200
_NAME = re.compile(
    r"[a-z0-9_](?:[\w-]{0,61}\w)?(?:\.[a-z0-9_](?:[\w-]{0,61}\w)?)*", re.ASCII
)
_HEAD_ENDS = re.compile(rb"\r?\n\r?\n")
_RELAXED = re.compile(rb"/\s*relaxed\s*\Z")

#: What it raises over mails and keys that break its expectations.
_DAMAGE = (dkim.DKIMException, ValueError, LookupError, TypeError, ArithmeticError)

# What strangers write is no news for the log.
_quiet = logging.getLogger("dkimpy.quiet")
_quiet.disabled = True


@dataclass(frozen=True, slots=True)
class _Seal:
    #: Its place among the mail's seals.
    place: int
    #: Where its key is.
    key: str
    is_relaxed: bool


async def is_sealed(
    names: Names, mail: bytes, is_aligned: Callable[[str], bool]
) -> bool:
    """Tell whether a domain that ``is_aligned`` has sealed the mail.

    Raises:
        NamesSilentError: Nobody answered for a key.
    """
    if mail.count(b" ") + mail.count(b"\t") > _MOST_BLANKS:
        return False
    ends = _HEAD_ENDS.search(mail)
    seals = _seals(mail[: ends.end() if ends else None], is_aligned)[:_MOST]
    keys: dict[str, bytes] = {}
    for seal in seals:
        texts = [one.encode() for one in await names.texts(seal.key)]
        if len(texts) == 1 and len(texts[0]) <= _LONGEST_KEY:
            keys[seal.key] = texts[0]
    sound = [one for one in seals if one.key in keys]
    return bool(sound) and await asyncio.to_thread(_any_holds, mail, sound, keys)


def _seals(head: bytes, is_aligned: Callable[[str], bool]) -> list[_Seal]:
    try:
        lines = dkim.DKIM(head, logger=_quiet).headers
    except _DAMAGE:
        return []
    written = [value for name, value in lines if name.lower() == b"dkim-signature"]
    found = []
    for place, value in enumerate(written):
        tags = _tags(value)
        domain = _plain(tags.get(b"d", b""))
        key = f"{_plain(tags.get(b's', b''))}._domainkey.{domain}"
        named = {one.strip().lower() for one in tags.get(b"h", b"").split(b":")}
        if (
            _NAME.fullmatch(key)
            and is_aligned(domain)
            and tags.get(b"a") == b"rsa-sha256"
            # The library would take one that is not over the sender at all.
            and b"from" in named
            and b"l" not in tags
        ):
            is_relaxed = bool(_RELAXED.search(tags.get(b"c", b"")))
            found.append(_Seal(place, key, is_relaxed))
    return found


def _tags(value: bytes) -> Mapping[bytes, bytes]:
    if len(value) > _LONGEST_SEAL or _BLANKS.search(value):
        return {}
    try:
        tags: Mapping[bytes, bytes] = parse_tag_value(value)
    except InvalidTagValueList:
        return {}
    return tags


def _plain(value: bytes) -> str:
    return value.decode("ascii", "replace").lower()


def _any_holds(mail: bytes, seals: list[_Seal], keys: Mapping[str, bytes]) -> bool:
    def key_of(name: bytes, timeout: float = 0) -> bytes | None:  # noqa: ARG001 - its own
        return keys.get(name.decode("ascii", "replace").rstrip(".").lower())

    try:
        found = dkim.DKIM(mail, logger=_quiet)
    except _DAMAGE:
        return False
    as_it_came = found.body
    return any(_holds(found, as_it_came, seal, key_of) for seal in seals)


def _holds(
    found: Any, body: bytes, seal: _Seal, key_of: Callable[..., bytes | None]
) -> bool:
    if seal.is_relaxed:
        # The same as it does by itself, but over long runs of blanks it would brood.
        body = re.sub(rb"[ \t]+", b" ", body).replace(b" \r\n", b"\r\n")
    found.body = body
    try:
        return bool(found.verify(idx=seal.place, dnsfunc=key_of))
    except _DAMAGE:
        return False
