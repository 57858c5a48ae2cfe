"""Roles of the company's own: make, change, put in order, remove.

The built-in ones stay as they are. Nobody gives or takes rights that he has not himself,
neither to others by a role nor to himself by his own.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.access import accounts, roles
from hub.access.events import RoleChanged, RoleCreated, RoleMoved, RoleRemoved
from hub.access.rights import ROLE_RIGHTS, Right, whole, within
from hub.access.roles import RoleView, access_role, is_pending
from hub.access.views import AccountView
from hub.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    StaleUpdateError,
    StateError,
)
from hub.queues import agents, presence
from hub.storage.tables import Account, Invitation, Role
from hub.storage.unit import UnitOfWork

MAX_NAME = 60
#: Of a key; the longest letters take four of ours.
LONGEST_KEY = 4 * MAX_NAME + 10
#: So many roles of its own a company may make.
MOST = 50
#: People who are named when a role cannot go because of them.
_NAMED = 50
#: Ukrainian as passports have it, for keys.
_LATIN = str.maketrans(
    dict(zip("абвгґдезиіїйклмнопрстуфь’", "abvhgdezyiiiklmnoprstuf  ", strict=True))
    | {"є": "ie", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh"}
    | {"щ": "shch", "ю": "iu", "я": "ia", "ь": "", "’": "", "'": ""}
)


async def create(
    uow: UnitOfWork, *, name: str, rights: Collection[str], by: AccountView | None
) -> RoleView:
    """Make a role; it stands behind the others.

    Args:
        uow: The unit.
        name: As people read it.
        rights: What it may do.
        by: Who makes it; None: somebody who may give anything.

    Raises:
        InvalidError: The name or the rights will not do, or there are too many.
        ForbiddenError: ``by`` lacks some of the rights.
        ConflictError: A role is called so.
    """
    name, held = await _free(uow.session, name), whole(rights)
    if by is not None:
        within(by, held)
    many, last = (
        await uow.session.execute(select(func.count(), func.max(Role.place)))
    ).one()
    if many >= MOST:
        raise InvalidError("name", errors={"name": f"there are {MOST} already"})
    row = Role(
        key=await _new_key(uow.session, name),
        name=name,
        place=(last or 0) + 1,
        rights=held,
        revision=0,
        created_at=uow.now,
    )
    uow.session.add(row)
    await uow.session.flush()
    uow.record(RoleCreated(role=row.key, name=name, rights=tuple(held)))
    return await access_role(uow.session, row.key)


async def change(
    uow: UnitOfWork,
    key: str,
    *,
    revision: int,
    by: AccountView | None,
    name: str | None = None,
    rights: Collection[str] | None = None,
) -> RoleView:
    """Let a role be another. What its people may do counts from now on.

    Raises:
        NotFoundError: There is no such role.
        StateError: It is a built-in one.
        StaleUpdateError: Somebody changed it meanwhile.
        InvalidError: The name or the rights will not do.
        ForbiddenError: It has or would have rights that ``by`` lacks.
        ConflictError: Another role is called so.
    """
    row = await _locked(uow, key)
    held = row.rights if rights is None else whole(rights)
    if by is not None:
        within(by, {*row.rights, *held})
    if row.revision != revision:
        raise StaleUpdateError(
            "somebody changed this meanwhile", role=await access_role(uow.session, key)
        )
    was, had = row.name, row.rights
    if name is not None and _plain(name) != was:
        row.name = await _free(uow.session, name, besides=key)
    row.rights = held
    if row.name == was and set(held) == set(had):
        return await access_role(uow.session, key)
    row.revision += 1
    lost = tuple(one for one in had if one not in held)
    people = await _people(uow.session, key)
    uow.record(
        RoleChanged(
            role=key,
            name=row.name,
            was=was if was != row.name else "",
            gained=tuple(one for one in held if one not in had),
            lost=lost,
            account_ids=tuple(one.id for one in people),
            state={"role": {"key": key, "name": row.name, "rights": held}},
        )
    )
    if Right.REPLY in lost:
        await presence.step_back(uow, [one.id for one in people])
    if (Right.REPLY in had) != (Right.REPLY in held):
        for one in people:
            agents.changed(uow, one.id)
    await uow.session.flush()
    return await access_role(uow.session, key)


async def reorder(uow: UnitOfWork, keys: Sequence[str]) -> list[RoleView]:
    """Show roles in this order; those that are not named come after.

    Raises:
        NotFoundError: One of them is not of the company's own.
    """
    rows = {
        row.key: row
        for row in await uow.session.scalars(
            select(Role).order_by(Role.place, Role.key).with_for_update()
        )
    }
    if unknown := set(keys) - set(rows):
        raise NotFoundError(f"role {min(unknown)}")
    for place, key in enumerate(dict.fromkeys([*keys, *rows]), start=1):
        if rows[key].place != place:
            rows[key].place = place
            uow.record(RoleMoved(role=key, name=rows[key].name))
    await uow.session.flush()
    return await roles.on_screen(uow.session)


async def remove(
    uow: UnitOfWork, key: str, *, by: AccountView | None, move_to: str | None = None
) -> None:
    """Forget a role; who has it, or is invited to be it, has another from now on.

    Args:
        uow: The unit.
        key: Which.
        by: Who removes it; None: somebody who may do anything.
        move_to: The role of its people from now on.

    Raises:
        NotFoundError: There is no such role.
        StateError: It is a built-in one; or people have it, who are named, and nobody
            says what they are to be instead.
        InvalidError: There is no role that they could have instead.
        ForbiddenError: One of both roles has rights that ``by`` lacks.
    """
    if move_to == key:
        raise InvalidError("move_to", errors={"move_to": "must be another role"})
    row = await _locked(uow, key)
    if by is not None:
        within(by, row.rights)
    people = await _people(uow.session, key)
    invited = list(
        await uow.session.scalars(
            select(Invitation)
            .where(Invitation.role == key, is_pending())
            .order_by(Invitation.id)
            .with_for_update()
        )
    )
    name = ""
    if people or invited:
        if move_to is None:
            raise StateError(
                "people have this role",
                people=[{"id": one.id, "name": one.name} for one in people[:_NAMED]],
                invited=[one.email for one in invited[:_NAMED]],
            )
        name = await _give_all(uow, people, invited, move_to, by=by)
    await uow.session.delete(row)
    await uow.session.flush()
    moved_to = move_to or "" if people or invited else ""
    uow.record(
        RoleRemoved(role=key, name=row.name, moved_to=moved_to, moved_to_name=name)
    )


async def _give_all(
    uow: UnitOfWork,
    people: Sequence[Account],
    invited: Sequence[Invitation],
    role: str,
    *,
    by: AccountView | None,
) -> str:
    """Give everybody another role, and tell its name if it is one of our own."""
    given = await roles.hold(uow.session, role)
    if by is not None:
        within(by, given.rights)
    for one in people:
        await accounts.change(uow, one.id, {"role": role}, by=by)
    for other in invited:
        other.role = role
    return given.name


async def _locked(uow: UnitOfWork, key: str) -> Role:
    if key in ROLE_RIGHTS:
        raise StateError("a built-in role stays as it is")
    row = await uow.session.scalar(
        select(Role)
        .where(Role.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError(f"role {key}")
    return row


async def _people(session: AsyncSession, key: str) -> list[Account]:
    return list(
        await session.scalars(
            select(Account).where(Account.role == key).order_by(Account.id)
        )
    )


async def _free(session: AsyncSession, name: str, *, besides: str = "") -> str:
    name = _plain(name)
    if not 0 < len(name) <= MAX_NAME:
        raise InvalidError("name", errors={"name": f"1 to {MAX_NAME} letters"})
    taken = await session.scalar(
        select(Role.key).where(
            func.lower(Role.name) == name.lower(), Role.key != besides
        )
    )
    if taken is not None:
        raise ConflictError(f"a role is called “{name}”", role=taken)
    return name


def _plain(name: str) -> str:
    return " ".join(name.split())


async def _new_key(session: AsyncSession, name: str) -> str:
    """Make a key of a name; it stays when the name changes."""
    latin = unicodedata.normalize("NFKD", name.lower().translate(_LATIN))
    plain = "-".join(re.findall(r"[a-z0-9]+", re.sub(r"[\u0300-\u036f]", "", latin)))
    taken = {*ROLE_RIGHTS, *await session.scalars(select(Role.key))}
    keys = (f"{plain or 'role'}-{n}" if n > 1 else plain or "role" for n in count(1))
    return next(key for key in keys if key not in taken)
