"""Tags that conversations may have."""

from typing import Annotated

from pydantic import Field

from hub.access.rights import Right
from hub.conversations.changes import MAX_TAG
from hub.tags import tags
from hub.tags.known import New
from hub.tags.tags import MAX_DESCRIPTION, TagGiven
from hub.tags.views import TagCount, TagUse, TagView
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes

routes = Routes(tag="tags")

Name = Annotated[str, Field(min_length=1, max_length=MAX_TAG)]
Colour = Annotated[
    str,
    Field(
        max_length=20,
        description="slate, teal, violet, rose, sky, yellow, green, orange, red"
        " or empty.",
    ),
]
Description = Annotated[str, Field(max_length=MAX_DESCRIPTION)]


class TagIn(Body):
    """A new tag."""

    name: Name
    colour: Colour = ""
    description: Description = ""


class TagPatch(Body):
    """What is to be other; what is not named stays."""

    name: Name | None = None
    colour: Colour | None = None
    description: Description | None = None
    #: It is offered no more; where it is, it stays.
    archived: bool | None = None


class MergeTagIn(Body):
    """The tag that stands for both."""

    into_id: Annotated[int, Field(ge=1)]


@routes.get("/tags", right=Right.READ)
async def index(call: Call) -> list[TagCount]:
    """List all tags by name, with how many conversations carry each."""
    async with call.read() as session:
        return await tags.counted(session)


@routes.post("/tags", right=Right.TAGS, status=201, idempotent=True)
async def create(call: Call, body: TagIn) -> TagView:
    """Make a tag."""
    return await call.run(lambda uow: tags.create(uow, TagGiven(**dict(body))))


@routes.get("/tags/{tag_id}/use", right=Right.TAGS)
async def use(call: Call, tag_id: int) -> TagUse:
    """Tell what would notice if a tag went."""
    async with call.read() as session:
        return await tags.use_of(session, tag_id)


@routes.patch("/tags/{tag_id}", right=Right.TAGS)
async def change(call: Call, tag_id: int, body: TagPatch) -> TagView:
    """Let a tag be another. By a new name, conversations, views and macros follow."""
    return await call.run(
        lambda uow: tags.change(uow, tag_id, TagGiven(**body.given()))
    )


@routes.post("/tags/{tag_id}/merge", right=Right.TAGS)
async def merge(call: Call, tag_id: int, body: MergeTagIn) -> TagView:
    """Let a tag go into another, which stands for it from then on."""
    return await call.run(lambda uow: tags.merge(uow, tag_id, body.into_id))


@routes.delete("/tags/{tag_id}", right=Right.TAGS)
async def remove(call: Call, tag_id: int) -> None:
    """Take a tag off every conversation and forget it. `409` while macros use it."""
    await call.run(lambda uow: tags.remove(uow, tag_id))


def new_tags(call: Call) -> New:
    """Say whether the caller makes a tag by using a name that none has."""
    free = call.settings.conversations.free_tags or call.may(Right.TAGS)
    return "make" if free else "refuse"
