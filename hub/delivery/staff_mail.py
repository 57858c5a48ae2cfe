"""Mails to those who work here. They belong to no client and to no timeline.

Owed as due rows like everything that leaves, so none is lost; and the same one is
never sent twice: a worker that dies over one leaves it unsent rather than doubled,
because what it tells of waits in the desk all the same.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from config.settings import DeliverySettings
from hub.contracts import OutboundMessage
from hub.delivery.outbox import Transport
from hub.errors import SendError, TransientSendError
from hub.storage import due
from hub.storage.database import Database
from hub.storage.due import Claim
from hub.storage.unit import UnitOfWork

log = structlog.get_logger(__name__)

#: A job: send one.
STAFF_MAIL = "staff.mail"
CHANNEL = "email"


async def owe_staff_mail(
    uow: UnitOfWork, *, key: str, to: str, name: str, subject: str, text: str
) -> None:
    """Owe a mail to somebody who works here.

    Args:
        uow: The unit whose commit makes it owed.
        key: Names this mail for ever.
        to: His mail address.
        name: His name.
        subject: The subject.
        text: What it says.
    """
    await uow.owe(
        STAFF_MAIL,
        f"{STAFF_MAIL}:{key}",
        at=uow.now,
        payload={
            "key": key,
            "to": to,
            "name": name,
            "subject": subject,
            "text": text,
            "tries": 0,
            "since": uow.now.isoformat(),
        },
    )


async def send_staff_mail(
    db: Database,
    claim: Claim,
    *,
    transports: Mapping[str, Transport],
    settings: DeliverySettings,
    company: str,
) -> None:
    """Send one. ``STAFF_MAIL``'s handler."""
    told = claim.payload
    if claim.attempts > 1:
        # Whoever tried it before died over it, and it may have gone out.
        log.warning("a staff mail is given up: it may have left", key=told["key"])
        await _settle(db, claim)
        return
    message = OutboundMessage(
        channel=CHANNEL,
        key=told["key"],
        recipient=told["to"],
        recipient_name=told["name"],
        subject=told["subject"],
        text=told["text"],
        sender_name=company,
        automatic=True,
    )
    transport = transports.get(CHANNEL)
    if transport is None:
        # It was turned off meanwhile; it may be turned on again.
        await _later(db, claim, settings, "mail is not set up")
        return
    try:
        await transport.send(message)
    except TransientSendError as error:
        await _later(db, claim, settings, str(error))
    except SendError as error:
        log.warning("a staff mail was not taken", key=told["key"], why=str(error))
        await _settle(db, claim)
    else:
        await _settle(db, claim)


async def _settle(db: Database, claim: Claim) -> None:
    async with db.begin() as uow:
        await due.settle(uow.session, claim)


async def _later(
    db: Database, claim: Claim, settings: DeliverySettings, why: str
) -> None:
    """It surely did not leave: owe it anew, so that the count of tries starts over."""
    told = dict(claim.payload)
    tries = told["tries"]
    pause: timedelta = min(
        settings.longest_retry, settings.first_retry * 2 ** min(tries, 20)
    )

    async def again(uow: UnitOfWork) -> None:
        if not await due.holds(uow.session, claim):
            return
        await due.settle(uow.session, claim)
        if uow.now - datetime.fromisoformat(told["since"]) > settings.give_up_after:
            log.warning("a staff mail is given up", key=told["key"], why=why)
            return
        await uow.owe(
            STAFF_MAIL,
            claim.key,
            at=uow.now + pause,
            payload={**told, "tries": tries + 1},
        )

    await db.run(again)
