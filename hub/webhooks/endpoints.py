"""Make, change and remove endpoints; turn their secrets; send from an older event on."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.errors import InvalidError, NotFoundError, StaleUpdateError, StateError
from hub.log import feed
from hub.log.events import Event
from hub.storage.tables import Webhook, WebhookTry
from hub.storage.unit import UnitOfWork
from hub.webhooks.events import WebhookChanged
from hub.webhooks.signing import secret_of
from hub.webhooks.views import (
    DELIVER,
    TryView,
    WebhookView,
    key,
    try_view,
    webhook_views,
)

MAX_NAME = 80
MAX_URL = 2000
#: Sends a test to an endpoint.
TEST = "webhook.test"
#: Their events are for the audit or for one account, and never leave the hub.
_ASIDE = frozenset(
    {
        "hub.access.events",
        "hub.access.notifications",
        "hub.notices.wishes",
        "hub.setup.events",
        "hub.webhooks.events",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookGiven:
    """What an endpoint is to be like; None leaves it as it is."""

    name: str | None = None
    #: Checked by who knows the web: https, and for the public.
    url: str | None = None
    kinds: Sequence[str] | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSecret:
    """An endpoint with its secret, which is shown this once."""

    secret: str = field(repr=False)
    webhook: WebhookView


def kinds() -> list[str]:
    """Name the kinds of events that may be sent: what all who work here may see."""
    return sorted(
        kind for kind, event in Event.kinds.items() if event.__module__ not in _ASIDE
    )


async def create(
    uow: UnitOfWork, given: WebhookGiven, *, signing_key: bytes, most: int
) -> NewSecret:
    """Make an endpoint; it is sent what happens from now on.

    Args:
        uow: The unit.
        given: It needs a name and a URL.
        signing_key: The hub's key for webhooks.
        most: So many there may be.

    Raises:
        InvalidError: Something given will not do.
        StateError: There are too many.
    """
    if (await uow.session.scalar(select(func.count(Webhook.id))) or 0) >= most:
        raise StateError("there are too many webhooks", most=most)
    row = Webhook(
        name="",
        url="",
        kinds=[],
        salt=secrets.token_hex(8),
        secret_no=1,
        cursor=await feed.head(uow.session),
        revision=0,
        created_by=uow.actor.id,
        created_at=uow.now,
    )
    _put(row, given)
    uow.session.add(row)
    await uow.session.flush()
    view = await _tell(uow, row, ("created",))
    secret = secret_of(signing_key, row.id, row.salt, row.secret_no)
    return NewSecret(secret=secret, webhook=view)


async def change(
    uow: UnitOfWork, webhook_id: int, given: WebhookGiven, *, revision: int
) -> WebhookView:
    """Make an endpoint other than it is; turned on again, it goes on at its cursor.

    Raises:
        NotFoundError: There is no such endpoint.
        InvalidError: Something given will not do.
        StaleUpdateError: Somebody changed it meanwhile.
    """
    row = await access_webhook(uow.session, webhook_id, locked=True)
    if row.revision != revision:
        (view,) = await webhook_views(uow.session, [row.id])
        raise StaleUpdateError("somebody changed it meanwhile", webhook=view)
    changed = _put(row, given)
    if given.active is not None and given.active is (row.disabled_at is not None):
        changed = (*changed, "active")
        row.disabled_at = None if given.active else uow.now
        row.disabled_because = "" if given.active else "person"
        row.failing_since = None
    if not changed:
        (view,) = await webhook_views(uow.session, [row.id])
        return view
    row.revision += 1
    await _go_on(uow, row)
    return await _tell(uow, row, changed)


async def remove(uow: UnitOfWork, webhook_id: int) -> None:
    """Delete an endpoint with what was tried there.

    Raises:
        NotFoundError: There is no such endpoint.
    """
    row = await access_webhook(uow.session, webhook_id, locked=True)
    await uow.forgive(key(row.id))
    await uow.session.delete(row)
    uow.record(WebhookChanged(webhook_id=row.id, name=row.name, what=("removed",)))


async def turn_secret(
    uow: UnitOfWork, webhook_id: int, *, signing_key: bytes, overlap: timedelta
) -> NewSecret:
    """Give an endpoint a new secret; the old one signs beside it for ``overlap``.

    Raises:
        NotFoundError: There is no such endpoint.
    """
    row = await access_webhook(uow.session, webhook_id, locked=True)
    row.secret_no += 1
    row.old_until = uow.now + overlap
    row.revision += 1
    view = await _tell(uow, row, ("secret",))
    secret = secret_of(signing_key, row.id, row.salt, row.secret_no)
    return NewSecret(secret=secret, webhook=view)


async def replay(uow: UnitOfWork, webhook_id: int, *, after: int) -> WebhookView:
    """Send again what happened after an event of the past.

    Raises:
        NotFoundError: There is no such endpoint.
        StateError: It is turned off.
        CursorLostError: The log does not reach back so far.
    """
    row = await access_webhook(uow.session, webhook_id, locked=True)
    if row.disabled_at is not None:
        raise StateError("turn it on first")
    await feed.reach(uow.session, after)
    row.cursor = after
    row.failing_since = None
    row.revision += 1
    await _go_on(uow, row)
    return await _tell(uow, row, ("replayed",))


async def test(uow: UnitOfWork, webhook_id: int) -> None:
    """Have a test sent; how it fared is among the tries a moment later.

    Raises:
        NotFoundError: There is no such endpoint.
    """
    row = await access_webhook(uow.session, webhook_id)
    await uow.owe(TEST, f"{TEST}:{row.id}", at=uow.now, payload={"webhook_id": row.id})


async def tries(session: AsyncSession, webhook_id: int) -> list[TryView]:
    """List the last requests to an endpoint, the newest first.

    Raises:
        NotFoundError: There is no such endpoint.
    """
    row = await access_webhook(session, webhook_id)
    rows = await session.scalars(
        select(WebhookTry)
        .where(WebhookTry.webhook_id == row.id)
        .order_by(WebhookTry.id.desc())
    )
    return [try_view(one) for one in rows]


async def access_webhook(
    session: AsyncSession, webhook_id: int, *, locked: bool = False
) -> Webhook:
    """Give an endpoint.

    Raises:
        NotFoundError: There is none with this id.
    """
    row = await session.get(Webhook, webhook_id, with_for_update=locked or None)
    if row is None:
        raise NotFoundError(f"webhook {webhook_id}")
    return row


async def _go_on(uow: UnitOfWork, row: Webhook) -> None:
    """Try at once what waited for a later time."""
    if row.disabled_at is not None:
        await uow.forgive(key(row.id))
        return
    await uow.owe(DELIVER, key(row.id), at=uow.now, payload={"webhook_id": row.id})


def _put(row: Webhook, given: WebhookGiven) -> tuple[str, ...]:
    fresh: dict[str, object] = {}
    if given.name is not None:
        fresh["name"] = " ".join(given.name.split())
        if not fresh["name"]:
            raise InvalidError("name", errors={"name": "is missing"})
    if given.url is not None:
        fresh["url"] = given.url
    if given.kinds is not None:
        fresh["kinds"] = sorted(set(given.kinds))
        if unknown := sorted(set(given.kinds).difference(kinds())):
            raise InvalidError(
                "kinds", errors={"kinds": f"unknown: {', '.join(unknown)}"}
            )
    changed = tuple(
        name for name, value in fresh.items() if getattr(row, name) != value
    )
    for name in changed:
        setattr(row, name, fresh[name])
    return changed


async def _tell(uow: UnitOfWork, row: Webhook, what: tuple[str, ...]) -> WebhookView:
    await uow.session.flush()
    uow.record(WebhookChanged(webhook_id=row.id, name=row.name, what=what))
    (view,) = await webhook_views(uow.session, [row.id])
    return view
