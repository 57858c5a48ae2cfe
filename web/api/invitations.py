"""Colleagues who are invited, and links that let people in."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from hub.access import forgotten, invitations, sign_in
from hub.access.invitations import InvitationView, Opened
from hub.access.rights import Right
from web.api.accounts import Email, Locale, Password, Role
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes
from web.api.session import SessionAnswer, answer
from web.keys import INVITING

routes = Routes(tag="invitations")

Token = Annotated[str, Field(min_length=1, max_length=100)]


class InvitationIn(Body):
    """Who is invited."""

    email: Email
    role: Role
    locale: Locale = "uk"


class ForgotIn(Body):
    """Whose password is lost."""

    email: Email


class LinkIn(Body):
    """What a link has behind its mark."""

    token: Token


class ComeIn(LinkIn):
    """What somebody chooses who comes by a link."""

    #: Of a new colleague; of an account that is there it stays.
    name: Annotated[str, Field(max_length=120)] = ""
    password: Password
    #: Of his screen; else the one that he was written to in.
    locale: Locale | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationsAnswer:
    """Who was invited and has not come yet."""

    items: list[InvitationView]
    #: Links are mailed; else they are handed over by hand.
    mails: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgotAnswer:
    """The same whoever asks."""

    #: Mail is set up: who works here gets a link.
    mails: bool


@routes.get("/invitations", right=Right.ACCOUNTS)
async def index(call: Call) -> InvitationsAnswer:
    """List who was invited and has not come yet, the latest first."""
    inviting = call.request.app[INVITING]
    async with call.read() as session:
        found = await invitations.pending(
            session, now=call.db.clock(), inviting=inviting, asker=call.account
        )
    return InvitationsAnswer(items=found, mails=inviting.mails)


@routes.post("/invitations", right=Right.ACCOUNTS, status=201)
async def create(call: Call, body: InvitationIn) -> InvitationView:
    """Invite a colleague. `409` if the address has an account or was invited."""
    return await call.run(
        lambda uow: invitations.invite(
            uow,
            email=body.email,
            role=body.role,
            locale=body.locale,
            inviting=call.request.app[INVITING],
            by=call.account,
        )
    )


@routes.post("/invitations/{invitation_id}/again", right=Right.ACCOUNTS)
async def again(call: Call, invitation_id: int) -> InvitationView:
    """Send a new link; the one before opens nothing any more."""
    return await call.run(
        lambda uow: invitations.again(
            uow,
            invitation_id,
            inviting=call.request.app[INVITING],
            by=call.account,
        )
    )


@routes.delete("/invitations/{invitation_id}", right=Right.ACCOUNTS)
async def withdraw(call: Call, invitation_id: int) -> None:
    """Let the link open nothing any more."""
    await call.run(
        lambda uow: invitations.withdraw(uow, invitation_id, by=call.account)
    )


@routes.post("/session/forgot", public=True, status=202)
async def forgot(call: Call, body: ForgotIn) -> ForgotAnswer:
    """Ask for a link to a new password. It says the same whether we know the address."""
    inviting = call.request.app[INVITING]
    await forgotten.ask(call.db, body.email, remote=call.remote, inviting=inviting)
    return ForgotAnswer(mails=inviting.mails)


@routes.post("/session/link", public=True)
async def look(call: Call, body: LinkIn) -> Opened:
    """Tell what a link is good for. `404` if it opens nothing (any more)."""
    async with call.read() as session:
        return await invitations.open_link(
            session,
            body.token,
            now=call.db.clock(),
            inviting=call.request.app[INVITING],
        )


@routes.post("/session/link/take", public=True)
async def take(call: Call, body: ComeIn) -> SessionAnswer:
    """Come in by a link, which opens nothing afterwards; the answer sets the cookie."""
    signed_in = await sign_in.come_in(
        call.db,
        body.token,
        name=body.name,
        password=body.password,
        locale=body.locale,
        remote=call.remote,
        program=call.program,
        inviting=call.request.app[INVITING],
    )
    return answer(call, signed_in)
