"""An answer that closes: how it ended, and what an undoing takes back."""

import pytest

from hub.conversations import replies
from hub.conversations.changes import set_state
from hub.conversations.entries import lock
from hub.errors import DispositionMissingError
from hub.storage.tables import FirstResponse, Queue
from tests.hub.answering import Desk, begun


@pytest.fixture
async def desk(db, take, agent, reply_rules) -> Desk:
    return await begun(db, take, agent, reply_rules)


async def test_undo_takes_back_the_closing_that_went_with_it(desk, clock) -> None:
    before = await desk.conversation()
    clock.move(minutes=3)
    item = await desk.reply("All is well", then="resolve")
    closed = await desk.conversation()
    async with desk.db.begin(desk.agent) as uow:
        await replies.undo(uow, item.id)

    after = await desk.conversation()
    (clocked,) = await desk.all(FirstResponse)
    assert (closed.state, closed.waiting_since) == ("resolved", None)
    assert (after.state, after.resolved_at) == ("open", None)
    assert after.waiting_since == before.waiting_since
    assert after.respond_by == before.respond_by
    assert after.first_responded_at is None
    assert (clocked.ended_at, clocked.in_time, clocked.decided_at) == (None,) * 3


async def test_undo_leaves_alone_what_somebody_moved_since(desk) -> None:
    item = await desk.reply("All is well", then="resolve")
    async with desk.db.begin(desk.agent) as uow:
        row = await lock(uow, desk.id)
        await set_state(uow, row, "open")
        await set_state(uow, row, "pending")
    async with desk.db.begin(desk.agent) as uow:
        await replies.undo(uow, item.id)

    assert (await desk.conversation()).state == "pending"


async def test_an_answer_that_closes_says_how_it_ended(desk) -> None:
    async with desk.db.begin(desk.agent) as uow:
        conversation = await lock(uow, desk.id)
        queue = await uow.session.get_one(Queue, conversation.queue_id)
        queue.dispositions, queue.disposition_required = ["sold"], True

    with pytest.raises(DispositionMissingError):
        await desk.reply("Bye", then="resolve")
    await desk.reply("Bye", then="resolve", disposition="sold")

    after = await desk.conversation()
    assert (after.state, after.disposition) == ("resolved", "sold")
