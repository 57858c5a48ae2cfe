"""What the tables alone do not say: the log's head and its months."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

#: Months that stand ready ahead of time. ``events_other`` takes what falls outside.
MONTHS_AHEAD = 3


async def ensure_months(
    connection: AsyncConnection, now: datetime, *, back: timedelta = timedelta(0)
) -> None:
    """Make the log's partitions for the months around ``now``.

    Args:
        connection: Within a transaction.
        now: The present.
        back: How far into the past events will be written (an import, a demo).
    """
    # Two processes that start at once would make the same month.
    await connection.execute(text("SELECT pg_advisory_xact_lock(7302510)"))
    month = (now - back).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last = now + timedelta(days=31 * MONTHS_AHEAD)
    while month <= last:
        following = (month + timedelta(days=32)).replace(day=1)
        name = f"events_{month:%Y_%m}"
        # A month of which the catch-all holds events already stays there: PostgreSQL
        # would refuse to make it.
        if await connection.scalar(
            text(
                "SELECT to_regclass(:name) IS NULL AND NOT EXISTS (SELECT 1 FROM "
                "events_other WHERE at >= :month AND at < :following)"
            ),
            {"name": name, "month": month, "following": following},
        ):
            # A name and two dates of our own making; DDL takes no parameters.
            await connection.execute(
                text(
                    f"CREATE TABLE {name} PARTITION OF events "
                    f"FOR VALUES FROM ('{month:%Y-%m-%d}Z') TO ('{following:%Y-%m-%d}Z')"
                )
            )
        month = following
