"""Which role has which rights: the built-in ones and those of this company's own."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.access.rights import ROLE_RIGHTS, Right, effective
from hub.errors import InvalidError, NotFoundError
from hub.storage.tables import Account, Invitation, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleView:
    """A role, what it may do, and how many have it."""

    #: What accounts say; it never changes.
    key: str
    #: As people read it; of a built-in one its key, which screens know in words.
    name: str
    rights: list[Right]
    #: Nobody changes it.
    built_in: bool
    revision: int
    #: Active accounts, those that are not, and people who are invited to be it.
    people: int
    inactive: int
    invited: int


async def held_by(session: AsyncSession, key: str) -> frozenset[str]:
    """Give the rights of a role; none of one that is not there."""
    if key in ROLE_RIGHTS:
        return ROLE_RIGHTS[key]
    rights = await session.scalar(select(Role.rights).where(Role.key == key))
    return frozenset(rights or ())


async def held_by_all(session: AsyncSession) -> Mapping[str, frozenset[str]]:
    """Give the rights of every role, by key, in the order of roles."""
    own = await session.execute(
        select(Role.key, Role.rights).order_by(Role.place, Role.key)
    )
    return {
        **ROLE_RIGHTS,
        **{key: frozenset(rights) for key, rights in own},
    }


async def with_right(session: AsyncSession, right: Right) -> list[str]:
    """Name the roles that have a right."""
    every = await held_by_all(session)
    return [key for key, held in every.items() if right in held]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A role that is about to be given, and stays until the unit ends."""

    key: str
    #: Of one of the company's own, for the log; empty of a built-in one.
    name: str
    rights: frozenset[str]


async def hold(session: AsyncSession, key: str) -> Given:
    """Take in hand a role that is about to be given.

    Raises:
        InvalidError: There is no such role.
    """
    if key in ROLE_RIGHTS:
        return Given(key=key, name="", rights=ROLE_RIGHTS[key])
    row = await session.scalar(
        select(Role)
        .where(Role.key == key)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    if row is None:
        known = ", ".join(await held_by_all(session))
        raise InvalidError("role", errors={"role": f"must be one of {known}"})
    return Given(key=key, name=row.name, rights=frozenset(row.rights))


async def name_of(session: AsyncSession, key: str) -> str:
    """Tell what people read of a role of the company's own; of a built-in one nothing."""
    if key in ROLE_RIGHTS:
        return ""
    return await session.scalar(select(Role.name).where(Role.key == key)) or ""


async def on_screen(session: AsyncSession) -> list[RoleView]:
    """List all roles in their order, the built-in ones first."""
    own = list(await session.scalars(select(Role).order_by(Role.place, Role.key)))
    people = await _people(session)
    built_in = [
        role_view(Role(key=key, name=key, rights=list(held), revision=0), people)
        for key, held in ROLE_RIGHTS.items()
    ]
    return built_in + [role_view(row, people) for row in own]


async def access_role(session: AsyncSession, key: str) -> RoleView:
    """Give one role.

    Raises:
        NotFoundError: There is none.
    """
    for one in await on_screen(session):
        if one.key == key:
            return one
    raise NotFoundError(f"role {key}")


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """How many have a role."""

    active: int = 0
    inactive: int = 0
    invited: int = 0


def role_view(row: Role, people: Mapping[str, People]) -> RoleView:
    """Show a role."""
    his = people.get(row.key, People())
    return RoleView(
        key=row.key,
        name=row.name,
        rights=[Right(one) for one in effective(row.rights)],
        built_in=row.key in ROLE_RIGHTS,
        revision=row.revision,
        people=his.active,
        inactive=his.inactive,
        invited=his.invited,
    )


def is_pending() -> ColumnElement[bool]:
    """Ask for invitations that may still be accepted."""
    return and_(
        Invitation.purpose == "invitation",
        Invitation.used_at.is_(None),
        Invitation.withdrawn_at.is_(None),
    )


async def _people(session: AsyncSession) -> dict[str, People]:
    accounts = await session.execute(
        select(
            Account.role,
            func.count().filter(Account.active).label("active"),
            func.count().filter(~Account.active).label("inactive"),
        ).group_by(Account.role)
    )
    found = {
        one.role: People(active=one.active, inactive=one.inactive) for one in accounts
    }
    invited = await session.execute(
        select(Invitation.role, func.count())
        .where(is_pending())
        .group_by(Invitation.role)
    )
    for key, count in invited:
        his = found.get(key, People())
        found[key] = People(active=his.active, inactive=his.inactive, invited=count)
    return found
