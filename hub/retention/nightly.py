"""Every night, let go of what was kept long enough, a few things a unit.

One durable timer goes from kind to kind and from id to id: killed at any point, it goes
on where it was. What is on the disk alone is a job's (``sweeping``), which it owes last.
"""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from config import Settings
from hub.collaboration.anniversaries import next_morning
from hub.retention import rules
from hub.retention.letting_go import STEPS
from hub.retention.rules import RetentionRan, RuleView
from hub.retention.sweeping import SWEEP
from hub.storage.due import Claim
from hub.storage.tables import DueRow
from hub.storage.unit import UnitOfWork

#: Many of these are a small thing.
LIGHT = ("log", "notices")
#: The timer, and the one row of it.
RUN = "retention.run"


async def begin(uow: UnitOfWork, *, settings: Settings) -> None:
    """Have it done at night from now on, unless that is owed; when the hub starts."""
    owed = await uow.session.scalar(select(exists().where(DueRow.key == RUN)))
    if not owed:
        await uow.owe(RUN, RUN, at=_night(uow.now, settings))


async def run_now(uow: UnitOfWork) -> None:
    """Begin at once."""
    await uow.owe(RUN, RUN, at=uow.now)


async def proceed(uow: UnitOfWork, claim: Claim, *, settings: Settings) -> None:
    """Do the next few things. A timer's handler."""
    ours = settings.retention
    at = await _place(uow, claim, settings)
    if at is None:
        return
    kind, after, counts = at
    rule = await _rule(uow, kind, settings)
    end: int | None = None
    if rule.days is not None:
        limit = ours.log_batch if kind in LIGHT else ours.batch
        before = uow.now - timedelta(days=rule.days)
        end, went = await STEPS[kind](uow, before, after, limit)
        counts = {**counts, kind: counts.get(kind, 0) + went}
        await rules.count(uow, kind, went, settings=ours)
    if end is None:
        if rule.days is not None:
            await rules.ran(uow, kind, settings=ours)
        kinds = [*STEPS, ""]
        kind, end = kinds[kinds.index(kind) + 1], 0
    await uow.owe(
        RUN,
        RUN,
        at=uow.now,
        payload={"kind": kind, "after": end, "counts": counts},
    )


async def _place(
    uow: UnitOfWork, claim: Claim, settings: Settings
) -> tuple[str, int, dict[str, int]] | None:
    """Tell where to go on; None: this was the last kind, and the night is over."""
    counts: dict[str, int] = dict(claim.payload.get("counts") or {})
    kind = claim.payload.get("kind", next(iter(STEPS)))
    if kind:
        return kind, int(claim.payload.get("after", 0)), counts
    if gone := {name: one for name, one in counts.items() if one}:
        uow.record(RetentionRan(counts=gone))
    await uow.owe(RUN, RUN, at=_night(uow.now, settings))
    if (await _rule(uow, "files", settings)).days is not None:
        await uow.owe(SWEEP, SWEEP, at=uow.now)
    return None


async def _rule(uow: UnitOfWork, kind: str, settings: Settings) -> RuleView:
    found = await rules.all_rules(uow.session, settings.retention)
    return next(one for one in found if one.kind == kind)


def _night(now: datetime, settings: Settings) -> datetime:
    return next_morning(
        now, time.fromisoformat(settings.retention.at), {ZoneInfo(settings.timezone)}
    )
