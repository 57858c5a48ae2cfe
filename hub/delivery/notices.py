"""Where a machine's notice reaches a client."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from hub.clients import consent
from hub.storage.tables import Address, Client, TimelineItem
from hub.storage.unit import UnitOfWork

#: A short message is read at once, so the phone comes first.
KINDS = ("phone", "email")


@dataclass(frozen=True, slots=True)
class Reach:
    """An address and the channel that gets there."""

    address: Address
    channel: str


async def reach_of(
    uow: UnitOfWork, client: Client, channels: Mapping[str, str]
) -> Reach | None:
    """Choose where a client is told something: by phone, else by mail.

    Only verified addresses count: a notice tells about the client's own matters. Of
    several of a kind it is the one that he wrote from last. Where he asked not to be
    written to he is not told anything.

    Args:
        uow: The unit.
        client: Whom to tell.
        channels: The channel that reaches each kind of address.

    Returns:
        None when no channel reaches him.
    """
    rows = await uow.session.scalars(
        select(Address)
        .where(
            Address.client_id == client.id,
            Address.verified_at.is_not(None),
            Address.kind.in_(list(channels)),
        )
        .order_by(Address.id)
    )
    held = list(rows)
    refused = await consent.refusals(
        uow.session, {(row.kind, row.value) for row in held}
    )
    for kind in KINDS:
        of_kind = [
            row
            for row in held
            if row.kind == kind
            and (channels[row.kind], row.kind, row.value) not in refused
        ]
        if of_kind:
            address = of_kind[0]
            if len(of_kind) > 1:
                address = await _used_last(uow, client, of_kind)
            return Reach(address, channels[kind])
    return None


async def _used_last(
    uow: UnitOfWork, client: Client, rows: Sequence[Address]
) -> Address:
    used = await uow.session.scalar(
        select(TimelineItem.address)
        .where(
            TimelineItem.client_id == client.id,
            TimelineItem.direction == "in",
            TimelineItem.address.in_([row.display for row in rows]),
        )
        .order_by(TimelineItem.at.desc(), TimelineItem.id.desc())
        .limit(1)
    )
    return next((row for row in rows if row.display == used), rows[-1])
