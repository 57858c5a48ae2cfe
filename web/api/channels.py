"""Channels: how they are set up, how they fare, and trying them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from channels import registry
from channels.base import Adapter
from hub.access.rights import Right
from hub.contracts import Receiver
from hub.errors import NotFoundError
from hub.setup import activity, checks
from hub.setup.activity import Activity
from hub.setup.checks import CheckView
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Routes
from web.keys import ADAPTERS, CHECKS

routes = Routes(tag="channels")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSetupView:
    """One channel that there is, set up or not."""

    name: str
    #: It has a section ``[channels.<name>]``.
    configured: bool
    #: ``email`` or ``phone``: what it sends to; None where nothing can be sent.
    reaches: str | None
    #: Our own addresses on it.
    addresses: Sequence[str]
    #: Its ways in, in the process that was asked.
    receivers: Sequence[Receiver]
    activity: Activity
    #: The last time that it was tried, by anybody.
    last_check: CheckView | None


class CheckIn(Body):
    """How a channel is to be tried."""

    recipient: Annotated[
        str,
        Field(
            max_length=254,
            description="A test message goes there too: one's own address or phone.",
        ),
    ] = ""


@routes.get("/channels", right=Right.CHANNELS)
async def index(call: Call) -> Page[ChannelSetupView]:
    """List all channels, those that are set up first."""
    adapters = call.request.app[ADAPTERS]
    async with call.read() as session:
        seen = await activity.activity(session)
        tried = await checks.latest(session, now=call.db.clock())
    names = [*adapters, *(one for one in registry.names() if one not in adapters)]
    return Page(
        [
            _view(name, adapters.get(name), seen.get(name, Activity()), tried.get(name))
            for name in names
        ],
        None,
    )


@routes.post("/channels/{name}/check", right=Right.CHANNELS, status=201)
async def check(call: Call, name: str, body: CheckIn) -> CheckView:
    """Try a channel: everything that it needs, and test messages there and back.

    The answer comes at once; what is found is told by `GET …/check/{id}`, bit by bit.
    While one runs, another is not begun: the answer is then 200 and the running one.
    Test messages are sent to the channel's own address, and to `recipient` if it is
    given. They come to no client's timeline.
    """
    _adapter(call, name)
    view, fresh = await call.request.app[CHECKS].start(
        name, body.recipient.strip(), actor=call.actor
    )
    if not fresh:
        call.status = 200
    return view


@routes.get("/channels/{name}/check/{check_id}", right=Right.CHANNELS)
async def show(call: Call, name: str, check_id: int) -> CheckView:
    """Show a check with what was found so far."""
    async with call.read() as session:
        return await checks.access_check(session, name, check_id, now=call.db.clock())


def _adapter(call: Call, name: str) -> Adapter:
    adapter = call.request.app[ADAPTERS].get(name)
    if adapter is None:
        raise NotFoundError(f"channel {name}")
    return adapter


def _view(
    name: str, adapter: Adapter | None, seen: Activity, tried: CheckView | None
) -> ChannelSetupView:
    return ChannelSetupView(
        name=name,
        configured=adapter is not None,
        reaches=adapter.reaches if adapter else None,
        addresses=list(adapter.addresses) if adapter else [],
        receivers=list(adapter.receivers()) if adapter else [],
        activity=seen,
        last_check=tried,
    )
