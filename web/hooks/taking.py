"""Take one delivery of a channel in: translated and committed, or kept raw."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from channels.base import Adapter, Deliver, Keep
from hub.contracts import (
    DeliveryReceipt,
    InboundItem,
    Outcome,
    Received,
    WebhookRequest,
)
from hub.conversations import quarantine
from hub.conversations.intake.reception import Reception
from hub.delivery import receipts
from hub.errors import PayloadError, SignatureError
from hub.setup import checks
from hub.storage.database import Database
from hub.storage.kept import ChannelKeep
from web.metrics import Metrics

#: Refuses what was read, by raising.
Admit = Callable[[Received], Awaitable[None]]
#: Bytes of a delivery that are read at once, where all else waits meanwhile.
AT_ONCE = 128 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What it needs; the same for webhooks and for a channel's own receivers."""

    db: Database
    reception: Reception
    adapters: Mapping[str, Adapter]
    metrics: Metrics

    async def take(
        self,
        adapter: Adapter,
        request: WebhookRequest,
        *,
        admit: Admit | None = None,
    ) -> Sequence[Outcome]:
        """Take a delivery in; return after the commit.

        Args:
            adapter: Whose it is.
            request: The delivery.
            admit: Asked about what was read before anything is kept; it refuses by
                raising.

        Returns:
            What became of its items; nothing for one that is in quarantine.

        Raises:
            SignatureError: It is forged. Nothing is kept but a counter.
            InvalidError: A person typed something that will not do.
        """
        try:
            # Large ones are read aside: everybody's screens would wait for them.
            received = (
                await asyncio.to_thread(adapter.receive, request)
                if len(request.body) > AT_ONCE
                else adapter.receive(request)
            )
        except SignatureError:
            self.metrics.forged.labels(adapter.name).inc()
            raise
        except PayloadError as error:
            # Asking the provider to send it again would not make it readable.
            await self._keep(adapter, request, str(error))
            return []
        received = await adapter.authenticate(request, received)
        if admit is not None:
            await admit(received)
        if received.suspicion:
            looks = f"{quarantine.SPAM}: {received.suspicion}"
            await self.db.run(
                lambda uow: quarantine.keep(uow, adapter.name, request, reason=looks)
            )
            self.metrics.suspected.labels(adapter.name).inc()
            return []
        items = await self._without_news(received.items)
        if received.unclaimed and not await self._speaks_of_ours(items):
            await self._keep(adapter, request, received.unclaimed)
            return []
        outcomes = await self.reception.take(items)
        for outcome in outcomes:
            counter = self.metrics.taken if outcome.fresh else self.metrics.repeated
            counter.labels(adapter.name).inc()
        return outcomes

    async def _keep(
        self, adapter: Adapter, request: WebhookRequest, reason: str
    ) -> None:
        await self.db.run(
            lambda uow: quarantine.keep(uow, adapter.name, request, reason=reason)
        )
        self.metrics.unreadable.labels(adapter.name).inc()

    async def _speaks_of_ours(self, items: Sequence[InboundItem]) -> bool:
        """Tell whether any receipt among them is about a message that we sent."""
        async with self.db.read() as session:
            for one in items:
                if isinstance(one, DeliveryReceipt) and await receipts.is_known(
                    session, one
                ):
                    return True
        return False

    async def _without_news(
        self, items: Sequence[InboundItem]
    ) -> Sequence[InboundItem]:
        """Keep news of test messages for who waits for them, and give all else."""
        news = [one for one in items if checks.is_news(one)]
        if not news:
            return items
        await self.db.run(lambda uow: checks.note(uow, news))
        return [one for one in items if not checks.is_news(one)]

    def deliver_for(self, adapter: Adapter) -> Deliver:
        """Give an adapter's own receivers the way in."""

        async def deliver(request: WebhookRequest) -> Sequence[Outcome]:
            return await self.take(adapter, request)

        return deliver

    def keep_for(self, adapter: Adapter) -> Keep:
        """Give an adapter's own receivers a place for how far they have come."""
        return ChannelKeep(self.db, adapter.name)
