"""One's own sign-ins: see them, end one."""

from hub.access import sessions
from hub.access.rights import Right
from hub.access.views import SessionView
from web import security
from web.api.call import Call
from web.api.cursors import Page
from web.api.routing import Routes

routes = Routes(tag="sessions")


@routes.get("/sessions", right=Right.SELF)
async def index(call: Call) -> Page[SessionView]:
    """List the browsers that one is signed in with, the last used first."""
    async with call.read() as session:
        rows = await sessions.own(session, call.identity, now=call.db.clock())
    return Page(rows, None)


@routes.delete("/sessions/{session_id}", right=Right.SELF)
async def end(call: Call, session_id: int) -> None:
    """End one of them; its browser is signed out with its next request."""
    await call.run(lambda uow: sessions.end(uow, call.account, session_id))
    if session_id == call.session_id:
        call.finishing.append(
            lambda response: security.take_cookie(call.settings, response)
        )
