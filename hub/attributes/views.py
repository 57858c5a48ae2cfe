"""Definitions of attributes as the outside sees them."""

from dataclasses import dataclass

from hub.storage.tables import AttributeDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceView:
    """One of a list."""

    value: str
    #: By language; a language without one reads the value.
    labels: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeView:
    """What is known of clients under one name, and how it is asked for."""

    id: int
    #: The key in a client's `attributes`; it never changes.
    name: str
    #: By language; a language without one reads the name.
    labels: dict[str, str]
    #: `text`, `number`, `date`, `yes_no`, `choice` or `link`.
    kind: str
    choices: list[ChoiceView]
    #: It is asked for, and is not taken away again.
    required: bool
    place: int
    #: Who changes it: `everyone` who may change clients, `managers` (the right
    #: `attributes`), or `programs` alone.
    editors: str
    #: Of a date: `never`, `once` or `yearly` the team is reminded of it.
    reminds: str
    ahead_days: int
    revision: int
    #: It is there no more; only events say so.
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundName:
    """A name under which something is kept, and which nobody has defined."""

    name: str
    clients: int
    example: str


def attribute_view(row: AttributeDefinition, *, deleted: bool = False) -> AttributeView:
    """Show a definition."""
    return AttributeView(
        id=row.id,
        name=row.name,
        labels=dict(row.labels or {}),
        kind=row.kind,
        choices=[
            ChoiceView(value=one["value"], labels=dict(one.get("labels") or {}))
            for one in row.choices or ()
        ],
        required=row.required is True,
        place=row.place,
        editors=row.editors,
        reminds=row.reminds,
        ahead_days=row.ahead_days,
        revision=row.revision or 0,
        deleted=deleted,
    )
