"""Checks of channels: begun, told bit by bit, over; seen by every process."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, type_coerce, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from hub.contracts import TRIAL_KEY, DeliveryReceipt, Finding, InboundItem
from hub.errors import NotFoundError
from hub.setup.events import ChannelTested
from hub.storage.tables import ChannelCheck, TrialNews
from hub.storage.unit import UnitOfWork

#: A check that runs for so long was cut off with its process.
CUT_OFF = timedelta(minutes=10)
#: So many of a channel's checks are kept.
KEPT = 20
#: News of a test message is kept so long.
NEWS_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One thing that was tried; the words are in ``web/checks/words``."""

    check: str
    #: ``ok``, ``warning`` or ``wrong``.
    grade: str
    code: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckView:
    """One check of a channel."""

    id: int
    channel: str
    #: Whom a test message was to go to, if anybody was named.
    recipient: str
    started_at: datetime
    #: None while it runs.
    ended_at: datetime | None
    #: ``running``, ``ok``, ``warning``, ``wrong``, or ``cut_off`` when its process ended.
    state: str
    findings: list[FindingView]


async def start(
    uow: UnitOfWork, channel: str, *, recipient: str, account_id: int | None
) -> tuple[CheckView, bool]:
    """Begin a check, unless one of this channel runs: then give that one.

    Returns:
        The check, and whether it is a new one.
    """
    now = uow.now
    await uow.session.execute(
        update(ChannelCheck)
        .where(
            ChannelCheck.channel == channel,
            ChannelCheck.ended_at.is_(None),
            ChannelCheck.started_at < now - CUT_OFF,
        )
        .values(ended_at=now)
    )
    running = await uow.session.scalar(
        select(ChannelCheck).where(
            ChannelCheck.channel == channel, ChannelCheck.ended_at.is_(None)
        )
    )
    if running is not None:
        return _view(running, now), False
    await _forget_old(uow, channel)
    row = ChannelCheck(
        channel=channel,
        account_id=account_id,
        recipient=recipient,
        started_at=now,
        findings=[],
    )
    uow.session.add(row)
    await uow.session.flush()
    uow.record(ChannelTested(check_id=row.id, channel=channel, recipient=recipient))
    return _view(row, now), True


async def add(uow: UnitOfWork, check_id: int, found: Finding) -> None:
    """Put one more finding to a check."""
    one = type_coerce([asdict(_shown(found))], JSONB)
    await uow.session.execute(
        update(ChannelCheck)
        .where(ChannelCheck.id == check_id)
        .values(findings=ChannelCheck.findings.op("||")(one))
    )


async def end(uow: UnitOfWork, check_id: int) -> None:
    """Say that nothing more is tried."""
    await uow.session.execute(
        update(ChannelCheck)
        .where(ChannelCheck.id == check_id, ChannelCheck.ended_at.is_(None))
        .values(ended_at=uow.now)
    )


async def access_check(
    session: AsyncSession, channel: str, check_id: int, *, now: datetime
) -> CheckView:
    """Give a check.

    Raises:
        NotFoundError: The channel has no such check.
    """
    row = await session.get(ChannelCheck, check_id)
    if row is None or row.channel != channel:
        raise NotFoundError(f"check {check_id}")
    return _view(row, now)


async def latest(session: AsyncSession, *, now: datetime) -> dict[str, CheckView]:
    """Give the last check of each channel that was ever tried."""
    newest = select(func.max(ChannelCheck.id)).group_by(ChannelCheck.channel)
    rows = await session.scalars(
        select(ChannelCheck).where(ChannelCheck.id.in_(newest))
    )
    return {row.channel: _view(row, now) for row in rows}


# --- test messages ------------------------------------------------------------------------


def is_news(item: InboundItem) -> bool:
    """Tell whether a delivery is about a test message, and so for no timeline."""
    return isinstance(item, DeliveryReceipt) and item.reference.startswith(TRIAL_KEY)


async def note(uow: UnitOfWork, items: Iterable[InboundItem]) -> None:
    """Keep news of test messages; the same again changes nothing."""
    for item in items:
        if isinstance(item, DeliveryReceipt):
            await uow.session.execute(
                insert(TrialNews)
                .values(
                    key=item.reference,
                    state=item.state.value,
                    reason=item.reason[:500],
                    at=uow.now,
                )
                .on_conflict_do_nothing()
            )


async def news(session: AsyncSession, keys: Iterable[str]) -> dict[str, dict[str, str]]:
    """Tell what was heard of test messages: state and reason, by key."""
    heard: dict[str, dict[str, str]] = {}
    rows = await session.scalars(select(TrialNews).where(TrialNews.key.in_(list(keys))))
    for row in rows:
        heard.setdefault(row.key, {})[row.state] = row.reason
    return heard


async def _forget_old(uow: UnitOfWork, channel: str) -> None:
    kept = (
        select(ChannelCheck.id)
        .where(ChannelCheck.channel == channel)
        .order_by(ChannelCheck.id.desc())
        .limit(KEPT)
    )
    await uow.session.execute(
        delete(ChannelCheck).where(
            ChannelCheck.channel == channel, ChannelCheck.id.not_in(kept)
        )
    )
    await uow.session.execute(
        delete(TrialNews).where(TrialNews.at < uow.now - NEWS_KEPT)
    )


def _view(row: ChannelCheck, now: datetime) -> CheckView:
    findings = [FindingView(**one) for one in row.findings]
    return CheckView(
        id=row.id,
        channel=row.channel,
        recipient=row.recipient,
        started_at=row.started_at,
        ended_at=row.ended_at,
        state=_state(row, findings, now),
        findings=findings,
    )


def _state(row: ChannelCheck, findings: list[FindingView], now: datetime) -> str:
    if row.ended_at is None:
        return "cut_off" if row.started_at < now - CUT_OFF else "running"
    if row.ended_at - row.started_at > CUT_OFF:
        return "cut_off"
    grades = {one.grade for one in findings}
    return next((one for one in ("wrong", "warning") if one in grades), "ok")


def _shown(found: Finding) -> FindingView:
    return FindingView(
        check=found.check,
        grade=found.grade.value,
        code=found.code,
        facts=dict(found.facts),
    )
