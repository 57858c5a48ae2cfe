"""Ready answers."""

from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from hub.access.rights import Right
from hub.answers import canned, facts, places
from hub.answers.canned import CannedGiven
from hub.answers.views import CannedText, CannedView
from hub.orders.shop import Shop, shop_of
from hub.storage.unit import UnitOfWork
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes
from web.keys import SECRET

routes = Routes(tag="answers")

_PLACES = ", ".join(f"`{{{one}}}`" for one in places.PLACES)


class CannedTextIn(Body):
    """A ready answer in one language."""

    locale: Literal["uk", "en"]
    text: Annotated[
        str,
        Field(
            max_length=canned.MAX_TEXT,
            description=f"May hold {_PLACES}; words after `|` stand where nothing is"
            " known. With `html` it is made from that.",
        ),
    ] = ""
    subject: Annotated[str, Field(max_length=300)] = ""
    html: Annotated[str, Field(max_length=canned.MAX_TEXT)] = ""


class CannedIn(Body):
    """A ready answer as it is to be."""

    title: Annotated[str, Field(max_length=canned.MAX_TITLE)]
    folder: Annotated[str, Field(max_length=canned.MAX_FOLDER)] = ""
    #: Kinds of channels that it fits; empty: all.
    channels: Annotated[
        list[Literal["email", "sms", "whatsapp"]],
        Field(max_length=3, default_factory=list),
    ]
    texts: Annotated[list[CannedTextIn], Field(min_length=1, max_length=10)]
    #: Files of it that stay, and uploads that join them.
    attachment_ids: Annotated[
        list[int], Field(max_length=canned.MAX_FILES, default_factory=list)
    ]


class NewCannedIn(CannedIn):
    """A new ready answer."""

    own: Annotated[
        bool, Field(description="One's own; else the team's, by the right `answers`.")
    ] = False


@routes.get("/canned", right=Right.REPLY)
async def index(call: Call) -> list[CannedView]:
    """List the team's ready answers and one's own, those first that one takes most."""
    async with call.read() as session:
        return await canned.of_account(session, call.account.id)


@routes.post("/canned", right=Right.REPLY, status=201, idempotent=True)
async def create(call: Call, body: NewCannedIn) -> CannedView:
    """Keep a ready answer."""
    if not body.own:
        call.require(Right.ANSWERS)
    return await call.run(
        lambda uow: canned.create(
            uow,
            _given(body),
            maker_id=call.account.id,
            owner_id=call.account.id if body.own else None,
        )
    )


@routes.put("/canned/{answer_id}", right=Right.REPLY)
async def change(call: Call, answer_id: int, body: CannedIn) -> CannedView:
    """Let a ready answer say something else."""

    async def work(uow: UnitOfWork) -> CannedView:
        await _require(call, uow.session, answer_id)
        return await canned.change(
            uow, answer_id, _given(body), maker_id=call.account.id
        )

    return await call.run(work)


@routes.delete("/canned/{answer_id}", right=Right.REPLY)
async def drop(call: Call, answer_id: int) -> None:
    """Forget a ready answer."""

    async def work(uow: UnitOfWork) -> None:
        await _require(call, uow.session, answer_id)
        await canned.drop(uow, answer_id, maker_id=call.account.id)

    await call.run(work)


@routes.post("/canned/{answer_id}/used", right=Right.REPLY)
async def used(call: Call, answer_id: int) -> None:
    """Count that the asker took a ready answer."""
    await call.run(lambda uow: canned.count(uow, answer_id, call.account.id))


@routes.get("/conversations/{conversation_id}/places", right=Right.REPLY)
async def known(call: Call, conversation_id: int) -> dict[str, str]:
    """Tell what is known for the places of a ready answer in a conversation.

    A place that is not named has no value.
    """
    async with call.read() as session:
        return await facts.facts(
            session,
            conversation_id,
            call.account.id,
            shop=shop_in(call),
            now=call.db.clock(),
        )


def shop_in(call: Call) -> Shop:
    """Give the company as its clients know it."""
    return shop_of(call.settings, call.request.app[SECRET], {})


async def _require(call: Call, session: AsyncSession, answer_id: int) -> None:
    """What is the team's needs the right to it; one's own is one's own."""
    row = await canned.access(session, answer_id, call.account.id)
    if row.account_id is None:
        call.require(Right.ANSWERS)


def _given(body: CannedIn) -> CannedGiven:
    return CannedGiven(
        title=body.title,
        folder=body.folder,
        channels=body.channels,
        texts=[CannedText(**dict(one)) for one in body.texts],
        attachment_ids=body.attachment_ids,
    )
