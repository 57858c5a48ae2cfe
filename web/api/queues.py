"""Queues and who serves them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from hub.access.rights import Right
from hub.queues import queues, weights
from hub.queues.queues import QueueGiven
from hub.queues.views import QueueView, queue_views
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Routes

routes = Routes(tag="queues")

#: A queue has at most so many channels.
MAX_CHANNELS = 40
#: A queue is served by at most so many, if they are named.
MAX_MEMBERS = 10_000

_Name = Annotated[str, Field(min_length=1, max_length=queues.MAX_NAME)]
_Channels = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=40)]],
    Field(max_length=MAX_CHANNELS, description="New conversations by these come here."),
]
_Seconds = Annotated[
    int,
    Field(
        ge=int(queues.FIRST_RESPONSES[0].total_seconds()),
        le=int(queues.FIRST_RESPONSES[1].total_seconds()),
        description="Seconds that a client waits at most for the first answer.",
    ),
]
_Goal = Annotated[float, Field(gt=0, le=1, description="Share to answer in time.")]
_Hours = Annotated[
    int,
    Field(
        ge=0,
        le=2**63 - 1,
        description="The calendar whose hours its clock counts; 0: day and night.",
    ),
]
_Fallback = Annotated[bool, Field(description="Takes what no other queue claims.")]
_Members = Annotated[
    list[Annotated[int, Field(ge=1, le=2**63 - 1)]],
    Field(max_length=MAX_MEMBERS, description="Accounts; none: all agents serve it."),
]


_Mode = Annotated[
    Literal["assign", "offer"],
    Field(description="Given to an agent at once, or offered first."),
]
_OfferSeconds = Annotated[
    int,
    Field(
        ge=int(queues.OFFERS_FOR[0].total_seconds()),
        le=int(queues.OFFERS_FOR[1].total_seconds()),
        description="Seconds to accept an offer.",
    ),
]
_WrapSeconds = Annotated[
    int,
    Field(
        ge=0,
        le=int(queues.LONGEST_WRAP.total_seconds()),
        description="Seconds of wrap-up after a call; 0: none.",
    ),
]
_Dispositions = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=queues.MAX_NAME)]],
    Field(
        max_length=queues.MAX_DISPOSITIONS,
        description="Words for how a conversation ended.",
    ),
]


class QueuePatch(Body):
    """What is to change."""

    name: _Name | None = None
    channels: _Channels | None = None
    first_response_s: _Seconds | None = None
    goal: _Goal | None = None
    calendar_id: _Hours | None = None
    fallback: _Fallback | None = None
    members: _Members | None = None
    mode: _Mode | None = None
    offer_s: _OfferSeconds | None = None
    dispositions: _Dispositions | None = None
    disposition_required: bool | None = None
    wrap_s: _WrapSeconds | None = None


class QueueIn(QueuePatch):
    """A new queue."""

    name: _Name


@routes.get("/queues", right=Right.READ)
async def show_all(call: Call) -> Page[QueueView]:
    """List all queues, the oldest first."""
    async with call.read() as session:
        return Page(await queue_views(session), None)


class WeightsIn(Body):
    """How much of an agent's capacity a conversation takes."""

    weights: Annotated[
        dict[
            Annotated[str, Field(min_length=1, max_length=40)],
            Annotated[int, Field(ge=1, le=weights.HEAVIEST)],
        ],
        Field(max_length=weights.MAX_CHANNELS),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsView:
    """Weights by channel; a channel that is not named weighs 1."""

    weights: dict[str, int]


@routes.get("/queues/weights", right=Right.READ)
async def show_weights(call: Call) -> WeightsView:
    """Say how much of an agent's capacity a conversation takes, by channel."""
    async with call.read() as session:
        return WeightsView(weights=await weights.weights(session))


@routes.put("/queues/weights", right=Right.QUEUES)
async def set_weights(call: Call, body: WeightsIn) -> WeightsView:
    """Set all weights; a channel that is not named weighs 1."""
    kept = await call.run(lambda uow: weights.set_weights(uow, body.weights))
    return WeightsView(weights=kept)


@routes.post("/queues", right=Right.QUEUES, status=201, idempotent=True)
async def create(call: Call, body: QueueIn) -> QueueView:
    """Make a queue."""
    settings = call.settings.queues
    return await call.run(
        lambda uow: queues.create(
            uow,
            _given(body),
            first_response=settings.first_response,
            goal=settings.service_goal,
        )
    )


@routes.patch("/queues/{queue_id}", right=Right.QUEUES)
async def change(call: Call, queue_id: int, body: QueuePatch) -> QueueView:
    """Change a queue or who serves it; what is not named stays."""
    return await call.run(lambda uow: queues.change(uow, queue_id, _given(body)))


def _given(body: QueuePatch) -> QueueGiven:
    return QueueGiven(
        name=body.name,
        channels=body.channels,
        first_response=_span(body.first_response_s),
        goal=body.goal,
        calendar_id=body.calendar_id,
        fallback=body.fallback,
        members=body.members,
        mode=body.mode,
        offer_for=_span(body.offer_s),
        dispositions=body.dispositions,
        disposition_required=body.disposition_required,
        wrap_for=_span(body.wrap_s),
    )


def _span(seconds: int | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
