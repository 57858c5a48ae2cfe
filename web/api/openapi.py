"""The OpenAPI 3.1 document, made from the handlers' own types."""

import inspect
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from hub.access.rights import Right
from web.api.idempotency import HEADER
from web.api.routing import Parameter, Route
from web.errors import MEDIA_TYPE

Json = dict[str, Any]
#: By the operation and the name of the parameter; ``body``, or "" for the result.
_Schemas = dict[tuple[str, str], Json]
_Input = tuple[tuple[str, str], JsonSchemaMode, TypeAdapter[Any]]

_REFERENCE = "#/components/schemas/{model}"
_PROBLEM: Json = {
    "type": "object",
    "description": "A refusal (RFC 9457). Some codes say more in further fields.",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; made for programs."},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "With `invalid`: what is wrong, by field.",
        },
        "retry_after": {
            "type": "number",
            "description": "With `too_many`: seconds to wait.",
        },
    },
}
_SECURITY: Json = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token, as `POST /tokens` gives it.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "rozmova_session",
        "description": "Set by `POST /session`.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "`csrf` of `GET /session`; with the cookie, for writes.",
    },
}
_ABOUT = """Everything that the screens of the hub do, for programs.

Times are ISO 8601 in UTC. Lists are `{"items": [...], "next": cursor}`: give `next` as
`cursor` for what follows. Refusals are problem documents with a stable `code`.
A write that takes an `Idempotency-Key` may be sent again with the same key: it is done
once, and answered the same."""


def document(routes: list[Route], base: str) -> Json:
    """Describe these routes, which are mounted below ``base``."""
    schemas, definitions = _schemas(routes)
    paths: Json = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(
            route, schemas
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Rozmova", "version": "1", "description": _ABOUT},
        "servers": [{"url": base}],
        "tags": [{"name": name} for name in dict.fromkeys(one.tag for one in routes)],
        "paths": paths,
        "components": {
            "schemas": {**definitions, "Problem": _PROBLEM},
            "securitySchemes": _SECURITY,
            "responses": {
                "Problem": {
                    "description": "A refusal.",
                    "content": {
                        MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}
                    },
                }
            },
        },
        "x-rights": [right.value for right in Right],
    }


class _Plain(GenerateJsonSchema):
    """Without titles that only repeat the name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's
        return False


def _schemas(routes: list[Route]) -> tuple[_Schemas, Json]:
    """Give the schema of every input and result, and what they share."""
    inputs: list[_Input] = []
    for route in routes:
        inputs += [
            ((route.name, one.name), "validation", one.adapter)
            for one in route.parameters
        ]
        if route.body is not None:
            inputs.append(((route.name, "body"), "validation", TypeAdapter(route.body)))
        if route.result is not None and route.produces is None:
            inputs.append(
                ((route.name, ""), "serialization", TypeAdapter(route.result))
            )
    found, shared = TypeAdapter.json_schemas(
        inputs, ref_template=_REFERENCE, schema_generator=_Plain
    )
    return {key: schema for (key, _), schema in found.items()}, shared.get("$defs", {})


def _operation(route: Route, schemas: _Schemas) -> Json:
    said = inspect.cleandoc(route.handler.__doc__ or "")
    # What follows are Google sections, written for whoever reads the code.
    said = said.partition("\nArgs:")[0].partition("\nRaises:")[0].strip()
    summary, _, rest = said.partition("\n")
    operation: Json = {
        "operationId": route.name,
        "tags": [route.tag],
        "summary": summary.rstrip("."),
        "parameters": [_parameter(one, schemas, route) for one in route.parameters],
        "responses": _responses(route, schemas),
        "security": _security(route),
    }
    if rest.strip():
        operation["description"] = rest.strip()
    if route.right is not None:
        operation["x-right"] = route.right.value
    if route.idempotent:
        operation["parameters"].append(
            {
                "name": HEADER,
                "in": "header",
                "required": False,
                "description": "Sent again with the same key, it is done once.",
                "schema": {
                    "type": "string",
                    "pattern": "^[\\x21-\\x7e]{1,200}$",
                    "examples": ["2f1c6c1e-2a54-4f0e-9c5b-6f1f4a0b8d11"],
                },
            }
        )
    if body := _body(route, schemas):
        operation["requestBody"] = body
    return operation


def _body(route: Route, schemas: _Schemas) -> Json | None:
    if route.upload is not None:
        file = {"type": "string", "contentMediaType": "application/octet-stream"}
        schema = {
            "type": "object",
            "required": ["file"],
            "properties": {"file": file},
        }
        return {
            "required": True,
            "content": {"multipart/form-data": {"schema": schema}},
        }
    if route.body is not None:
        schema = schemas[route.name, "body"]
        return {"required": True, "content": {"application/json": {"schema": schema}}}
    return None


def _parameter(one: Parameter, schemas: _Schemas, route: Route) -> Json:
    schema = schemas[route.name, one.name]
    known: Json = {
        "name": one.name,
        "in": one.place,
        "required": one.required,
        "schema": _without_null(schema),
    }
    if described := schema.get("description"):
        known["description"] = described
    if one.many:
        known |= {"style": "form", "explode": False}
    return known


def _without_null(schema: Json) -> Json:
    """A parameter is left out, not null."""
    kept = {
        name: part
        for name, part in schema.items()
        if name not in {"description", "default", "anyOf"}
    }
    branches = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    if len(branches) == 1:
        return {**branches[0], **kept}
    return {**kept, "anyOf": branches} if branches else kept


def _responses(route: Route, schemas: _Schemas) -> Json:
    done: Json = {"description": HTTPStatus(route.status).phrase}
    if route.produces is not None:
        done["content"] = {route.produces: {}}
    elif route.result is not None:
        schema = schemas[route.name, ""]
        done["content"] = {"application/json": {"schema": schema}}
    statuses = ["422", "429", "503"]
    if route.right is not None:
        statuses += ["401", "403"]
    if any(one.place == "path" for one in route.parameters):
        statuses.append("404")
    if route.unsafe:
        statuses += ["400", "409", "413", "415"]
    problem = {"$ref": "#/components/responses/Problem"}
    return {
        str(route.status): done,
        **dict.fromkeys(sorted(statuses), problem),
        "default": problem,
    }


def _security(route: Route) -> list[dict[str, list[str]]]:
    if route.right is None:
        return []
    cookie: dict[str, list[str]] = {"cookie": []}
    if route.unsafe:
        cookie["csrf"] = []
    return [{"token": []}, cookie]
