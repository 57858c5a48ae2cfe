"""Links that open one case to who wrote by a form, without a sign-in. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.access import links
from hub.storage.tables import Address, TimelineItem


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLink:
    """What a genuine link is good for: what was said to and from one address."""

    #: The submission that it begins with.
    item_id: int
    address_id: int
    expires_at: datetime


def make_link(
    key: bytes,
    *,
    base_url: str,
    item: TimelineItem,
    address: Address,
    now: datetime,
    good_for: timedelta,
) -> str:
    """Give the address of the page that shows a submission and what follows it."""
    token = links.make_token(
        key, thing_id=item.id, owner_id=address.id, now=now, good_for=good_for
    )
    return f"{base_url}/portal/c/{token}"


def read_link(key: bytes, token: str, *, now: datetime) -> CaseLink:
    """Check a token and tell what it is good for.

    Raises:
        NotFoundError: It is not ours, was changed, or has ended.
    """
    opens = links.read_token(key, token, now=now)
    return CaseLink(
        item_id=opens.thing_id,
        address_id=opens.owner_id,
        expires_at=opens.expires_at,
    )
