"""What clients said of being written to."""

from typing import Annotated, Literal

from pydantic import Field

from hub.access.rights import Right
from hub.clients import consent
from hub.clients.consent import ConsentView
from hub.delivery import permission
from hub.delivery.permission import Place
from hub.errors import InvalidError
from hub.storage.unit import UnitOfWork
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes
from web.keys import REACHES

routes = Routes(tag="clients")


class ConsentIn(Body):
    """What a client said to a colleague."""

    address_id: Annotated[int, Field(ge=1)]
    #: Where he may be written to, or may not.
    channel: Annotated[str, Field(min_length=1, max_length=40)]
    state: Literal["given", "refused"]
    #: How it is known: "he called and asked".
    note: Annotated[str, Field(min_length=1, max_length=consent.MAX_NOTE)]


@routes.get("/clients/{client_id}/consents", right=Right.READ)
async def index(call: Call, client_id: int) -> list[ConsentView]:
    """List what a client said of being written to, the newest first.

    The newest statement about an address, a channel and a purpose `holds`.
    """
    async with call.read() as session:
        return await consent.of_client(session, client_id)


@routes.post(
    "/clients/{client_id}/consents", right=Right.CLIENTS, status=201, idempotent=True
)
async def create(call: Call, client_id: int, body: ConsentIn) -> list[ConsentView]:
    """Keep what a client told a colleague; who does so says how he knows.

    With `refused` what waits to be sent there fails at once. Answers all statements.
    """

    async def work(uow: UnitOfWork) -> list[ConsentView]:
        row = await consent.record_by_hand(
            uow,
            client_id,
            body.address_id,
            channel=body.channel,
            state=body.state,
            note=body.note,
        )
        if call.request.app[REACHES].get(row.channel) != row.kind:
            raise InvalidError(
                "channel", errors={"channel": "this channel does not reach it"}
            )
        if row.state == "refused":
            place = Place(channel=row.channel, kind=row.kind, value=row.value)
            await permission.stop_waiting(uow, place, client_id)
        return await consent.of_client(uow.session, client_id)

    return await call.run(work)
