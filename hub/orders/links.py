"""Links that open one order without a sign-in. Pure.

A link is good as long as the order is the client's that it was made for; a shop that
corrects whose order it is, shuts the links that went to the wrong one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.access import links
from hub.access.secret import derive


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLink:
    """What a genuine link is good for."""

    order_id: int
    #: The order must still be this client's.
    client_id: int
    expires_at: datetime


def link_key(secret: bytes) -> bytes:
    """Derive the key that signs order links from the hub's secret."""
    return derive(secret, "order-link")


def make_token(
    key: bytes, *, order_id: int, client_id: int, now: datetime, good_for: timedelta
) -> str:
    """Make a token for a link; ``key`` is from ``link_key``."""
    return links.make_token(
        key, thing_id=order_id, owner_id=client_id, now=now, good_for=good_for
    )


def read_token(key: bytes, token: str, *, now: datetime) -> OrderLink:
    """Check a token and tell what it is good for.

    Raises:
        NotFoundError: It is not ours, was changed, or has ended.
    """
    opens = links.read_token(key, token, now=now)
    return OrderLink(
        order_id=opens.thing_id,
        client_id=opens.owner_id,
        expires_at=opens.expires_at,
    )
