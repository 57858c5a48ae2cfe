"""The hosted pages of the forms: ``/forms/<name>``, for any browser.

A page is answered by the channel itself, as if its own site had sent it: the same
checks, the same way in. What was typed stays in its place until it is right; only
files must be chosen again, since no page can hold them for a browser.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlencode

from aiohttp import web

from channels import webform
from channels.webform import Given, as_seen, longest, plain, read_answers
from hub.contracts import FormDefinition, FormQuestion, worded
from hub.errors import (
    InvalidError,
    NotFoundError,
    PayloadError,
    SignatureError,
    TooManyError,
)
from web.forms import finding, reading
from web.forms.submitting import submit
from web.forms.words import languages, locale_of, say
from web.keys import DATABASE
from web.portal.pages import POLICY, page, render, size
from web.security import check_origin

routes = web.RouteTableDef()

#: What a browser may keep of a person for a question of this name or kind.
_COMPLETE = {"email": "email", "phone": "tel", "name": "name"}
_INPUTS = {"email": "email", "phone": "tel", "date": "date"}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A form as one browser sees it now."""

    form: FormDefinition
    locale: str
    given: Given = field(default_factory=lambda: Given({}))
    errors: Mapping[str, str] = field(default_factory=dict)
    #: What is said above the form.
    notice: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@routes.get("/forms/{name}")
@page
async def show(request: web.Request) -> web.Response:
    """Show a form, or the thanks after it."""
    form = await finding.form(request.app, request.match_info["name"])
    locale = locale_of(request, form)
    if "thanks" in request.query:
        return _page(request, Shown(form=form, locale=locale), "thanks.html")
    if not form.active:
        raise NotFoundError(f"form {form.name!r} is archived")
    return _page(request, Shown(form=form, locale=locale))


@routes.post("/forms/{name}")
@page
async def send(request: web.Request) -> web.Response:
    """Hand a form to its channel; thank after the commit, or say what is wrong."""
    form = await finding.form(request.app, request.match_info["name"])
    check_origin(request)
    try:
        body, kind = await reading.read(request, form)
    except web.HTTPRequestEntityTooLarge:
        locale = locale_of(request, form)
        return render(
            request,
            "gone.html",
            locale=locale,
            status=413,
            client=None,
            title=say(locale, "huge"),
            how=say(locale, "huge_how"),
        )
    channel = finding.channel(request.app)
    given = _given(body, kind)
    wanted = given.text(webform.LANGUAGE)
    locale = wanted if wanted in languages(form) else locale_of(request, form)
    shown = partial(Shown, locale=locale, given=given, form=_seen(channel, form, given))
    try:
        await submit(request, channel, form, body, {"Content-Type": kind})
    except InvalidError as error:
        errors = error.details["errors"]
        notice = _notice(channel, form, given, errors, locale)
        return _page(request, shown(errors=errors, notice=notice, status=422))
    except (SignatureError, PayloadError):
        # Most likely the page stood open while the hub's secret was changed.
        errors = {webform.TOKEN: "expired"}
        return _page(
            request,
            shown(errors=errors, notice=say(locale, "expired"), status=422),
        )
    except TooManyError as error:
        wait = float(error.details["retry_after"])
        busy = say(locale, "busy", minutes=max(1, round(wait / 60)))
        return _page(
            request,
            shown(
                notice=busy,
                status=429,
                headers={"Retry-After": str(max(1, round(wait)))},
            ),
        )
    query = {"thanks": "1", "lang": locale}
    if given.text("framed"):
        query["framed"] = _frame(given.text("framed"))
    return web.Response(
        status=303, headers={"Location": f"/forms/{form.name}?{urlencode(query)}"}
    )


def _given(body: bytes, kind: str) -> Given:
    try:
        return read_answers(body, kind)
    except PayloadError:
        return Given({})


def _seen(
    channel: webform.Channel, form: FormDefinition, given: Given
) -> FormDefinition:
    """Give the form that he looks at: what he was asked, and what is new since."""
    showing = channel.showing(form.name, given.text(webform.TOKEN))
    return form if showing is None else as_seen(form, showing.version)


def _notice(
    channel: webform.Channel,
    form: FormDefinition,
    given: Given,
    errors: Mapping[str, str],
    locale: str,
) -> str:
    if webform.TOKEN in errors:
        return say(locale, "expired")
    showing = channel.showing(form.name, given.text(webform.TOKEN))
    if showing is not None and showing.version != form.version:
        return say(locale, "changed")
    return ""


def _page(
    request: web.Request, shown: Shown, template: str = "form.html"
) -> web.Response:
    form, locale, given = shown.form, shown.locale, shown.given
    channel = finding.channel(request.app)
    token = given.text(webform.TOKEN)
    if not token or webform.TOKEN in shown.errors:
        token = channel.token(
            form.name, request.app[DATABASE].clock(), version=form.version
        )
    framed = _frame(request.query.get("framed") or given.text("framed"))
    offered = languages(form)
    # The same showing again: sent twice, it is one submission.
    return render(
        request,
        template,
        locale=locale,
        status=shown.status,
        headers={**_policy(form, framed=bool(framed)), **shown.headers},
        client=None,
        name=form.name,
        form=form,
        say=partial(say, locale),
        words=lambda text: worded(text, locale, form.locale),
        multipart=any(one.kind == "files" for one in form.questions),
        asked=[one for one in form.questions if one.kind != "hidden"],
        value=partial(_value, given),
        ticked=partial(_ticked, given),
        longest=longest,
        # A browser would not show what is no day in a field for days.
        input_type=lambda one: (
            "text"
            if one.name in shown.errors and one.kind == "date"
            else _INPUTS.get(one.kind, "text")
        ),
        complete=_complete,
        kinds=_accepted,
        largest=lambda one: size(one.max_file_bytes, locale),
        errors=shown.errors,
        had_files=any(
            one.filename or one.content
            for parts in given.files.values()
            for one in parts
        ),
        notice=shown.notice,
        token=token,
        token_field=webform.TOKEN,
        honeypot=webform.HONEYPOT,
        source=_source(request, given),
        framed=framed,
        turned=next((one for one in offered if one != locale), None),
    )


def _frame(said: str) -> str:
    """Say how a page in a frame looks: light as most sites are, or as its site (auto)."""
    return "" if not said else "auto" if said == "auto" else "1"


def _value(given: Given, question: FormQuestion) -> str:
    raw = given.said.get(question.name, "")
    return (plain(raw[0] if isinstance(raw, list) and raw else raw) or "")[:100_000]


def _ticked(given: Given, question: FormQuestion, choice: str) -> bool:
    raw = given.said.get(question.name)
    return choice in (raw if isinstance(raw, list) else [raw])


def _complete(question: FormQuestion) -> str:
    if question.name == "name":
        return "name"
    return _COMPLETE.get(question.kind, "off")


def _accepted(question: FormQuestion) -> str:
    return ",".join(question.file_types)


def _source(request: web.Request, given: Given) -> str:
    """Tell which page holds the form, as it says or as the browser does."""
    said = given.text(webform.PAGE) or request.query.get("page", "")
    return (said or request.headers.get("Referer", ""))[:2000]


def _policy(form: FormDefinition, *, framed: bool) -> dict[str, str]:
    if not framed:
        return {}
    sites = " ".join(form.origins) or "'none'"
    return {
        "Content-Security-Policy": POLICY.replace(
            "frame-ancestors 'none'", f"frame-ancestors 'self' {sites}"
        ).replace("'self' 'none'", "'self'")
    }
