"""Signed-in browsers: begin, know again, list, end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import AccessSettings
from hub.access import roles
from hub.access.events import SessionEnded, SessionStarted
from hub.access.keys import digest, new_secret
from hub.access.rights import effective
from hub.access.views import (
    AccountView,
    Caller,
    SessionView,
    account_view,
    session_view,
)
from hub.errors import NotFoundError
from hub.log.events import Actor
from hub.storage.database import Database
from hub.storage.tables import Account, Session
from hub.storage.unit import UnitOfWork

#: ``seen_at`` is written at most so often.
SEEN_EVERY = timedelta(minutes=1)
#: Characters of a browser's name for itself that are kept.
LONGEST_PROGRAM = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A browser that was known again."""

    caller: Caller
    #: Its expiry has been moved on, so its cookie should be as well.
    renewed: bool


async def start(
    uow: UnitOfWork,
    account: Account,
    *,
    remote: str,
    program: str,
    policy: AccessSettings,
) -> tuple[str, Session]:
    """Begin a sign-in, and clear away those of the account that have run out.

    Returns:
        The cookie's secret, which is kept nowhere, and the row.
    """
    await uow.session.execute(
        delete(Session).where(
            Session.account_id == account.id, Session.expires_at <= uow.now
        )
    )
    secret = new_secret()
    row = Session(
        account_id=account.id,
        token_hash=digest(secret),
        created_at=uow.now,
        seen_at=uow.now,
        expires_at=uow.now + timedelta(days=policy.session_days),
        remote=remote,
        program=program[:LONGEST_PROGRAM],
    )
    uow.session.add(row)
    await uow.session.flush()
    uow.record(
        SessionStarted(
            account_id=account.id,
            session_id=row.id,
            remote=row.remote,
            program=row.program,
            actor=agent(account),
        )
    )
    return secret, row


def agent(account: Account) -> Actor:
    """Name the account as the one who acts."""
    return Actor(kind="agent", id=account.id, name=account.name)


async def access_by_cookie(
    db: Database, secret: str, policy: AccessSettings
) -> Known | None:
    """Know a browser again by its cookie, and move its expiry on.

    Returns:
        None when the cookie is unknown or expired, or its account not active.
    """
    now = db.clock()
    async with db.read() as session:
        found = (
            await session.execute(
                select(Session, Account)
                .join(Account, Account.id == Session.account_id)
                .where(
                    Session.token_hash == digest(secret),
                    Session.expires_at > now,
                    Account.active,
                )
            )
        ).one_or_none()
        if found is None:
            return None
        row, account = found
        held = await roles.held_by(session, account.role)
    caller = Caller(
        account=account_view(account, effective(held)),
        actor=agent(account),
        session_id=row.id,
    )
    if now - row.seen_at < SEEN_EVERY:
        return Known(caller=caller, renewed=False)
    async with db.begin() as uow:
        await uow.session.execute(
            update(Session)
            # Many requests at once: the first of them writes.
            .where(Session.id == row.id, Session.seen_at == row.seen_at)
            .values(seen_at=now, expires_at=now + timedelta(days=policy.session_days))
        )
    return Known(caller=caller, renewed=True)


async def own(
    session: AsyncSession, caller: Caller, *, now: datetime
) -> list[SessionView]:
    """List the sign-ins of the caller's account that are good, the last seen first."""
    rows = await session.scalars(
        select(Session)
        .where(Session.account_id == caller.account.id, Session.expires_at > now)
        .order_by(Session.seen_at.desc(), Session.id.desc())
        .limit(500)
    )
    return [session_view(row, current=caller.session_id) for row in rows]


async def access_session(
    session: AsyncSession, account: AccountView, session_id: int
) -> Session:
    """Give one of the account's own sign-ins.

    Raises:
        NotFoundError: There is none with this id, or it is somebody else's.
    """
    row = await session.get(Session, session_id)
    if row is None or row.account_id != account.id:
        raise NotFoundError(f"session {session_id}")
    return row


async def end(
    uow: UnitOfWork, account: AccountView, session_id: int, *, because: str = "ended"
) -> None:
    """End one of the account's own sign-ins.

    Raises:
        NotFoundError: There is none with this id, or it is somebody else's.
    """
    row = await access_session(uow.session, account, session_id)
    await uow.session.delete(row)
    uow.record(
        SessionEnded(account_id=account.id, session_id=session_id, because=because)
    )


async def end_all(uow: UnitOfWork, account_id: int, *, because: str) -> None:
    """End every sign-in of an account."""
    ended = await uow.session.scalars(
        delete(Session).where(Session.account_id == account_id).returning(Session.id)
    )
    for session_id in sorted(ended):
        uow.record(
            SessionEnded(account_id=account_id, session_id=session_id, because=because)
        )
