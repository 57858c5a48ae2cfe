"""Send what is owed.

Three steps a message, and only the middle one touches the network: claim it (commit),
send it (no transaction open), settle it (commit). The claim writes ``sending`` on the
timeline first, so that whoever finds a message ``sending`` after a crash knows that it
may have gone out, looks it up at the provider, and else asks a person. It is never
sent twice in silence.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from config.settings import DeliverySettings
from hub.contracts import OutboundMessage, SendingRules, SendResult
from hub.delivery import letters, settling
from hub.delivery.enclosing import Link, enclose
from hub.delivery.outbound import SEND
from hub.errors import (
    SendError,
    TransientSendError,
    UncertainSendError,
)
from hub.storage import due
from hub.storage.blobs import Blobs
from hub.storage.database import Database
from hub.storage.due import Claim

log = structlog.get_logger(__name__)


class Transport(Protocol):
    """What the outbox needs of a channel."""

    async def send(self, message: OutboundMessage) -> SendResult:
        """See ``channels.base.Adapter.send``."""

    async def find(self, message: OutboundMessage) -> SendResult | None:
        """See ``channels.base.Adapter.find``."""


Outcome = SendResult | SendError


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """What sending needs."""

    db: Database
    blobs: Blobs
    transports: Mapping[str, Transport]
    settings: DeliverySettings
    #: Signs reply addresses.
    reply_key: bytes = field(repr=False)
    company: str
    #: What each channel can take.
    rules: Mapping[str, SendingRules] = field(default_factory=dict)
    #: Gives the address at which a provider may fetch a file; None: none can.
    link: Link | None = None
    #: In which the heading of what is quoted is written, if the client's is unknown.
    locale: str = "en"
    #: In which times are told there.
    timezone: str = "UTC"


async def send_due(outbox: Outbox, *, stops: Callable[[], bool] = bool) -> int:
    """Send every message now due, a few at a time; return how many were tried.

    Args:
        outbox: What it needs.
        stops: Asked before each few; what is under way is seen through.
    """
    tried = 0
    while not stops() and (claims := await _claim(outbox)):
        await asyncio.gather(*(_try(outbox, claim) for claim in claims))
        tried += len(claims)
    return tried


async def _claim(outbox: Outbox) -> list[Claim]:
    async with outbox.db.begin() as uow:
        return await due.claim(
            uow.session,
            [SEND],
            now=uow.now,
            lease=outbox.settings.lease,
            limit=outbox.settings.workers,
        )


async def _try(outbox: Outbox, claim: Claim) -> None:
    try:
        await _deliver(outbox, claim)
    except Exception:  # one bad message must not stop the others
        # Its lease ends, and it is looked at again.
        log.exception("outbox failed", item=claim.payload.get("item_id"))


async def _deliver(outbox: Outbox, claim: Claim) -> None:
    started = await outbox.db.run(
        lambda uow: settling.start(uow, claim, outbox.settings, rules=outbox.rules)
    )
    if started is None:
        return
    message = await letters.write(
        outbox.db,
        outbox.blobs,
        started.item_id,
        secret_text=claim.payload.get("secret_text", ""),
        reply_key=outbox.reply_key,
        company=outbox.company,
        locale=outbox.locale,
        timezone=outbox.timezone,
        tried_at=claim.first_tried_at,
    )
    message = await enclose(outbox.db, message, started.item_id, outbox.link)
    transport = outbox.transports.get(message.channel)
    outcome: Outcome
    if transport is None:
        # The channel was turned off meanwhile; it may be turned on again.
        outcome = TransientSendError("the channel is not set up")
    elif started.maybe_sent:
        found = await _look_up(transport, message)
        if found is None:
            # It surely has not gone out. Nothing was sent in this try so far, and
            # the message is ``sending`` again, so this is an ordinary first try.
            if not await outbox.db.run(
                lambda uow: settling.restart(uow, claim, rules=outbox.rules)
            ):
                return
            outcome = await _attempt(transport, message)
        else:
            outcome = found
    else:
        outcome = await _attempt(transport, message)
    await outbox.db.run(
        lambda uow: settling.settle(
            uow, claim, outcome, settings=outbox.settings, looked_up=started.maybe_sent
        )
    )


async def _attempt(transport: Transport, message: OutboundMessage) -> Outcome:
    """Turn what a transport raises into a value."""
    try:
        return await transport.send(message)
    except SendError as error:
        return error
    except Exception as error:  # a fault of ours, somewhere around the sending
        log.exception("transport failed", channel=message.channel, key=message.key)
        return UncertainSendError(type(error).__name__)


async def _look_up(transport: Transport, message: OutboundMessage) -> Outcome | None:
    try:
        return await transport.find(message)
    except SendError as error:
        return error
    except Exception as error:  # as above
        log.exception("look-up failed", channel=message.channel, key=message.key)
        return TransientSendError(type(error).__name__)
