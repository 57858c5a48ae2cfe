"""One thing done to many conversations at once, and put back."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from hub.access.rights import Right
from hub.conversations.changes import MAX_TAG, MAX_TAGS
from hub.errors import InvalidError
from hub.lists import bulk, bulk_undo, lists
from hub.lists.bulk import BulkView
from hub.lists.bulk_deeds import BulkGiven, Deed
from hub.lists.standing_views import narrowed
from hub.storage.unit import UnitOfWork
from hub.tags.known import named
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes
from web.api.selecting import eyes, view_named
from web.api.tags import new_tags
from web.work import bulk_rules

routes = Routes(tag="conversations")

_Id = Annotated[int, Field(ge=1)]


class Whole(Body):
    """All conversations of a view, also those that no screen has loaded."""

    view: Annotated[str, Field(max_length=40)]
    state: Literal["open", "pending", "snoozed", "resolved"] | None = None
    channel: Annotated[str, Field(max_length=40)] | None = None
    q: Annotated[str, Field(max_length=200)] = ""
    #: Which were taken out again.
    without: Annotated[list[_Id], Field(max_length=1000, default_factory=list)]


class BulkIn(Body):
    """What is to be done to which."""

    do: Deed
    #: These conversations, or
    ids: Annotated[list[_Id], Field(max_length=10_000)] | None = None
    #: all of a view.
    all_of: Whole | None = None
    #: For `assign`; null takes them from everybody.
    assignee_id: _Id | None = None
    #: For `move`.
    queue_id: _Id | None = None
    #: For `prioritise`.
    priority: Literal["", "low", "normal", "high", "urgent"] = ""
    #: For `tag` and `untag`.
    tags: Annotated[
        list[Annotated[str, Field(max_length=MAX_TAG)]],
        Field(max_length=MAX_TAGS, default_factory=list),
    ]
    #: For `snooze`.
    until: AwareDatetime | None = None


@routes.post("/conversations/bulk", right=Right.REPLY, status=202, idempotent=True)
async def begin(call: Call, body: BulkIn) -> BulkView:
    """Do one thing to many conversations, soon; the log says how far it is."""
    if (body.ids is None) == (body.all_of is None):
        raise InvalidError("ids", errors={"ids": "give ids, or all_of"})

    async def work(uow: UnitOfWork) -> BulkView:
        names = [" ".join(one.split()) for one in body.tags]
        if body.do == "tag" and all(names):
            names = await named(uow, names, new=new_tags(call))
        given = BulkGiven(
            do=body.do,
            assignee_id=body.assignee_id,
            queue_id=body.queue_id,
            priority=body.priority,
            tags=tuple(names),
            until=body.until,
        )
        ids = await _chosen(call, uow, body)
        return await bulk.begin(uow, ids, given, rules=bulk_rules(call.settings))

    return await call.run(work)


@routes.get("/bulk/{bulk_id}", right=Right.REPLY)
async def show(call: Call, bulk_id: int) -> BulkView:
    """Show how far an action of one's own is."""
    async with call.read() as session:
        row = await bulk.access_bulk(session, bulk_id, call.account.id)
        return await bulk.bulk_view(session, row)


@routes.post("/bulk/{bulk_id}/undo", right=Right.REPLY)
async def undo(call: Call, bulk_id: int) -> BulkView:
    """Put back what it changed, except where something happened since."""
    return await call.run(lambda uow: bulk_undo.undo(uow, bulk_id))


async def _chosen(call: Call, uow: UnitOfWork, body: BulkIn) -> list[int]:
    most = call.settings.lists.max_bulk
    if body.all_of is None:
        ids = body.ids or []
    else:
        whole = body.all_of
        wanted = narrowed(
            await view_named(call, uow.session, whole.view),
            state=whole.state,
            channel=whole.channel,
            text=whole.q,
        )
        left = set(whole.without)
        found = await lists.ids_of(
            uow.session, wanted, eyes=eyes(call), most=most + len(left) + 1
        )
        ids = [one for one in found if one not in left]
    if len(ids) > most:
        raise InvalidError("ids", errors={"ids": f"at most {most} at once"}, most=most)
    return ids
