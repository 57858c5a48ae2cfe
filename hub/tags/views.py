"""Tags as the outside sees them."""

from dataclasses import dataclass

from hub.storage.tables import Tag

#: Hues that a screen has for tags; "" is none.
COLOURS = (
    "",
    "slate",
    "teal",
    "violet",
    "rose",
    "sky",
    "yellow",
    "green",
    "orange",
    "red",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagView:
    """A tag. Conversations carry its name."""

    id: int
    name: str
    #: One of `COLOURS`.
    colour: str
    description: str
    #: What it was called before; a conversation may carry such a name for a moment.
    former: list[str]
    #: It is offered no more; where it is, it stays.
    archived: bool
    #: It is there no more; only events say so.
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TagCount:
    """How much a tag is used."""

    tag: TagView
    conversations: int
    #: Those of them that are not resolved.
    at_hand: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TagUse:
    """All that would notice if a tag went."""

    conversations: int
    at_hand: int
    #: Saved views that ask for it, everybody's.
    views: int
    #: Macros that put it on or take it off, by their titles.
    macros: list[str]


def tag_view(row: Tag, *, deleted: bool = False) -> TagView:
    """Show a tag."""
    return TagView(
        id=row.id,
        name=row.name,
        colour=row.colour or "",
        description=row.description or "",
        former=list(row.former or ()),
        archived=row.archived_at is not None,
        deleted=deleted,
    )
