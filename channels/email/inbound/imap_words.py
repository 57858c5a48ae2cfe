"""How IMAP writes what it says: pure, and used by ``imap`` only."""

import base64
import binascii
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_DATE = re.compile(
    rb'INTERNALDATE "\s?(\d+)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"'
)


@dataclass(frozen=True, slots=True)
class Mail:
    """What a server tells of a mail; None for what it did not tell."""

    uid: int
    size: int | None = None
    arrived_at: datetime | None = None
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A line of the server's: what it says, and the literals in their order."""

    text: bytes
    literals: tuple[bytes, ...] = ()


def folder_name(name: str) -> str:
    """Write a folder's name as servers want it: modified UTF-7 (RFC 3501, 5.1.3)."""
    written: list[str] = []
    for run in re.findall(r"[ -~]+|[^ -~]+", name):
        if run.isascii() and run.isprintable():
            written.append(run.replace("&", "&-"))
            continue
        coded = base64.b64encode(run.encode("utf-16-be")).decode().rstrip("=")
        written.append(f"&{coded.replace('/', ',')}-")
    return "".join(written)


def day(value: date) -> bytes:
    """Write a day as SEARCH wants it."""
    return f"{value.day}-{_MONTHS[value.month - 1]}-{value.year}".encode()


def text(value: str) -> bytes:
    """Quote a text; what cannot be quoted is marked by a leading ``{``."""
    said = value.encode()
    if value.isascii() and value.isprintable():
        return b'"' + said.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return b"{" + said


def numbers(uids: Sequence[int]) -> bytes:
    """Write numbers as ranges."""
    ranges: list[list[int]] = []
    for uid in sorted(uids):
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return b",".join(
        b"%d" % first if first == last else b"%d:%d" % (first, last)
        for first, last in ranges
    )


def mail(answer: Answer) -> Mail | None:
    """Read what an answer tells of a mail, if it does."""
    uid = re.search(rb"[( ]UID (\d+)", answer.text, re.IGNORECASE)
    if uid is None or not re.match(rb"\* \d+ FETCH", answer.text, re.IGNORECASE):
        return None
    size = re.search(rb"RFC822\.SIZE (\d+)", answer.text, re.IGNORECASE)
    body: bytes | None = None
    if re.search(rb"BODY\[\]", answer.text, re.IGNORECASE):
        short = re.search(rb'BODY\[\](?:<0>)? "((?:[^"\\]|\\.)*)"', answer.text)
        if answer.literals:
            body = answer.literals[0]
        elif short:
            body = re.sub(rb"\\(.)", rb"\1", short[1])
    return Mail(
        uid=int(uid[1]),
        size=int(size[1]) if size else None,
        arrived_at=_arrived_at(answer.text),
        body=body,
    )


def _arrived_at(text: bytes) -> datetime | None:
    found = _DATE.search(text)
    if found is None or found[2].decode().title() not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(found[one]) for one in (1, 3, 4, 5, 6))
    away = timedelta(hours=int(found[8]), minutes=int(found[9]))
    with suppress(ValueError, OverflowError):
        return datetime(
            year,
            _MONTHS.index(found[2].decode().title()) + 1,
            day,
            hour,
            minute,
            min(second, 59),
            tzinfo=timezone(-away if found[7] == b"-" else away),
        ).astimezone(UTC)
    return None


def shown(said: bytes) -> str:
    """Give what a server says, fit for a log; an OAuth error in it is read."""
    plain = said.decode("utf-8", "replace").strip()
    with suppress(binascii.Error, ValueError):
        plain = base64.b64decode(plain, validate=True).decode("utf-8", "replace")
    return "".join(one if one.isprintable() else " " for one in plain)[:300]
