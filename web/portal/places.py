"""Where a list goes on, as the address of its next page says it."""

from datetime import datetime

from aiohttp import web

from hub.errors import InvalidError, NotFoundError
from web.api import cursors

#: When the last thing on a page was, and its id.
Place = tuple[datetime, int]


def before(request: web.Request) -> Place | None:
    """Read the place before which this page begins; None for the first page.

    Raises:
        NotFoundError: It was not given by a page of ours.
    """
    given = request.query.get("before")
    if given is None:
        return None
    try:
        return cursors.decode(given, datetime, int)
    except InvalidError as error:
        raise NotFoundError("page") from error


def place(found: Place | None) -> str | None:
    """Write a place for an address; None at the end of a list."""
    return None if found is None else cursors.encode(*found)
