"""How long each kind of things is kept: as somebody chose, else as the settings say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from config.work import RetentionSettings
from hub.errors import InvalidError, NotFoundError
from hub.log.events import ADMINS, Event
from hub.storage.tables import RetentionRule
from hub.storage.tables.retention import KEPT_KINDS
from hub.storage.unit import UnitOfWork

#: Nothing is kept shorter, in days. Of the log longer: screens and receivers of
#: webhooks read what is a little older still.
SHORTEST = {"log": 30}
LONGEST = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """How long one kind of things is kept."""

    #: `bodies`, `recordings`, `mails`, `quarantine`, `drafts`, `notices`,
    #: `log` or `files`.
    kind: str
    #: Null: for ever.
    days: int | None
    #: Somebody chose so here; else the settings say it.
    chosen: bool
    shortest: int
    #: When it was last gone through, and how many things went since ever.
    ran_at: datetime | None
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionChanged(Event):
    """One kind of things is kept longer or shorter now."""

    kind: ClassVar[str] = "retention.changed"
    what: str
    days: int | None
    before: int | None

    def topics(self) -> tuple[str, ...]:
        """For the audit alone."""
        return (ADMINS,)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRan(Event):
    """Things that were kept long enough are gone."""

    kind: ClassVar[str] = "retention.ran"
    #: How many, by kind.
    counts: dict[str, int]

    def topics(self) -> tuple[str, ...]:
        """For the audit alone."""
        return (ADMINS,)


async def all_rules(
    session: AsyncSession, settings: RetentionSettings
) -> list[RuleView]:
    """List how long each kind of things is kept."""
    rows = {row.kind: row for row in await session.scalars(select(RetentionRule))}
    return [_view(kind, rows.get(kind), settings) for kind in KEPT_KINDS]


async def choose(
    uow: UnitOfWork, kind: str, days: int | None, *, settings: RetentionSettings
) -> RuleView:
    """Keep one kind of things for so long; None: for ever.

    Raises:
        NotFoundError: There is no such kind.
        InvalidError: It is too short or too long.
    """
    if kind not in KEPT_KINDS:
        raise NotFoundError(f"retention of {kind}")
    shortest = SHORTEST.get(kind, 1)
    if days is not None and not shortest <= days <= LONGEST:
        raise InvalidError(
            "days", errors={"days": f"{shortest} to {LONGEST} days, or null"}
        )
    row = await uow.session.get(RetentionRule, kind, with_for_update=True)
    before = _view(kind, row, settings).days
    given = {"days": days, "changed_at": uow.now, "account_id": uow.actor.id}
    row = await uow.session.scalar(
        insert(RetentionRule)
        .values(kind=kind, **given)
        .on_conflict_do_update(index_elements=[RetentionRule.kind], set_=given)
        .returning(RetentionRule)
        .execution_options(populate_existing=True)
    )
    if days != before:
        uow.record(RetentionChanged(what=kind, days=days, before=before))
    return _view(kind, row, settings)


async def ran(uow: UnitOfWork, kind: str, *, settings: RetentionSettings) -> None:
    """Note that a kind was gone through."""
    await _write(uow, kind, settings, {"ran_at": uow.now})


async def count(
    uow: UnitOfWork, kind: str, more: int, *, settings: RetentionSettings
) -> None:
    """Count what has gone."""
    if more:
        await _write(
            uow,
            kind,
            settings,
            {"removed": RetentionRule.removed + more},
            fresh={"removed": more},
        )


async def _write(
    uow: UnitOfWork,
    kind: str,
    settings: RetentionSettings,
    given: dict[str, Any],
    *,
    fresh: dict[str, Any] | None = None,
) -> None:
    first = {
        "days": default(kind, settings),
        "changed_at": uow.now,
        **(fresh or given),
    }
    await uow.session.execute(
        insert(RetentionRule)
        .values(kind=kind, **first)
        .on_conflict_do_update(index_elements=[RetentionRule.kind], set_=given)
    )


def default(kind: str, settings: RetentionSettings) -> int | None:
    """Say what the settings say of a kind."""
    days: int | None = getattr(settings, f"{kind}_days")
    return days


def _view(
    kind: str, row: RetentionRule | None, settings: RetentionSettings
) -> RuleView:
    chosen = row is not None and row.account_id is not None
    return RuleView(
        kind=kind,
        days=row.days if row is not None and chosen else default(kind, settings),
        chosen=chosen,
        shortest=SHORTEST.get(kind, 1),
        ran_at=row.ran_at if row else None,
        removed=row.removed if row else 0,
    )
