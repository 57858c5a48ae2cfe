"""Who is at the other end of a live connection, and whose screens are open."""

from collections.abc import Collection

from aiohttp import web

from config.work import QueueSettings
from hub.access import portal_sessions, rights, sessions, tokens
from hub.errors import NotFoundError
from hub.log.events import client_topic, order_topic
from hub.orders.access import access_order_by_link
from hub.orders.links import link_key, read_token
from hub.queues import presence
from hub.storage.database import Database
from realtime.viewers import (
    AgentViewer,
    AuthenticateAgent,
    AuthenticatePortal,
    Handshake,
    PortalViewer,
)
from web.keys import DATABASE, SECRET, SETTINGS
from web.portal import session as portal_session
from web.security import COOKIE

_BEARER = "bearer "


def agent_door(app: web.Application) -> AuthenticateAgent:
    """Let in who has a good sign-in cookie, or a program with a good token."""

    async def authenticate(handshake: Handshake) -> AgentViewer | None:
        db = app[DATABASE]
        caller = None
        given = handshake.headers.get("Authorization", "")
        if given.lower().startswith(_BEARER):
            caller = await tokens.access_by_token(db, given[len(_BEARER) :].strip())
        elif secret := handshake.cookies.get(COOKIE):
            known = await sessions.access_by_cookie(db, secret, app[SETTINGS].access)
            caller = known.caller if known else None
        if caller is None:
            return None
        return AgentViewer(
            account_id=caller.account.id,
            name=caller.account.name,
            topics=rights.viewer_topics(caller.account),
            program=caller.session_id is None,
        )

    return authenticate


def portal_door(app: web.Application) -> AuthenticatePortal:
    """Let in a signed-in client, or whoever holds a genuine link to an order."""

    async def authenticate(handshake: Handshake) -> PortalViewer | None:
        db = app[DATABASE]
        given = (
            handshake.auth.get("token") if isinstance(handshake.auth, dict) else None
        )
        if isinstance(given, str):
            return await _by_link(app, given)
        secret = handshake.cookies.get(portal_session.COOKIE)
        if not secret:
            return None
        client = await portal_sessions.access_by_cookie(
            db, secret, policy=app[SETTINGS].access
        )
        if client is None:
            return None
        return PortalViewer(topics=frozenset({client_topic(client.id)}))

    return authenticate


async def _by_link(app: web.Application, token: str) -> PortalViewer | None:
    db = app[DATABASE]
    try:
        link = read_token(link_key(app[SECRET]), token, now=db.clock())
        async with db.read() as reading:
            order = await access_order_by_link(reading, link)
    except NotFoundError:
        return None
    return PortalViewer(topics=frozenset({order_topic(order.id)}))


class Watcher:
    """Tells the queues whose screens are open, so that work goes to present agents."""

    def __init__(self, db: Database, settings: QueueSettings) -> None:
        self._db = db
        self._settings = settings

    async def screens_changed(self, account_id: int, count: int) -> None:
        """Note a screen that opened; one that closed is noticed by its silence."""
        if count:
            await self.seen([account_id])

    async def seen(self, account_ids: Collection[int]) -> None:
        """Note that these accounts have live screens."""
        await self._db.run(
            lambda uow: presence.seen(uow, account_ids, settings=self._settings)
        )
