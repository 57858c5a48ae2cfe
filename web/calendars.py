"""Agents' calendars for calendar programs, at secret addresses."""

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.collaboration import calendars, icalendar
from web.keys import DATABASE, SETTINGS

#: Whoever fetches it gets it afresh, and nothing in between keeps it.
_HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


def add(app: web.Application) -> None:
    """Mount the calendars on ``app``."""
    app.router.add_get(r"/calendar/{secret:[A-Za-z0-9_-]{20,100}}.ics", calendar)


async def calendar(request: web.Request) -> web.Response:
    """Give the calendar that a secret opens."""
    settings, db = request.app[SETTINGS], request.app[DATABASE]
    async with db.read() as session:
        found = await calendars.access_calendar(
            session, request.match_info["secret"], now=db.clock()
        )
    text = icalendar.write(
        found,
        host=urlsplit(settings.base_url).hostname or "rozmova",
        zone=ZoneInfo(settings.timezone),
        refresh=settings.collaboration.calendar_refresh,
    )
    return web.Response(
        text=text, content_type="text/calendar", charset="utf-8", headers=_HEADERS
    )
