"""The log as a program pulls it, page by page, under the same rules as a live screen."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from hub.log import feed
from hub.log.audience import Viewer
from hub.log.feed import Logged

#: Numbers that one page looks through, so that a rare kind costs no more than a common
#: one; a page may be empty and still go on.
REACH = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """A page of the log."""

    events: list[Logged]
    #: Everything up to it has been looked at, whether it was wanted or not.
    cursor: int
    #: The log goes on beyond the cursor already.
    more: bool


async def pull(
    session: AsyncSession,
    viewer: Viewer,
    cursor: int | None,
    *,
    kinds: Sequence[str] | None,
    limit: int,
) -> Pulled:
    """Give what ``viewer`` may see after ``cursor``.

    The session reads one moment, in which every number up to the head is there; so the
    cursor may pass over what was not wanted, and nothing below it comes later.

    Args:
        session: Of ``Database.read``.
        viewer: Who asks.
        cursor: The last number looked at; None to begin with what comes from now on.
        kinds: Only these; None for all.
        limit: Events of a page, at the most.

    Raises:
        CursorLostError: The log does not reach back to the cursor.
    """
    newest = await feed.head(session)
    if cursor is None:
        return Pulled(events=[], cursor=newest, more=False)
    await feed.reach(session, cursor)
    upto = min(newest, cursor + REACH)
    events = await feed.after(
        session,
        cursor,
        limit=limit,
        upto=upto,
        topics=sorted(viewer.topics),
        kinds=kinds,
    )
    reached = events[-1].seq if len(events) == limit else upto
    return Pulled(events=events, cursor=reached, more=reached < newest)
