"""Look at a hub's database and files, and say in plain words what is wrong."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from hub.errors import ContentLostError
from hub.storage import migrate
from hub.storage.blobs import Blobs
from hub.storage.database import Database, utc_now
from hub.storage.tables import Account, DueRow, StoredFile

#: What is due is done within a second; so late, nobody does it.
LATE = timedelta(minutes=5)
#: Deadlines and sign-in codes are told by two clocks.
SKEW = timedelta(seconds=2)
#: Lost files that are named.
NAMED = 10
#: Stands before the kind of due rows that a restore set aside (``hub/backups``).
_ASIDE = "restored.%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    check: str
    ok: bool
    #: How it is.
    says: str
    #: What to do, when it is not well.
    do: str = ""
    #: It works, but not for everybody or not for long.
    warns: bool = False


async def database(db: Database, *, running: bool) -> AsyncIterator[Finding]:
    """Look at everything that the database tells.

    Args:
        db: The database; it answers, and is new enough.
        running: A hub is at work on it, so that nothing should be overdue.
    """
    async with db.read() as session:
        yield await _version(session)
        yield await _clock(session)
        revision = await _revision(session)
        yield revision
        if not revision.ok:
            return
        yield await _log(session)
        yield await _months(session)
        yield await _due(session, running=running)
        if aside := await _aside(session):
            yield aside
        yield await _admins(session)


async def files(db: Database, blobs: Blobs, *, read_all: bool) -> Finding:
    """Look for contents that are missing, of another size, or damaged.

    Args:
        db: The migrated database.
        blobs: The files.
        read_all: Read every byte; otherwise only that they are there is looked at.
    """
    count, lost = 0, []
    async with db.read() as session:
        # Reading all of them may take far longer than any unit of work.
        await session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        rows = await session.stream(
            select(StoredFile.hash, StoredFile.size).execution_options(yield_per=1000)
        )
        async for name, size in rows:
            count += 1
            if why := await _why_lost(blobs, name, size, read_all=read_all):
                lost.append(f"{name} ({why})")
    if lost:
        more = f" and {len(lost) - NAMED:,} more" if len(lost) > NAMED else ""
        return Finding(
            check="files",
            ok=False,
            says=f"{len(lost):,} of {count:,} are lost: {', '.join(lost[:NAMED])}{more}",
            do="Take them from a backup: they lie in it under files/, by these names, "
            "and belong below files/ in the data folder.",
        )
    how = "whole" if read_all else "there (--files reads all of them)"
    return Finding(check="files", ok=True, says=f"{count:,}, all {how}")


async def _version(session: AsyncSession) -> Finding:
    version = await session.scalar(text("SELECT current_setting('server_version')"))
    return Finding(check="database", ok=True, says=f"PostgreSQL {version} answers")


async def _clock(session: AsyncSession) -> Finding:
    before = utc_now()
    theirs = (await session.execute(text("SELECT clock_timestamp()"))).scalar_one()
    after = utc_now()
    apart = _apart(before, theirs, after)
    says = f"{apart.total_seconds():.1f} s apart from the database's"
    if apart <= SKEW:
        return Finding(check="clock", ok=True, says=says)
    return Finding(
        check="clock",
        ok=False,
        says=says,
        do="Let both machines keep time by NTP (timedatectl set-ntp true).",
    )


def _apart(before: datetime, theirs: datetime, after: datetime) -> timedelta:
    """Tell how far a clock is off that was read between two looks at ours."""
    return max(before - theirs, theirs - after, timedelta(0))


async def _revision(session: AsyncSession) -> Finding:
    at = await (await session.connection()).run_sync(migrate.current)
    newest = migrate.newest()
    if at == newest:
        return Finding(check="schema", ok=True, says=f"at the newest revision, {at}")
    return Finding(
        check="schema",
        ok=False,
        says="there is no hub in the database yet"
        if at is None
        else f"at revision {at}, and this program wants {newest}",
        do="Run rozmova migrate; rozmova serve does it too.",
    )


async def _log(session: AsyncSession) -> Finding:
    heads = (await session.execute(text("SELECT seq, floor FROM log_head"))).all()
    newest = (
        await session.execute(text("SELECT coalesce(max(seq), 0) FROM events"))
    ).scalar_one()
    if len(heads) == 1:
        seq, floor = heads[0]
        # After a restore, and before anything has happened, the head is above all.
        if seq == newest or (seq == floor and seq > newest):
            return Finding(check="log", ok=True, says=f"{seq:,} is its newest number")
        says = f"its head says {seq:,}, and its newest event is {newest:,}"
    else:
        says = f"it has {len(heads)} heads instead of one"
    return Finding(
        check="log",
        ok=False,
        says=says,
        do="Somebody changed the tables by hand: bring a backup back.",
    )


async def _months(session: AsyncSession) -> Finding:
    now = utc_now()
    wanted = [now, (now.replace(day=1) + timedelta(days=32))]
    missing = [
        f"{month:%Y-%m}"
        for month in wanted
        if not await session.scalar(
            text("SELECT to_regclass(:name) IS NOT NULL"),
            {"name": f"events_{month:%Y_%m}"},
        )
    ]
    if not missing:
        return Finding(check="log's months", ok=True, says="stand ready")
    return Finding(
        check="log's months",
        ok=False,
        says=f"none for {' and '.join(missing)}",
        do="Run rozmova migrate, or start the hub again.",
    )


async def _due(session: AsyncSession, *, running: bool) -> Finding:
    rows = await session.execute(
        select(DueRow.kind, func.count(), func.min(DueRow.due_at))
        .where(DueRow.due_at < utc_now() - LATE, DueRow.kind.not_like(_ASIDE))
        .group_by(DueRow.kind)
        .order_by(DueRow.kind)
    )
    late = [
        f"{count:,} of {kind} since {since:%Y-%m-%d %H:%M}"
        for kind, count, since in rows
    ]
    if not late:
        return Finding(check="work", ok=True, says="nothing is overdue")
    says = f"overdue: {', '.join(late)} UTC"
    if not running:
        says += "; it is done when the hub runs"
    return Finding(
        check="work",
        ok=not running,
        says=says,
        do="Look at /readyz and at the hub's log for what stops it." if running else "",
    )


async def _aside(session: AsyncSession) -> Finding | None:
    count = await session.scalar(
        select(func.count()).select_from(DueRow).where(DueRow.kind.like(_ASIDE))
    )
    if not count:
        return None
    return Finding(
        check="restore",
        ok=False,
        says=f"one was cut short; {count:,} messages wait for its end",
        do="Run rozmova restore again with the same file and --replace.",
    )


async def _admins(session: AsyncSession) -> Finding:
    count = await session.scalar(
        select(func.count())
        .select_from(Account)
        .where(Account.role == "admin", Account.active)
    )
    if count:
        return Finding(check="accounts", ok=True, says=f"{count:,} can administer")
    return Finding(
        check="accounts",
        ok=False,
        says="nobody can administer",
        do="Run rozmova user add you@example.com --role admin.",
    )


async def _why_lost(blobs: Blobs, name: str, size: int, *, read_all: bool) -> str:
    found = await blobs.size(name)
    if found is None:
        return "missing"
    if found != size:
        return "of another size"
    if read_all:
        try:
            await blobs.read(name)
        except ContentLostError:
            return "damaged"
    return ""
