"""What was sent with a form, in whichever of three ways: JSON, fields, parts. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from channels.webform import parts as multipart
from channels.webform.answers import Given
from channels.webform.parts import Part
from hub.errors import PayloadError

#: More answers than any form has; a bound on what a stranger makes us parse.
MOST_ANSWERS = 500


def read_answers(body: bytes, content_type: str) -> Given:
    """Read what was sent: JSON, a form's fields, or fields with files.

    Raises:
        PayloadError: It is none of these, or damaged.
    """
    kind = content_type.lower()
    if "multipart/form-data" in kind:
        return _of_parts(multipart.read(body, content_type))
    try:
        if "json" in kind:
            answers = json.loads(body)
        else:
            answers = _gathered(
                parse_qsl(
                    body.decode(), keep_blank_values=True, max_num_fields=MOST_ANSWERS
                )
            )
    except (ValueError, RecursionError) as error:
        raise PayloadError(f"webform: {type(error).__name__}") from error
    if not isinstance(answers, dict):
        raise PayloadError("webform: not a set of answers")
    return Given(answers)


def _of_parts(parts: Sequence[Part]) -> Given:
    files: dict[str, list[Part]] = {}
    for part in parts:
        if part.filename is not None:
            files.setdefault(part.name, []).append(part)
    texts = [(one.name, one.text) for one in parts if one.filename is None]
    return Given(_gathered(texts), files)


def _gathered(pairs: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    """Put answers together by name; one that was ticked several times is a list."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found
