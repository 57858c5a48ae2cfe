"""What was lately seen on each channel."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from hub.delivery.permission import OPTED_OUT
from hub.storage.tables import QuarantineItem, TimelineItem

#: So many of the newest entries are looked through, however long the history is.
NEWEST = 20_000
_FAILED = ("failed", "bounced")


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What lately happened on one channel; None where nothing did."""

    last_in_at: datetime | None = None
    last_out_at: datetime | None = None
    #: The last message of ours that failed, and why, in the provider's words.
    last_failed_at: datetime | None = None
    last_failure: str = ""
    #: Why as a word that screens know in their own languages; "" if there is none.
    last_failure_code: str = ""
    #: Deliveries that nobody could read, and that wait for a person.
    unreadable: int = 0


async def activity(session: AsyncSession) -> dict[str, Activity]:
    """Give what lately happened on each channel, by its name."""
    newest = (
        select(
            TimelineItem.channel,
            TimelineItem.direction,
            TimelineItem.at,
            TimelineItem.delivery,
            TimelineItem.delivery_reason,
            TimelineItem.delivery_code,
        )
        .order_by(TimelineItem.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    times = await session.execute(
        select(newest.c.channel, newest.c.direction, func.max(newest.c.at))
        .where(newest.c.channel.is_not(None), newest.c.direction.is_not(None))
        .group_by(newest.c.channel, newest.c.direction)
    )
    last = {(channel, direction): at for channel, direction, at in times}
    failures = await session.execute(
        select(
            newest.c.channel,
            newest.c.at,
            newest.c.delivery_reason,
            newest.c.delivery_code,
        )
        .where(
            newest.c.delivery.in_(_FAILED),
            newest.c.channel.is_not(None),
            # That somebody wants no messages is no trouble of the channel.
            newest.c.delivery_code != OPTED_OUT,
        )
        .ext(distinct_on(newest.c.channel))
        .order_by(newest.c.channel, newest.c.at.desc())
    )
    failed = {channel: (at, reason, code) for channel, at, reason, code in failures}
    waiting = await session.execute(
        select(QuarantineItem.channel, func.count())
        .where(QuarantineItem.state == "waiting")
        .group_by(QuarantineItem.channel)
    )
    unreadable = {channel: count for channel, count in waiting.all()}  # noqa: C416 - rows are not pairs
    names = {channel for channel, _ in last} | set(unreadable)
    return {
        name: Activity(
            last_in_at=last.get((name, "in")),
            last_out_at=last.get((name, "out")),
            last_failed_at=failed[name][0] if name in failed else None,
            last_failure=failed[name][1] if name in failed else "",
            last_failure_code=failed[name][2] if name in failed else "",
            unreadable=unreadable.get(name, 0),
        )
        for name in names
    }
