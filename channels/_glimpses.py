"""What can be read of a delivery of which nobody knows what it is. Pure."""

import json
from collections.abc import Iterable
from urllib.parse import parse_qsl

from hub.contracts import Glimpse, WebhookRequest

#: More is for who opens the delivery itself.
MOST_ROWS = 100
LONGEST_VALUE = 2000
LONGEST_TEXT = 20_000


def glimpse(request: WebhookRequest) -> Glimpse:
    """Read fields or JSON as rows, and anything else as text."""
    kind = next(
        (
            value.lower()
            for name, value in request.headers.items()
            if name.lower() == "content-type"
        ),
        "",
    )
    text = request.body.decode("utf-8", "replace")
    try:
        if "json" in kind and isinstance(told := json.loads(text), dict):
            return Glimpse(rows=shortened(told.items()))
        if "urlencoded" in kind and (pairs := parse_qsl(text, max_num_fields=1000)):
            return Glimpse(rows=shortened(pairs))
    except (ValueError, RecursionError):
        pass
    return Glimpse(text=text[:LONGEST_TEXT])


def shortened(pairs: Iterable[tuple[str, object]]) -> tuple[tuple[str, str], ...]:
    """Give the pairs that say something, each as far as a screen needs it."""
    said = ((name, str(value).strip()) for name, value in pairs)
    rows = [(name, value[:LONGEST_VALUE]) for name, value in said if value]
    return tuple(rows[:MOST_ROWS])
