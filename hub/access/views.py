"""Accounts, sign-ins and tokens as the outside sees them. No secret is in any."""

from dataclasses import dataclass
from datetime import datetime

from hub.log.events import Actor
from hub.storage.tables import Account, ApiToken, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """Somebody who works here, and what he may do."""

    id: int
    name: str
    email: str
    role: str
    locale: str
    #: What he may do as he asks now: a token has less than its account.
    rights: tuple[str, ...]
    #: Conversations at once; None: as the settings say.
    capacity: int | None
    #: E.164; where calls are put through to.
    outside_number: str | None
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, by a signed-in browser or by a token."""

    #: Its ``rights`` are those of this request.
    account: AccountView
    #: Who does what the request does.
    actor: Actor
    #: The sign-in it came by, or None.
    session_id: int | None = None
    #: The token it came by, or None.
    token_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """One signed-in browser."""

    id: int
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    #: The address that it signed in from.
    remote: str
    #: What the browser calls itself.
    program: str
    #: It is the one that asks.
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenView:
    """A key for a program, without the key."""

    id: int
    account_id: int
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def account_view(row: Account, rights: tuple[str, ...]) -> AccountView:
    """Show an account with these rights; see ``hub.access.rights.effective``."""
    return AccountView(
        id=row.id,
        name=row.name,
        email=row.email,
        role=row.role,
        locale=row.locale or "uk",
        rights=rights,
        capacity=row.capacity,
        outside_number=row.outside_number,
        active=row.active is not False,
        created_at=row.created_at,
    )


def session_view(row: Session, *, current: int | None = None) -> SessionView:
    """Show a sign-in; ``current`` is the id of the one that asks."""
    return SessionView(
        id=row.id,
        created_at=row.created_at,
        seen_at=row.seen_at,
        expires_at=row.expires_at,
        remote=row.remote,
        program=row.program,
        current=row.id == current,
    )


def token_view(row: ApiToken) -> TokenView:
    """Show a token."""
    return TokenView(
        id=row.id,
        account_id=row.account_id,
        name=row.name,
        scopes=list(row.scopes),
        created_at=row.created_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
