"""Shape what handlers give: JSON, nothing, or a response of their own."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel


def to_json(value: Any) -> bytes:
    """Write a view, a page or any value of them as JSON.

    Times come out as the log writes them, so that a screen may compare both.
    """
    return orjson.dumps(value, default=_plain, option=orjson.OPT_NON_STR_KEYS)


def json_response(body: bytes, status: int) -> web.Response:
    """Answer with JSON that is already written; nothing at all for no body."""
    if not body:
        return web.Response(status=status)
    return web.Response(status=status, body=body, content_type="application/json")


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
