"""What a merge changes of a client's fields, and how that is taken back. Pure.

Every merge lays its values over those that were there. When a merge that lies deeper
is undone, its values are drawn out from under the later ones; what an agent wrote by
hand since stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Whose value goes on: that of the client who goes on, or of the merged one.
KEPT, MERGED = "kept", "merged"
SIDES = (KEPT, MERGED)
#: A value, or nothing at all: an attribute that is not there is not an empty one.
Value = list[Any]
Layer = tuple[Value, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """What can be edited of a client."""

    name: str
    locale: str | None
    attributes: Mapping[str, Any]

    def flat(self) -> dict[str, Value]:
        """Give each field under a name of its own."""
        return {
            "name": [self.name],
            "locale": [] if self.locale is None else [self.locale],
            **{f"attributes.{key}": [value] for key, value in self.attributes.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which side wins where both say something; by the field's flat name."""

    wins: Mapping[str, str] = field(default_factory=dict)


def joined(kept: Fields, merged: Fields, choice: Choice) -> dict[str, Layer]:
    """Give [before, after] of each field that a merge changes."""
    ours, theirs = kept.flat(), merged.flat()
    layers: dict[str, Layer] = {}
    for name in [*ours, *(one for one in theirs if one not in ours)]:
        before = ours.get(name, [])
        other = theirs.get(name, [])
        wins = choice.wins.get(name) or _usual(name, before, other)
        after = other if wins == MERGED and other else before
        if after != before:
            layers[name] = (before, after)
    return layers


def conflicts(kept: Fields, merged: Fields) -> list[str]:
    """Name the fields of which each says something else."""
    ours, theirs = kept.flat(), merged.flat()
    return [
        name
        for name in ours
        if ours[name] and theirs.get(name) and ours[name] != theirs[name]
    ]


def applied(fields: Fields, values: Mapping[str, Value]) -> Fields:
    """Write flat values into a client's fields."""
    flat = {**fields.flat(), **values}
    attributes = {
        name.removeprefix("attributes."): value[0]
        for name, value in flat.items()
        if name.startswith("attributes.") and value
    }
    locale = flat["locale"]
    return Fields(
        name=flat["name"][0],
        locale=locale[0] if locale else None,
        attributes=attributes,
    )


def drawn_out(
    layers: Mapping[str, Layer],
    later: Sequence[dict[str, Layer]],
    fields: Fields,
) -> Fields:
    """Take one merge's layers away.

    Args:
        layers: Of the merge that is undone.
        later: Of the merges that came after it and stand, in their order; the first
            that laid its value over one of ours gets what was below ours.
        fields: The client as he is.

    Returns:
        The client as he is then.
    """
    flat = fields.flat()
    values: dict[str, Value] = {}
    for name, (before, after) in layers.items():
        above = next((one for one in later if name in one), None)
        if above is not None:
            below, value = above[name]
            if list(below) == list(after):
                above[name] = (list(before), value)
        elif flat.get(name, []) == list(after):
            values[name] = list(before)
    return applied(fields, values)


def _usual(name: str, before: Value, other: Value) -> str:
    """Choose as nearly everybody would: what is there wins over what is not."""
    if not before:
        return MERGED
    if name == "name" and _is_address(before[0]) and not _is_address(other[0]):
        return MERGED
    return KEPT


def _is_address(name: str) -> bool:
    return "@" in name or name.startswith("+")
