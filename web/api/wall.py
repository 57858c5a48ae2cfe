"""The wall, and the conversations behind its numbers."""

from datetime import datetime

from hub.access.rights import Right
from hub.errors import NotFoundError
from hub.queues.views import queue_views
from hub.reports.evidence import EvidenceView, Metric, evidence
from hub.reports.wallboard import WallView
from web.api import cursors
from web.api.call import Call
from web.api.cursors import Page
from web.api.routing import Cursor, Limit, Routes
from web.keys import WALLBOARD

routes = Routes(tag="wall")


@routes.get("/wall", right=Right.WALL)
async def show(call: Call) -> WallView:
    """Give the wall as it is now, with all that has happened up to `cursor`."""
    return await call.request.app[WALLBOARD].view()


@routes.get("/wall/evidence", right=Right.WALL)
async def show_evidence(
    call: Call,
    queue_id: int,
    metric: Metric,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[EvidenceView]:
    """List the conversations behind a number of a tile, the oldest first."""
    size = call.limit(limit)
    after = cursors.decode(cursor, datetime, int) if cursor else None
    async with call.read() as session:
        if not await queue_views(session, [queue_id]):
            raise NotFoundError(f"queue {queue_id}")
        rows = await evidence(
            session,
            queue_id,
            metric,
            now=call.db.clock(),
            timezone=call.settings.timezone,
            limit=size + 1,
            after=after,
        )
    return cursors.page(rows, size, lambda row: (row.at, row.id))
