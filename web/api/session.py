"""Sign in and out, and see who one is."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from hub.access import sessions, sign_in
from hub.access.rights import Right
from hub.access.sign_in import SignedIn
from hub.access.views import AccountView
from hub.errors import ForbiddenError
from hub.log import feed
from web import security
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes

routes = Routes(tag="session")


class SignInBody(Body):
    """What proves who one is."""

    email: Annotated[
        str, Field(min_length=1, max_length=254, examples=["olena@example.com"])
    ]
    password: Annotated[str, Field(min_length=1, max_length=1000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAnswer:
    """Who is signed in."""

    account: AccountView
    #: To be sent as ``X-CSRF-Token`` with every write; None for a token.
    csrf: str | None
    #: From where one's own account can be followed without `GET /sync`, which needs
    #: the right to see conversations; None at the sign-in.
    cursor: int | None = None


@routes.post("/session", public=True)
async def start(call: Call, body: SignInBody) -> SessionAnswer:
    """Sign in; the answer sets the cookie."""
    signed_in = await sign_in.sign_in(
        call.db,
        body.email,
        body.password,
        remote=call.remote,
        program=call.program,
        policy=call.settings.access,
    )
    return answer(call, signed_in)


@routes.get("/session", right=Right.SELF)
async def show(call: Call) -> SessionAnswer:
    """Tell who asks, and what he may do."""
    secret = security.cookie_of(call.request) if call.session_id else None
    csrf = security.csrf_token(call.request.app, secret) if secret else None
    async with call.read() as session:
        cursor = await feed.head(session)
    return SessionAnswer(account=call.account, csrf=csrf, cursor=cursor)


@routes.delete("/session", right=Right.SELF)
async def end(call: Call) -> None:
    """Sign out; the answer takes the cookie away."""
    session_id = call.session_id
    if session_id is None:
        raise ForbiddenError("a token is revoked, not signed out")
    await call.run(
        lambda uow: sessions.end(uow, call.account, session_id, because="signed_out")
    )
    call.finishing.append(
        lambda response: security.take_cookie(call.settings, response)
    )


def answer(call: Call, signed_in: SignedIn) -> SessionAnswer:
    """Answer with a sign-in that has just begun, and set its cookie."""
    call.finishing.append(
        lambda response: security.give_cookie(call.settings, response, signed_in.secret)
    )
    return SessionAnswer(
        account=signed_in.account,
        csrf=security.csrf_token(call.request.app, signed_in.secret),
    )
