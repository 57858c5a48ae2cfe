"""Who did what."""

from datetime import datetime
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from hub.access import audit, audit_lines
from hub.access.audit import AuditEntry, Wanted
from hub.access.rights import Right
from web.api import cursors
from web.api.call import Call
from web.api.cursors import Page
from web.api.routing import Cursor, Limit, Routes

routes = Routes(tag="audit")

#: Lines of a file that are read at once.
_PIECE = 1000

Kind = Annotated[
    str,
    Field(
        max_length=100,
        description="A kind of event, or the noun of several.",
        examples=["conversation.assigned", "session"],
    ),
]


@routes.get("/audit", right=Right.AUDIT)
async def index(
    call: Call,
    *,
    actor_id: int | None = None,
    actor_kind: Literal["agent", "client", "program", "system"] | None = None,
    kind: Kind | None = None,
    conversation_id: int | None = None,
    client_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[AuditEntry]:
    """List what was done, the newest first. It is a view of the log."""
    size = call.limit(limit)
    wanted = Wanted(
        actor_id=actor_id,
        actor_kind=actor_kind,
        kind=kind,
        conversation_id=conversation_id,
        client_id=client_id,
        since=since,
        until=until,
    )
    before = cursors.decode(cursor, int)[0] if cursor else None
    async with call.read() as session:
        rows = await audit.page(session, wanted, before=before, limit=size + 1)
    return cursors.page(rows, size, lambda row: (row.seq,))


# All of it, however much that is: a page is read, written and forgotten.
@routes.get("/audit.csv", right=Right.AUDIT, produces="text/csv")
async def export(
    call: Call,
    *,
    actor_id: int | None = None,
    actor_kind: Literal["agent", "client", "program", "system"] | None = None,
    kind: Kind | None = None,
    conversation_id: int | None = None,
    client_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> web.StreamResponse:
    """Give the same as a file, the newest first, whole."""
    wanted = Wanted(
        actor_id=actor_id,
        actor_kind=actor_kind,
        kind=kind,
        conversation_id=conversation_id,
        client_id=client_id,
        since=since,
        until=until,
    )
    response = web.StreamResponse(
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="audit.csv"',
            "Cache-Control": "no-store",
        }
    )
    before: int | None = None
    rows: list[AuditEntry] = []
    while not response.prepared or len(rows) == _PIECE:
        async with call.read() as session:
            rows = await audit.page(session, wanted, before=before, limit=_PIECE)
        if not response.prepared:
            # Not before the first page is read: what fails there still has a status.
            await response.prepare(call.request)
            await response.write(audit_lines.head())
        if rows:
            before = rows[-1].seq
            await response.write(audit_lines.lines(rows))
    await response.write_eof()
    return response
