"""What happens to tags themselves, as facts."""

from dataclasses import dataclass
from typing import ClassVar

from hub.log.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TagChanged(Event):
    """A tag is new, or is another now."""

    kind: ClassVar[str] = "tag.changed"
    tag_id: int
    name: str
    #: What is other: ``created``, ``name``, ``colour``, ``description``, ``archived``,
    #: ``merged`` (another went into it).
    what: tuple[str, ...]
    #: What it was called until now, or what went into it.
    before: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagDropped(Event):
    """A tag is there no more: it was removed, or went into another."""

    kind: ClassVar[str] = "tag.dropped"
    tag_id: int
    name: str
    #: The tag that stands for it since; "": none.
    into: str = ""
