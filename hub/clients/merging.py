"""Two clients are one: say what would change, then let it be so.

All that is the merged one's goes to the one who goes on, whose timeline is then the
timeline of both. The merged one's own fields rest in his row, and each thing's home is
written down (``belongings.py``), so that ``unmerging.py`` can undo it at any time.
The log is not rewritten: what was logged of the merged one stays under his number, and
``client.merged`` says where it goes on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients import belongings, handing, identity, layers
from hub.clients.clients import tell
from hub.clients.events import ClientMerged
from hub.clients.layers import Choice, Fields
from hub.clients.views import ClientView, client_view
from hub.errors import InvalidError, NotFoundError, StateError
from hub.storage.tables import (
    Address,
    Client,
    Conversation,
    Merge,
    Order,
    PortalSession,
    TimelineItem,
)
from hub.storage.unit import UnitOfWork

#: Fields for which a winner is chosen, at the most.
MAX_CHOICES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field that both have, or that one gives the other."""

    #: ``name``, ``locale`` or ``attributes.<key>``.
    field: str
    #: What each says; null: nothing.
    kept: Any
    merged: Any
    #: What goes on.
    after: Any
    #: They say different things: a person may choose.
    conflict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How many things go from one client to the other."""

    addresses: int
    conversations: int
    entries: int
    orders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePreview:
    """What a merge, or undoing one, would change."""

    #: Who goes on, as he is now and as he would be.
    client: ClientView
    after: ClientView
    merged: ClientView
    fields: list[FieldChange]
    moves: Amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeView:
    """A merge of a client."""

    id: int
    client_id: int
    merged_id: int
    merged_name: str
    at: datetime
    by_name: str
    undone_at: datetime | None


async def preview(
    session: AsyncSession, client_id: int, merged_id: int, choice: Choice
) -> MergePreview:
    """Tell what merging the second client into the first would change.

    Raises:
        NotFoundError: There is no such client.
        InvalidError: They are one already, or a choice names no side.
    """
    kept, merged = await _two(
        session,
        await identity.root(session, client_id),
        await identity.root(session, merged_id),
        choice,
    )
    ours, theirs = fields_of(kept), fields_of(merged)
    changed = layers.joined(ours, theirs, choice)
    after = layers.applied(ours, {name: now for name, (_, now) in changed.items()})
    mine = await addresses_of(session, kept.id)
    others = await addresses_of(session, merged.id)
    seen = client_view(kept, mine)
    return MergePreview(
        client=seen,
        after=_as(seen, after, client_view(kept, [*mine, *others])),
        merged=client_view(merged, others),
        fields=_changes(ours, theirs, after),
        moves=await amounts(session, merged.id),
    )


async def merge(
    uow: UnitOfWork, client_id: int, merged_id: int, choice: Choice
) -> MergeView:
    """Let the second client be the first from now on.

    Raises:
        NotFoundError: There is no such client.
        InvalidError: They are one already, or a choice names no side.
        StateError: One of them was merged meanwhile.
    """
    held = await identity.hold_all(uow, {client_id, merged_id})
    for one in held.values():
        if one.merged_into is not None:
            raise StateError(f"client {one.id} is merged", merged_into=one.merged_into)
    kept, merged = await _two(uow.session, client_id, merged_id, choice)
    await belongings.lock(uow, [kept.id, merged.id])
    changed = layers.joined(fields_of(kept), fields_of(merged), choice)
    moved = await belongings.bring(uow, merged.id, kept.id)
    write(kept, changed)
    merged.merged_into = kept.id
    row = Merge(
        client_id=kept.id,
        merged_id=merged.id,
        at=uow.now,
        account_id=uow.actor.id if uow.actor.kind == "agent" else None,
        by_name=uow.actor.name,
        fields={name: list(layer) for name, layer in changed.items()},
    )
    uow.session.add(row)
    await uow.session.flush()
    # Whoever is signed in as the merged one signs in anew, and is the other then.
    await end_portal(uow, [merged.id])
    uow.record(
        ClientMerged(
            client_id=merged.id,
            merge_id=row.id,
            into_id=kept.id,
            state={"client": client_view(merged, [])},
        )
    )
    await tell(uow, kept)
    await handing.tell(uow, moved, former_id=merged.id, now=kept)
    return merge_view(row, merged.name)


async def merges_of(session: AsyncSession, client_id: int) -> list[MergeView]:
    """List the merges that stand of a client and of those in him, the latest first.

    Raises:
        NotFoundError: There is no such client.
    """
    inside = await identity.parts(session, await identity.root(session, client_id))
    rows = await session.execute(
        select(Merge, Client.name)
        .join(Client, Client.id == Merge.merged_id)
        .where(Merge.client_id.in_(inside), Merge.undone_at.is_(None))
        .order_by(Merge.id.desc())
    )
    return [merge_view(row, name) for row, name in rows]


async def amounts(session: AsyncSession, client_id: int) -> Amounts:
    """Count what is a client's."""

    async def count(table: type[Address | Conversation | TimelineItem | Order]) -> int:
        found = await session.scalar(
            select(func.count()).select_from(table).where(table.client_id == client_id)
        )
        return found or 0

    return Amounts(
        addresses=await count(Address),
        conversations=await count(Conversation),
        entries=await count(TimelineItem),
        orders=await count(Order),
    )


async def addresses_of(session: AsyncSession, client_id: int) -> list[Address]:
    """Read the addresses of a client."""
    return list(
        await session.scalars(select(Address).where(Address.client_id == client_id))
    )


async def end_portal(uow: UnitOfWork, client_ids: list[int]) -> None:
    """Sign clients out of the portal everywhere."""
    await uow.session.execute(
        delete(PortalSession).where(PortalSession.client_id.in_(client_ids))
    )


def fields_of(client: Client) -> Fields:
    """Give what can be edited of a client."""
    return Fields(name=client.name, locale=client.locale, attributes=client.attributes)


def write(client: Client, changed: Mapping[str, layers.Layer]) -> None:
    """Write the new values of some fields."""
    set_fields(
        client,
        layers.applied(
            fields_of(client), {name: after for name, (_, after) in changed.items()}
        ),
    )


def changes_between(before: ClientView, after: ClientView) -> list[FieldChange]:
    """List the fields that undoing a merge changes of the one who went on."""
    was, then = (
        Fields(name=one.name, locale=one.locale, attributes=one.attributes).flat()
        for one in (before, after)
    )
    return [
        FieldChange(
            field=name,
            kept=_value(was, name),
            merged=None,
            after=_value(then, name),
            conflict=False,
        )
        for name in was
        if was[name] != then.get(name, [])
    ]


def set_fields(client: Client, fields: Fields) -> None:
    """Write a client's fields."""
    client.name = fields.name
    client.locale = fields.locale
    client.attributes = dict(fields.attributes)


def merge_view(row: Merge, merged_name: str) -> MergeView:
    """Show a merge."""
    return MergeView(
        id=row.id,
        client_id=row.client_id,
        merged_id=row.merged_id,
        merged_name=merged_name,
        at=row.at,
        by_name=row.by_name,
        undone_at=row.undone_at,
    )


async def _two(
    session: AsyncSession, client_id: int, merged_id: int, choice: Choice
) -> tuple[Client, Client]:
    if client_id == merged_id:
        raise InvalidError("client", errors={"merged_id": "they are one client"})
    wrong = {
        name: f"one of {', '.join(layers.SIDES)}"
        for name, side in choice.wins.items()
        if side not in layers.SIDES
    }
    if wrong:
        raise InvalidError(
            "wins", errors={f"wins.{name}": wrong[name] for name in wrong}
        )
    found = []
    for one in (client_id, merged_id):
        client = await session.get(Client, one)
        if client is None or client.erased_at is not None:
            raise NotFoundError(f"client {one}")
        found.append(client)
    return found[0], found[1]


def _changes(kept: Fields, merged: Fields, after: Fields) -> list[FieldChange]:
    ours, theirs, then = kept.flat(), merged.flat(), after.flat()
    differing = set(layers.conflicts(kept, merged))
    return [
        FieldChange(
            field=name,
            kept=_value(ours, name),
            merged=_value(theirs, name),
            after=_value(then, name),
            conflict=name in differing,
        )
        for name in [*ours, *(one for one in theirs if one not in ours)]
        if name in differing or _value(ours, name) != _value(then, name)
    ]


def _value(flat: Mapping[str, layers.Value], name: str) -> Any:
    held = flat.get(name, [])
    return held[0] if held else None


def _as(seen: ClientView, fields: Fields, both: ClientView) -> ClientView:
    return ClientView(
        id=seen.id,
        name=fields.name,
        locale=fields.locale,
        attributes=dict(fields.attributes),
        created_at=seen.created_at,
        addresses=both.addresses,
    )
