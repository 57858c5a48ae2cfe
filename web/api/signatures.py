"""Signatures of agents and queues."""

from typing import Annotated

from pydantic import Field

from hub.access.rights import Right
from hub.conversations import signatures
from hub.conversations.signatures import SignatureView
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes

routes = Routes(tag="signatures")

_PLACES = ", ".join(f"`{{{one}}}`" for one in signatures.PLACES)
_Text = Annotated[
    str,
    Field(
        max_length=signatures.LONGEST,
        description=f"May hold {_PLACES}. Empty, with empty `html`: no signature.",
    ),
]
_Html = Annotated[
    str,
    Field(
        max_length=signatures.LONGEST,
        description="The same for programs that show HTML; empty: made from `text`.",
    ),
]


class SignatureIn(Body):
    """A signature."""

    text: _Text
    html: _Html = ""


class QueueSignatureIn(SignatureIn):
    """A queue's signature."""

    overrules: Annotated[
        bool, Field(description="It stands instead of agents' own.")
    ] = False


@routes.get("/me/signature", right=Right.SELF)
async def show_own(call: Call) -> SignatureView:
    """Show one's own signature."""
    async with call.read() as session:
        return await signatures.of_account(session, call.account.id)


@routes.put("/me/signature", right=Right.SELF)
async def keep_own(call: Call, body: SignatureIn) -> SignatureView:
    """Set one's own signature."""
    return await call.run(
        lambda uow: signatures.keep(
            uow, text=body.text, html=body.html, account_id=call.account.id
        )
    )


@routes.get("/queues/{queue_id}/signature", right=Right.READ)
async def show_queues(call: Call, queue_id: int) -> SignatureView:
    """Show a queue's signature."""
    async with call.read() as session:
        return await signatures.of_queue(session, queue_id)


@routes.put("/queues/{queue_id}/signature", right=Right.QUEUES)
async def keep_queues(
    call: Call, queue_id: int, body: QueueSignatureIn
) -> SignatureView:
    """Set a queue's signature."""
    return await call.run(
        lambda uow: signatures.keep(
            uow,
            text=body.text,
            html=body.html,
            queue_id=queue_id,
            overrules=body.overrules,
        )
    )
