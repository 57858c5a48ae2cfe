"""Webhooks: addresses that events are sent to."""

from typing import Annotated

from pydantic import Field

from hub.access.rights import Right
from hub.webhooks import endpoints
from hub.webhooks.endpoints import NewSecret, WebhookGiven
from hub.webhooks.views import TryView, WebhookView, webhook_views
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Routes
from web.keys import WEBHOOK_KEY
from web.webhooks import checked

routes = Routes(tag="webhooks")

_Name = Annotated[str, Field(min_length=1, max_length=endpoints.MAX_NAME)]
_Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=endpoints.MAX_URL,
        examples=["https://shop.example/rozmova"],
    ),
]
_Kinds = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    Field(max_length=200, description="Kinds of events; none: all.", examples=[[]]),
]


class WebhookIn(Body):
    """A new endpoint."""

    name: _Name
    url: _Url
    kinds: _Kinds = Field(default_factory=list)


class WebhookPatch(Body):
    """What is to change."""

    #: Of the view that the change was made on.
    revision: Annotated[int, Field(ge=0, le=2**63 - 1)]
    name: _Name | None = None
    url: _Url | None = None
    kinds: _Kinds | None = None
    active: bool | None = None


class ReplayIn(Body):
    """From where to send again."""

    #: Events after this number.
    after: Annotated[int, Field(ge=0, le=2**63 - 1)]


@routes.get("/webhooks", right=Right.WEBHOOKS)
async def index(call: Call) -> Page[WebhookView]:
    """List endpoints, the oldest first."""
    async with call.read() as session:
        return Page(await webhook_views(session), None)


@routes.get("/webhooks/kinds", right=Right.WEBHOOKS)
async def kinds(call: Call) -> list[str]:  # noqa: ARG001 - known without asking
    """Name the kinds of events that can be sent."""
    return endpoints.kinds()


# Not under an Idempotency-Key: the kept answer would hold the secret.
@routes.post("/webhooks", right=Right.WEBHOOKS, status=201)
async def create(call: Call, body: WebhookIn) -> NewSecret:
    """Make an endpoint. Its secret is in this answer and nowhere else.

    It is sent what happens from now on, each event as `GET /events` gives it.
    """
    settings = call.settings.webhooks
    given = WebhookGiven(
        name=body.name, url=checked(body.url, settings.near), kinds=body.kinds
    )
    return await call.run(
        lambda uow: endpoints.create(
            uow,
            given,
            signing_key=call.request.app[WEBHOOK_KEY],
            most=settings.most,
        )
    )


@routes.patch("/webhooks/{webhook_id}", right=Right.WEBHOOKS)
async def change(call: Call, webhook_id: int, body: WebhookPatch) -> WebhookView:
    """Change an endpoint; `active` turns it on, where it stopped, or off."""
    near = call.settings.webhooks.near
    given = WebhookGiven(
        name=body.name,
        url=None if body.url is None else checked(body.url, near),
        kinds=body.kinds,
        active=body.active,
    )
    return await call.run(
        lambda uow: endpoints.change(uow, webhook_id, given, revision=body.revision)
    )


@routes.delete("/webhooks/{webhook_id}", right=Right.WEBHOOKS)
async def remove(call: Call, webhook_id: int) -> None:
    """Delete an endpoint."""
    await call.run(lambda uow: endpoints.remove(uow, webhook_id))


@routes.post("/webhooks/{webhook_id}/secret", right=Right.WEBHOOKS, status=201)
async def turn_secret(call: Call, webhook_id: int) -> NewSecret:
    """Make a new secret. The old one signs beside it for a day, unless set otherwise."""
    return await call.run(
        lambda uow: endpoints.turn_secret(
            uow,
            webhook_id,
            signing_key=call.request.app[WEBHOOK_KEY],
            overlap=call.settings.webhooks.overlap,
        )
    )


@routes.post("/webhooks/{webhook_id}/test", right=Right.WEBHOOKS, status=202)
async def test(call: Call, webhook_id: int) -> None:
    """Send a test; how it fared is among the tries a moment later."""
    await call.run(lambda uow: endpoints.test(uow, webhook_id))


@routes.post("/webhooks/{webhook_id}/replay", right=Right.WEBHOOKS)
async def replay(call: Call, webhook_id: int, body: ReplayIn) -> WebhookView:
    """Send again what happened after an event of the past, in order."""
    return await call.run(
        lambda uow: endpoints.replay(uow, webhook_id, after=body.after)
    )


@routes.get("/webhooks/{webhook_id}/tries", right=Right.WEBHOOKS)
async def tries(call: Call, webhook_id: int) -> Page[TryView]:
    """List the last requests to an endpoint, the newest first."""
    async with call.read() as session:
        return Page(await endpoints.tries(session, webhook_id), None)
