"""Timelines over HTTP: places as opaque cursors."""

from dataclasses import dataclass
from datetime import datetime

from hub.clients.timeline import Place, TimelinePage
from hub.conversations.views import ItemView
from web.api import cursors


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineAnswer:
    """Entries of a timeline, the oldest first."""

    items: list[ItemView]
    #: Give it as ``before``; null at the very beginning.
    older: str | None
    #: Give it as ``after``; null when there is nothing newer.
    newer: str | None


def place(cursor: str | None) -> Place | None:
    """Read a place back.

    Raises:
        InvalidError: No timeline gave it.
    """
    if not cursor:
        return None
    at, item_id = cursors.decode(cursor, datetime, int)
    return at, item_id


def shown(page: TimelinePage) -> TimelineAnswer:
    """Write the places of a page as cursors."""
    return TimelineAnswer(
        items=page.items,
        older=cursors.encode(*page.older) if page.older else None,
        newer=cursors.encode(*page.newer) if page.newer else None,
    )
