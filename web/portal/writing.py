"""What a client writes: checked, throttled, put into his conversation."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID, uuid4

from aiohttp import web

from hub.access import throttles
from hub.clients import identity
from hub.conversations import portal
from hub.errors import InvalidError
from hub.log.events import Actor
from hub.storage.tables import TimelineItem
from hub.storage.unit import UnitOfWork
from web.keys import DATABASE, SETTINGS
from web.portal import session


async def take(
    request: web.Request,
    given: Mapping[str, str],
    client_id: int,
    *,
    conversation_id: int | None = None,
    order_number: str | None = None,
    by_link: bool = False,
    address: str = "",
    locale: str,
) -> TimelineItem:
    """Take a message from one of our forms.

    Raises:
        InvalidError: It is empty or too long, or the form waited too long;
            ``details["errors"]["text"]`` names a text of the portal.
        TooManyError: The client wrote too much in a short time.
        NotFoundError: The conversation is not his.
    """
    if not session.is_fresh(request, given):
        raise InvalidError("form", errors={"text": "stale_form"})
    db, settings = request.app[DATABASE], request.app[SETTINGS]
    counted = partial(
        throttles.take,
        keys=[f"portal-write:{client_id}"],
        tries=settings.access.portal_messages,
        window=settings.access.sign_in_window,
    )
    (await db.run(counted)).check(db.clock())

    async def write(uow: UnitOfWork) -> TimelineItem:
        client = await identity.hold(uow, client_id)
        uow.actor = Actor(kind="client", id=client.id, name=client.name)
        return await portal.write(
            uow,
            client,
            given.get("text", ""),
            key=_key(given.get("key", "")),
            settings=settings.conversations,
            conversation_id=conversation_id,
            order_number=order_number,
            by_link=by_link,
            address=address,
            locale=locale,
        )

    return await db.run(write)


def new_key() -> str:
    """Name one showing of a form: pressed twice, it is one message."""
    return str(uuid4())


def reason(error: InvalidError) -> str:
    """Name the portal's text for what is wrong with a message."""
    return str(error.details["errors"].get("text", "required"))


def _key(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        return uuid4()
