"""Let colleagues in by a link: who is invited; ``forgotten.py`` has lost passwords.

A link is signed, ends, and opens once. It is made of the invitation's id and of how
many links it had, so that it is kept nowhere, and a new one ends the one before. Until
the mail has left, its due row carries the text.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import AccessSettings
from hub.access import accounts, invitation_words, links, roles
from hub.access.accounts import normal_email
from hub.access.events import (
    InvitationAccepted,
    InvitationSent,
    InvitationWithdrawn,
)
from hub.access.rights import Right, has_all, within
from hub.access.views import AccountView
from hub.delivery.staff_mail import owe_staff_mail
from hub.errors import ConflictError, InvalidError, NotFoundError
from hub.storage.tables import Account, Invitation
from hub.storage.unit import UnitOfWork

#: Pending ones that a page shows.
MOST = 500
LOCALES = ("uk", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inviting:
    """What invitations need to know of the hub."""

    key: bytes = field(repr=False)
    base_url: str
    company: str
    zone: str
    #: Mail is set up: links are mailed.
    mails: bool
    policy: AccessSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView:
    """Somebody who was invited and has not come yet."""

    id: int
    email: str
    role: str
    locale: str
    #: Who invited him; null: he is here no more.
    invited_by: int | None
    sent_at: datetime
    expires_at: datetime
    expired: bool
    #: For who may give the role: what was mailed, or is to be handed over by hand.
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a link is good for."""

    #: `invitation` or `password`.
    purpose: str
    email: str
    #: Of an account that is there; else empty.
    name: str
    #: As what a colleague is invited, and what people read of a role of the company's own.
    role: str
    role_name: str
    locale: str
    company: str
    min_length: int


async def pending(
    session: AsyncSession,
    *,
    now: datetime,
    inviting: Inviting,
    asker: AccountView | None = None,
) -> list[InvitationView]:
    """List who was invited and has not come yet, the latest first.

    Whoever follows a link is what it makes of him: ``asker`` sees those alone that
    he could have sent.
    """
    held = await roles.held_by_all(session)
    rows = await session.scalars(
        select(Invitation)
        .where(roles.is_pending())
        .order_by(Invitation.sent_at.desc(), Invitation.id.desc())
        .limit(MOST)
    )
    return [
        _view(
            row,
            now,
            inviting,
            hidden=asker is not None
            and not has_all(asker.rights, held.get(row.role, ())),
        )
        for row in rows
    ]


async def invite(
    uow: UnitOfWork,
    *,
    email: str,
    role: str,
    locale: str,
    inviting: Inviting,
    by: AccountView | None = None,
) -> InvitationView:
    """Invite a colleague; the link is mailed if mail is set up.

    Raises:
        InvalidError: It is no mail address, or there is no such role or language.
        ForbiddenError: The role may do something that ``by`` may not.
        ConflictError: The address has an account, or was invited.
    """
    email = normal_email(email)
    given = await roles.hold(uow.session, role)
    if by is not None:
        within(by, given.rights)
    if locale not in LOCALES:
        raise InvalidError("locale", errors={"locale": f"one of {', '.join(LOCALES)}"})
    if await accounts.by_email(uow.session, email) is not None:
        raise ConflictError("this mail address has an account")
    if await pending_of(uow, "invitation", email) is not None:
        raise ConflictError("this mail address was invited")
    row = Invitation(
        purpose="invitation",
        email=email,
        role=role,
        locale=locale,
        invited_by=uow.actor.id,
        number=0,
        created_at=uow.now,
        sent_at=uow.now,
        expires_at=uow.now,
    )
    uow.session.add(row)
    await uow.session.flush()
    return await _send(uow, row, inviting)


async def again(
    uow: UnitOfWork,
    invitation_id: int,
    *,
    inviting: Inviting,
    by: AccountView | None = None,
) -> InvitationView:
    """Send a new link; the one before opens nothing any more.

    Raises:
        NotFoundError: There is none that is pending.
        ForbiddenError: Its role may do something that ``by`` may not.
    """
    return await _send(uow, await _pending(uow, invitation_id, by), inviting)


async def withdraw(
    uow: UnitOfWork, invitation_id: int, *, by: AccountView | None = None
) -> None:
    """Let the link open nothing any more.

    Raises:
        NotFoundError: There is none that is pending.
        ForbiddenError: Its role may do something that ``by`` may not.
    """
    row = await _pending(uow, invitation_id, by)
    row.withdrawn_at = uow.now
    uow.record(InvitationWithdrawn(invitation_id=row.id, email=row.email))


async def open_link(
    session: AsyncSession, token: str, *, now: datetime, inviting: Inviting
) -> Opened:
    """Tell what a link is good for; nothing changes.

    Raises:
        NotFoundError: It is not ours, has ended, was used, withdrawn or renewed, or who
            invited is let go.
    """
    row, account = await _opened(session, token, now=now, inviting=inviting)
    invites = row.purpose == "invitation"
    return Opened(
        purpose=row.purpose,
        email=row.email,
        name=account.name if account else "",
        role=row.role if invites else "",
        role_name=await roles.name_of(session, row.role) if invites else "",
        locale=row.locale,
        company=inviting.company,
        min_length=inviting.policy.password_min_length,
    )


async def take_link(
    uow: UnitOfWork,
    token: str,
    *,
    name: str,
    password_hash: str,
    locale: str | None,
    inviting: Inviting,
) -> Account:
    """Use a link: make the account, or give it its new password.

    Raises:
        NotFoundError: It opens nothing (any more).
        InvalidError: The name will not do.
        ConflictError: The address has got an account otherwise meanwhile.
    """
    row, account = await _opened(
        uow.session, token, now=uow.now, inviting=inviting, lock=True
    )
    row.used_at = uow.now
    locale = locale or row.locale
    if account is not None:
        await accounts.change(
            uow, account.id, {"password_hash": password_hash, "locale": locale}
        )
        return account
    view = await accounts.create(
        uow,
        email=row.email,
        name=name,
        role=row.role,
        password_hash=password_hash,
        locale=locale,
    )
    row.account_id = view.id
    uow.record(
        InvitationAccepted(invitation_id=row.id, email=row.email, account_id=view.id)
    )
    return await uow.session.get_one(Account, view.id)


async def _opened(
    session: AsyncSession,
    token: str,
    *,
    now: datetime,
    inviting: Inviting,
    lock: bool = False,
) -> tuple[Invitation, Account | None]:
    opens = links.read_token(inviting.key, token, now=now)
    row = await session.get(
        Invitation, opens.thing_id, with_for_update=lock, populate_existing=True
    )
    if (
        row is None
        or row.number != opens.owner_id
        or row.used_at is not None
        or row.withdrawn_at is not None
        or row.expires_at <= now
    ):
        raise NotFoundError("link")
    if row.purpose == "invitation":
        if not await _stands(session, row):
            raise NotFoundError("link")
        return row, None
    account = await session.get(Account, row.account_id)
    if account is None or not account.active or account.email != row.email:
        raise NotFoundError("link")
    return row, account


async def _stands(session: AsyncSession, row: Invitation) -> bool:
    """Tell whether who invited still could; what the hub's owner did by hand stands."""
    if row.invited_by is None:
        return True
    host = await session.get(Account, row.invited_by)
    if host is None or not host.active:
        return False
    held = await roles.held_by(session, host.role)
    wanted = await roles.held_by(session, row.role)
    return Right.ACCOUNTS in held and has_all(held, wanted)


async def pending_of(uow: UnitOfWork, purpose: str, email: str) -> Invitation | None:
    """Take in hand what was sent to an address and not used yet."""
    row: Invitation | None = await uow.session.scalar(
        select(Invitation)
        .where(
            Invitation.purpose == purpose,
            Invitation.email == email,
            Invitation.used_at.is_(None),
            Invitation.withdrawn_at.is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return row


async def _pending(
    uow: UnitOfWork, invitation_id: int, by: AccountView | None
) -> Invitation:
    row = await uow.session.get(
        Invitation, invitation_id, with_for_update=True, populate_existing=True
    )
    if (
        row is None
        or row.purpose != "invitation"
        or row.used_at is not None
        or row.withdrawn_at is not None
    ):
        raise NotFoundError(f"invitation {invitation_id}")
    if by is not None:
        within(by, await roles.held_by(uow.session, row.role))
    return row


async def _send(uow: UnitOfWork, row: Invitation, inviting: Inviting) -> InvitationView:
    renew(row, uow.now, timedelta(days=inviting.policy.invitation_days))
    await uow.session.flush()
    if inviting.mails:
        await mail_link(uow, row, uow.actor.name, inviting)
    uow.record(
        InvitationSent(
            invitation_id=row.id,
            email=row.email,
            role=row.role,
            role_name=await roles.name_of(uow.session, row.role),
            again=row.number > 1,
        )
    )
    return _view(row, uow.now, inviting)


def renew(row: Invitation, now: datetime, good_for: timedelta) -> None:
    """Make the link another; the one before opens nothing any more."""
    row.number += 1
    row.sent_at = now
    row.expires_at = now + good_for


async def mail_link(
    uow: UnitOfWork, row: Invitation, who: str, inviting: Inviting
) -> None:
    """Owe the mail with the link; ``who`` invites, or has lost his password."""
    until = row.expires_at.astimezone(ZoneInfo(inviting.zone))
    subject, words = invitation_words.letter(
        row.purpose,
        row.locale,
        who=who,
        role=row.role,
        role_name=await roles.name_of(uow.session, row.role),
        company=inviting.company,
        link=_link(row, inviting),
        until=f"{until:%d.%m.%Y %H:%M}",
    )
    await owe_staff_mail(
        uow,
        key=f"{row.purpose}-{row.id}-{row.number}",
        to=row.email,
        name=who if row.purpose == "password" else "",
        subject=subject,
        text=words,
    )


def _link(row: Invitation, inviting: Inviting) -> str:
    token = links.make_token(
        inviting.key,
        thing_id=row.id,
        owner_id=row.number,
        now=row.sent_at,
        good_for=row.expires_at - row.sent_at,
    )
    # Behind the mark, so that no server on the way writes it down.
    return f"{inviting.base_url}/welcome#{token}"


def _view(
    row: Invitation, now: datetime, inviting: Inviting, *, hidden: bool = False
) -> InvitationView:
    expired = row.expires_at <= now
    return InvitationView(
        id=row.id,
        email=row.email,
        role=row.role,
        locale=row.locale,
        invited_by=row.invited_by,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        expired=expired,
        link=None if expired or hidden else _link(row, inviting),
    )
