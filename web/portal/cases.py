"""A client's cases: what was said so far, and a box to answer in."""

import re
from collections.abc import Mapping
from urllib.parse import quote

from aiohttp import web

from hub.access.portal_sessions import PortalClient
from hub.conversations import cases as told
from hub.errors import ContentLostError, InvalidError, NotFoundError
from hub.files import attachments
from hub.log.feed import head
from web.keys import BLOBS, DATABASE, SETTINGS
from web.portal import promises, session, writing
from web.portal.pages import page, render
from web.portal.places import before, place

routes = web.RouteTableDef()
#: Numbers of things in addresses; longer ones are not ours.
_ID = r"[1-9]\d{0,17}"


@routes.get("/portal/cases")
@page
async def all_cases(request: web.Request) -> web.Response:
    """List the client's cases, the latest first."""
    client = await session.signed_in(request)
    return await _list(request, client)


@routes.post("/portal/cases")
@page
async def begin(request: web.Request) -> web.Response:
    """Take a new question of the client."""
    client = await session.signed_in(request)
    given = await session.form(request)
    try:
        item = await writing.take(
            request,
            given,
            client.id,
            locale=session.locale(request, known=client.locale),
        )
    except InvalidError as error:
        return await _list(request, client, given, writing.reason(error))
    return _to_case(item.conversation_id)


@routes.get(f"/portal/cases/{{id:{_ID}}}")
@page
async def one_case(request: web.Request) -> web.Response:
    """Show one of the client's cases."""
    client = await session.signed_in(request)
    return await _show(request, client)


@routes.post(f"/portal/cases/{{id:{_ID}}}")
@page
async def answer(request: web.Request) -> web.Response:
    """Take the client's answer in a case."""
    client = await session.signed_in(request)
    given = await session.form(request)
    case_id = int(request.match_info["id"])
    try:
        await writing.take(
            request,
            given,
            client.id,
            conversation_id=case_id,
            locale=session.locale(request, known=client.locale),
        )
    except InvalidError as error:
        return await _show(request, client, given, writing.reason(error))
    return _to_case(case_id)


@routes.get(f"/portal/files/{{id:{_ID}}}/{{name}}")
@page
async def file(request: web.Request) -> web.StreamResponse:
    """Give a file of one of the client's messages, to be kept and not to be run."""
    client = await session.signed_in(request)
    async with request.app[DATABASE].read() as reading:
        found = await attachments.access_attachment(
            reading, client.viewer, int(request.match_info["id"])
        )
    blobs = request.app[BLOBS]
    if await blobs.size(found.hash) is None:
        raise NotFoundError(f"content of attachment {found.id}")
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/octet-stream",
            "Content-Length": str(found.size),
            "Content-Disposition": _disposition(found.name),
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        }
    )
    await response.prepare(request)
    try:
        async for chunk in blobs.chunks(found.hash):
            await response.write(chunk)
    except ContentLostError:
        # Half of it has left: cutting the line is the only way to say so.
        response.force_close()
    await response.write_eof()
    return response


async def _list(
    request: web.Request,
    client: PortalClient,
    given: Mapping[str, str] | None = None,
    wrong: str = "",
) -> web.Response:
    limit = request.app[SETTINGS].api.page
    async with request.app[DATABASE].read() as reading:
        cursor = await head(reading)
        found = await told.page(
            reading,
            client.viewer,
            client.id,
            limit=limit,
            before=before(request),
        )
        locale = session.locale(request, known=client.locale)
        promised = await promises.read(request, reading, client, locale)
    given = given or {}
    return render(
        request,
        "cases.html",
        locale=locale,
        promises=promised,
        status=422 if wrong else 200,
        client=client,
        live=f"/portal/live?cursor={cursor}",
        cases=found.cases,
        older=place(found.older),
        written=given.get("text", ""),
        key=given.get("key") or writing.new_key(),
        wrong=wrong,
    )


async def _show(
    request: web.Request,
    client: PortalClient,
    given: Mapping[str, str] | None = None,
    wrong: str = "",
) -> web.Response:
    async with request.app[DATABASE].read() as reading:
        cursor = await head(reading)
        case = await told.access_case(
            reading, client.viewer, int(request.match_info["id"])
        )
        locale = session.locale(request, known=client.locale)
        promised = await promises.read(
            request, reading, client, locale, conversation_id=case.view.id
        )
    given = given or {}
    return render(
        request,
        "case.html",
        locale=locale,
        promises=promised,
        status=422 if wrong else 200,
        client=client,
        live=f"/portal/live?cursor={cursor}",
        case=case,
        sent="sent" in request.query and not wrong,
        written=given.get("text", ""),
        key=given.get("key") or writing.new_key(),
        wrong=wrong,
    )


def _to_case(case_id: int | None) -> web.Response:
    return web.Response(
        status=303, headers={"Location": f"/portal/cases/{case_id}?sent=1#tell"}
    )


def _disposition(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    # RFC 6266: an ASCII name for old programs, the whole of it for the rest.
    exact = quote(name, safe="")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"
