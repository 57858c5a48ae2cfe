"""The log as a pull API."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, cast

import orjson
from pydantic import Field

from hub.access import rights
from hub.access.rights import Right
from hub.log import pull
from web.api.call import Call
from web.api.routing import Limit, Routes

routes = Routes(tag="events")

After = Annotated[
    int | None,
    Field(ge=0, description="`cursor` of the page before; absent: from now on."),
]
Kinds = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    Field(max_length=100, description="Only these kinds.", examples=[["note.added"]]),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventActor:
    """Who did it."""

    #: ``agent``, ``client``, ``program`` or ``system``.
    kind: str
    id: int | None
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """A fact."""

    seq: int
    kind: str
    at: datetime
    actor: EventActor
    client_id: int | None
    conversation_id: int | None
    #: What happened.
    data: dict[str, Any]
    #: How what it changed looked then, by part.
    state: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """A part of the log."""

    events: list[EventView]
    #: Give it as ``after`` next time, even when there were no events.
    cursor: int
    #: There is more already.
    more: bool


@routes.get("/events", right=Right.READ)
async def index(
    call: Call,
    *,
    after: After = None,
    kinds: Kinds | None = None,
    limit: Limit = None,
) -> EventPage:
    """Read on in the log.

    Every event comes once, in order, and never late: whoever keeps `cursor` misses
    nothing. A page may be empty and say `more`: then what it passed over was of other
    kinds or for other eyes. `cursor_lost` means that the log no longer reaches back so
    far, and that everything is to be read afresh.
    """
    size = call.limit(limit)
    async with call.read() as session:
        found = await pull.pull(
            session, rights.viewer(call.account), after, kinds=kinds, limit=size
        )
    # They are JSON already; reading them to write them again would be for nothing.
    events = [orjson.Fragment(event.wire) for event in found.events]
    return EventPage(
        events=cast("list[EventView]", events), cursor=found.cursor, more=found.more
    )
