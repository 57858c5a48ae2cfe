"""What the hub does by itself: send, fire timers, fetch."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial

from channels.base import Adapter
from config import Settings
from hub.access.forgotten import FORGOT, send_forgotten
from hub.access.invitations import Inviting
from hub.access.portal_sign_in import PORTAL_SIGN_IN, send_secret
from hub.calls import calls, early, recordings
from hub.collaboration import alarms, dates
from hub.collaboration.asking import LOOK
from hub.collaboration.rules import day_rules, task_rules
from hub.conversations import changes
from hub.delivery.enclosing import Link
from hub.delivery.outbound import SEND
from hub.delivery.outbox import Outbox, send_due
from hub.errors import TransientSendError
from hub.files import media, uploads
from hub.forms.confirming import CONFIRM, confirm
from hub.lists import bulk, bulk_undo
from hub.lists.bulk import BulkRules
from hub.notices import following
from hub.notices.pushing import PushRules
from hub.orders.notices import ORDER_NOTICE, send_notice
from hub.orders.shop import Shop
from hub.privacy import erasing
from hub.privacy.erasing import ErasureRules
from hub.queues import (
    breaches,
    hours,
    presence,
    reclocking,
    sla,
)
from hub.retention import nightly, sweeping
from hub.search.filler import Filler
from hub.storage.blobs import Blobs
from hub.storage.database import Database
from hub.storage.jobs import Job, do_due
from hub.storage.schema import ensure_months
from hub.storage.timers import Handler, fire_due, next_due
from hub.tags import known, retagging
from realtime.loops import Loop
from web.keys import Part
from web.telling import agent_jobs, agent_timers, follow_rules

#: What is due is looked for this often even when nobody nudges: another process may
#: have left it.
POLL = timedelta(seconds=1)
#: A loop that has not come round for so long is stuck.
STUCK = timedelta(minutes=2)
DAY = timedelta(days=1)


def timers(
    shop: Shop,
    settings: Settings,
    own: Collection[str] = (),
    inviting: Inviting | None = None,
) -> dict[str, Handler]:
    """Name every timer's handler: due rows that need nothing but the database."""
    letting_in: dict[str, Handler] = {}
    if inviting is not None:
        letting_in[FORGOT] = partial(send_forgotten, inviting=inviting)
    return {
        **letting_in,
        changes.SNOOZE: changes.wake,
        bulk.GO_ON: partial(bulk_undo.proceed, rules=bulk_rules(settings)),
        erasing.ERASE: partial(erasing.proceed, rules=erasure_rules(settings)),
        sla.FIRST_RESPONSE: breaches.breach,
        hours.RECLOCK: reclocking.move,
        presence.VANISH: presence.vanish,
        presence.GIVE_BACK: presence.give_back,
        uploads.UNUSED: uploads.discard,
        calls.STUCK: partial(calls.end_stuck, settings=settings),
        early.EARLY: partial(calls.take_early, settings=settings),
        alarms.DUE: partial(alarms.fall_due, rules=task_rules(settings)),
        alarms.REMIND: alarms.remind,
        LOOK: partial(dates.look, rules=day_rules(settings)),
        known.RETAG: retagging.proceed,
        nightly.RUN: partial(nightly.proceed, settings=settings),
        ORDER_NOTICE: partial(send_notice, shop=shop),
        PORTAL_SIGN_IN: partial(send_secret, shop=shop),
        **agent_timers(settings),
        CONFIRM: partial(confirm, shop=shop, settings=settings.forms, own=own),
    }


def erasure_rules(settings: Settings) -> ErasureRules:
    """Say how much of a person is written over at once."""
    return ErasureRules(batch=settings.privacy.batch, events=settings.privacy.log_batch)


def bulk_rules(settings: Settings) -> BulkRules:
    """Say how much is done at once to many conversations."""
    return BulkRules(batch=settings.lists.bulk_batch, kept=settings.lists.bulk_kept)


def jobs(
    db: Database,
    blobs: Blobs,
    adapters: Mapping[str, Adapter],
    settings: Settings,
    *,
    push: PushRules,
) -> dict[str, Job]:
    """Name every job's handler: due rows that need a provider or the disk."""

    async def fetcher(channel: str, url: str) -> bytes:
        adapter = adapters.get(channel)
        if adapter is None:
            # It was turned off meanwhile; it may be turned on again.
            raise TransientSendError("the channel is not set up")
        return await adapter.fetch(url)

    return {
        **agent_jobs(db, adapters, settings, push),
        uploads.FORGET: partial(uploads.forget, db, blobs=blobs),
        sweeping.SWEEP: partial(sweeping.sweep, db, blobs=blobs, settings=settings),
        recordings.FETCH: partial(
            recordings.fetch, db, blobs=blobs, fetcher=fetcher, settings=settings
        ),
        media.FETCH: partial(
            media.fetch, db, blobs=blobs, fetcher=fetcher, settings=settings
        ),
    }


class Work:
    """The loops of one process."""

    def __init__(
        self,
        db: Database,
        blobs: Blobs,
        adapters: Mapping[str, Adapter],
        *,
        settings: Settings,
        shop: Shop,
        reply_key: bytes,
        push: PushRules,
        inviting: Inviting,
        is_pressed: Callable[[], bool],
        link: Link | None = None,
    ) -> None:
        self._db = db
        self._settings = settings
        own = [one for channel in adapters.values() for one in channel.addresses]
        self._timers = timers(shop, settings, own, inviting)
        self._jobs = jobs(db, blobs, adapters, settings, push=push)
        self._follow_rules = follow_rules(settings)
        self._outbox = Outbox(
            db=db,
            blobs=blobs,
            transports={n: one for n, one in adapters.items() if one.reaches},
            settings=settings.delivery,
            reply_key=reply_key,
            company=settings.company,
            rules={name: one.sending_rules for name, one in adapters.items()},
            link=link,
            locale=settings.locale,
            timezone=settings.timezone,
        )
        self._filler = Filler(
            db,
            most_words=settings.search.max_words,
            behind=settings.search.behind,
            is_pressed=is_pressed,
        )
        self._stopping = False
        self._last: dict[str, datetime] = {}
        self._loops = [
            Loop("timers", self._fire, pause=POLL),
            Loop("outbox", self._send, pause=POLL),
            Loop("jobs", self._do, pause=POLL),
        ]
        for loop in self._loops:
            db.on_due(loop.nudge)
        fill = Loop("search", self._fill, pause=POLL, rest=settings.search.rest)
        db.on_events(fill.nudge)
        self._loops.append(fill)
        tell = Loop("notices", self._tell, pause=POLL, rest=settings.notices.rest)
        db.on_events(tell.nudge)
        self._loops.append(tell)
        self._loops.append(Loop("months", self._make_months, pause=DAY))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work as long as the block runs; what is under way at its end is finished."""
        await self._db.run(
            lambda uow: presence.wait_again(uow, settings=self._settings.queues)
        )
        await self._db.run(dates.begin)
        await self._db.run(lambda uow: nightly.begin(uow, settings=self._settings))
        async with AsyncExitStack() as stack:
            for loop in self._loops:
                await stack.enter_async_context(loop)
            # Before the loops are waited for.
            stack.callback(self.stop)
            yield

    def stop(self) -> None:
        """Begin nothing any more; what is owed waits for the next start.

        However much is due: a hub that is told to stop has only so long.
        """
        self._stopping = True

    def _stops(self) -> bool:
        return self._stopping

    def parts(self) -> dict[str, Part]:
        """Say of each loop whether it still comes round."""
        return {
            name: partial(self._late, name)
            for name in ("timers", "outbox", "jobs", "search", "notices")
        }

    async def _fire(self) -> timedelta | None:
        await fire_due(self._db, self._timers, stops=self._stops)
        return await self._until("timers", self._timers)

    async def _send(self) -> timedelta | None:
        await send_due(self._outbox, stops=self._stops)
        return await self._until("outbox", {SEND: None})

    async def _do(self) -> timedelta | None:
        await do_due(
            self._db,
            self._jobs,
            lease=self._settings.delivery.lease,
            at_once=self._settings.delivery.workers,
            stops=self._stops,
        )
        return await self._until("jobs", self._jobs)

    async def _fill(self) -> timedelta | None:
        """Take into the search what is new, and a batch of what is old."""
        self._last["search"] = self._db.clock()
        return await self._filler.step()

    async def _tell(self) -> timedelta | None:
        """Tell people what the log says happened to their work."""
        self._last["notices"] = self._db.clock()
        more = await following.step(self._db, self._follow_rules)
        return timedelta() if more else None

    async def _make_months(self) -> None:
        """Keep the log's months ahead of a hub that runs for long."""
        async with self._db.engine.begin() as connection:
            await ensure_months(connection, self._db.clock())

    async def _until(self, name: str, kinds: Mapping[str, object]) -> timedelta | None:
        """Tell how long it is to the next one, so that it fires at its second."""
        self._last[name] = self._db.clock()
        at = await next_due(self._db, kinds)
        return None if at is None else max(timedelta(0), at - self._db.clock())

    async def _late(self, name: str) -> str | None:
        last = self._last.get(name)
        if last is None:
            return "has not come round yet"
        late = self._db.clock() - last
        return (
            f"last came round {late.total_seconds():.0f} s ago"
            if late > STUCK
            else None
        )
