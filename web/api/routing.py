"""Routes as typed functions, each with the right that it takes.

A route is checked when it is declared: a parameter that nothing fills, a body of the
wrong kind or a missing right is an error at import, not at the first request.
"""

import inspect
import re
import types
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import (
    Annotated,
    Any,
    TypedDict,
    TypeVar,
    Union,
    Unpack,
    get_args,
    get_origin,
    get_type_hints,
)

from aiohttp import web
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from config import Settings
from hub.access.rights import Right
from web.api.call import Call
from web.api.requests import Body, Upload, invalid, refuse
from web.api.values import INT64, unfit

Handler = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)

#: How many rows a page should have; ``Call.limit`` gives the default.
Limit = Annotated[
    int | None, Field(ge=1, le=1000, description="Rows of a page, at the most.")
]
#: Where the page before ended.
Cursor = Annotated[
    str | None, Field(max_length=1000, description="`next` of the page before.")
]

_INT = Annotated[
    int, Field(ge=INT64[0], le=INT64[1], json_schema_extra={"format": "int64"})
]
_ID = Annotated[int, Field(ge=1, le=INT64[1], json_schema_extra={"format": "int64"})]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One value in the path or the query."""

    name: str
    #: ``path`` or ``query``.
    place: str
    adapter: TypeAdapter[Any]
    #: Several values, by commas or by repetition.
    many: bool
    required: bool
    default: Any = None


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method on one path."""

    method: str
    #: Below ``/api/v1``, as in ``/conversations/{conversation_id}``.
    path: str
    handler: Handler
    tag: str
    #: What it takes; None only for a public route.
    right: Right | None
    status: int
    #: An Idempotency-Key is honoured.
    idempotent: bool
    #: The media type of an answer that is not JSON.
    produces: str | None
    parameters: tuple[Parameter, ...]
    body: type[Body] | None
    #: The name of the parameter that takes the uploaded file.
    upload: str | None
    #: What the handler gives; None for nothing.
    result: Any
    #: How large a body may be, in bytes.
    body_limit: Callable[[Settings], int]

    @cached_property
    def name(self) -> str:
        """Name the operation: the noun's module and the verb."""
        module = self.handler.__module__.rpartition(".")[2]
        return f"{module}.{self.handler.__name__}"

    @property
    def unsafe(self) -> bool:
        """Tell whether it may change anything."""
        return self.method not in {"GET", "HEAD"}

    def arguments(self, request: web.Request) -> dict[str, Any]:
        """Read the path and the query.

        Raises:
            InvalidError: Something in them is wrong, unknown, missing or doubled.
        """
        given: dict[str, list[str]] = {}
        for name in request.query:
            given[name] = request.query.getall(name)
        errors: dict[str, str] = {}
        found: dict[str, Any] = {}
        for one in self.parameters:
            said = (
                [request.match_info[one.name]]
                if one.place == "path"
                else given.pop(one.name, [])
            )
            _understand(one, said, found, errors)
        errors |= {name[:100]: "is not known here" for name in given}
        # A name may itself be what cannot be written down.
        refuse(unfit(list(errors)))
        refuse(errors.items())
        return found


class How(TypedDict, total=False):
    """What a route says beside its path."""

    #: What the caller must have. Required unless ``public``.
    right: Right
    #: Anybody may call it.
    public: bool
    #: Of an answer; 200, or 204 when the handler gives nothing.
    status: int
    #: Honour an Idempotency-Key. The handler is then run as one unit and may be run
    #: again, so it reads by ``call.read`` and writes by ``call.run`` only.
    idempotent: bool
    #: The media type, for a handler that gives a response of its own.
    produces: str
    #: How large a body may be; ``api.max_body_bytes`` unless given.
    body_limit: Callable[[Settings], int]


@dataclass
class Routes:
    """The routes of one noun."""

    tag: str
    routes: list[Route] = field(default_factory=list)

    def __iter__(self) -> Iterator[Route]:
        return iter(self.routes)

    def get(self, path: str, **how: Unpack[How]) -> Callable[[H], H]:
        """Declare a GET; see ``route``."""
        return self.route("GET", path, **how)

    def post(self, path: str, **how: Unpack[How]) -> Callable[[H], H]:
        """Declare a POST; see ``route``."""
        return self.route("POST", path, **how)

    def put(self, path: str, **how: Unpack[How]) -> Callable[[H], H]:
        """Declare a PUT; see ``route``."""
        return self.route("PUT", path, **how)

    def patch(self, path: str, **how: Unpack[How]) -> Callable[[H], H]:
        """Declare a PATCH; see ``route``."""
        return self.route("PATCH", path, **how)

    def delete(self, path: str, **how: Unpack[How]) -> Callable[[H], H]:
        """Declare a DELETE; see ``route``."""
        return self.route("DELETE", path, **how)

    def route(self, method: str, path: str, **how: Unpack[How]) -> Callable[[H], H]:
        """Declare a route on the decorated function.

        Args:
            method: The HTTP method.
            path: Below ``/api/v1``.
            how: See ``How``; a right, or ``public=True``, is required.

        Raises:
            TypeError: The declaration does not fit the function.
        """
        right, public = how.get("right"), how.get("public", False)
        if (right is None) != public:
            raise TypeError(f"{method} {path}: name a right, or say public=True")

        def declare(handler: H) -> H:
            inputs = _inputs(handler, path)
            self.routes.append(
                Route(
                    method=method,
                    path=path,
                    handler=handler,
                    tag=self.tag,
                    right=right,
                    status=how.get("status") or (204 if inputs.result is None else 200),
                    idempotent=how.get("idempotent", False),
                    produces=how.get("produces"),
                    body_limit=how.get("body_limit") or _body_limit,
                    parameters=tuple(inputs.parameters),
                    body=inputs.body,
                    upload=inputs.upload,
                    result=inputs.result,
                )
            )
            return handler

        return declare


def _body_limit(settings: Settings) -> int:
    return settings.api.max_body_bytes


@dataclass(kw_only=True)
class _Inputs:
    """What a handler takes and gives, by its signature."""

    result: Any
    parameters: list[Parameter] = field(default_factory=list)
    body: type[Body] | None = None
    upload: str | None = None


def _inputs(handler: Handler, path: str) -> _Inputs:
    hints = get_type_hints(handler, include_extras=True)
    where = f"{handler.__module__}.{handler.__name__}"
    if "return" not in hints or not handler.__doc__:
        raise TypeError(f"{where}: needs a docstring and the type of its result")
    result = None if hints["return"] is types.NoneType else hints["return"]
    first, *others = inspect.signature(handler).parameters.values()
    if hints.get(first.name) is not Call:
        raise TypeError(f"{where}: the first parameter is the Call")
    inputs = _Inputs(result=result)
    for one in others:
        hint = hints[one.name]
        if one.name == "body":
            if not (inspect.isclass(hint) and issubclass(hint, Body)):
                raise TypeError(f"{where}: body must be a Body")
            inputs.body = hint
        elif hint is Upload:
            inputs.upload = one.name
        else:
            inputs.parameters.append(_parameter(one, hint, path))
    named = {one.name for one in inputs.parameters if one.place == "path"}
    if named != set(re.findall(r"{(\w+)}", path)):
        raise TypeError(f"{where}: takes {named} of the path {path}")
    return inputs


def _parameter(one: inspect.Parameter, hint: Any, path: str) -> Parameter:
    in_path = f"{{{one.name}}}" in path
    return Parameter(
        name=one.name,
        place="path" if in_path else "query",
        adapter=TypeAdapter(_bounded(hint, _ID if in_path else _INT)),
        many=_is_list(hint),
        required=one.default is inspect.Parameter.empty,
        default=None if one.default is inspect.Parameter.empty else one.default,
    )


def _bounded(hint: Any, whole: Any) -> Any:
    """Replace bare numbers and times by what the database can keep."""
    if hint is int:
        return whole
    if hint is datetime:
        return AwareDatetime
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return Annotated[(_bounded(parts[0], whole), *parts[1:])]
    if origin in {Union, types.UnionType}:
        return Union[tuple(_bounded(part, whole) for part in parts)]  # noqa: UP007 - made here
    if origin is list:
        return list[_bounded(parts[0], whole)]  # type: ignore[misc]
    return hint


def _is_list(hint: Any) -> bool:
    if get_origin(hint) is list:
        return True
    return any(_is_list(part) for part in get_args(hint))


def _understand(
    one: Parameter, said: list[str], found: dict[str, Any], errors: dict[str, str]
) -> None:
    if not said:
        if one.required:
            errors[one.name] = "is missing"
        else:
            found[one.name] = one.default
        return
    if len(said) > 1 and not one.many:
        errors[one.name] = "is given more than once"
        return
    for text in said:
        for _, reason in unfit(text):
            errors[one.name] = reason
            return
    value: Any = (
        [part for text in said for part in text.split(",") if part]
        if one.many
        else said[0]
    )
    try:
        found[one.name] = one.adapter.validate_python(value)
    except ValidationError as error:
        errors.update(_flat(invalid(error, one.name).details["errors"], one.name))
        return
    for _, reason in unfit(found[one.name]):
        errors[one.name] = reason


def _flat(errors: Mapping[str, str], name: str) -> dict[str, str]:
    """Name the parameter alone: the branches of its type say nothing to a caller."""
    return {name: "; ".join(dict.fromkeys(errors.values()))}
