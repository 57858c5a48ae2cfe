"""What may go into the database at all, whoever says it. Pure.

PostgreSQL knows no NUL in a text, no lone surrogate, no integer above 64 bits and no
time without a zone. A request that holds one is refused here, by name, and not by a
failing statement later.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel

INT64 = (-(2**63), 2**63 - 1)
#: Years of times that are taken: others are mistakes, and some cannot be kept.
YEARS = (1900, 2200)
#: How deep JSON may be nested.
DEEPEST = 64

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class DuplicateKeyError(ValueError):
    """A JSON object says the same name twice; programs disagree on what it means."""


def read_json(body: bytes) -> Any:
    """Read JSON strictly: UTF-8, no name twice, no NaN.

    Raises:
        ValueError: It is not such JSON; the message says why.
    """
    try:
        return json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_no_constant,
        )
    except UnicodeDecodeError:
        raise ValueError("the body is not UTF-8") from None
    except RecursionError:
        raise ValueError("the body is nested too deep") from None


def unfit(value: Any, place: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Find what cannot be kept, however deep: (place, reason)."""
    if depth > DEEPEST:
        yield place, "is nested too deep"
        return
    if reason := reason_against(value):
        yield place, reason
        return
    for name, part in _parts(value):
        if isinstance(name, str) and (reason := reason_against(name)):
            yield place or "body", f"has a name that {reason}"
            return
        yield from unfit(part, f"{place}.{name}" if place else str(name), depth + 1)


def reason_against(value: Any) -> str:
    """Say why this one value cannot be kept; "" when it can."""
    match value:
        case bool():
            reason = ""
        case str():
            reason = _against_text(value)
        case int():
            fits = INT64[0] <= value <= INT64[1]
            reason = "" if fits else "is too large a number"
        case float():
            reason = "" if math.isfinite(value) else "is not a number"
        case datetime():
            reason = _against_time(value)
        case _:
            reason = ""
    return reason


def _against_text(text: str) -> str:
    if (found := _UNSTORABLE.search(text)) is None:
        return ""
    return f"holds {'the character NUL' if found[0] == chr(0) else 'half a character'}"


def _against_time(at: datetime) -> str:
    if at.tzinfo is None:
        return "is a time without a zone"
    return "" if YEARS[0] <= at.year <= YEARS[1] else "is too far away"


def _parts(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list | tuple | set | frozenset):
        yield from enumerate(value)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield name, getattr(value, name)
    elif is_dataclass(value):
        for one in fields(value):
            yield one.name, getattr(value, one.name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DuplicateKeyError("the body says the same name twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
