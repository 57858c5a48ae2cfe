"""The hub put together. Read it from top to bottom; nothing else wires anything."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from channels.base import Adapter, Place
from config import Settings
from hub.access.invitations import Inviting
from hub.access.secret import derive
from hub.clients import refusals
from hub.conversations.intake.arrivals import Intake
from hub.conversations.intake.reception import Reception
from hub.delivery.enclosing import Link
from hub.delivery.staff_mail import CHANNEL as STAFF_CHANNEL
from hub.log.feed import Feed
from hub.notices.encryption import push_keys
from hub.notices.pushing import PushRules
from hub.orders.shop import shop_of
from hub.reports.wallboard import Wallboard
from hub.storage import migrate
from hub.storage.blobs import Blobs, FolderBlobs
from hub.storage.database import Clock, Database, utc_now
from hub.webhooks.delivering import Sending
from realtime import server
from web import (
    archives,
    calendars,
    demo,
    doors,
    files,
    forms,
    health,
    mails,
    outgoing,
    portal,
    security,
    workspace,
)
from web.api.build import api_routes
from web.checks.routes import routes as check_routes
from web.checks.running import Checks
from web.hooks.routes import routes as hook_routes
from web.hooks.taking import Taking
from web.keys import (
    ADAPTERS,
    BLOBS,
    CHECKS,
    DATABASE,
    FEED,
    INVITING,
    METRICS,
    PARTS,
    PLACE,
    PUSHING,
    REACHES,
    SECRET,
    SENDING,
    SETTINGS,
    TAKE,
    WALLBOARD,
    WEBHOOK_KEY,
    Part,
)
from web.metrics import Metrics
from web.pushing import PushServices
from web.receivers import Receivers
from web.webhooks import LEASE, Deliveries, Poster
from web.work import Work


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the hub stands on, made by whoever starts it."""

    settings: Settings
    #: The hub closes it when it ends.
    engine: AsyncEngine
    #: Where files are.
    data: Path
    secret: bytes = field(repr=False)
    #: Makes the configured channels.
    channels: Callable[[Place], Mapping[str, Adapter]]
    clock: Clock = utc_now


def build_app(ground: Ground) -> web.Application:  # noqa: PLR0915 - one list, in order
    """Wire everything; start nothing."""
    settings = ground.settings
    app = web.Application(
        # Each route that takes a body says how large it may be.
        client_max_size=2 * settings.attachments.max_bytes,
    )
    db = Database(
        ground.engine, clock=ground.clock, key=refusals.hash_key(ground.secret)
    )
    blobs = FolderBlobs(ground.data / "files")
    adapters = ground.channels(place(ground))
    reaches = {name: one.reaches for name, one in adapters.items() if one.reaches}
    shop = shop_of(settings, ground.secret, _telling(adapters))
    reply_key = derive(ground.secret, "reply-address")
    reception = Reception(
        db, blobs, Intake(settings=settings, reply_key=reply_key, shop=shop)
    )
    metrics = Metrics()
    feed = Feed(db)
    taking = Taking(db=db, reception=reception, adapters=adapters, metrics=metrics)
    services = PushServices(patience=settings.notices.push_patience)
    push = PushRules(
        keys=push_keys(ground.secret),
        door=services,
        base_url=settings.base_url,
        company=settings.company,
        after=settings.notices.push_after,
        good_for=settings.notices.push_good_for,
    )
    inviting = Inviting(
        key=derive(ground.secret, "invitations"),
        base_url=settings.base_url,
        company=settings.company,
        zone=settings.timezone,
        mails=STAFF_CHANNEL in reaches,
        policy=settings.access,
    )
    work = Work(
        db,
        blobs,
        adapters,
        settings=settings,
        shop=shop,
        reply_key=reply_key,
        push=push,
        inviting=inviting,
        is_pressed=lambda: reception.is_pressed,
        link=_link(ground),
    )

    app[SETTINGS] = settings
    app[DATABASE] = db
    app[SECRET] = ground.secret
    app[WEBHOOK_KEY] = derive(ground.secret, "webhooks")
    app[BLOBS] = blobs
    app[ADAPTERS] = adapters
    app[REACHES] = reaches
    app[SENDING] = {name: one.sending_rules for name, one in adapters.items()}
    app[TAKE] = taking
    app[PLACE] = place(ground)
    app[CHECKS] = trying = Checks(db, adapters, settings.checks)
    app[FEED] = feed
    app[PUSHING] = push
    app[INVITING] = inviting
    app[METRICS] = metrics
    app[WALLBOARD] = Wallboard(db, settings)
    app[PARTS] = {
        "database": _database_part(db),
        "log": _log_part(feed),
        "files": _files_part(blobs),
        **work.parts(),
    }

    security.install(app)
    app.middlewares.insert(0, health.measured)

    # Cleaned up last to first: what is below ends before what it uses.
    app.cleanup_ctx.append(_owned(db))
    app.cleanup_ctx.append(_ending(services))
    live = server.build(
        feed,
        db,
        authenticate_agent=doors.agent_door(app),
        authenticate_portal=doors.portal_door(app),
        settings=settings.live,
        public_url=settings.base_url,
        watcher=doors.Watcher(db, settings.queues),
        registry=metrics.registry,
    )
    live.attach(app)
    app.cleanup_ctx.append(_closing(adapters))
    poster = Poster(timeout=settings.webhooks.timeout, near=settings.webhooks.near)
    app.cleanup_ctx.append(poster.context)
    app.cleanup_ctx.append(_webhooks(db, poster, ground).context)
    app.cleanup_ctx.append(trying.context)
    app.cleanup_ctx.append(_working(work))
    if settings.demo:
        # What the channels reach stands before they listen.
        demo.add(app)
    receivers = Receivers(taking)
    app.cleanup_ctx.append(receivers.context)
    app.on_shutdown.append(receivers.end)

    async def begin_no_more(_: web.Application) -> None:
        work.stop()

    app.on_shutdown.append(begin_no_more)

    api_routes(app)
    app.add_routes(health.routes)
    app.add_routes(check_routes)
    forms.add(app)
    app.add_routes(hook_routes)
    outgoing.add(app)
    files.add(app)
    archives.add(app)
    calendars.add(app)
    mails.add(app)
    portal.add(app, shop)
    workspace.add(app)
    return app


def place(ground: Ground) -> Place:
    """Tell the channels where the hub is and what it is called."""
    settings = ground.settings
    return Place(
        public_url=settings.base_url,
        company=settings.company,
        country=settings.country,
        secret=derive(ground.secret, "channels"),
    )


def _webhooks(db: Database, poster: Poster, ground: Ground) -> Deliveries:
    """Put together what sends events to the addresses of others."""
    rules = ground.settings.webhooks
    sending = Sending(
        db=db,
        post=poster.post,
        signing_key=derive(ground.secret, "webhooks"),
        patience=rules.patience,
        lease=LEASE + rules.timeout,
    )
    return Deliveries(sending, rest=rules.rest)


def _link(ground: Ground) -> Link:
    """Give what makes the addresses at which providers fetch our files."""
    return outgoing.link_maker(
        ground.settings.base_url,
        ground.secret,
        good_for=ground.settings.delivery.media_link,
        clock=ground.clock,
    )


def _telling(adapters: Mapping[str, Adapter]) -> dict[str, str]:
    """Choose by which channel machines tell things to each kind of address.

    One that can be written to at any time comes before one that wants templates.
    """
    chosen: dict[str, str] = {}
    for one in sorted(
        adapters.values(), key=lambda one: bool(one.sending_rules.window)
    ):
        if one.reaches:
            chosen.setdefault(one.reaches, one.name)
    return chosen


Context = Callable[[web.Application], AsyncIterator[None]]


def _owned(db: Database) -> Context:
    async def context(_: web.Application) -> AsyncIterator[None]:
        yield
        await db.close()

    return context


def _working(work: Work) -> Context:
    async def context(_: web.Application) -> AsyncIterator[None]:
        async with work.running():
            yield

    return context


def _ending(services: PushServices) -> Context:
    """Close the lines to push services when nothing is pushed any more."""

    async def context(_: web.Application) -> AsyncIterator[None]:
        yield
        await services.close()

    return context


def _closing(adapters: Mapping[str, Adapter]) -> Context:
    """Close the channels' lines when nothing is sent by them any more."""

    async def context(_: web.Application) -> AsyncIterator[None]:
        yield
        for adapter in adapters.values():
            await adapter.close()

    return context


def _database_part(db: Database) -> Part:
    async def why() -> str | None:
        async with db.engine.connect() as connection:
            at = await connection.run_sync(migrate.current)
        newest = migrate.newest()
        return None if at == newest else f"is at revision {at}, wants {newest}"

    return why


def _files_part(blobs: Blobs) -> Part:
    async def why() -> str | None:
        try:
            await blobs.check()
        except OSError as error:
            return f"cannot be written: {error.strerror or type(error).__name__}"
        return None

    return why


def _log_part(feed: Feed) -> Part:
    async def why() -> str | None:
        return None if feed.seq is not None else "has not been read yet"

    return why
