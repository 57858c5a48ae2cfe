"""Fill an empty hub with a company: people, orders, months of talk."""

import random
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import func, select, text

from channels.simulator import sound
from config import Settings
from hub.access import passwords
from hub.access.secret import derive
from hub.calls import recordings
from hub.errors import StateError
from hub.files.attachments import store
from hub.log.events import Actor
from hub.orders.shop import shop_of
from hub.storage import jobs
from hub.storage.blobs import Blobs
from hub.storage.database import Database
from hub.storage.schema import ensure_months
from hub.storage.tables import Account, Client, Conversation, Order
from hub.storage.unit import UnitOfWork
from web.demo import pictures
from web.demo.making import Making
from web.demo.people import people
from web.demo.staff import ADMIN, PASSWORD
from web.demo.telling import REACHES

#: Who brought everything over, in the log.
FOUNDER = Actor(kind="system", name="Zatyshok")
MONTH = timedelta(days=30)


class FilledError(StateError):
    """The hub has somebody in it already.

    ``details["demo"]`` tells whether that is the demo company.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What was made."""

    accounts: int
    clients: int
    conversations: int
    orders: int
    seconds: float


async def fill(
    db: Database,
    settings: Settings,
    blobs: Blobs,
    *,
    secret: bytes,
    clients: int = 200,
    months: int = 4,
    seed: int = 1,
) -> Filled:
    """Make the demo company in an empty hub; the same one for the same seed.

    Nothing is sent to anybody, and nothing of the past is left to be done: what still
    waits for its time has it in the future.

    Args:
        db: An empty hub's, migrated.
        settings: The hub's.
        blobs: Where files are.
        secret: The hub's.
        clients: How many.
        months: How far back their history goes.
        seed: Chooses everything.

    Raises:
        FilledError: Somebody is there already. Nothing was changed.
    """
    began, now = time.monotonic(), db.clock()
    since = now - months * MONTH
    async with db.engine.begin() as connection:
        await ensure_months(connection, now, back=now - since)
    chance = random.Random(f"company:{seed}")  # noqa: S311 - nothing to keep secret
    seen = await store(blobs, pictures.pictures(chance), settings.attachments)
    papers = await store(blobs, pictures.papers(), settings.attachments)
    making = Making(
        settings=settings,
        shop=shop_of(settings, secret, {kind: name for name, kind in REACHES.items()}),
        reply_key=derive(secret, "reply-address"),
        password_hash=await passwords.hashed(PASSWORD, min_length=len(PASSWORD)),
        pictures=seen.stored,
        papers=papers.stored,
        chance=chance,
        since=since,
        now=now,
    )
    async with db.begin(FOUNDER) as uow:
        await _check_empty(uow)
        await making.play(uow, people(clients, seed=seed))
    await _fetch_recordings(db, blobs, settings)
    return await _counted(db, time.monotonic() - began)


async def is_filled(db: Database) -> bool:
    """Tell whether the demo company is here."""
    async with db.read() as session:
        found = await session.scalar(
            select(Account.id).where(Account.email == ADMIN.email)
        )
    return found is not None


async def _check_empty(uow: UnitOfWork) -> None:
    # Two that fill at once: the second one waits here and then sees the first one's.
    await uow.session.execute(text("SELECT pg_advisory_xact_lock(7302512)"))
    emails = list(await uow.session.scalars(select(Account.email).limit(50)))
    somebody = await uow.session.scalar(select(Client.id).limit(1))
    if emails or somebody is not None:
        raise FilledError(
            "This hub has accounts or clients already. The demo company goes into an "
            "empty one: set ROZMOVA_DATA_DIR or ROZMOVA_DATABASE_URL to another place.",
            demo=ADMIN.email in emails,
        )


async def _fetch_recordings(db: Database, blobs: Blobs, settings: Settings) -> None:
    """Make the sound of messages that callers left, by the hub's own job for it."""

    async def fetch(_channel: str, url: str) -> bytes:
        (seconds,) = parse_qs(urlsplit(url).query)["seconds"]
        return sound.spoken(int(seconds))

    fetching = partial(
        recordings.fetch, db, blobs=blobs, fetcher=fetch, settings=settings
    )
    await jobs.do_due(
        db,
        {recordings.FETCH: fetching},
        lease=timedelta(minutes=5),
        at_once=1,
    )


async def _counted(db: Database, seconds: float) -> Filled:
    async with db.read() as session:
        counts = [
            await session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Account, Client, Conversation, Order)
        ]
    return Filled(
        accounts=counts[0],
        clients=counts[1],
        conversations=counts[2],
        orders=counts[3],
        seconds=seconds,
    )
