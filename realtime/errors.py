"""What a refusal looks like on the socket; the one place that knows."""

from typing import Any

from hub.errors import (
    ConflictError,
    ForbiddenError,
    HubError,
    InvalidError,
    NotFoundError,
    TooManyError,
)

#: Families whose code and details are the caller's to know. Anything else is ours.
TOLD = (NotFoundError, ForbiddenError, ConflictError, InvalidError, TooManyError)

Answer = dict[str, Any]


class UnknownRequestError(NotFoundError):
    """There is no such request; silence would look like success."""

    code = "unknown_event"


def refusal(error: HubError) -> Answer:
    """Turn an error into the answer to the request that met it."""
    if not isinstance(error, TOLD):
        return {"ok": False, "code": HubError.code}
    return {**error.details, "ok": False, "code": error.code}
