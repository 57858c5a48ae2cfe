"""What happens to ready answers, macros and shared drafts, as facts."""

from dataclasses import dataclass
from typing import ClassVar

from hub.log.events import STAFF, Event, account_topic


@dataclass(frozen=True, slots=True, kw_only=True)
class _Owned(Event):
    """About something that is somebody's own, or the team's."""

    owner_id: int | None

    def topics(self) -> tuple[str, ...]:
        """What is one's own is for nobody else."""
        return (STAFF,) if self.owner_id is None else (account_topic(self.owner_id),)


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedChanged(_Owned):
    """A ready answer is there, or is another."""

    kind: ClassVar[str] = "canned.changed"
    answer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedDropped(_Owned):
    """A ready answer is no more."""

    kind: ClassVar[str] = "canned.dropped"
    answer_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroChanged(_Owned):
    """A macro is there, or is another."""

    kind: ClassVar[str] = "macro.changed"
    macro_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroDropped(_Owned):
    """A macro is no more."""

    kind: ClassVar[str] = "macro.dropped"
    macro_id: int
