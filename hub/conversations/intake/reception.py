"""Where deliveries wait for the next unit: group commit.

A lone delivery waits for nobody; what comes while a unit is under way is the next one.
Nobody is told that his delivery was taken before the commit that holds it.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import structlog

from hub.contracts import (
    Attachment,
    DeliveryReceipt,
    InboundItem,
    InboundMessage,
    Outcome,
)
from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival, Intake, harmless
from hub.delivery import receipts
from hub.files.attachments import Refused, Stored, store, store_original
from hub.storage.blobs import Blobs
from hub.storage.database import Database

log = structlog.get_logger(__name__)

#: Items in one unit at the most: it must stay short for everybody else.
BATCH = 200
#: Units under way together. The second one begins only when it is full: then one is put
#: together here while the database writes the other. Two half-empty ones cost more.
AT_ONCE = 2
#: Letters of HTML that are read here; longer ones aside, where nobody waits for them.
AT_HAND = 20_000
#: The whole of a text that was cut is kept under this name.
WHOLE_TEXT = "message.txt"
#: What the rest of a message is called of which only the beginning was taken.
CUT_OFF = "message.eml"


class Reception:
    """Takes deliveries in for one process."""

    def __init__(self, db: Database, blobs: Blobs, rules: Intake) -> None:
        self._db = db
        self._blobs = blobs
        self._rules = rules
        self._waiting: deque[_Delivery] = deque()
        self._under_way: set[asyncio.Task[None]] = set()
        #: Deliveries in the newest unit.
        self._together = 0

    @property
    def is_pressed(self) -> bool:
        """Whether more comes than is taken in at once: what can wait should."""
        return bool(self._waiting or (self._under_way and self._together > 1))

    async def take(self, items: Sequence[InboundItem]) -> list[Outcome]:
        """Take in what one delivery held; return after the commit.

        Raises:
            Exception: It was not committed; the provider must send it again.
        """
        if not items:
            return []
        # Files go to the disk first: it is safe to do twice, and no place for it
        # inside a unit.
        delivery = _Delivery([await self._prepare(item) for item in items])
        self._waiting.append(delivery)
        self._begin()
        return await delivery.done

    async def _prepare(self, item: InboundItem) -> Arrival:
        if isinstance(item, DeliveryReceipt) and item.letter is not None:
            item = await self._meant(item, item.letter)
        if not isinstance(item, InboundMessage):
            return Arrival(item=item)
        rules = self._rules.settings
        item = _cut(item, rules.conversations.max_text)
        original = item.original if rules.conversations.keep_originals else None
        if not (item.attachments or original or item.whole_size):
            return Arrival(
                item=replace(item, original=None) if item.original else item,
                html=await _harmless(item, ()),
            )
        taken = await store(self._blobs, item.attachments, rules.attachments)
        files, refused = taken.stored, taken.refused
        if original is not None:
            files = (*files, await store_original(self._blobs, original))
        if item.whole_size:
            whole = Refused(name=CUT_OFF, size=item.whole_size, reason="too_large")
            refused = (*refused, whole)
        return Arrival(
            item=replace(item, attachments=(), original=None),
            files=files,
            refused=refused,
            html=await _harmless(item, files),
        )

    async def _meant(
        self, receipt: DeliveryReceipt, letter: InboundMessage
    ) -> InboundItem:
        """Take a report about nothing of ours for what it is as well: a message."""
        async with self._db.read() as session:
            is_known = await receipts.is_known(session, receipt)
        return replace(receipt, letter=None) if is_known else letter

    def _begin(self) -> None:
        """Begin a unit for who waits, if it is time for one.

        In a task of its own: whoever gives up waiting does not take the others'
        commit with him. What was his is then a repeat when it is brought again.
        """
        free = AT_ONCE - len(self._under_way)
        full = len(self._waiting) >= BATCH
        if self._waiting and free and (full or not self._under_way):
            batch: list[_Delivery] = []
            size = 0
            while self._waiting and size < BATCH:
                batch.append(self._waiting.popleft())
                size += len(batch[-1].arrivals)
            self._together = len(batch)
            unit = asyncio.create_task(self._commit(batch), name="reception")
            self._under_way.add(unit)
            unit.add_done_callback(self._ended)

    def _ended(self, unit: asyncio.Task[None]) -> None:
        self._under_way.discard(unit)
        if not unit.cancelled():
            self._begin()

    async def _commit(self, batch: Sequence["_Delivery"]) -> None:
        try:
            await self._commit_together(batch)
        except Exception:
            if len(batch) == 1:
                log.exception("a delivery was not taken in")
                return
            # One bad delivery must not refuse the others: each for itself.
            for one in batch:
                try:
                    await self._commit_together([one])
                except Exception:
                    log.exception("a delivery was not taken in")
        finally:
            # Only when the process ends in the midst of it.
            for one in batch:
                one.done.cancel()

    async def _commit_together(self, batch: Sequence["_Delivery"]) -> None:
        arrivals = [arrival for one in batch for arrival in one.arrivals]
        try:
            outcomes = await self._db.run(
                lambda uow: intake.take(uow, self._rules, arrivals)
            )
        except Exception as error:
            if len(batch) == 1 and not batch[0].done.done():
                batch[0].done.set_exception(error)
            raise
        start = 0
        for one in batch:
            if not one.done.done():
                one.done.set_result(outcomes[start : start + len(one.arrivals)])
            start += len(one.arrivals)


class _Delivery:
    def __init__(self, arrivals: list[Arrival]) -> None:
        self.arrivals = arrivals
        self.done: asyncio.Future[list[Outcome]] = (
            asyncio.get_running_loop().create_future()
        )


async def _harmless(message: InboundMessage, files: Sequence[Stored]) -> str | None:
    if len(message.html) <= AT_HAND:
        return harmless(message, files) if message.html else None
    return await asyncio.to_thread(harmless, message, files)


def _cut(message: InboundMessage, longest: int) -> InboundMessage:
    """Keep a text that is too long as a file, and its beginning as the text."""
    if len(message.text) <= longest:
        return message
    whole = Attachment(
        name=WHOLE_TEXT,
        media_type="text/plain",
        content=message.text.encode("utf-8", "replace"),
    )
    return replace(
        message,
        text=message.text[:longest],
        visible_text=message.visible_text[:longest],
        attachments=(*message.attachments, whole),
    )
