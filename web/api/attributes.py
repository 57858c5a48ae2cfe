"""What is known of clients, and how it is asked for."""

from typing import Annotated, Literal

from pydantic import Field

from hub.access.rights import Right
from hub.attributes import definitions
from hub.attributes.definitions import (
    MAX_AHEAD,
    MAX_CHOICES,
    MAX_LABEL,
    MAX_NAME,
    AttributeGiven,
)
from hub.attributes.views import AttributeView, FoundName
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes

routes = Routes(tag="attributes")

Label = Annotated[str, Field(max_length=MAX_LABEL)]


class Labels(Body):
    """What people read, by language; what is empty reads the name."""

    uk: Label = ""
    en: Label = ""


class AttributeChoiceIn(Body):
    """One of a list."""

    value: Annotated[str, Field(min_length=1, max_length=MAX_LABEL)]
    labels: Annotated[Labels, Field(default_factory=Labels)]


class AttributeIn(Body):
    """A definition as it is to be."""

    labels: Annotated[Labels, Field(default_factory=Labels)]
    kind: Literal["text", "number", "date", "yes_no", "choice", "link"]
    choices: Annotated[
        list[AttributeChoiceIn], Field(max_length=MAX_CHOICES, default_factory=list)
    ]
    required: bool = False
    editors: Literal["everyone", "managers", "programs"] = "everyone"
    reminds: Literal["never", "once", "yearly"] = "never"
    ahead_days: Annotated[int, Field(ge=0, le=MAX_AHEAD)] = 0


class NewAttributeIn(AttributeIn):
    """A new definition."""

    #: The key in a client's `attributes`; it never changes.
    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]


class AttributePut(AttributeIn):
    """A definition as it is to be, and the one that was looked at."""

    revision: Annotated[int, Field(ge=0)]


class AttributeOrderIn(Body):
    """All of them, in the order in which they are shown."""

    ids: Annotated[
        list[Annotated[int, Field(ge=1)]],
        Field(max_length=definitions.MOST, default_factory=list),
    ]


@routes.get("/attributes", right=Right.READ)
async def index(call: Call) -> list[AttributeView]:
    """List what is known of clients, in the order in which it is shown."""
    async with call.read() as session:
        return await definitions.on_screen(session)


@routes.get("/attributes/found", right=Right.ATTRIBUTES)
async def found(call: Call) -> list[FoundName]:
    """List names under which something is kept and that nobody has defined."""
    async with call.read() as session:
        return await definitions.found(session)


@routes.post("/attributes", right=Right.ATTRIBUTES, status=201, idempotent=True)
async def create(call: Call, body: NewAttributeIn) -> AttributeView:
    """Define an attribute; values that are kept under the name already stay."""
    return await call.run(lambda uow: definitions.create(uow, body.name, _given(body)))


@routes.put("/attributes/order", right=Right.ATTRIBUTES)
async def reorder(call: Call, body: AttributeOrderIn) -> list[AttributeView]:
    """Show definitions in this order."""
    return await call.run(lambda uow: definitions.reorder(uow, body.ids))


@routes.put("/attributes/{attribute_id}", right=Right.ATTRIBUTES)
async def change(call: Call, attribute_id: int, body: AttributePut) -> AttributeView:
    """Define an attribute otherwise. `409 stale_update` with how it is now."""
    return await call.run(
        lambda uow: definitions.change(
            uow, attribute_id, _given(body), revision=body.revision
        )
    )


@routes.delete("/attributes/{attribute_id}", right=Right.ATTRIBUTES)
async def remove(call: Call, attribute_id: int) -> None:
    """Take a definition away; what is kept under its name stays and is shown."""
    await call.run(lambda uow: definitions.remove(uow, attribute_id))


def _given(body: AttributeIn) -> AttributeGiven:
    return AttributeGiven(
        labels=dict(body.labels),
        kind=body.kind,
        choices=[
            {"value": one.value, "labels": dict(one.labels)} for one in body.choices
        ],
        required=body.required,
        editors=body.editors,
        reminds=body.reminds,
        ahead_days=body.ahead_days,
    )
