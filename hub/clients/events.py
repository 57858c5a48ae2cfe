"""What happens to clients, as facts."""

from dataclasses import dataclass
from typing import ClassVar

from hub.log.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCreated(Event):
    """Somebody new is known."""

    kind: ClassVar[str] = "client.created"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientChanged(Event):
    """His name, language, attributes or addresses are others."""

    kind: ClassVar[str] = "client.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientMerged(Event):
    """He turned out to be another client, and goes on as that one."""

    kind: ClassVar[str] = "client.merged"
    merge_id: int
    into_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientUnmerged(Event):
    """He was somebody else after all, and has what is his again."""

    kind: ClassVar[str] = "client.unmerged"
    merge_id: int
    from_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientsPaired(Event):
    """Two clients may be one; or a person said that they are two."""

    kind: ClassVar[str] = "client.paired"
    other_id: int
    #: See ``hub/clients/duplicates.py``; "" when they are two.
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientErased(Event):
    """What was kept of him is being erased; his name and addresses are gone."""

    kind: ClassVar[str] = "client.erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientErasureFinished(Event):
    """Nothing is left of him, in the log neither; his numbers are."""

    kind: ClassVar[str] = "client.erasure_finished"
    #: How much of what was gone through, by name.
    counts: dict[str, int]
