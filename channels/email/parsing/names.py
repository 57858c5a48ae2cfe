"""The names of a mail's files, in whichever of the many ways they are written."""

import re
from contextlib import suppress
from email.message import Message
from email.utils import decode_rfc2231
from typing import Any

from channels.email.parsing import headers
from channels.email.parsing.charsets import decode, printable

_LONGEST_NAME = 200
_EXTENSIONS = {
    "application/ics": ".ics",
    "application/ms-tnef": ".dat",
    "application/pgp-encrypted": ".txt",
    "application/pdf": ".pdf",
    "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "message/delivery-status": ".txt",
    "message/rfc822": ".eml",
    "message/global": ".eml",
    "text/calendar": ".ics",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
}


_STEMS = {"text/calendar": "invitation", "application/ics": "invitation"}


def filename(part: Message) -> str:
    """Give a part's file name, in whichever of the many ways it is written."""
    for header, parameter in (
        ("Content-Disposition", "filename"),
        ("Content-Type", "name"),
        ("Content-Disposition", "name"),
    ):
        value = headers.raw(part, header)
        if name := _extended(part, parameter, header):
            return name
        found = _plain_parameter(value, parameter)
        # Of raw 8-bit letters the library keeps none.
        if value.isascii():
            with suppress(ValueError, TypeError, IndexError, KeyError):
                given = str(part.get_param(parameter, "", header) or "")
                found = found if given.startswith('"') else given or found
        if "''" in found and "%" in found:
            # RFC 2231 without the star that announces it.
            charset, _, octets = decode_rfc2231(found)
            name = decode(_percent(str(octets)), str(charset or ""))
        else:
            name = headers.decoded(found)
        if name := safe_name(name):
            return name
    return ""


def _extended(part: Message, parameter: str, header: str) -> str:
    """Give the name with letters of any language that stands beside a plain one."""
    with suppress(ValueError, TypeError, IndexError, KeyError):
        given: list[tuple[str, Any]] = list(part.get_params([], header))
        for key, value in given:
            # Anything but text is a charset, a language and the letters in it.
            if key.lower() == parameter and not isinstance(value, str):
                charset, _, octets = value
                return safe_name(decode(_bytes(octets), charset or ""))
    return ""


def fitting(name: str, kind: str) -> str:
    """Give a name to what has none, by its media type."""
    if name:
        return name
    stem = _STEMS.get(kind) or kind.partition("/")[0] or "file"
    return f"{stem}{_EXTENSIONS.get(kind, '.bin')}"


def safe_name(name: str) -> str:
    """Keep a name a name: no folders, no line breaks, no tricks with direction."""
    name = re.sub(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", printable(name))
    name = re.split(r"[/\\]", re.sub(r"\s+", " ", name))[-1].strip(" .")
    if len(name) <= _LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    if dot and len(extension) <= 10:  # noqa: PLR2004 - longer ones are not extensions
        return f"{stem[: _LONGEST_NAME - len(extension) - 1]}.{extension}"
    return name[:_LONGEST_NAME]


def _plain_parameter(value: str, parameter: str) -> str:
    found = re.search(
        rf'\b{parameter}\*?[\d*]*\s*=\s*(?:"([^"]*)"?|([^;\s]*))', value, re.IGNORECASE
    )
    return (found[1] or found[2] or "") if found else ""


def _bytes(value: str) -> bytes:
    # The library hands out undecoded RFC 2231 values one character a byte.
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape")


def _percent(value: str) -> bytes:
    return re.sub(
        rb"%([0-9A-Fa-f]{2})",
        lambda code: bytes([int(code[1], 16)]),
        value.encode("utf-8", "surrogateescape"),
    )
