"""Collect the routes of all nouns and mount them."""

from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

from aiohttp import web

from hub.access import rights
from hub.errors import NotSignedInError
from hub.storage.idempotency import Answer
from web import security
from web.api import (
    accounts,
    agendas,
    agents,
    attachments,
    attributes,
    audit,
    bulk,
    calendars,
    canned,
    channels,
    clients,
    consents,
    conversations,
    docs,
    events,
    forms,
    invitations,
    macros,
    me,
    meetings,
    merges,
    moves,
    notifications,
    openapi,
    orders,
    originals,
    privacy,
    quarantine,
    queues,
    replies,
    retention,
    roles,
    search,
    session,
    sessions,
    signatures,
    sync,
    tags,
    tasks,
    tokens,
    views,
    wall,
    webhooks,
)
from web.api.answers import json_response, to_json
from web.api.call import Call
from web.api.idempotency import REPLAYED, key_of, once
from web.api.requests import json_body, read_body, read_upload
from web.api.routing import Route

#: Every noun of the API, in the order of the documentation. Each has ``routes``.
MODULES: tuple[ModuleType, ...] = (
    session,
    sessions,
    me,
    agendas,
    sync,
    views,
    bulk,
    conversations,
    moves,
    tags,
    replies,
    originals,
    clients,
    attributes,
    tasks,
    meetings,
    search,
    merges,
    consents,
    orders,
    privacy,
    notifications,
    attachments,
    quarantine,
    agents,
    queues,
    calendars,
    forms,
    canned,
    macros,
    signatures,
    channels,
    wall,
    events,
    audit,
    tokens,
    webhooks,
    accounts,
    invitations,
    retention,
    roles,
)

BASE = "/api/v1"


def all_routes() -> list[Route]:
    """List every route: what is mounted, documented and tested against the rights."""
    return [route for module in MODULES for route in module.routes]


def api_routes(app: web.Application, routes: list[Route] | None = None) -> None:
    """Mount the API on ``app``, with its document and its documentation.

    The app has the keys of ``web/keys.py`` and has been through ``security.install``.
    """
    routes = all_routes() if routes is None else routes
    for route in routes:
        path, handler = BASE + route.path, respond(route)
        if route.method == "GET":
            # It answers HEAD as well.
            app.router.add_get(path, handler, name=route.name)
        else:
            app.router.add_route(route.method, path, handler, name=route.name)
    document = openapi.document(routes, BASE)
    written = to_json(document)
    page = docs.render(document)

    async def show_document(_: web.Request) -> web.Response:
        return json_response(written, 200)

    async def show_docs(_: web.Request) -> web.Response:
        return docs.response(page)

    app.router.add_get(f"{BASE}/openapi.json", show_document)
    app.router.add_get(f"{BASE}/docs", show_docs)


def respond(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Make the aiohttp handler of a route: who asks, what, may he, do it, answer."""

    async def handle(request: web.Request) -> web.StreamResponse:
        call = await _admit(route, request)
        arguments = route.arguments(request)
        raw = b""
        if route.upload is not None:
            limit = route.body_limit(call.settings)
            arguments[route.upload] = await read_upload(request, limit)
        elif route.unsafe:
            raw = await read_body(request, route.body_limit(call.settings))
            if route.body is not None:
                arguments["body"] = json_body(request, raw, route.body)

        async def attempt() -> Answer | web.StreamResponse:
            result = await route.handler(call, **arguments)
            return _answer(route, call, result)

        key = key_of(request) if route.idempotent else None
        if key is None:
            response = _response(await attempt())
        else:
            answer, again = await once(call, key, raw, _plain(attempt))
            response = _response(answer)
            if again:
                response.headers[REPLAYED] = "true"
        for finish in call.finishing:
            finish(response)
        return response

    return handle


async def _admit(route: Route, request: web.Request) -> Call:
    if route.right is None:
        security.check_origin(request)
        return Call(request, None)
    caller = await security.identify(request)
    if caller is None:
        raise NotSignedInError
    rights.require(caller.account, route.right)
    return Call(request, caller)


def _answer(route: Route, call: Call, result: Any) -> Answer | web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        return result
    status = call.status or route.status
    return Answer(status, b"" if route.result is None else to_json(result))


def _response(answer: Answer | web.StreamResponse) -> web.StreamResponse:
    if isinstance(answer, Answer):
        return json_response(answer.body, answer.status)
    return answer


def _plain(
    attempt: Callable[[], Awaitable[Answer | web.StreamResponse]],
) -> Callable[[], Awaitable[Answer]]:
    async def kept() -> Answer:
        answer = await attempt()
        if not isinstance(answer, Answer):
            raise TypeError("an idempotent route gives JSON or nothing")
        return answer

    return kept
