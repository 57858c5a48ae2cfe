"""Is it alive, is it ready, and in numbers."""

import asyncio
import time

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func, select

from hub.storage.tables import DueRow
from web.keys import DATABASE, FEED, METRICS, PARTS, Part

routes = web.RouteTableDef()

#: A part that does not answer for so long is not ready.
PATIENCE = 2.0


@routes.get("/healthz")
async def alive(_: web.Request) -> web.Response:
    """Tell that the process answers; nothing else."""
    return web.json_response({"status": "alive"})


@routes.get("/readyz")
async def ready(request: web.Request) -> web.Response:
    """Name each part, whether it is ready, and if not, why."""
    parts = request.app[PARTS]
    reasons = await asyncio.gather(*(_ask(part) for part in parts.values()))
    found = dict(zip(parts, reasons, strict=True))
    ok = all(reason is None for reason in reasons)
    return web.json_response(
        {
            "status": "ready" if ok else "not ready",
            "parts": {
                name: {"ready": reason is None, **({"why": reason} if reason else {})}
                for name, reason in found.items()
            },
        },
        status=200 if ok else 503,
    )


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Show counters and gauges in Prometheus' text form."""
    numbers, db = request.app[METRICS], request.app[DATABASE]
    numbers.log.set(request.app[FEED].seq or 0)
    async with db.read() as session:
        rows = await session.execute(
            select(DueRow.kind, func.count(), func.min(DueRow.due_at)).group_by(
                DueRow.kind
            )
        )
        owed = list(rows)
    numbers.due.clear()
    for kind, count, _ in owed:
        numbers.due.labels(kind).set(count)
    oldest = min((first for _, _, first in owed), default=None)
    late = (db.clock() - oldest).total_seconds() if oldest is not None else 0.0
    numbers.overdue.set(max(0.0, late))
    return web.Response(
        body=generate_latest(numbers.registry),
        headers={"Content-Type": CONTENT_TYPE_LATEST},
    )


@web.middleware
async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Note how long each route took."""
    began = time.perf_counter()
    status = 500
    try:
        response = await handler(request)
        status = response.status
    except web.HTTPException as error:
        status = error.status
        raise
    else:
        return response
    finally:
        resource = request.match_info.route.resource
        request.app[METRICS].requests.labels(
            request.method, resource.canonical if resource else "none", status
        ).observe(time.perf_counter() - began)


async def _ask(part: Part) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE):
            return await part()
    except TimeoutError:
        return f"no answer within {PATIENCE:g} s"
    except Exception as error:  # noqa: BLE001 - whatever it is, the part is not ready
        # The class alone: a driver's message may hold the address and its user.
        return type(error).__name__
