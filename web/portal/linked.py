"""The page of a case that the link in a form's confirmation opens: ``/portal/c/...``."""

from collections.abc import Mapping

from aiohttp import web

from hub.errors import InvalidError, NotFoundError
from hub.forms.cases import LinkedCase, access_case_by_link
from hub.forms.links import read_link
from web.keys import DATABASE
from web.portal import session, writing
from web.portal.pages import PORTAL, page, render, say_gone

routes = web.RouteTableDef()


@routes.get("/portal/c/{token}")
@page
async def show(request: web.Request) -> web.Response:
    """Show what was said between an address and us about one matter."""
    try:
        case = await _case(request)
    except NotFoundError:
        return await say_gone(request, "gone_case", "gone_case_how")
    return _page(request, case)


@routes.post("/portal/c/{token}")
@page
async def answer(request: web.Request) -> web.Response:
    """Take what its holder writes."""
    case = await _case(request)
    given = await session.form(request)
    try:
        await writing.take(
            request,
            given,
            case.client_id,
            conversation_id=case.conversation_id,
            by_link=True,
            address=case.address,
            locale=session.locale(request, known=case.locale),
        )
    except InvalidError as error:
        return _page(request, case, given, writing.reason(error))
    token = request.match_info["token"]
    return web.Response(
        status=303, headers={"Location": f"/portal/c/{token}?sent=1#tell"}
    )


async def _case(request: web.Request) -> LinkedCase:
    link = read_link(
        request.app[PORTAL].shop.case_key,
        request.match_info["token"],
        now=request.app[DATABASE].clock(),
    )
    async with request.app[DATABASE].read() as reading:
        return await access_case_by_link(reading, link)


def _page(
    request: web.Request,
    case: LinkedCase,
    given: Mapping[str, str] | None = None,
    wrong: str = "",
) -> web.Response:
    given = given or {}
    return render(
        request,
        "linked.html",
        locale=session.locale(request, known=case.locale),
        status=422 if wrong else 200,
        client=None,
        case=case,
        token=request.match_info["token"],
        sent="sent" in request.query and not wrong,
        written=given.get("text", ""),
        key=given.get("key") or writing.new_key(),
        wrong=wrong,
    )
