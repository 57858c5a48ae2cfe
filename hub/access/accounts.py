"""Accounts: make, change, deactivate. None is ever deleted: the timeline names them."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from hub.access import roles, sessions, tokens
from hub.access.events import AccountChanged, AccountCreated
from hub.access.rights import Right, effective, may, within
from hub.access.views import AccountView, account_view
from hub.errors import ConflictError, InvalidError, NotFoundError, StateError
from hub.queues import agents, presence, requests
from hub.storage.tables import Account, Invitation
from hub.storage.unit import UnitOfWork

#: What ``change`` may be given.
CHANGEABLE = frozenset(
    {
        "name",
        "email",
        "role",
        "locale",
        "capacity",
        "outside_number",
        "active",
        "password_hash",
    }
)
LONGEST_NAME = 120
#: What colleagues see of him beside his state; ``hub/queues/views.py``.
_SHOWN = frozenset({"name", "role", "locale", "capacity", "active"})


async def create(
    uow: UnitOfWork,
    *,
    email: str,
    name: str,
    role: str,
    password_hash: str | None,
    locale: str = "uk",
    capacity: int | None = None,
    outside_number: str | None = None,
    country: str = "UA",
    by: AccountView | None = None,
) -> AccountView:
    """Make an account.

    Args:
        uow: The unit.
        email: What he signs in with.
        name: As colleagues and clients see him.
        role: The key of a role.
        password_hash: Of ``passwords.hashed``; None cannot sign in by password.
        locale: The language of his screen.
        capacity: Conversations at once; None: as the settings say.
        outside_number: Where calls are put through to.
        country: How a number without a country is read.
        by: Who gives the role; None: somebody who may give any.

    Raises:
        InvalidError: A value cannot be taken.
        ForbiddenError: The role may do something that ``by`` may not.
        ConflictError: The address has an account.
    """
    given = await roles.hold(uow.session, role)
    if by is not None:
        within(by, given.rights)
    row = Account(
        email=normal_email(email),
        name=_name(name),
        role=given.key,
        password_hash=password_hash,
        locale=locale,
        capacity=capacity,
        outside_number=normal_number(outside_number, country),
        active=True,
        created_at=uow.now,
    )
    await _check_free(uow.session, row.email)
    uow.session.add(row)
    await uow.session.flush()
    view = account_view(row, effective(given.rights))
    uow.record(
        AccountCreated(
            account_id=row.id,
            email=row.email,
            role=row.role,
            role_name=given.name,
            state={"account": view},
        )
    )
    agents.changed(uow, row.id)
    return view


async def change(
    uow: UnitOfWork,
    account_id: int,
    changes: Mapping[str, Any],
    *,
    country: str = "UA",
    by: AccountView | None = None,
) -> AccountView:
    """Change what is named in ``changes``; see ``CHANGEABLE``.

    A new password ends all sign-ins; a deactivated account loses its sign-ins and its
    tokens as well.

    Args:
        uow: The unit.
        account_id: Whose.
        changes: What is to be other.
        country: How a number without a country is read.
        by: Who changes somebody's account: he must have what it may do, before and
            after, or he would come by it with a password of his choice. None: it is
            his own, or somebody may do anything.

    Raises:
        NotFoundError: There is no such account.
        InvalidError: A value cannot be taken.
        ForbiddenError: The account may or would do something that ``by`` may not.
        ConflictError: The new address has an account.
        StateError: Nobody would be left who may change accounts.
    """
    wanted = _normal(changes, country)
    given = await roles.hold(uow.session, wanted["role"]) if "role" in wanted else None
    may_go = not wanted.keys().isdisjoint({"role", "active"})
    admins = await _lock_admins(uow.session) if may_go else set()
    row = await uow.session.get(Account, account_id, with_for_update=True)
    if row is None:
        raise NotFoundError(f"account {account_id}")
    had = await roles.held_by(uow.session, row.role)
    has = given.rights if given else had
    if by is not None:
        within(by, had | has)
    changed = {
        name: value for name, value in wanted.items() if getattr(row, name) != value
    }
    if not changed:
        return account_view(row, effective(had))
    if "email" in changed:
        await _check_free(uow.session, changed["email"])
    stays = changed.get("role", "admin") == "admin" and changed.get("active", True)
    if admins == {account_id} and not stays:
        raise StateError("the last active admin stays")
    for name, value in changed.items():
        setattr(row, name, value)
    view = account_view(row, effective(has))
    uow.record(
        AccountChanged(
            account_id=row.id,
            changed=tuple(
                sorted(
                    "password" if name == "password_hash" else name for name in changed
                )
            ),
            role=row.role,
            role_name=given.name if given else "",
            active=row.active,
            state={"account": view},
        )
    )
    await _tell_queues(uow, row, changed)
    if row.active and Right.REPLY in had - has:
        await presence.step_back(uow, [row.id])
    await _end_what_opened(uow, row, changed)
    return view


async def _end_what_opened(
    uow: UnitOfWork, row: Account, changed: Collection[str]
) -> None:
    """Let no sign-in, key or mailed link outlive what it was given for."""
    if not row.active:
        await sessions.end_all(uow, row.id, because="deactivated")
        await tokens.revoke_all(uow, row.id)
    elif "password_hash" in changed:
        await sessions.end_all(uow, row.id, because="password")
    if not {"password_hash", "active"}.isdisjoint(changed):
        await _end_links(uow, row.id)


async def _end_links(uow: UnitOfWork, account_id: int) -> None:
    """Let no mail that lies somewhere change a password that was chosen since."""
    await uow.session.execute(
        update(Invitation)
        .where(
            Invitation.account_id == account_id,
            Invitation.purpose == "password",
            Invitation.used_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=uow.now)
    )


async def access_account(
    session: AsyncSession, asker: AccountView, account_id: int
) -> AccountView:
    """Give an account: one's own, or anybody's to who may change accounts.

    Raises:
        NotFoundError: There is none that the asker may know of.
    """
    row = None
    if account_id == asker.id or may(asker, Right.ACCOUNTS):
        row = await session.get(Account, account_id)
    if row is None:
        raise NotFoundError(f"account {account_id}")
    return await shown(session, row)


async def page(
    session: AsyncSession,
    *,
    after: int | None = None,
    limit: int,
    active: bool | None = None,
    role: str | None = None,
) -> list[AccountView]:
    """List accounts by id, those after ``after``."""
    query = select(Account).order_by(Account.id).limit(limit)
    if after is not None:
        query = query.where(Account.id > after)
    if active is not None:
        query = query.where(Account.active.is_(active))
    if role is not None:
        query = query.where(Account.role == role)
    held = await roles.held_by_all(session)
    return [
        account_view(row, effective(held.get(row.role, ())))
        for row in await session.scalars(query)
    ]


async def by_email(session: AsyncSession, email: str) -> Account | None:
    """Find the account of a mail address, however it is written."""
    return await session.scalar(
        select(Account).where(Account.email == email.strip().lower())
    )


async def shown(session: AsyncSession, row: Account) -> AccountView:
    """Show an account with all rights of its role."""
    return account_view(row, effective(await roles.held_by(session, row.role)))


def normal_email(email: str) -> str:
    """Check a mail address and give it in lower case.

    Raises:
        InvalidError: It is none.
    """
    try:
        # No look-up: an account may be made while the network is away.
        checked = validate_email(
            email.strip(), check_deliverability=False, test_environment=True
        )
    except EmailNotValidError as error:
        raise InvalidError("email", errors={"email": str(error)}) from None
    return checked.normalized.lower()


def normal_number(number: str | None, country: str) -> str | None:
    """Check a phone number and give it as E.164; none for an empty one.

    Raises:
        InvalidError: It is none.
    """
    if number is None or not number.strip():
        return None
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        raise InvalidError(
            "outside_number", errors={"outside_number": "is not a phone number"}
        )
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _normal(changes: Mapping[str, Any], country: str) -> dict[str, Any]:
    if unknown := set(changes) - CHANGEABLE:
        raise InvalidError(
            "changes", errors=dict.fromkeys(unknown, "cannot be changed")
        )
    normal = dict(changes)
    rules: dict[str, Callable[[Any], Any]] = {
        "email": normal_email,
        "name": _name,
        "outside_number": lambda number: normal_number(number, country),
    }
    for name, rule in rules.items():
        if name in normal:
            normal[name] = rule(normal[name])
    return normal


def _name(name: str) -> str:
    plain = " ".join(name.split())
    if not 1 <= len(plain) <= LONGEST_NAME:
        raise InvalidError(
            "name", errors={"name": f"must have 1 to {LONGEST_NAME} characters"}
        )
    return plain


async def _tell_queues(uow: UnitOfWork, row: Account, changed: Collection[str]) -> None:
    """Let colleagues see who he is now, and work go where it can be done."""
    if _SHOWN.isdisjoint(changed):
        return
    agents.changed(uow, row.id)
    if "active" in changed and not row.active:
        await presence.leave(uow, row.id)
    elif "capacity" in changed:
        await requests.request_for(uow, row.id)


async def _check_free(session: AsyncSession, email: str) -> None:
    if await by_email(session, email) is not None:
        raise ConflictError("this mail address has an account")


async def _lock_admins(session: AsyncSession) -> set[int]:
    """Hold the active admins, always in one order.

    Two who demote each other at the same moment would else each see the other still
    there, or wait for each other.
    """
    found = await session.scalars(
        select(Account.id)
        .where(Account.role == "admin", Account.active)
        .order_by(Account.id)
        .with_for_update()
    )
    return set(found)
