"""API tokens."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from hub.access import tokens
from hub.access.rights import Right
from hub.access.tokens import NewToken
from hub.access.views import TokenView
from web.api import cursors
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Cursor, Limit, Routes

routes = Routes(tag="tokens")


class TokenIn(Body):
    """A key for a program."""

    name: Annotated[str, Field(min_length=1, max_length=100, examples=["web shop"])]
    #: Its rights, each within one's own.
    scopes: Annotated[list[Right], Field(min_length=1, max_length=len(Right))]
    #: As late as the settings allow, unless given.
    expires_at: AwareDatetime | None = None


@routes.get("/tokens", right=Right.TOKENS)
async def index(
    call: Call,
    *,
    account_id: int | None = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[TokenView]:
    """List one's own tokens, or another account's for who may change accounts."""
    size = call.limit(limit)
    after = cursors.decode(cursor, int)[0] if cursor else None
    async with call.read() as session:
        rows = await tokens.page(
            session, call.account, of=account_id, after=after, limit=size + 1
        )
    return cursors.page(rows, size, lambda row: (row.id,))


# Not under an Idempotency-Key: the kept answer would hold the key.
@routes.post("/tokens", right=Right.TOKENS, status=201)
async def create(call: Call, body: TokenIn) -> NewToken:
    """Make a token. Its key is in this answer and nowhere else."""
    return await call.run(
        lambda uow: tokens.create(
            uow,
            call.account,
            name=body.name,
            scopes=body.scopes,
            expires_at=body.expires_at,
            policy=call.settings.access,
            made_by=call.identity.token_id,
        )
    )


@routes.delete("/tokens/{token_id}", right=Right.TOKENS)
async def revoke(call: Call, token_id: int) -> None:
    """Let a token open nothing any more."""
    await call.run(lambda uow: tokens.revoke(uow, call.account, token_id))
