"""Meetings with clients, noted when they were."""

from typing import Annotated
from uuid import uuid4

from pydantic import AwareDatetime, Field

from hub.access.rights import Right
from hub.collaboration import meetings
from hub.collaboration.meetings import MeetingGiven
from hub.conversations.views import ItemView, item_view
from hub.storage.unit import UnitOfWork
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes

routes = Routes(tag="tasks")


class MeetingIn(Body):
    """When and where somebody of us met the client, and what was said."""

    at: AwareDatetime
    said: Annotated[str, Field(min_length=1, max_length=meetings.MAX_SAID)]
    place: Annotated[str, Field(max_length=meetings.MAX_PLACE)] = ""
    #: Accounts of those of us who were there; the asker if it is not said.
    people: Annotated[
        list[Annotated[int, Field(ge=1)]],
        Field(max_length=meetings.MAX_PEOPLE, default_factory=list),
    ]
    conversation_id: Annotated[int, Field(ge=1)] | None = None


@routes.post(
    "/clients/{client_id}/meetings", right=Right.REPLY, status=201, idempotent=True
)
async def create(call: Call, client_id: int, body: MeetingIn) -> ItemView:
    """Note a meeting; it stands on the client's timeline at its own time."""
    key = uuid4()

    async def work(uow: UnitOfWork) -> ItemView:
        item = await meetings.note_meeting(
            uow,
            MeetingGiven(
                client_id=client_id,
                at=body.at,
                place=body.place,
                people=body.people or [call.account.id],
                said=body.said,
                conversation_id=body.conversation_id,
            ),
            key=key,
        )
        return item_view(item)

    return await call.run(work)
