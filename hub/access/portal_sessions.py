"""Browsers in which a client has signed in to the portal: begin, know again, end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import AccessSettings
from hub.access.keys import digest, new_secret
from hub.log.audience import Viewer
from hub.log.events import Actor, Event, client_topic
from hub.storage.database import Database
from hub.storage.tables import Client, PortalSession
from hub.storage.unit import UnitOfWork

#: ``seen_at`` is written at most so often.
SEEN_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalClient:
    """A client in his own portal."""

    id: int
    name: str
    #: The language that he is known to read, or None.
    locale: str | None
    session_id: int

    @property
    def viewer(self) -> Viewer:
        """He may follow what is his own, and nothing else."""
        return Viewer(frozenset({client_topic(self.id)}))

    @property
    def actor(self) -> Actor:
        """Who does what he does."""
        return Actor(kind="client", id=self.id, name=self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalSignedIn(Event):
    """A client proved an address and is in the portal."""

    kind: ClassVar[str] = "portal.signed_in"
    session_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalSignedOut(Event):
    """A client left the portal."""

    kind: ClassVar[str] = "portal.signed_out"
    session_id: int


async def start(uow: UnitOfWork, client: Client, *, policy: AccessSettings) -> str:
    """Begin a session, and clear away those of the client that have run out.

    Returns:
        The cookie's secret, which is kept nowhere.
    """
    await uow.session.execute(
        delete(PortalSession).where(
            PortalSession.client_id == client.id, PortalSession.expires_at <= uow.now
        )
    )
    secret = new_secret()
    row = PortalSession(
        client_id=client.id,
        token_hash=digest(secret),
        created_at=uow.now,
        seen_at=uow.now,
        expires_at=uow.now + timedelta(days=policy.portal_session_days),
    )
    uow.session.add(row)
    await uow.session.flush()
    uow.record(
        PortalSignedIn(
            client_id=client.id,
            session_id=row.id,
            actor=Actor(kind="client", id=client.id, name=client.name),
        )
    )
    return secret


async def access_by_cookie(
    db: Database, secret: str, *, policy: AccessSettings
) -> PortalClient | None:
    """Know a browser again, and move its expiry on; None for one that has ended."""
    now = db.clock()
    async with db.read() as session:
        found = (
            await session.execute(
                select(PortalSession, Client)
                .join(Client, Client.id == PortalSession.client_id)
                .where(
                    PortalSession.token_hash == digest(secret),
                    PortalSession.expires_at > now,
                )
            )
        ).one_or_none()
    if found is None:
        return None
    row, client = found
    if now - row.seen_at >= SEEN_EVERY:
        expires_at = now + timedelta(days=policy.portal_session_days)
        async with db.begin() as uow:
            await uow.session.execute(
                update(PortalSession)
                # Many requests at once: the first of them writes.
                .where(PortalSession.id == row.id, PortalSession.seen_at == row.seen_at)
                .values(seen_at=now, expires_at=expires_at)
            )
    return PortalClient(
        id=client.id, name=client.name, locale=client.locale, session_id=row.id
    )


async def client_of(session: AsyncSession, secret: str, *, now: datetime) -> int | None:
    """Tell whose browser this is; None for one that has ended."""
    return await session.scalar(
        select(PortalSession.client_id).where(
            PortalSession.token_hash == digest(secret), PortalSession.expires_at > now
        )
    )


async def end(uow: UnitOfWork, client: PortalClient) -> None:
    """Sign a client out of this browser; one that has ended stays so."""
    gone = await uow.session.scalar(
        delete(PortalSession)
        .where(PortalSession.id == client.session_id)
        .returning(PortalSession.id)
    )
    if gone is not None:
        uow.record(
            PortalSignedOut(
                client_id=client.id, session_id=client.session_id, actor=client.actor
            )
        )
