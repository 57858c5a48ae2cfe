"""Colleagues, and what oneself does now."""

from typing import Annotated, Literal

from pydantic import Field

from hub.access.rights import Right
from hub.conversations.views import ConversationView, conversation_view
from hub.queues import offers, presence
from hub.queues.views import AgentView, agent_views
from hub.storage.tables import Client
from hub.storage.unit import UnitOfWork
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Routes

routes = Routes(tag="agents")


class StateIn(Body):
    """What one does from now on."""

    state: Literal["available", "wrap", "break", "offline"]
    #: Why it is a break, in a word of the settings.
    reason: Annotated[str, Field(max_length=40)] = ""


class DeclineIn(Body):
    """Why it is let go."""

    reason: Annotated[str, Field(max_length=offers.MAX_REASON)] = ""


@routes.get("/agents", right=Right.READ)
async def show_all(call: Call) -> Page[AgentView]:
    """List all colleagues by name, and what each does now."""
    async with call.read() as session:
        return Page(await agent_views(session), None)


@routes.put("/me/state", right=Right.SELF)
async def set_state(call: Call, body: StateIn) -> AgentView:
    """Say what you do now. Work is given to those who are available."""
    return await call.run(
        lambda uow: presence.set_state(
            uow,
            call.account.id,
            body.state,
            settings=call.settings.queues,
            reason=body.reason,
        )
    )


@routes.post("/me/activity", right=Right.SELF)
async def show_activity(call: Call) -> AgentView:
    """Say that you do something at your screen, once in a while.

    Who has said so and falls silent has a break by himself; his next word ends it.
    """
    return await call.run(
        lambda uow: presence.active(uow, call.account.id, settings=call.settings.queues)
    )


@routes.post("/offers/{offer_id}/accept", right=Right.REPLY)
async def accept(call: Call, offer_id: int) -> ConversationView:
    """Take what is offered to you; exactly one agent does."""

    async def work(uow: UnitOfWork) -> ConversationView:
        row = await offers.accept(uow, offer_id, call.account.id)
        client = await uow.session.get_one(Client, row.client_id)
        return conversation_view(row, client.name)

    return await call.run(work)


@routes.post("/offers/{offer_id}/decline", right=Right.REPLY)
async def decline(call: Call, offer_id: int, body: DeclineIn) -> None:
    """Let what is offered to you go on to the next agent."""
    await call.run(
        lambda uow: offers.decline(uow, offer_id, call.account.id, reason=body.reason)
    )
