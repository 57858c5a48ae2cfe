"""Whether an address that was only typed makes somebody a client.

Anybody can type anybody's address into a form. So what was typed opens nothing (the
portal, order links and self-service ask for a verified address), and it is no identity
either when its true owner turns up: he joins the client it was typed for only while
that is fresh, nobody else had proved to be that client before, and no other of its kind
was typed for him; or when we and he have talked by that address already. Otherwise he is somebody of his own, and a person
is told that the two may be one. See ``docs/decisions/0021-a-typed-address.md``.
"""

from datetime import timedelta

from sqlalchemy import exists, or_, select

from hub.storage.tables import Address, TimelineItem
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
        or_(
            TimelineItem.delivery.is_(None),
            TimelineItem.delivery.not_in(("held", "cancelled")),
        ),
    )
    before, many, spoke = (
        await uow.session.execute(select(proven_before, one_of_many, talked))
    ).one()
    fresh = uow.now - address.created_at <= typed_for
    return bool(spoke or (fresh and not before and not many))
