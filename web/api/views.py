"""Views that people keep, how many conversations are in each, and what would be."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from hub.access.rights import Right
from hub.lists import lists, saved_views
from hub.lists.filters import Group, parse
from hub.lists.saved_views import ICONS, ListView, ViewGiven
from hub.lists.sorting import Order
from hub.lists.standing_views import standing_view
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes
from web.api.selecting import eyes, limits, rules

routes = Routes(tag="views")

FilterIn = Annotated[
    dict[str, Any],
    Field(
        description="Conditions in groups, as `docs/lists.md` says:"
        ' `{"match": "all", "of": [{"field": "state", "op": "in", "value": ["open"]}]}`.'
    ),
]


class ViewIn(Body):
    """A view."""

    name: Annotated[str, Field(max_length=200)]
    icon: Annotated[str, Field(description=f"One of {', '.join(ICONS)}.")] = "inbox"
    shared: Annotated[
        bool, Field(description="For everybody; takes the right `views`.")
    ] = False
    filter: FilterIn
    sort: Order = "urgency"


class ViewOrderIn(Body):
    """Views in an order; those that are not named stay where they are."""

    ids: Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=1000)]


class PreviewIn(Body):
    """A filter that is tried."""

    filter: FilterIn


@dataclass(frozen=True, slots=True, kw_only=True)
class CountsAnswer:
    """How many conversations are in views that events alone do not count."""

    #: By the view's name, or its id. As many as `most`: there may be more.
    counts: dict[str, int]
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewAnswer:
    """How many conversations a filter finds."""

    #: As many as `most`: there may be more.
    count: int
    most: int


@routes.get("/views", right=Right.READ)
async def index(call: Call) -> list[ListView]:
    """List the views that the caller has, shared ones first."""
    async with call.read() as session:
        return await saved_views.views_of(session, call.account.id)


@routes.post("/views", right=Right.SELF, status=201, idempotent=True)
async def create(call: Call, body: ViewIn) -> ListView:
    """Keep a view."""
    return await call.run(
        lambda uow: saved_views.create(uow, _given(body), rules=rules(call))
    )


@routes.get("/views/counts", right=Right.READ)
async def count(call: Call) -> CountsAnswer:
    """Count the views with a filter: mentions, what is at risk, saved ones."""
    most, seen = call.settings.lists.count_to, eyes(call)
    counts: dict[str, int] = {}
    async with call.read() as session:
        wanted: dict[str, Group] = {}
        for name in ("mentions", "at_risk"):
            found = standing_view(name, at_risk=call.settings.lists.at_risk)
            if found is not None:
                wanted[name] = found
        for view in await saved_views.views_of(session, call.account.id):
            wanted[str(view.id)] = saved_views.filter_of(view, limits(call))
        for name, one in wanted.items():
            counts[name] = await lists.count(session, one, eyes=seen, most=most)
    return CountsAnswer(counts=counts, most=most)


@routes.post("/views/preview", right=Right.READ)
async def preview(call: Call, body: PreviewIn) -> PreviewAnswer:
    """Count what a filter finds, before it is kept."""
    wanted = parse(body.filter, limits(call))
    most = call.settings.lists.count_to
    async with call.read() as session:
        found = await lists.count(session, wanted, eyes=eyes(call), most=most)
    return PreviewAnswer(count=found, most=most)


@routes.put("/views/order", right=Right.SELF)
async def reorder(call: Call, body: ViewOrderIn) -> list[ListView]:
    """Put views into another order."""
    return await call.run(
        lambda uow: saved_views.reorder(uow, body.ids, rules=rules(call))
    )


@routes.put("/views/{view_id}", right=Right.SELF)
async def change(call: Call, view_id: int, body: ViewIn) -> ListView:
    """Make a view another one."""
    return await call.run(
        lambda uow: saved_views.change(uow, view_id, _given(body), rules=rules(call))
    )


@routes.delete("/views/{view_id}", right=Right.SELF)
async def delete(call: Call, view_id: int) -> None:
    """Take a view away; it can be restored."""
    await call.run(lambda uow: saved_views.delete(uow, view_id, rules=rules(call)))


@routes.post("/views/{view_id}/restore", right=Right.SELF)
async def restore(call: Call, view_id: int) -> ListView:
    """Bring a view back that was taken away."""
    return await call.run(
        lambda uow: saved_views.restore(uow, view_id, rules=rules(call))
    )


def _given(body: ViewIn) -> ViewGiven:
    return ViewGiven(
        name=body.name,
        icon=body.icon,
        shared=body.shared,
        filter=body.filter,
        sort=body.sort,
    )
