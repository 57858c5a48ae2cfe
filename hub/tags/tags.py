"""Make, change, merge and remove tags.

What carries a tag carries its name. A new name, a merge and a removal are true at once
for whoever puts tags on; the conversations follow soon after, a few at a time
(``retagging``), and old names are understood as long as nothing else has them.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.conversations.changes import MAX_TAG
from hub.errors import ConflictError, InvalidError, NotFoundError, StateError
from hub.storage.tables import Conversation, Tag
from hub.storage.unit import UnitOfWork
from hub.tags import following, known, retagging
from hub.tags.events import TagChanged, TagDropped
from hub.tags.views import COLOURS, TagCount, TagUse, TagView, tag_view

MAX_DESCRIPTION = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class TagGiven:
    """What is to be other about a tag; None: as it is."""

    name: str | None = None
    colour: str | None = None
    description: str | None = None
    archived: bool | None = None


async def on_screen(session: AsyncSession) -> list[TagView]:
    """List all tags by name, archived ones too: conversations still carry them."""
    rows = await session.scalars(select(Tag).order_by(func.lower(Tag.name), Tag.id))
    return [tag_view(row) for row in rows]


async def counted(session: AsyncSession) -> list[TagCount]:
    """List all tags by name, with how many conversations carry each."""
    name = func.unnest(Conversation.tags).label("name")
    each = select(name, Conversation.state).where(retagging.TAGGED).subquery("carried")
    at_hand = func.sum((each.c.state != "resolved").cast(Integer))
    rows = await session.execute(
        select(each.c.name, func.count(), at_hand).group_by(each.c.name)
    )
    counts = {tag: (int(all_), int(some)) for tag, all_, some in rows}
    return [
        TagCount(
            tag=one,
            conversations=counts.get(one.name, (0, 0))[0],
            at_hand=counts.get(one.name, (0, 0))[1],
        )
        for one in await on_screen(session)
    ]


async def use_of(session: AsyncSession, tag_id: int) -> TagUse:
    """Tell what would notice if a tag went.

    Raises:
        NotFoundError: There is none.
    """
    row = await access_tag(session, tag_id)
    every, some = (
        await session.execute(
            select(
                func.count(),
                func.count().filter(Conversation.state != "resolved"),
            ).where(retagging.carries(row.name))
        )
    ).one()
    views, macros = await following.who_names(session, row.name)
    return TagUse(conversations=every, at_hand=some, views=views, macros=macros)


async def access_tag(session: AsyncSession, tag_id: int) -> Tag:
    """Hand out a tag.

    Raises:
        NotFoundError: There is none.
    """
    row = await session.get(Tag, tag_id)
    if row is None:
        raise NotFoundError(f"tag {tag_id}")
    return row


async def create(uow: UnitOfWork, given: TagGiven) -> TagView:
    """Make a tag.

    Raises:
        InvalidError: Something of it will not do.
        ConflictError: There is one of this name; ``details["tag"]`` is it.
        StateError: One of this name is just being taken off everywhere.
    """
    fields = _checked(given)
    if not fields.get("name"):
        raise InvalidError("name", errors={"name": f"1 to {MAX_TAG} letters"})
    await _free(uow, fields["name"], 0)
    row = Tag(former=[], archived_at=None, created_at=uow.now, **fields)
    uow.session.add(row)
    return await _tell(uow, row, ("created",))


async def change(uow: UnitOfWork, tag_id: int, given: TagGiven) -> TagView:
    """Let a tag be another; by a new name, everything that carries it follows.

    Raises:
        NotFoundError: There is none.
        InvalidError: Something of it will not do.
        ConflictError: Another has this name; the two can be merged.
        StateError: One of this name is just being taken off everywhere.
    """
    row = await _locked(uow, tag_id)
    fields = _checked(given)
    if given.archived is not None and given.archived != (row.archived_at is not None):
        fields["archived_at"] = uow.now if given.archived else None
    changed = {name: one for name, one in fields.items() if getattr(row, name) != one}
    before = row.name
    if "name" in changed:
        await _free(uow, changed["name"], row.id)
        # A name that comes back is no former one any more.
        row.former = [one for one in row.former if one != changed["name"]] + [before]
    for name, value in changed.items():
        setattr(row, name, value)
    if not changed:
        return tag_view(row)
    if "name" in changed:
        await following.follow(uow, before, row.name)
        await retagging.begin(uow, before, row.name, "renamed")
    what = tuple("archived" if one == "archived_at" else one for one in changed)
    return await _tell(uow, row, what, before=before if "name" in changed else "")


async def merge(uow: UnitOfWork, tag_id: int, into_id: int) -> TagView:
    """Let a tag go into another, which stands for it from then on.

    Raises:
        NotFoundError: There is no such tag.
        InvalidError: It is the same.
    """
    if tag_id == into_id:
        raise InvalidError("into", errors={"into_id": "is the same tag"})
    rows = {one: await _locked(uow, one) for one in sorted((tag_id, into_id))}
    gone, stays = rows[tag_id], rows[into_id]
    await following.follow(uow, gone.name, stays.name)
    stays.former = list(dict.fromkeys([*stays.former, *gone.former, gone.name]))
    await retagging.begin(uow, gone.name, stays.name, "merged")
    await uow.session.delete(gone)
    uow.record(
        TagDropped(
            tag_id=gone.id,
            name=gone.name,
            into=stays.name,
            state={"tag": tag_view(gone, deleted=True)},
        )
    )
    return await _tell(uow, stays, ("merged",), before=gone.name)


async def remove(uow: UnitOfWork, tag_id: int) -> None:
    """Take a tag off every conversation and forget it; it cannot be undone.

    Raises:
        NotFoundError: There is none.
        StateError: Macros use it; ``details["macros"]`` names them.
    """
    row = await _locked(uow, tag_id)
    _, macros = await following.who_names(uow.session, row.name)
    if macros:
        raise StateError(f"the macro “{macros[0]}” needs the tag", macros=macros)
    await retagging.begin(uow, row.name, None, "removed")
    await uow.session.delete(row)
    uow.record(
        TagDropped(
            tag_id=row.id,
            name=row.name,
            state={"tag": tag_view(row, deleted=True)},
        )
    )


async def _locked(uow: UnitOfWork, tag_id: int) -> Tag:
    row = await uow.session.get(
        Tag, tag_id, with_for_update=True, populate_existing=True
    )
    if row is None:
        raise NotFoundError(f"tag {tag_id}")
    return row


async def _free(uow: UnitOfWork, name: str, own_id: int) -> None:
    """Go on only with a name that no other tag has, in whatever letters."""
    await known.refuse_going(uow, [name])
    taken = await uow.session.scalar(
        select(Tag)
        .where(
            Tag.id != own_id,
            or_(func.lower(Tag.name) == name.lower(), Tag.former.contains([name])),
        )
        .order_by((Tag.name == name).desc(), Tag.id)
        .limit(1)
    )
    if taken is None:
        return
    if taken.name.lower() == name.lower():
        raise ConflictError(f"there is a tag “{taken.name}”", tag=tag_view(taken))
    # Nothing carries what it was called once: the name is free for something new.
    taken.former = [one for one in taken.former if one != name]
    await _tell(uow, taken, ("name",))


def _checked(given: TagGiven) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    errors: dict[str, str] = {}
    if given.name is not None:
        fields["name"] = " ".join(given.name.split())
        if not 0 < len(fields["name"]) <= MAX_TAG:
            errors["name"] = f"1 to {MAX_TAG} letters"
    if given.colour is not None:
        fields["colour"] = given.colour
        if given.colour not in COLOURS:
            errors["colour"] = f"one of {', '.join(filter(None, COLOURS))}, or empty"
    if given.description is not None:
        fields["description"] = " ".join(given.description.split())
        if len(fields["description"]) > MAX_DESCRIPTION:
            errors["description"] = f"at most {MAX_DESCRIPTION} letters"
    if errors:
        raise InvalidError("tag", errors=errors)
    return fields


async def _tell(
    uow: UnitOfWork, row: Tag, what: tuple[str, ...], *, before: str = ""
) -> TagView:
    await uow.session.flush()
    view = tag_view(row)
    uow.record(
        TagChanged(
            tag_id=row.id,
            name=row.name,
            what=what,
            before=before,
            state={"tag": view},
        )
    )
    return view
