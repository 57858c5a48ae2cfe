"""Macros: several things done to a conversation at once."""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from hub.access.rights import Right, viewer
from hub.answers import facts, macros, planning, running, steps
from hub.answers.macros import MacroGiven
from hub.answers.planning import PlanView
from hub.answers.running import RunGiven, RunRules
from hub.answers.views import MacroView
from hub.collaboration.rules import task_rules
from hub.conversations.drafts import DraftView
from hub.conversations.views import (
    AttachmentView,
    ConversationView,
    ItemView,
    conversation_view,
    item_view,
)
from hub.errors import NotFoundError
from hub.storage.tables import Client, Conversation
from hub.storage.unit import UnitOfWork
from web.api.call import Call
from web.api.canned import shop_in
from web.api.idempotency import key_of
from web.api.replies import rules_of
from web.api.requests import Body
from web.api.routing import Routes
from web.api.tags import new_tags

routes = Routes(tag="answers")

_Tags = Annotated[list[str], Field(max_length=20)]


class StepIn(Body):
    """One step; what belongs to it depends on `do`."""

    do: Literal[
        "answer", "tags", "priority", "assign", "queue", "note", "task", "state"
    ]
    canned_id: Annotated[
        int | None, Field(ge=1, description="`answer`: the ready answer.")
    ] = None
    send: Annotated[
        bool | None,
        Field(description="`answer`: send it; else it is put into the composer."),
    ] = None
    add: _Tags | None = None
    remove: _Tags | None = None
    priority: Literal["low", "normal", "high", "urgent"] | None = None
    to: Annotated[
        int | Literal["me", "nobody"] | None,
        Field(description="`assign`: an account, `me` or `nobody`."),
    ] = None
    queue_id: Annotated[int | None, Field(ge=1)] = None
    state: Literal["open", "pending", "snoozed", "resolved"] | None = None
    hours: Annotated[
        int | None,
        Field(ge=1, le=8760, description="How long it is snoozed; when a task is due."),
    ] = None
    text: Annotated[str | None, Field(max_length=steps.MAX_NOTE)] = None
    title: Annotated[str | None, Field(max_length=steps.MAX_TITLE)] = None


class MacroIn(Body):
    """A macro as it is to be."""

    title: Annotated[str, Field(max_length=macros.MAX_TITLE)]
    steps: Annotated[list[StepIn], Field(min_length=1, max_length=steps.MAX_STEPS)]


class NewMacroIn(MacroIn):
    """A new macro."""

    own: Annotated[
        bool, Field(description="One's own; else the team's, by the right `answers`.")
    ] = False


class RunIn(Body):
    """How the author wants it done."""

    #: By which channel and to which address an answer goes.
    channel: Annotated[str, Field(max_length=40)] = ""
    address_id: Annotated[int, Field(ge=0)] = 0
    #: The cursor of the screen that he saw.
    seen: Annotated[int, Field(ge=0)] = 0
    anyway: bool = False
    despite_promises: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunAnswer:
    """What a macro did."""

    run_id: int
    conversation: ConversationView
    #: The answer, if it was sent.
    item: ItemView | None
    plan: PlanView | None
    #: Copies of the answer's files for the composer, when it was not sent.
    files: list[AttachmentView]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoneAnswer:
    """What was taken back."""

    conversation: ConversationView
    #: What could not be: `answer`, `note`, or what somebody changed since.
    kept: list[str]
    #: The answer's text, a draft again.
    draft: DraftView | None


@routes.get("/macros", right=Right.REPLY)
async def index(call: Call) -> list[MacroView]:
    """List the team's macros and one's own, those first that are run most."""
    async with call.read() as session:
        return await macros.of_account(session, call.account.id)


@routes.post("/macros", right=Right.REPLY, status=201, idempotent=True)
async def create(call: Call, body: NewMacroIn) -> MacroView:
    """Keep a macro."""
    if not body.own:
        call.require(Right.ANSWERS)
    return await call.run(
        lambda uow: macros.create(
            uow,
            _given(call, body),
            maker_id=call.account.id,
            owner_id=call.account.id if body.own else None,
        )
    )


@routes.put("/macros/{macro_id}", right=Right.REPLY)
async def change(call: Call, macro_id: int, body: MacroIn) -> MacroView:
    """Let a macro do something else."""

    async def work(uow: UnitOfWork) -> MacroView:
        await _require(call, uow.session, macro_id)
        return await macros.change(
            uow, macro_id, _given(call, body), maker_id=call.account.id
        )

    return await call.run(work)


@routes.delete("/macros/{macro_id}", right=Right.REPLY)
async def drop(call: Call, macro_id: int) -> None:
    """Forget a macro."""

    async def work(uow: UnitOfWork) -> None:
        await _require(call, uow.session, macro_id)
        await macros.drop(uow, macro_id, maker_id=call.account.id)

    await call.run(work)


@routes.get("/conversations/{conversation_id}/macros/{macro_id}", right=Right.REPLY)
async def preview(call: Call, conversation_id: int, macro_id: int) -> PlanView:
    """Say what a macro would do in a conversation now."""
    account_id = call.account.id
    shop = shop_in(call)
    async with call.read() as session:
        macro = await macros.access(session, macro_id, account_id)
        conversation = await session.get(Conversation, conversation_id)
        if conversation is None:
            raise NotFoundError(f"conversation {conversation_id}")
        values = await facts.facts(
            session, conversation_id, account_id, shop=shop, now=call.db.clock()
        )
        return await planning.plan(
            session,
            macro,
            conversation,
            account_id,
            values,
            company_locale=shop.locale,
        )


@routes.post(
    "/conversations/{conversation_id}/macros/{macro_id}/run",
    right=Right.REPLY,
    status=201,
    idempotent=True,
)
async def run(
    call: Call, conversation_id: int, macro_id: int, body: RunIn
) -> RunAnswer:
    """Do all that a macro says, or nothing.

    `409 missed_messages` as for a reply; `422` names `places` without a value.
    """
    given = RunGiven(**dict(body))
    key = _key(call, conversation_id)

    async def work(uow: UnitOfWork) -> RunAnswer:
        ran = await running.run(
            uow,
            macro_id,
            conversation_id,
            given,
            account_id=call.account.id,
            viewer=viewer(call.account),
            key=key,
            rules=_rules(call),
        )
        return RunAnswer(
            run_id=ran.run.id,
            conversation=await _shown(uow, ran.conversation),
            item=item_view(ran.item) if ran.item else None,
            plan=ran.plan,
            files=ran.files,
        )

    return await call.run(work)


@routes.post("/macro-runs/{run_id}/undo", right=Right.REPLY)
async def undo(call: Call, run_id: int) -> UndoneAnswer:
    """Take back what a macro did, as far as nobody has gone on from it."""

    async def work(uow: UnitOfWork) -> UndoneAnswer:
        undone = await running.undo(
            uow, run_id, account_id=call.account.id, rules=_rules(call)
        )
        return UndoneAnswer(
            conversation=await _shown(uow, undone.conversation),
            kept=undone.kept,
            draft=undone.draft,
        )

    return await call.run(work)


def _rules(call: Call) -> RunRules:
    return RunRules(
        replies=rules_of(call), tasks=task_rules(call.settings), shop=shop_in(call)
    )


async def _shown(uow: UnitOfWork, row: Conversation) -> ConversationView:
    client = await uow.session.get_one(Client, row.client_id)
    return conversation_view(row, client.name)


async def _require(call: Call, session: AsyncSession, macro_id: int) -> None:
    row = await macros.access(session, macro_id, call.account.id)
    if row.account_id is None:
        call.require(Right.ANSWERS)


def _given(call: Call, body: MacroIn) -> MacroGiven:
    return MacroGiven(
        title=body.title,
        steps=[one.model_dump(exclude_none=True) for one in body.steps],
        new_tags=new_tags(call),
    )


def _key(call: Call, conversation_id: int) -> UUID:
    """Make the run's own key: the same for a repeat of the same press."""
    given = key_of(call.request)
    if given is None:
        return uuid4()
    return uuid5(
        NAMESPACE_URL, f"rozmova:macro:{conversation_id}:{call.account.id}:{given}"
    )
