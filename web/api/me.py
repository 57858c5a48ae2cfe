"""One's own account."""

from typing import Annotated

from pydantic import Field

from hub.access import accounts, sign_in
from hub.access.rights import Right
from hub.access.views import AccountView
from hub.errors import ForbiddenError
from web.api.accounts import Locale, Name, OutsideNumber, Password
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes
from web.api.session import SessionAnswer, answer

routes = Routes(tag="me")


class MePatch(Body):
    """What is to change; what is not named stays."""

    name: Name = ""
    locale: Locale = "uk"
    outside_number: OutsideNumber | None = None


class PasswordIn(Body):
    """The old password and the new one."""

    current: Annotated[str, Field(min_length=1, max_length=1000)]
    new: Password


@routes.patch("/me", right=Right.SELF)
async def change(call: Call, body: MePatch) -> AccountView:
    """Change one's own account."""
    return await call.run(
        lambda uow: accounts.change(
            uow, call.account.id, body.given(), country=call.settings.country
        )
    )


@routes.put("/me/password", right=Right.SELF)
async def change_password(call: Call, body: PasswordIn) -> SessionAnswer:
    """Set one's own password.

    All sign-ins end; this browser gets a new one, with a new cookie and a new `csrf`.
    """
    if call.session_id is None:
        raise ForbiddenError("a token cannot change the password of its account")
    signed_in = await sign_in.change_password(
        call.db,
        call.account,
        current=body.current,
        new=body.new,
        remote=call.remote,
        program=call.program,
        policy=call.settings.access,
    )
    return answer(call, signed_in)
