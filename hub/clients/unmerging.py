"""Two clients are two after all: undo a merge, exactly, at any later time.

What was the merged one's is his again, as it was. What came since goes where it belongs
by its address, its conversation or its order; what an agent wrote by hand since stays
with the one who went on. Merges of one client are undone in any order; of a chain the
last one comes first.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients import belongings, handing, identity, layers
from hub.clients.clients import access_client, tell
from hub.clients.events import ClientUnmerged
from hub.clients.layers import Fields, Layer
from hub.clients.merging import (
    MergePreview,
    MergeView,
    addresses_of,
    amounts,
    changes_between,
    end_portal,
    fields_of,
    merge_view,
    set_fields,
)
from hub.clients.views import client_view
from hub.errors import NotFoundError, StateError
from hub.storage.tables import Client, Merge
from hub.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class _Undoing:
    row: Merge
    kept: Client
    merged: Client


async def undo(uow: UnitOfWork, merge_id: int) -> MergeView:
    """Let a merge not have been; doing it twice is refused.

    Raises:
        NotFoundError: There is no such merge.
        StateError: It is undone, or the one who went on was merged himself since:
            ``details["first"]`` is the merge that has to be undone before.
    """
    undoing = await _hold(uow, merge_id)
    row, kept, merged = undoing.row, undoing.kept, undoing.merged
    await belongings.lock(uow, [kept.id])
    moved = await belongings.take_home(uow, kept.id, merged.id)
    set_fields(kept, await _drawn_out(uow, row, kept))
    merged.merged_into = None
    row.undone_at = uow.now
    row.undone_by = uow.actor.id if uow.actor.kind == "agent" else None
    await uow.session.flush()
    # Nobody knows which of the two opened a session while they were one.
    await end_portal(uow, [kept.id, merged.id])
    uow.record(
        ClientUnmerged(
            client_id=merged.id,
            merge_id=row.id,
            from_id=kept.id,
            state={
                "client": client_view(
                    merged, await addresses_of(uow.session, merged.id)
                )
            },
        )
    )
    await tell(uow, kept)
    await handing.tell(uow, moved, former_id=kept.id, now=merged)
    return merge_view(row, merged.name)


async def preview(uow: UnitOfWork, merge_id: int) -> MergePreview:
    """Tell what undoing a merge would change, by doing it in a unit that is not kept.

    Raises:
        NotFoundError: There is no such merge.
        StateError: It cannot be undone now; see ``undo``.
    """
    row = await uow.session.get(Merge, merge_id)
    if row is None:
        raise NotFoundError(f"merge {merge_id}")
    before = await access_client(uow.session, row.client_id)
    await undo(uow, merge_id)
    after = await access_client(uow.session, row.client_id)
    return MergePreview(
        client=before,
        after=after,
        merged=await access_client(uow.session, row.merged_id),
        fields=changes_between(before, after),
        moves=await amounts(uow.session, row.merged_id),
    )


async def _hold(uow: UnitOfWork, merge_id: int) -> _Undoing:
    row = await uow.session.get(Merge, merge_id)
    if row is None:
        raise NotFoundError(f"merge {merge_id}")
    held = await identity.hold_all(uow, {row.client_id, row.merged_id})
    # Only the clients are waited for: whoever undoes it too had them.
    await uow.session.refresh(row)
    if row.undone_at is not None:
        raise StateError(f"merge {merge_id} is undone", undone_at=str(row.undone_at))
    kept = held[row.client_id]
    if kept.erased_at is not None:
        raise NotFoundError(f"merge {merge_id}")
    if kept.merged_into is not None:
        raise StateError(
            f"client {kept.id} was merged himself",
            first=await _standing(uow.session, kept.id),
        )
    return _Undoing(row, kept, held[row.merged_id])


async def _standing(session: AsyncSession, merged_id: int) -> int | None:
    return await session.scalar(
        select(Merge.id).where(Merge.merged_id == merged_id, Merge.undone_at.is_(None))
    )


async def _drawn_out(uow: UnitOfWork, row: Merge, kept: Client) -> Fields:
    later = list(
        await uow.session.scalars(
            select(Merge)
            .where(
                Merge.client_id == kept.id,
                Merge.id > row.id,
                Merge.undone_at.is_(None),
            )
            .order_by(Merge.id)
        )
    )
    above: list[dict[str, Layer]] = [_layers(one) for one in later]
    fields = layers.drawn_out(_layers(row), above, fields_of(kept))
    for one, changed in zip(later, above, strict=True):
        one.fields = {name: list(layer) for name, layer in changed.items()}
    return fields


def _layers(row: Merge) -> dict[str, Layer]:
    return {name: (before, after) for name, (before, after) in row.fields.items()}
