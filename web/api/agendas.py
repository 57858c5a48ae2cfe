"""The secret address of one's own agenda, for calendar programs."""

from dataclasses import dataclass, field
from datetime import datetime

from hub.access.rights import Right
from hub.collaboration import calendars
from hub.errors import ForbiddenError
from web.api.call import Call
from web.api.routing import Routes

routes = Routes(tag="me")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaFeedView:
    """Whether one's agenda has an address."""

    #: Since when; null: it is off.
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaAddress:
    """The address of one's agenda. It is shown this once."""

    url: str = field(repr=False)


@routes.get("/me/calendar", right=Right.SELF)
async def show(call: Call) -> AgendaFeedView:
    """Tell whether one's agenda can be fetched by calendar programs."""
    async with call.read() as session:
        return AgendaFeedView(since=await calendars.since(session, call.account.id))


@routes.post("/me/calendar", right=Right.SELF)
async def renew(call: Call) -> AgendaAddress:
    """Give one's agenda a new secret address; the old one ends."""
    if call.session_id is None:
        raise ForbiddenError("a token cannot make an address that outlives it")
    secret = await call.run(lambda uow: calendars.renew(uow, call.account.id))
    return AgendaAddress(url=f"{call.settings.base_url}/calendar/{secret}.ics")


@routes.delete("/me/calendar", right=Right.SELF)
async def end(call: Call) -> None:
    """Turn the address of one's agenda off."""
    await call.run(lambda uow: calendars.end(uow, call.account.id))
