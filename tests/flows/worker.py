"""A hub's workers that die often: forked from one process that has read all its code.

    python -m tests.flows.worker DATABASE_URL PROVIDER_URL FOLDER

Reads one line a life from its input: ``{"again": [...], "first": 7, "last": false}``.
A life takes messages in, those of ``again`` first and then from ``first`` on without
end, and sends what is owed meanwhile. It writes ``offered N`` before it hands message
N over and ``took N`` after the commit. A life that is ``last`` takes only ``again``,
sends all that is owed, and ends by itself.
"""

import asyncio
import itertools
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import orjson
from sqlalchemy import func, select

from config import Settings
from config.settings import DeliverySettings
from hub.contracts import InboundMessage, OutboundMessage, SendResult
from hub.conversations.intake.arrivals import Intake
from hub.conversations.intake.reception import Reception
from hub.delivery.outbox import Outbox, send_due
from hub.errors import UncertainSendError
from hub.orders.shop import shop_of
from hub.storage.blobs import FolderBlobs
from hub.storage.database import Database, connect
from hub.storage.tables import DueRow

LEASE = timedelta(seconds=1)
REPLY_KEY = b"signs reply addresses"
#: Deliveries under way at once, and clients who write.
TAKERS = 6
CLIENTS = 12


class Line:
    """A provider over HTTP: takes a message by its key, and tells whether it did."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url

    async def send(self, message: OutboundMessage) -> SendResult:
        """Hand it over."""
        said = {"key": message.key, "text": message.text}
        try:
            async with self._http.post(f"{self._url}/messages", json=said) as answer:
                return SendResult(external_id=(await answer.json())["id"])
        except aiohttp.ClientError as error:
            raise UncertainSendError(type(error).__name__) from error

    async def find(self, message: OutboundMessage) -> SendResult | None:
        """Ask for it."""
        async with self._http.get(f"{self._url}/messages/{message.key}") as answer:
            if answer.status == 404:
                return None
            return SendResult(external_id=(await answer.json())["id"])


def message(number: int) -> InboundMessage:
    """Give the message of this number."""
    return InboundMessage(
        channel="sms",
        external_id=f"in-{number}",
        sender=f"+38050338{number % CLIENTS:04}",
        sender_kind="phone",
        text=f"Message {number}",
    )


def rules() -> Intake:
    """Give what intake needs to know."""
    settings = Settings()
    shop = shop_of(settings, b"secret", {"phone": "sms"})
    return Intake(settings=settings, reply_key=REPLY_KEY, shop=shop)


def tell(word: str, number: int) -> None:
    """Write a line that no other can tear."""
    os.write(1, f"{word} {number}\n".encode())


async def take(reception: Reception, numbers: Iterator[int]) -> None:
    """Take one message after the other."""
    for number in numbers:
        tell("offered", number)
        await reception.take([message(number)])
        tell("took", number)


async def send(outbox: Outbox, *, all_of_it: bool) -> None:
    """Send what is due, for ever or until nothing is owed."""
    while True:
        await send_due(outbox)
        if all_of_it and not await owed(outbox.db):
            return
        await asyncio.sleep(0.005)


async def owed(db: Database) -> int:
    """Count what is still to be sent."""
    async with db.read() as session:
        return await session.scalar(
            select(func.count()).select_from(DueRow).where(DueRow.kind == "send")
        )


async def live(url: str, provider: str, folder: Path, order: dict) -> None:
    """Live one life."""
    db = Database(connect(url, pool=6))
    blobs = FolderBlobs(folder)
    reception = Reception(db, blobs, rules())
    numbers: Iterable[int] = order["again"]
    if not order["last"]:
        numbers = itertools.chain(numbers, itertools.count(order["first"]))
    shared = iter(numbers)
    async with aiohttp.ClientSession() as http:
        outbox = Outbox(
            db=db,
            blobs=blobs,
            transports={"sms": Line(http, provider)},
            settings=DeliverySettings(lease=LEASE),
            reply_key=REPLY_KEY,
            company="Затишок",
        )
        await asyncio.gather(
            send(outbox, all_of_it=order["last"]),
            *(take(reception, shared) for _ in range(TAKERS)),
        )
    await db.close()


def main() -> None:
    """Fork a life for every line, and tell when it began and how it ended."""
    url, provider, folder = sys.argv[1:]
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                asyncio.run(live(url, provider, Path(folder), orjson.loads(line)))
                code = 0
            finally:
                os._exit(code)
        tell("born", child)
        _, status = os.waitpid(child, 0)
        tell("ended", os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
