"""Take many lines of a file in units of a few hundred, and account for each of them."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import TypeVar

from hub.log.events import Actor
from hub.storage.database import Database
from hub.storage.unit import UnitOfWork

#: Lines of one unit: enough to share its commit, few enough to hold no lock for long.
BATCH = 500


class Outcome(StrEnum):
    """What became of one line."""

    MADE = "made"
    UPDATED = "updated"
    SAME = "same"
    #: The hub has a newer state of the same thing.
    OLDER = "older"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that cannot be taken."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one line, and what is to be said of it."""

    outcome: Outcome
    #: Why it was refused.
    reason: str = ""
    #: Parts of it that were left out.
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Report:
    """What became of all lines."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    #: (line, reason), in order.
    refused: list[tuple[int, str]] = field(default_factory=list)
    #: (line, what was left out of it), in order.
    notes: list[tuple[int, str]] = field(default_factory=list)

    def add(self, line: int, settled: Settled) -> None:
        """Account for a line."""
        self.counts[settled.outcome] += 1
        if settled.outcome is Outcome.REFUSED:
            self.refused.append((line, settled.reason))
        self.notes += [(line, note) for note in settled.notes]


Given = TypeVar("Given")
#: Takes a batch in; one answer for each, in order.
Work = Callable[[UnitOfWork, Sequence[Given]], Awaitable[Sequence[Settled]]]


async def take(
    db: Database,
    lines: Iterable[tuple[int, Given | Refused]],
    work: Work[Given],
    *,
    actor: Actor,
    dry_run: bool,
) -> Report:
    """Take all lines, a batch a unit.

    Args:
        db: The database.
        lines: (number of the line, what it says), in order.
        work: Takes a batch in.
        actor: Who brings them.
        dry_run: Change nothing. Each batch is tried by itself, so a line that depends
            on one of an earlier batch is judged as if that one were not there.
    """
    report = Report()
    for batch in _batches(lines):
        given = [said for _, said in batch if not isinstance(said, Refused)]
        settled = iter(await _take_one(db, given, work, actor, dry_run=dry_run))
        for line, said in batch:
            if isinstance(said, Refused):
                answer = Settled(outcome=Outcome.REFUSED, reason=said.reason)
            else:
                answer = next(settled)
            report.add(line, answer)
    return report


async def _take_one(
    db: Database,
    given: Sequence[Given],
    work: Work[Given],
    actor: Actor,
    *,
    dry_run: bool,
) -> Sequence[Settled]:
    if not given:
        return ()
    if not dry_run:
        return await db.run(partial(_forward, work, given), actor)
    async with db.trying(actor) as uow:
        return await work(uow, given)


async def _forward(
    work: Work[Given], given: Sequence[Given], uow: UnitOfWork
) -> Sequence[Settled]:
    return await work(uow, given)


def _batches(
    lines: Iterable[tuple[int, Given | Refused]],
) -> Iterator[list[tuple[int, Given | Refused]]]:
    rest = iter(lines)
    while batch := list(islice(rest, BATCH)):
        yield batch
