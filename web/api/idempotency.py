"""Idempotency-Key: a write that is sent again is answered again, and not done again."""

import hmac
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

from aiohttp import web

from hub.access.secret import derive
from hub.access.views import Caller
from hub.errors import InvalidError
from hub.storage import idempotency
from hub.storage.idempotency import Answer
from hub.storage.unit import UnitOfWork
from web.api.call import Call
from web.keys import SECRET

HEADER = "Idempotency-Key"
#: Says that an answer is one of before.
REPLAYED = "Idempotency-Replayed"
#: Printable ASCII, so that every store and proxy keeps it as it is.
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


def key_of(request: web.Request) -> str | None:
    """Read the key of a request, if it has one.

    Raises:
        InvalidError: It is too long, empty, or given twice.
    """
    given = request.headers.getall(HEADER, [])
    if not given:
        return None
    if len(given) > 1 or not _KEY.fullmatch(given[0]):
        raise InvalidError(
            HEADER, errors={HEADER: "must be 1 to 200 printable ASCII characters"}
        )
    return given[0]


async def once(
    call: Call, key: str, raw: bytes, attempt: Callable[[], Awaitable[Answer]]
) -> tuple[Answer, bool]:
    """Answer as before, or do it; tell whether the answer is one of before.

    What is done and its answer are committed together. A refusal is not kept: the
    unit is rolled back, and the same key may try again.
    """
    owner = _owner(call.caller)
    digest = _digest(call.request, raw)
    kept = timedelta(hours=call.settings.api.idempotency_hours)

    async def work(uow: UnitOfWork) -> tuple[Answer, bool]:
        call.unit = uow
        before = await idempotency.earlier(uow, owner, key, digest, kept=kept)
        if before is not None:
            return before, True
        # The unit may run again after a lost race; what was set then is forgotten.
        call.status = None
        call.finishing.clear()
        answer = await attempt()
        await idempotency.keep(uow, owner, key, answer)
        return answer, False

    try:
        return await call.db.run(work, call.actor)
    finally:
        call.unit = None


def _owner(caller: Caller | None) -> str:
    if caller is None:
        return "public"
    if caller.token_id is not None:
        return f"token:{caller.token_id}"
    return f"account:{caller.account.id}"


def _digest(request: web.Request, raw: bytes) -> str:
    # Under a key of ours: the body may hold a password, which a bare hash would give
    # away to whoever reads the table and can guess.
    said = hmac.new(derive(request.app[SECRET], "idempotency"), digestmod="sha256")
    for part in (request.method.encode(), request.raw_path.encode(), raw):
        said.update(len(part).to_bytes(8))
        said.update(part)
    return said.hexdigest()
