"""Plays what happened, each step at its own time, through the hub's own functions.

All of it is one transaction, so that a demonstration that is cut off while it is being
made leaves nothing behind. Within it the clock walks: every step has its time, and its
events stand in the log with that time and in that order.
"""

import heapq
import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config import Settings
from hub.contracts import DeliveryReceipt, DeliveryState, SendResult
from hub.conversations import changes
from hub.delivery import receipts, settling
from hub.delivery.outbound import SEND
from hub.errors import SendError, UncertainSendError
from hub.log.events import Actor
from hub.queues import breaches, sla
from hub.storage import due
from hub.storage.due import Claim
from hub.storage.tables import TimelineItem
from hub.storage.timers import Handler
from hub.storage.unit import SYSTEM, UnitOfWork

Act = Callable[[UnitOfWork], Awaitable[None]]
#: Longer than any step takes.
_LEASE = timedelta(minutes=1)
_MANY = 50
#: Channels whose provider tells what arrived.
_TOLD = ("sms", "whatsapp")


@dataclass(order=True, slots=True)
class _Step:
    at: datetime
    number: int
    act: Act = field(compare=False)
    actor: Actor = field(compare=False)


class Past:
    """Steps that wait for their time."""

    def __init__(self, settings: Settings, timers: Mapping[str, Handler]) -> None:
        """Prepare it.

        Args:
            settings: The hub's.
            timers: More handlers of timers, beside those of promises and snoozes.
        """
        #: What becomes of messages of ours, by their item; the others arrive.
        self.fates: dict[int, SendError | DeliveryReceipt] = {}
        self._settings = settings
        self._timers: dict[str, Handler] = {
            sla.FIRST_RESPONSE: breaches.breach,
            changes.SNOOZE: changes.wake,
            **timers,
        }
        self._steps: list[_Step] = []
        self._numbers = itertools.count()

    def at(self, when: datetime, act: Act, actor: Actor = SYSTEM) -> None:
        """Have ``act`` done at a time; the order of a tie is that of asking."""
        heapq.heappush(self._steps, _Step(when, next(self._numbers), act, actor))

    async def play(self, uow: UnitOfWork, *, until: datetime) -> int:
        """Do every step up to a time, those that come up meanwhile too; count them.

        What would happen later does not happen.
        """
        done = 0
        while self._steps and self._steps[0].at <= until:
            step = heapq.heappop(self._steps)
            uow.now, uow.actor = step.at, step.actor
            await step.act(uow)
            await uow.finish()
            uow.events.clear()
            done += 1
        return done

    async def fire(self, uow: UnitOfWork) -> None:
        """Fire the timers that are due by now. A step."""
        for claim in await due.claim(
            uow.session, list(self._timers), now=uow.now, lease=_LEASE, limit=_MANY
        ):
            await due.settle(uow.session, claim)
            await self._timers[claim.kind](uow, claim)

    async def send(self, uow: UnitOfWork) -> None:
        """Let leave what is to leave by now. A step.

        Nothing leaves the machine: the providers' part is said here.
        """
        for claim in await due.claim(
            uow.session, [SEND], now=uow.now, lease=_LEASE, limit=_MANY
        ):
            started = await settling.start(uow, claim, self._settings.delivery)
            if started is not None:
                item = await uow.session.get_one(TimelineItem, started.item_id)
                await self._hand_over(uow, claim, item)

    async def _hand_over(
        self, uow: UnitOfWork, claim: Claim, item: TimelineItem
    ) -> None:
        fate = self.fates.get(item.id)
        refused = fate if isinstance(fate, SendError) else None
        external_id = _external_id(item)
        await settling.settle(
            uow,
            claim,
            refused or SendResult(external_id=external_id),
            settings=self._settings.delivery,
            # Looked up in vain: a person has to say what became of it.
            looked_up=isinstance(refused, UncertainSendError),
        )
        if refused is not None:
            return
        if isinstance(fate, DeliveryReceipt):
            receipt = replace(fate, external_id=external_id)
        elif item.channel in _TOLD:
            receipt = DeliveryReceipt(
                channel=item.channel,
                state=DeliveryState.DELIVERED,
                external_id=external_id,
            )
        else:
            return
        self.at(uow.now + timedelta(seconds=4), _takes(receipt))


def _takes(receipt: DeliveryReceipt) -> Act:
    async def act(uow: UnitOfWork) -> None:
        await receipts.take(uow, receipt)

    return act


def _external_id(item: TimelineItem) -> str:
    """Name a message as its provider would."""
    key = item.key.hex if item.key else ""
    return f"SM{key}" if item.channel in _TOLD else f"<{key}@zatyshok.example>"
