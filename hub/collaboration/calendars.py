"""An account's calendar: its secret address, and what stands in it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hub.access.keys import digest, new_secret
from hub.collaboration.events import CalendarRenewed
from hub.collaboration.states import STANDING
from hub.errors import NotFoundError
from hub.storage.tables import Account, CalendarFeed, Client, Task
from hub.storage.unit import UnitOfWork

#: Marks the secret of a calendar, so that scanners find a published one.
PREFIX = "cal_"
#: What is over stays in the calendar for so long.
KEPT = timedelta(days=90)
#: Entries of one calendar.
MOST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a calendar."""

    id: int
    title: str
    notes: str
    client_name: str
    due_at: datetime
    all_day: bool
    remind_at: datetime | None
    state: str
    channel: str | None
    revision: int
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """All that an account has to do, by its times."""

    name: str
    locale: str
    entries: list[Entry] = field(default_factory=list)


async def renew(uow: UnitOfWork, account_id: int) -> str:
    """Give an account's calendar a new secret; the old one opens nothing any more.

    Returns:
        The secret. It is shown this once: only its hash is kept.
    """
    secret = new_secret(PREFIX)
    fresh = {"token_hash": digest(secret), "created_at": uow.now}
    await uow.session.execute(
        insert(CalendarFeed)
        .values(account_id=account_id, **fresh)
        .on_conflict_do_update(index_elements=[CalendarFeed.account_id], set_=fresh)
    )
    uow.record(CalendarRenewed(account_id=account_id, on=True))
    return secret


async def end(uow: UnitOfWork, account_id: int) -> None:
    """Turn an account's calendar off."""
    gone = await uow.session.execute(
        delete(CalendarFeed)
        .where(CalendarFeed.account_id == account_id)
        .returning(CalendarFeed.account_id)
    )
    if gone.first() is not None:
        uow.record(CalendarRenewed(account_id=account_id, on=False))


async def since(session: AsyncSession, account_id: int) -> datetime | None:
    """Tell since when an account's calendar has its address; None: it has none."""
    row = await session.get(CalendarFeed, account_id)
    return row.created_at if row is not None else None


async def access_calendar(
    session: AsyncSession, secret: str, *, now: datetime
) -> Calendar:
    """Hand out the calendar that a secret opens.

    Raises:
        NotFoundError: It opens none, or its account is not active.
    """
    account = await session.scalar(
        select(Account)
        .join(CalendarFeed, CalendarFeed.account_id == Account.id)
        .where(CalendarFeed.token_hash == digest(secret), Account.active)
    )
    if account is None:
        raise NotFoundError("calendar")
    rows = await session.execute(
        select(Task, Client.name)
        .outerjoin(Client, Client.id == Task.client_id)
        .where(
            Task.assignee_id == account.id,
            Task.due_at.is_not(None),
            or_(Task.state.in_(STANDING), Task.updated_at > now - KEPT),
        )
        .order_by(Task.due_at.desc(), Task.id)
        .limit(MOST)
    )
    return Calendar(
        name=account.name,
        locale=account.locale,
        entries=[
            Entry(
                id=row.id,
                title=row.title,
                notes=row.notes,
                client_name=name or "",
                due_at=row.due_at or row.created_at,
                all_day=row.all_day,
                remind_at=row.remind_at,
                state=row.state,
                channel=row.channel,
                revision=row.revision,
                changed_at=row.updated_at,
            )
            for row, name in rows
        ],
    )
