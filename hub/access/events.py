"""What happens to accounts and their keys, as facts. No secret is in any."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from hub.log.events import ADMINS, Event, account_topic


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEvent(Event):
    """Something concerns one account, and those who watch over all."""

    account_id: int

    def topics(self) -> tuple[str, ...]:
        """For himself and for the audit."""
        return (ADMINS, account_topic(self.account_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCreated(AccountEvent):
    """Somebody new works here."""

    kind: ClassVar[str] = "account.created"
    email: str
    role: str
    #: As people read it, of a role of the company's own.
    role_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged(AccountEvent):
    """An account is otherwise now."""

    kind: ClassVar[str] = "account.changed"
    #: The names of what changed; ``password`` without the password.
    changed: tuple[str, ...]
    #: What may matter to who may do what.
    role: str
    active: bool
    #: Of a role of the company's own that was given.
    role_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleEvent(Event):
    """Something concerns a role of the company's own."""

    #: Its key, and what people read.
    role: str
    name: str

    def topics(self) -> tuple[str, ...]:
        """For the audit."""
        return (ADMINS,)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleCreated(RoleEvent):
    """There is a role more."""

    kind: ClassVar[str] = "role.created"
    rights: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleChanged(RoleEvent):
    """A role is called otherwise, or its people may do other things from now on."""

    kind: ClassVar[str] = "role.changed"
    #: What it was called before, if that is other.
    was: str = ""
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    #: Whom it touches.
    account_ids: tuple[int, ...] = ()

    def topics(self) -> tuple[str, ...]:
        """For the audit, and for the open screens of its people."""
        return (ADMINS, *map(account_topic, self.account_ids))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleMoved(RoleEvent):
    """A role stands elsewhere among the others."""

    kind: ClassVar[str] = "role.moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRemoved(RoleEvent):
    """A role is no more; its people have another."""

    kind: ClassVar[str] = "role.removed"
    #: The key of that other one, and what people read; empty: nobody had it.
    moved_to: str = ""
    moved_to_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted(AccountEvent):
    """Somebody signed in."""

    kind: ClassVar[str] = "session.started"
    session_id: int
    remote: str
    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(AccountEvent):
    """A sign-in is over before its time."""

    kind: ClassVar[str] = "session.ended"
    session_id: int
    #: ``signed_out``, ``ended`` (from another browser), ``password``, ``deactivated``.
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCreated(AccountEvent):
    """A program was given a key."""

    kind: ClassVar[str] = "token.created"
    token_id: int
    name: str
    scopes: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(AccountEvent):
    """A key opens nothing any more."""

    kind: ClassVar[str] = "token.revoked"
    token_id: int
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailed(Event):
    """Somebody tried a wrong password, or an account that is not there."""

    kind: ClassVar[str] = "sign_in.failed"
    #: None when there is no such account. What was typed is not kept: people type
    #: their passwords into the wrong field.
    account_id: int | None
    remote: str

    def topics(self) -> tuple[str, ...]:
        """For the audit alone."""
        return (ADMINS,)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationEvent(Event):
    """Something happens to an invitation."""

    invitation_id: int
    email: str

    def topics(self) -> tuple[str, ...]:
        """For the audit alone."""
        return (ADMINS,)


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationSent(InvitationEvent):
    """Somebody was invited, or a new link was sent to him."""

    kind: ClassVar[str] = "invitation.sent"
    role: str
    #: As people read it, of a role of the company's own.
    role_name: str = ""
    #: Not for the first time.
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationWithdrawn(InvitationEvent):
    """His link opens nothing any more."""

    kind: ClassVar[str] = "invitation.withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationAccepted(InvitationEvent):
    """He has an account now."""

    kind: ClassVar[str] = "invitation.accepted"
    account_id: int
