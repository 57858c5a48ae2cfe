"""The time after a call: an agent writes down what is left, and is given nothing new."""

from datetime import datetime

from hub.queues import agents, presence, requests
from hub.storage.due import Claim
from hub.storage.tables import Conversation, Queue
from hub.storage.unit import UnitOfWork

WRAP = "agent.wrap"
WRAP_OVER = "agent.wrap_over"


async def wrap_up(uow: UnitOfWork, claim: Claim) -> None:
    """A call of an agent is over: he has a while to write down what is left.

    A timer's handler, due at once. Until it has run he is given nothing new. One that
    comes so late that the time is over (the hub was down meanwhile) changes nothing.
    """
    account_id = claim.payload["account_id"]
    conversation = await uow.session.get(Conversation, claim.payload["conversation_id"])
    queue = (
        await uow.session.get(Queue, conversation.queue_id) if conversation else None
    )
    await requests.request_now(uow, [account_id])
    await agents.hold(uow, [account_id])
    row = (await presence.hold_states(uow, [account_id])).get(account_id)
    if queue is None or conversation is None or row is None:
        return
    until = datetime.fromisoformat(claim.payload["over_at"]) + queue.wrap_for
    if until <= uow.now or row.state != "available":
        return
    await presence.move(
        uow,
        row,
        "wrap",
        because="call",
        wrap=(until, conversation.id),
    )
    await uow.owe(
        WRAP_OVER,
        f"{WRAP_OVER}:{account_id}",
        at=until,
        payload={"account_id": account_id},
    )


async def wrap_over(uow: UnitOfWork, claim: Claim) -> None:
    """The time of a wrap-up is over. A timer's handler."""
    account_id = claim.payload["account_id"]
    await requests.request_now(uow, [account_id])
    await agents.hold(uow, [account_id])
    row = (await presence.hold_states(uow, [account_id])).get(account_id)
    if row is None or row.state != "wrap" or row.wrap_until is None:
        return
    if row.wrap_until <= uow.now:
        await presence.move(uow, row, "available", because="wrap_over")
