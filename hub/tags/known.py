"""Give tags by the names that people write, and make those that are new.

Whoever puts a tag on a conversation holds the tag until his unit ends, so that nobody
renames or removes it in between: what goes through the conversations afterwards finds
this one too.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from hub.errors import InvalidError, StateError
from hub.storage.tables import DueRow, Tag
from hub.storage.unit import UnitOfWork
from hub.tags.events import TagChanged
from hub.tags.views import tag_view

#: A timer: go through the conversations that carry a name which is no more.
RETAG = "tag.retag"
#: What is done with a name that nothing has: made, refused, or left out.
New = Literal["make", "refuse", "drop"]


def key(name: str) -> str:
    """Name what goes through the conversations that carry ``name``."""
    return f"{RETAG}:{name}"


async def named(uow: UnitOfWork, names: Sequence[str], *, new: New) -> list[str]:
    """Give the tags that these names mean now, in their order, each once.

    Args:
        uow: The unit; the tags stay as they are until it ends.
        names: As they are written, or as they were called once.
        new: What is done with one that there is not.

    Raises:
        InvalidError: One is new, and new ones are refused.
        StateError: One is just being taken off everywhere.
    """
    meant = await _meant(uow, names)
    unknown = [one for one in dict.fromkeys(names) if one not in meant]
    if unknown and new == "refuse":
        raise InvalidError(
            "tags",
            errors={"tags": f"there is no tag “{unknown[0]}”"},
            unknown=unknown,
        )
    if unknown and new == "make":
        meant |= await _make(uow, unknown)
    return list(dict.fromkeys(meant[one] for one in names if one in meant))


async def refuse_going(uow: UnitOfWork, names: Iterable[str]) -> None:
    """Refuse names that are just being taken off conversations.

    Raises:
        StateError: One is; it is free in a moment.
    """
    going = await uow.session.scalar(
        select(DueRow.key).where(DueRow.key.in_([key(one) for one in names])).limit(1)
    )
    if going is not None:
        name = going.removeprefix(f"{RETAG}:")
        raise StateError(f"the tag “{name}” is just being taken off", tag=name)


async def _meant(uow: UnitOfWork, names: Sequence[str]) -> dict[str, str]:
    if not names:
        return {}
    rows = list(
        await uow.session.scalars(
            select(Tag)
            .where(or_(Tag.name.in_(names), Tag.former.overlap(list(names))))
            .order_by(Tag.id)
            .with_for_update(read=True)
            .execution_options(populate_existing=True)
        )
    )
    meant = {old: row.name for row in rows for old in row.former}
    return meant | {row.name: row.name for row in rows}


async def _make(uow: UnitOfWork, names: Sequence[str]) -> dict[str, str]:
    await refuse_going(uow, names)
    made = list(
        await uow.session.scalars(
            insert(Tag)
            # In one order, so that two who make the same ones do not wait in a ring.
            .values([{"name": one, "created_at": uow.now} for one in sorted(names)])
            .on_conflict_do_nothing(index_elements=[Tag.name])
            .returning(Tag)
        )
    )
    for row in made:
        uow.record(
            TagChanged(
                tag_id=row.id,
                name=row.name,
                what=("created",),
                state={"tag": tag_view(row)},
            )
        )
    return {one: one for one in names}
