"""What a machine of ours may not send: nobody reads it, or a machine answers it.

The one gate for every notice, confirmation and self-service answer, at the moment it
would leave. Two machines that answer each other without saying that they are machines
come to rest here: each address gets so many automatic messages in an hour and no more.
"""

import re
from datetime import timedelta

from sqlalchemy import func, select

from config.settings import DeliverySettings
from hub.storage.tables import TimelineItem
from hub.storage.unit import UnitOfWork

SPAN = timedelta(hours=1)
#: Addresses of machines, by what stands before the @.
_NOBODY = re.compile(
    r"(?:mailer-daemon|postmaster|mdaemon|(?:no|do[-_.]?not|dont)[-_.]?(?:re(?:ply|spond))"
    r"|bounces?|undeliverable|daemon|auto-?(?:reply|responder))(?:[-_.+].*)?",
    re.IGNORECASE,
)


def is_nobody(address: str) -> bool:
    """Tell whether only machines have addresses like this one."""
    local, at, _ = address.strip().rpartition("@")
    return bool(at) and _NOBODY.fullmatch(local) is not None


async def hindrance(
    uow: UnitOfWork,
    item: TimelineItem,
    settings: DeliverySettings,
    *,
    is_secret: bool = False,
) -> str:
    """Say why a message may not leave; empty: it may.

    Args:
        uow: The unit that is about to send it.
        item: A message of ours.
        settings: How many are too many.
        is_secret: It holds a code or link that a person has just asked for, which is
            throttled where it is asked for.
    """
    if not item.data.get("automatic"):
        return ""
    if is_nobody(str(item.data.get("to", ""))):
        return "automatic messages are not sent to machines"
    if is_secret:
        return ""
    sent = await uow.session.scalar(
        select(func.count())
        .select_from(TimelineItem)
        .where(
            TimelineItem.client_id == item.client_id,
            TimelineItem.at > uow.now - SPAN,
            TimelineItem.address == item.address,
            TimelineItem.direction == "out",
            TimelineItem.id != item.id,
            TimelineItem.data["automatic"].astext == "true",
            TimelineItem.delivery.in_(
                ("sending", "sent", "delivered", "bounced", "uncertain")
            ),
        )
    )
    if (sent or 0) >= settings.automatic_per_hour:
        return (
            f"more than {settings.automatic_per_hour} automatic messages"
            " to this address in an hour"
        )
    return ""
