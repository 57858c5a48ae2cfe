"""What waits for one's own eyes, and how one wants to be told."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from hub.access import notifications
from hub.access.rights import Right
from hub.conversations.notices import NotificationView
from hub.notices import pushing, rules, wishes
from hub.notices.pushing import BrowserView
from hub.notices.rules import Wishes
from web.api import cursors
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Cursor, Limit, Routes
from web.keys import PUSHING

routes = Routes(tag="notifications")

_Kind = Annotated[str, Field(max_length=40)]
_Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
_Way = Literal["app", "desktop", "sound", "push", "digest"]


class NotificationReadIn(Body):
    """Which were seen."""

    ids: Annotated[
        list[Annotated[int, Field(ge=1)]], Field(min_length=1, max_length=500)
    ]


class ReadAllIn(Body):
    """Up to which one all were seen."""

    upto: Annotated[int, Field(ge=1)]


class WishesIn(Body):
    """How one wants to be told from now on; what is not named is as usual."""

    kinds: Annotated[
        dict[_Kind, list[_Way]], Field(default_factory=dict, max_length=50)
    ]
    quiet_from: _Clock | None = None
    quiet_to: _Clock | None = None
    timezone: Annotated[str, Field(min_length=1, max_length=60)]
    volume: Annotated[int, Field(ge=0, le=100)] = 60
    tone: Literal["bell", "drop", "knock"] = "bell"
    digest_at: Annotated[
        list[_Clock], Field(default_factory=list, max_length=rules.MAX_DIGESTS)
    ]
    discreet: bool = False


class BrowserIn(Body):
    """A browser's own word on where and how it takes pushes."""

    endpoint: Annotated[str, Field(min_length=1, max_length=2000)]
    p256dh: Annotated[str, Field(min_length=1, max_length=200)]
    auth: Annotated[str, Field(min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True, kw_only=True)
class WishesAnswer:
    """How one is told things."""

    wishes: Wishes
    #: Ways by kind for who says nothing, in the order in which they are shown.
    usual: dict[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PushAnswer:
    """Which browsers take pushes."""

    #: The hub's public key, which a browser needs to subscribe.
    key: str
    browsers: list[BrowserView]


@routes.get("/notifications", right=Right.SELF)
async def index(
    call: Call,
    *,
    unread: bool = False,
    kind: list[str] | None = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[NotificationView]:
    """List one's own, the newest first."""
    size = call.limit(limit)
    before = cursors.decode(cursor, int)[0] if cursor else None
    async with call.read() as session:
        rows = await notifications.page(
            session,
            call.account,
            unread=unread,
            kinds=kind,
            before=before,
            limit=size + 1,
        )
    return cursors.page(rows, size, lambda row: (row.id,))


@routes.post("/notifications/read", right=Right.SELF)
async def mark_read(call: Call, body: NotificationReadIn) -> None:
    """Mark some as seen, on all of one's screens."""
    await call.run(lambda uow: notifications.mark_read(uow, call.account, body.ids))


@routes.post("/notifications/read-all", right=Right.SELF)
async def mark_all_read(call: Call, body: ReadAllIn) -> None:
    """Mark all up to one as seen, on all of one's screens."""
    await call.run(
        lambda uow: notifications.mark_all_read(uow, call.account, upto=body.upto)
    )


@routes.get("/me/notices", right=Right.SELF)
async def show_wishes(call: Call) -> WishesAnswer:
    """Say how one is told things, and what is usual."""
    async with call.read() as session:
        his = await wishes.of(session, call.account.id, zone=call.settings.timezone)
    usual = {kind: list(ways) for kind, ways in rules.USUAL.items()}
    return WishesAnswer(wishes=his, usual=usual)


@routes.put("/me/notices", right=Right.SELF)
async def set_wishes(call: Call, body: WishesIn) -> Wishes:
    """Say how one wants to be told things."""
    given = Wishes(**body.model_dump())
    return await call.run(lambda uow: wishes.keep(uow, call.account.id, given))


@routes.get("/me/push", right=Right.SELF)
async def show_browsers(call: Call) -> PushAnswer:
    """List one's browsers that take pushes, and give the key to add another."""
    async with call.read() as session:
        held = await pushing.browsers(session, call.account.id)
    return PushAnswer(key=call.request.app[PUSHING].keys.public, browsers=held)


@routes.post("/me/push", right=Right.SELF, status=201)
async def subscribe(call: Call, body: BrowserIn) -> BrowserView:
    """Let this browser take pushes for oneself."""
    door = call.request.app[PUSHING].door
    program = call.request.headers.get("User-Agent", "")
    return await call.run(
        lambda uow: pushing.subscribe(
            uow, call.account.id, **body.model_dump(), program=program, door=door
        )
    )


@routes.delete("/me/push/{browser_id}", right=Right.SELF)
async def unsubscribe(call: Call, browser_id: int) -> None:
    """Let a browser take no more pushes."""
    await call.run(lambda uow: pushing.unsubscribe(uow, call.account.id, browser_id))
