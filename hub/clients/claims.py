"""Whether an address that was only typed makes somebody a client.

Anybody can type anybody's address into a form. So what was typed opens nothing (the
portal, order links and self-service ask for a verified address), and it is no identity
either when its true owner turns up: he joins the client it was typed for only while
that is fresh, nobody else had proved to be that client before, no other of its kind
was typed for him, and nobody else typed it too; or when we and he have talked by that address already. Otherwise he is somebody of his own, and a person
is told that the two may be one. See ``docs/decisions/0021-a-typed-address.md``.
"""

from datetime import timedelta

from sqlalchemy import exists, or_, select

from hub.clients.forged import is_not_forged
from hub.storage.tables import Address, Client, ClientPair, TimelineItem
from hub.storage.unit import UnitOfWork

#: So long after it was typed its owner may still be taken for who typed it.
TYPED_FOR = timedelta(days=7)


async def stands(
    uow: UnitOfWork, address: Address, *, typed_for: timedelta = TYPED_FOR
) -> bool:
    """Tell whether who writes from this known address is the client it is kept for."""
    if address.verified_at is not None:
        return True
    proven_before = exists().where(
        Address.client_id == address.client_id,
        Address.id != address.id,
        Address.verified_at < address.created_at,
    )
    # Who is one has one number to type. Many beside one mail are a net, laid out for
    # whoever of their owners writes first.
    one_of_many = exists().where(
        Address.client_id == address.client_id,
        Address.id != address.id,
        Address.kind == address.kind,
        Address.verified_at.is_(None),
    )
    talked = exists().where(
        TimelineItem.client_id == address.client_id,
        TimelineItem.address == address.display,
        TimelineItem.kind.in_(("message", "call")),
        is_not_forged(),
        or_(
            TimelineItem.delivery.is_(None),
            TimelineItem.delivery.not_in(("held", "cancelled")),
        ),
    )
    before, many, spoke = (
        await uow.session.execute(select(proven_before, one_of_many, talked))
    ).one()
    fresh = uow.now - address.created_at <= typed_for
    if spoke or not fresh or before or many:
        return bool(spoke)
    return not await rivals(uow, address)


async def rivals(uow: UnitOfWork, address: Address) -> list[int]:
    """Give the other clients for whom this address was typed too."""
    client_id = address.client_id
    others = await uow.session.scalars(
        select(Client.id)
        .join(
            ClientPair,
            or_(
                (ClientPair.one_id == client_id) & (ClientPair.other_id == Client.id),
                (ClientPair.other_id == client_id) & (ClientPair.one_id == Client.id),
            ),
        )
        .where(ClientPair.detail == address.display, Client.merged_into.is_(None))
        .order_by(Client.id)
    )
    return list(others)


async def is_anothers(uow: UnitOfWork, address: Address, kind: str) -> bool:
    """Tell whether who typed this address is not who typed it for another client.

    Two who give different mails and the same number, which nobody has written from, may
    be two with one telephone, a number made up, or one of them typing the other's.
    """
    if address.verified_at is not None:
        return False
    return bool(
        await uow.session.scalar(
            select(
                exists().where(
                    Address.client_id == address.client_id, Address.kind == kind
                )
            )
        )
    )
