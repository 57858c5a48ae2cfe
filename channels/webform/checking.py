"""What may be wrong with forms on web pages."""

import re
from collections.abc import AsyncIterator, Mapping
from urllib.parse import urlsplit

import aiohttp

from channels._checking import (
    beginning,
    fine,
    public_address,
    warning,
    web_session,
    why_no_line,
    wrong,
)
from channels.base import Means, Place
from hub.contracts import Finding, Grade

#: A page of a form is not longer.
_MOST_BYTES = 512 * 1024
_HTML = re.compile(rb"<form\b", re.IGNORECASE)


async def check(
    forms: Mapping[str, tuple[str, ...]], place: Place, means: Means
) -> AsyncIterator[Finding]:
    """Try the public address, the page of each form, and the sites that embed it.

    Args:
        forms: The sites that may embed it, by the form's name.
        place: Where the hub is.
        means: What may be used.
    """
    if not forms:
        yield warning("forms", "no_forms")
    reached = True
    async for one in public_address(place, means):
        reached = reached and one.grade is not Grade.WRONG
        yield one
    for name, origins in forms.items():
        if reached and means.running:
            yield await _page(name, place, means)
        for origin in origins:
            if open_to_all := _origin(name, origin, place):
                yield open_to_all


async def _page(name: str, place: Place, means: Means) -> Finding:
    url = f"{place.public_url}/forms/{name}"
    try:
        async with (
            web_session(means) as web,
            web.get(url, allow_redirects=False) as answer,
        ):
            page = await beginning(answer, _MOST_BYTES)
            status = answer.status
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        code, words = why_no_line(error)
        return wrong("forms.page", f"public_{code}", url=url, said=words)
    if status != 200 or not _HTML.search(page):  # noqa: PLR2004 - "OK"
        code = "form_broken" if status >= 500 else "form_not_shown"  # noqa: PLR2004 - ours to mend
        return wrong("forms.page", code, form=name, url=url, status=status)
    return fine("forms.page", "form_shown", form=name, url=url)


def _origin(name: str, origin: str, place: Place) -> Finding | None:
    """Judge a site that may embed the form; it is not asked anything."""
    if urlsplit(origin).scheme == "http" and place.public_url.startswith("https:"):
        return warning("forms.origin", "origin_not_https", form=name, origin=origin)
    return None
