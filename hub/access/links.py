"""Links that open one thing without a sign-in. Pure.

A token names two ids (what it opens, and whose that must still be) and the minute in
which it ends, and carries half of an HMAC-SHA256 over them under a key of one purpose
alone: 128 bits that nobody guesses, in 43 characters that fit into an SMS.
"""

import base64
import binascii
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.errors import NotFoundError

#: Two ids (six bytes hold any id that there will be), minutes since 1970.
_NAMED = struct.Struct(">6s6sI")
_SIGNATURE = 16
_MINUTE = 60
_LENGTH = 43


@dataclass(frozen=True, slots=True, kw_only=True)
class Opens:
    """What a genuine token is good for."""

    thing_id: int
    owner_id: int
    expires_at: datetime


def make_token(
    key: bytes, *, thing_id: int, owner_id: int, now: datetime, good_for: timedelta
) -> str:
    """Make a token; ``key`` is derived from the hub's secret for this purpose alone."""
    minutes = int((now + good_for).timestamp()) // _MINUTE
    named = _NAMED.pack(
        thing_id.to_bytes(6, "big"), owner_id.to_bytes(6, "big"), minutes
    )
    return base64.urlsafe_b64encode(named + _sign(key, named)).decode().rstrip("=")


def read_token(key: bytes, token: str, *, now: datetime) -> Opens:
    """Check a token and tell what it is good for.

    Raises:
        NotFoundError: It is not ours, was changed, or has ended.
    """
    raw = _decode(token)
    named, signature = raw[: _NAMED.size], raw[_NAMED.size :]
    if not hmac.compare_digest(signature, _sign(key, named)):
        raise NotFoundError("link")
    thing_id, owner_id, minutes = _NAMED.unpack(named)
    expires_at = datetime.fromtimestamp(minutes * _MINUTE, UTC)
    if expires_at <= now:
        raise NotFoundError("the link has ended")
    return Opens(
        thing_id=int.from_bytes(thing_id, "big"),
        owner_id=int.from_bytes(owner_id, "big"),
        expires_at=expires_at,
    )


def _sign(key: bytes, named: bytes) -> bytes:
    return hmac.digest(key, named, "sha256")[:_SIGNATURE]


def _decode(token: str) -> bytes:
    # One token has one spelling: a changed last character must not pass for the same.
    if len(token) != _LENGTH or not token.isascii():
        raise NotFoundError("link")
    try:
        raw = base64.b64decode(f"{token}=", altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise NotFoundError("link") from error
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != token:
        raise NotFoundError("link")
    return raw
