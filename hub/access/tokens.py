"""API tokens: keys for programs, each with a part of its maker's rights."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from config.settings import AccessSettings
from hub.access import roles
from hub.access.events import TokenCreated, TokenRevoked
from hub.access.keys import TOKEN_PREFIX, digest, new_secret
from hub.access.rights import Right, effective, may, require, scopes_within
from hub.access.views import AccountView, Caller, TokenView, account_view, token_view
from hub.errors import InvalidError, NotFoundError, NotSignedInError
from hub.log.events import Actor
from hub.storage.database import Database
from hub.storage.tables import Account, ApiToken
from hub.storage.unit import UnitOfWork

#: ``used_at`` is written at most so often.
USED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token with its key, which is shown this once and kept nowhere."""

    key: str = field(repr=False)
    token: TokenView


async def create(
    uow: UnitOfWork,
    account: AccountView,
    *,
    name: str,
    scopes: Collection[str],
    policy: AccessSettings,
    expires_at: datetime | None = None,
    made_by: int | None = None,
) -> NewToken:
    """Make a token of the account.

    Args:
        uow: The unit.
        account: Its maker, with the rights of this request.
        name: What it is for.
        scopes: The rights that it has; within its maker's.
        policy: Says how long it may live.
        expires_at: When it ends; as late as allowed unless given.
        made_by: The token that asks for it, when a program does: the new one lives no
            longer than that, and is revoked with it, so that a key that leaked
            cannot leave another behind.

    Raises:
        InvalidError: A scope or the time is wrong.
        ForbiddenError: A scope is not among the maker's rights.
    """
    latest = uow.now + timedelta(days=policy.token_days)
    if made_by is not None:
        maker = await uow.session.get_one(ApiToken, made_by, with_for_update=True)
        if maker.revoked_at is not None:
            raise NotSignedInError
        latest = min(latest, maker.expires_at)
    if expires_at is not None and not uow.now < expires_at <= latest:
        raise InvalidError(
            "expires_at",
            errors={"expires_at": f"must be from now to {latest.isoformat()}"},
        )
    key = new_secret(TOKEN_PREFIX)
    row = ApiToken(
        account_id=account.id,
        name=name,
        token_hash=digest(key),
        scopes=scopes_within(account, scopes),
        created_at=uow.now,
        expires_at=expires_at or latest,
        made_by_id=made_by,
    )
    uow.session.add(row)
    await uow.session.flush()
    uow.record(
        TokenCreated(
            account_id=account.id,
            token_id=row.id,
            name=name,
            scopes=tuple(row.scopes),
            expires_at=row.expires_at,
        )
    )
    return NewToken(key=key, token=token_view(row))


async def access_by_token(db: Database, key: str) -> Caller | None:
    """Know a program by its key.

    Returns:
        None when the key is unknown, revoked or expired, or its account not active.
    """
    now = db.clock()
    async with db.read() as session:
        found = (
            await session.execute(
                select(ApiToken, Account)
                .join(Account, Account.id == ApiToken.account_id)
                .where(
                    ApiToken.token_hash == digest(key),
                    ApiToken.revoked_at.is_(None),
                    ApiToken.expires_at > now,
                    Account.active,
                )
            )
        ).one_or_none()
        if found is None:
            return None
        row, account = found
        held = await roles.held_by(session, account.role)
    if row.used_at is None or now - row.used_at >= USED_EVERY:
        async with db.begin() as uow:
            await uow.session.execute(
                update(ApiToken).where(ApiToken.id == row.id).values(used_at=now)
            )
    return Caller(
        account=account_view(account, effective(held, row.scopes)),
        # The account answers for what its program does.
        actor=Actor(kind="program", id=account.id, name=row.name),
        token_id=row.id,
    )


async def access_token(
    session: AsyncSession, account: AccountView, token_id: int
) -> ApiToken:
    """Give a token of the account's own, or anybody's to who may change accounts.

    Raises:
        NotFoundError: There is none with this id that the account may know of.
    """
    row = await session.get(ApiToken, token_id)
    if row is None or not (
        row.account_id == account.id or may(account, Right.ACCOUNTS)
    ):
        raise NotFoundError(f"token {token_id}")
    return row


async def page(
    session: AsyncSession,
    account: AccountView,
    *,
    of: int | None = None,
    after: int | None = None,
    limit: int,
) -> list[TokenView]:
    """List tokens that are not revoked, the newest first.

    Args:
        session: Any session.
        account: Who asks.
        of: Whose; the asker's own unless given.
        after: The last id of the page before.
        limit: At most so many.

    Raises:
        ForbiddenError: They are somebody else's, and the asker may not see those.
    """
    if of is not None and of != account.id:
        require(account, Right.ACCOUNTS)
    query = select(ApiToken).where(
        ApiToken.account_id == (account.id if of is None else of),
        ApiToken.revoked_at.is_(None),
    )
    if after is not None:
        query = query.where(ApiToken.id < after)
    rows = await session.scalars(query.order_by(ApiToken.id.desc()).limit(limit))
    return [token_view(row) for row in rows]


async def revoke(uow: UnitOfWork, account: AccountView, token_id: int) -> None:
    """Let a token, and those that it made, open nothing any more.

    A repeat changes nothing.

    Raises:
        NotFoundError: There is none with this id that the account may know of.
    """
    row = await access_token(uow.session, account, token_id)
    if row.revoked_at is not None:
        return
    row.revoked_at = uow.now
    uow.record(TokenRevoked(account_id=row.account_id, token_id=row.id, name=row.name))
    made = await uow.session.scalars(
        select(ApiToken.id).where(
            ApiToken.made_by_id == token_id, ApiToken.revoked_at.is_(None)
        )
    )
    for one in made.all():
        await revoke(uow, account, one)


async def revoke_all(uow: UnitOfWork, account_id: int) -> None:
    """Revoke every token of an account that goes."""
    rows = await uow.session.scalars(
        select(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
        .with_for_update()
    )
    for row in rows:
        row.revoked_at = uow.now
        uow.record(TokenRevoked(account_id=account_id, token_id=row.id, name=row.name))
