"""The documentation page: the OpenAPI document as plain HTML, without a script."""

import re
from html import escape
from http import HTTPStatus
from itertools import groupby
from typing import Any

from aiohttp import web

from hub.errors import HubError
from web import pages
from web.errors import HTTP_CODES, STATUSES, title_of

Json = dict[str, Any]
_CODE = re.compile("`([^`]+)`")


def response(page: str) -> web.Response:
    """Answer with a page that ``render`` made."""
    return pages.page("Rozmova API", page, locale="en")


def render(document: Json) -> str:
    """Write the document down for people."""
    base = document["servers"][0]["url"]
    operations = [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    operations.sort(key=lambda one: one[2]["tags"][0])
    parts = [
        f"<h1>Rozmova API</h1>{_paragraphs(document['info']['description'])}",
        f'<p>For programs: <a href="{base}/openapi.json">openapi.json</a>.</p>',
    ]
    for tag, group in groupby(operations, key=lambda one: one[2]["tags"][0]):
        parts.append(f"<h2>{escape(tag.capitalize())}</h2>")
        parts += [_operation(*one) for one in group]
    parts.append(_problems())
    parts.append("<h2>Shapes</h2>")
    parts += [
        _shape(name, schema)
        for name, schema in sorted(document["components"]["schemas"].items())
    ]
    return "".join(parts)


def _operation(method: str, path: str, operation: Json) -> str:
    right = operation.get("x-right")
    said = _paragraphs(operation.get("description", ""))
    takes = (
        f"Needs the right <code>{escape(right)}</code>." if right else "Open to all."
    )
    rows = [
        (one["name"], one["in"], _type(one["schema"]), one.get("description", ""))
        for one in operation["parameters"]
    ]
    body = operation.get("requestBody", {}).get("content", {})
    rows += [
        ("body", media, _type(content["schema"]), "") for media, content in body.items()
    ]
    answers = "".join(
        f"<p>Answers {escape(status)} "
        f"{', '.join(_type(one.get('schema', {})) for one in answer['content'].values())}"
        "</p>"
        for status, answer in operation["responses"].items()
        if "content" in answer
    )
    return (
        f'<details id="{escape(operation["operationId"])}"><summary>'
        f'<span class="method">{method}</span> <code>{escape(path)}</code> '
        f'<span class="soft">{escape(operation["summary"])}</span></summary>'
        f"{said}<p>{takes}</p>{_table(rows)}{answers}</details>"
    )


def _shape(name: str, schema: Json) -> str:
    needed = set(schema.get("required", ()))
    rows = [
        (
            field,
            "always" if field in needed else "may be absent",
            _type(part),
            part.get("description", ""),
        )
        for field, part in schema.get("properties", {}).items()
    ]
    words = ", ".join(
        f"<code>{escape(str(one))}</code>" for one in schema.get("enum", ())
    )
    return (
        f'<details id="shape-{escape(name)}"><summary><code>{escape(name)}</code>'
        f"</summary>{_paragraphs(schema.get('description', ''))}"
        f"<p>{words}</p>{_table(rows)}</details>"
    )


def _problems() -> str:
    rows = [
        f'<tr id="problem-{kind.code}"><td>{_status(kind)}</td>'
        f"<td><code>{kind.code}</code></td><td>{escape(title_of(kind))}</td></tr>"
        for kind in _leaves(HubError)
        if kind is not HubError
    ]
    rows += [
        f'<tr id="problem-{code}"><td>{status}</td><td><code>{code}</code></td>'
        f"<td>{HTTPStatus(status).phrase}</td></tr>"
        for status, code in HTTP_CODES.items()
        if code not in {kind.code for kind in _leaves(HubError)}
    ]
    return f"<h2>Problems</h2><table>{''.join(rows)}</table>"


def _leaves(kind: type[HubError]) -> list[type[HubError]]:
    return [kind, *(one for sub in kind.__subclasses__() for one in _leaves(sub))]


def _status(kind: type[HubError]) -> int:
    return next(
        (status for family, status in STATUSES.items() if issubclass(kind, family)), 500
    )


def _table(rows: list[tuple[str, str, str, str]]) -> str:
    if not rows:
        return ""
    lines = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(where)}</td>"
        f"<td>{kind}</td><td>{escape(said)}</td></tr>"
        for name, where, kind, said in rows
    )
    return f"<table>{lines}</table>"


def _type(schema: Json) -> str:
    """Name a type in HTML, with links to the shapes."""
    if reference := schema.get("$ref"):
        name = escape(reference.rpartition("/")[2])
        return f'<a href="#shape-{name}">{name}</a>'
    if branches := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(map(_type, branches))
    if words := schema.get("enum"):
        return " or ".join(f"<code>{escape(str(word))}</code>" for word in words)
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    kind = escape(str(schema.get("type", "any")))
    shape = schema.get("format")
    return f"{kind} ({escape(shape)})" if shape else kind


def _paragraphs(text: str) -> str:
    return "".join(
        "<p>" + _CODE.sub(r"<code>\1</code>", escape(part)) + "</p>"
        for part in text.split("\n\n")
        if part.strip()
    )
