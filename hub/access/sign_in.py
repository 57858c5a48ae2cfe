"""Sign in by mail address and password, throttled by place and by account.

Not one unit of work but three steps, since the middle one takes its time: count the
try (commit), compare the password (no transaction open), begin the session (commit).
"""

import hashlib
from dataclasses import dataclass, field

from config.settings import AccessSettings
from hub.access import accounts, passwords, sessions, throttles
from hub.access.events import SignInFailed
from hub.access.invitations import Inviting, open_link, take_link
from hub.access.views import AccountView
from hub.errors import ForbiddenError, InvalidError, NotSignedInError
from hub.queues import presence
from hub.storage.database import Database
from hub.storage.tables import Account
from hub.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A sign-in that has just begun."""

    account: AccountView
    #: For the cookie; kept nowhere.
    secret: str = field(repr=False)
    session_id: int


async def sign_in(
    db: Database,
    email: str,
    password: str,
    *,
    remote: str,
    program: str,
    policy: AccessSettings,
) -> SignedIn:
    """Begin a session for whoever knows the password.

    An unknown address, a deactivated account and a wrong password are refused in the
    same words and after the same time.

    Raises:
        NotSignedInError: They do not belong together.
        TooManyError: From this place or for this account too many were tried.
    """
    keys = _keys(email, remote)
    await _count(db, keys, policy)
    async with db.read() as session:
        known = await accounts.by_email(session, email)
    fitting = await passwords.fits(password, known.password_hash if known else None)
    if known is None or not fitting or not known.active:
        async with db.begin() as uow:
            uow.record(
                SignInFailed(account_id=known.id if known else None, remote=remote)
            )
        raise NotSignedInError("the mail address and the password do not fit")
    fresh = await _fresh_hash(known, password)

    async def begin(uow: UnitOfWork) -> SignedIn:
        row = await uow.session.get(Account, known.id, with_for_update=True)
        if row is None or not row.active or row.password_hash != known.password_hash:
            raise NotSignedInError("the account was changed meanwhile")
        if fresh is not None:
            row.password_hash = fresh
        secret, started = await sessions.start(
            uow, row, remote=remote, program=program, policy=policy
        )
        await presence.arrive(uow, row.id)
        await throttles.forget(uow, keys[0])
        await throttles.give_back(uow, keys[1])
        return SignedIn(
            account=await accounts.shown(uow.session, row),
            secret=secret,
            session_id=started.id,
        )

    return await db.run(begin)


async def come_in(
    db: Database,
    token: str,
    *,
    name: str,
    password: str,
    locale: str | None,
    remote: str,
    program: str,
    inviting: Inviting,
) -> SignedIn:
    """Begin a session by a link that was mailed: an invitation, or a new password.

    Raises:
        NotFoundError: The link opens nothing (any more).
        InvalidError: The name or the password will not do.
        ConflictError: The address has got an account otherwise meanwhile.
    """
    policy = inviting.policy
    async with db.read() as session:
        opened = await open_link(session, token, now=db.clock(), inviting=inviting)
    fresh = await passwords.hashed(
        password, min_length=policy.password_min_length, email=opened.email
    )

    async def begin(uow: UnitOfWork) -> SignedIn:
        row = await take_link(
            uow,
            token,
            name=name,
            password_hash=fresh,
            locale=locale,
            inviting=inviting,
        )
        secret, started = await sessions.start(
            uow, row, remote=remote, program=program, policy=policy
        )
        await presence.arrive(uow, row.id)
        # Who has just proved who he is, is not kept out by earlier slips.
        await throttles.forget(uow, _keys(opened.email, remote)[0])
        return SignedIn(
            account=await accounts.shown(uow.session, row),
            secret=secret,
            session_id=started.id,
        )

    return await db.run(begin)


async def change_password(
    db: Database,
    account: AccountView,
    *,
    current: str,
    new: str,
    remote: str,
    program: str,
    policy: AccessSettings,
) -> SignedIn:
    """Set one's own password, end all one's sign-ins, and begin a new one here.

    Raises:
        ForbiddenError: The current password is another one.
        InvalidError: The new one cannot be taken.
        TooManyError: Too many were tried.
    """
    keys = _keys(account.email, remote)
    await _count(db, keys, policy)
    async with db.read() as session:
        known = await accounts.by_email(session, account.email)
    if known is None or not await passwords.fits(current, known.password_hash):
        raise ForbiddenError("the current password is another one")
    if current == new:
        raise InvalidError("new", errors={"new": "must differ from the current one"})
    fresh = await passwords.hashed(
        new, min_length=policy.password_min_length, email=account.email
    )

    async def replace(uow: UnitOfWork) -> SignedIn:
        view = await accounts.change(uow, account.id, {"password_hash": fresh})
        row = await uow.session.get_one(Account, account.id)
        secret, started = await sessions.start(
            uow, row, remote=remote, program=program, policy=policy
        )
        await throttles.forget(uow, keys[0])
        await throttles.give_back(uow, keys[1])
        return SignedIn(account=view, secret=secret, session_id=started.id)

    return await db.run(replace, sessions.agent(known))


async def _count(db: Database, keys: tuple[str, str], policy: AccessSettings) -> None:
    verdict = await db.run(
        lambda uow: throttles.take(
            uow, keys, tries=policy.sign_in_tries, window=policy.sign_in_window
        )
    )
    verdict.check(db.clock())


def _keys(email: str, remote: str) -> tuple[str, str]:
    """Name the account (known or not) and the place."""
    account = hashlib.sha256(email.strip().lower().encode()).hexdigest()[:32]
    return f"sign-in:account:{account}", f"sign-in:from:{throttles.place(remote)}"


async def _fresh_hash(known: Account, password: str) -> str | None:
    if known.password_hash is None or not passwords.is_dated(known.password_hash):
        return None
    # The password fits, so its length was good enough when it was set.
    return await passwords.hashed(password, min_length=1)
