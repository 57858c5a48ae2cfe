"""Forms for programs and for scripts on other sites: JSON, by CORS where it is allowed.

``GET /forms/<name>/definition`` gives what to ask and a token for one showing;
``POST /forms/<name>/submissions`` (or ``/hooks/webform/<name>``) takes the answers: as
JSON, as a form's fields, or with files. A site's own server sends the key instead of a
token. Credentials are never asked for.
"""

from typing import Any

from aiohttp import web

from channels.webform import HONEYPOT, TOKEN, longest
from hub.contracts import FormDefinition, FormQuestion, worded
from hub.errors import InvalidError, NotFoundError
from web.api.answers import json_response, to_json
from web.forms import finding, reading
from web.forms.submitting import submit
from web.forms.words import languages, locale_of, say
from web.keys import DATABASE

routes = web.RouteTableDef()
#: The other site whose script may read the answer; "": none may.
_ALLOWED = web.RequestKey("forms_origin", str)
#: Seconds that a browser need not ask again.
_REMEMBERED = 600


@routes.options("/forms/{name}/submissions")
@routes.options("/forms/{name}/definition")
@routes.options("/hooks/webform/{name}")
async def preflight(request: web.Request) -> web.Response:
    """Tell a browser whether a page of another site may send this form."""
    await _form(request)
    if not request[_ALLOWED]:
        return web.Response(status=403)
    return web.Response(
        status=204,
        headers={
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Content-Type, X-Form-Key",
            "Access-Control-Max-Age": str(_REMEMBERED),
        },
    )


@routes.get("/forms/{name}/definition")
async def define(request: web.Request) -> web.StreamResponse:
    """Give what the form asks, in one language, and the token of this showing."""
    form = await _form(request)
    if not form.active:
        raise NotFoundError(f"form {form.name!r} is archived")
    locale = locale_of(request, form)
    token = finding.channel(request.app).token(
        form.name, request.app[DATABASE].clock(), version=form.version
    )
    return json_response(to_json(_told(form, locale, token)), 200)


@routes.post("/forms/{name}/submissions")
@routes.post("/hooks/webform/{name}")
async def take(request: web.Request) -> web.Response:
    """Take a submission in, and only then say so."""
    form = await _form(request)
    channel = finding.channel(request.app)
    body, kind = await reading.read(request, form)
    # A body that was read in parts is written anew; its length and mark are others.
    headers = {**request.headers, "Content-Type": kind}
    try:
        delivery, outcomes = await submit(request, channel, form, body, headers)
    except InvalidError as error:
        locale = locale_of(request, form)
        errors = error.details["errors"]
        raise InvalidError(
            str(error),
            errors=errors,
            messages={name: say(locale, why) for name, why in errors.items()},
        ) from error
    answer = channel.respond(delivery, outcomes)
    return web.Response(
        status=answer.status, body=answer.body, content_type=answer.content_type
    )


async def allow(request: web.Request, response: web.StreamResponse) -> None:
    """Let the other site's script read the answer, a refusal like a success."""
    origin = request.get(_ALLOWED)
    if origin is None:
        return
    response.headers.add("Vary", "Origin")
    if origin:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"


async def _form(request: web.Request) -> FormDefinition:
    form = await finding.form(request.app, request.match_info["name"])
    origin = request.headers.get("Origin")
    is_allowed = origin and finding.channel(request.app).allows(form, origin)
    request[_ALLOWED] = origin if origin and is_allowed else ""
    return form


def _told(form: FormDefinition, locale: str, token: str) -> dict[str, Any]:
    return {
        "name": form.name,
        "version": form.version,
        "locale": locale,
        "languages": languages(form),
        "title": worded(form.title, locale, form.locale),
        "intro": worded(form.intro, locale, form.locale),
        "questions": [_asked(one, form, locale) for one in form.questions],
        TOKEN: token,
        # To be in the page, unseen, and to be sent empty.
        "honeypot": HONEYPOT,
    }


def _asked(question: FormQuestion, form: FormDefinition, locale: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": question.name,
        "kind": question.kind,
        "label": worded(question.label, locale, form.locale),
        "help": worded(question.help, locale, form.locale),
        "required": question.required,
    }
    if question.choices:
        told["choices"] = [
            {
                "value": one.value,
                "label": worded(one.label, locale, form.locale) or one.value,
            }
            for one in question.choices
        ]
    if question.kind == "files":
        told |= {
            "max_files": question.max_files,
            "max_file_bytes": question.max_file_bytes,
            "file_types": list(question.file_types),
        }
    elif question.kind in {"text", "textarea", "order"}:
        told["max_length"] = longest(question)
    return told
