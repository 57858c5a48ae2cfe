"""Never a blind answer; never sent twice, never lost."""

import asyncio
from uuid import uuid4

import pytest

from hub.contracts import DeliveryReceipt, DeliveryState, SendResult
from hub.conversations import drafts, replies
from hub.conversations.entries import lock
from hub.conversations.notes import add_note
from hub.delivery import settling
from hub.delivery.outbox import _claim, send_due
from hub.errors import (
    InvalidError,
    MissedMessagesError,
    PermanentSendError,
    StateError,
    TransientSendError,
    UncertainSendError,
)
from hub.storage.tables import (
    DueRow,
    Notification,
)
from tests.hub.answering import Desk, begun
from tests.hub.conftest import sms


@pytest.fixture
async def desk(db, take, agent, reply_rules) -> Desk:
    return await begun(db, take, agent, reply_rules)


async def test_a_reply_waits_for_the_undo_window_and_then_leaves(
    desk, outbox, transport, clock
) -> None:
    item = await desk.reply()
    await send_due(outbox)
    held = await desk.item(item.id)
    clock.move(seconds=10)
    await send_due(outbox)
    sent = await desk.item(item.id)

    assert held.delivery == "held"
    assert [message.text for message in transport.sent] == ["It is on its way"]
    assert transport.sent[0].recipient == "+380501112233"
    assert (sent.delivery, sent.external_id) == ("sent", "SMout1")
    assert (await desk.conversation()).waiting_since is None


async def test_the_client_waits_until_the_answer_leaves(desk, outbox, clock) -> None:
    await desk.reply()
    waiting = await desk.conversation()
    clock.move(seconds=10)
    await send_due(outbox)
    answered = await desk.conversation()

    assert waiting.waiting_since is not None
    assert waiting.first_responded_at is None
    assert answered.first_responded_at == clock()


async def test_the_same_press_of_send_is_one_reply(desk, outbox, transport, clock):
    key = uuid4()
    items = await asyncio.gather(*(desk.reply(key=key) for _ in range(10)))
    clock.move(seconds=10)
    await send_due(outbox)

    assert len({item.id for item in items}) == 1
    assert len(transport.sent) == 1


async def test_an_answer_is_refused_when_the_client_said_more(desk, take) -> None:
    seen = await desk.seen()
    await take(sms("Cancel it!", sid="SM2"))

    with pytest.raises(MissedMessagesError) as refused:
        await desk.reply(seen=seen)
    sent = await desk.reply(seen=seen, anyway=True)

    assert [one["text"] for one in refused.value.details["missed"]] == ["Cancel it!"]
    assert sent.delivery == "held"


async def test_an_answer_is_refused_when_a_colleague_said_something(
    desk, agent
) -> None:
    seen = await desk.seen()
    olena = await agent("Olena")
    async with desk.db.begin(olena) as uow:
        await add_note(
            uow, desk.id, "I call him", mentions=[], key=uuid4(), longest=1000
        )

    with pytest.raises(MissedMessagesError):
        await desk.reply(seen=seen)


async def test_ones_own_words_are_not_missed(desk) -> None:
    seen = await desk.seen()
    await desk.reply("First")

    second = await desk.reply("Second", seen=seen)

    assert second.delivery == "held"


async def test_two_agents_who_answer_at_once_do_not_both_answer_blind(
    desk, agent
) -> None:
    seen = await desk.seen()
    olena = await agent("Olena")

    results = await asyncio.gather(
        desk.reply(seen=seen),
        desk.reply(seen=seen, by=olena),
        return_exceptions=True,
    )

    refused = [one for one in results if isinstance(one, MissedMessagesError)]
    assert len(refused) == 1


async def test_undo_takes_it_back_and_gives_the_draft_again(
    desk, outbox, transport, clock
) -> None:
    item = await desk.reply("Wrong words")
    async with desk.db.begin(desk.agent) as uow:
        await replies.undo(uow, item.id)
    clock.move(minutes=1)
    await send_due(outbox)

    async with desk.db.read() as session:
        (draft,) = await drafts.drafts_of(session, desk.id, desk.agent.id)
    assert transport.sent == []
    assert draft.text == "Wrong words"
    assert (await desk.item(item.id)).delivery == "cancelled"


async def test_undo_comes_too_late_once_it_left(desk, outbox, clock) -> None:
    item = await desk.reply()
    clock.move(seconds=10)
    await send_due(outbox)

    with pytest.raises(StateError):
        async with desk.db.begin(desk.agent) as uow:
            await replies.undo(uow, item.id)


async def test_a_reply_may_wait_for_its_time(desk, outbox, transport, clock) -> None:
    await desk.reply(send_at=clock.now.replace(hour=12))
    clock.move(hours=2, minutes=59)
    await send_due(outbox)
    before = len(transport.sent)
    clock.move(minutes=1)
    await send_due(outbox)

    assert (before, len(transport.sent)) == (0, 1)


async def test_a_transient_error_is_tried_again_for_48_hours_and_then_loud(
    desk, outbox, transport, clock
) -> None:
    transport.answers = [TransientSendError("busy")] * 100
    item = await desk.reply(then="resolve")
    for _ in range(60):
        clock.move(hours=1)
        await send_due(outbox)

    failed = await desk.item(item.id)
    (notice,) = await desk.all(Notification)
    assert (failed.delivery, failed.delivery_reason) == ("failed", "busy")
    assert 12 < len(transport.sent) < 30
    assert (notice.kind, notice.account_id) == ("not_sent", desk.agent.id)
    assert (await desk.conversation()).state == "open"


async def test_a_permanent_error_stops_at_once(desk, outbox, transport, clock) -> None:
    transport.answers = [PermanentSendError("the number is off")]
    item = await desk.reply()
    clock.move(seconds=10)
    await send_due(outbox)
    clock.move(hours=5)
    await send_due(outbox)

    assert len(transport.sent) == 1
    assert (await desk.item(item.id)).delivery == "failed"
    assert not [row for row in await desk.all(DueRow) if row.kind == "send"]


async def test_a_worker_that_died_while_sending_has_it_looked_up_not_sent_again(
    desk, outbox, transport, clock
) -> None:
    item = await desk.reply()
    clock.move(seconds=10)
    (claim,) = await _claim(outbox)
    await desk.db.run(lambda uow: settling.start(uow, claim, outbox.settings))
    # Here it dies. Nobody knows whether the provider has the message.
    transport.known = SendResult(external_id="SM-found")
    clock.move(minutes=3)
    await send_due(outbox)

    found = await desk.item(item.id)
    assert transport.sent == []
    assert len(transport.looked_up) == 1
    assert (found.delivery, found.external_id) == ("sent", "SM-found")


async def test_what_the_provider_surely_has_not_is_sent_after_the_look_up(
    desk, outbox, transport, clock
) -> None:
    item = await desk.reply()
    clock.move(seconds=10)
    (claim,) = await _claim(outbox)
    await desk.db.run(lambda uow: settling.start(uow, claim, outbox.settings))
    clock.move(minutes=3)
    await send_due(outbox)

    assert len(transport.sent) == 1
    assert (await desk.item(item.id)).delivery == "sent"


async def test_what_nobody_can_tell_is_uncertain_and_a_person_decides(
    desk, outbox, transport, clock
) -> None:
    transport.answers = [UncertainSendError("the line broke")]
    transport.known = UncertainSendError("the provider cannot tell")
    item = await desk.reply()
    for _ in range(3):
        clock.move(minutes=5)
        await send_due(outbox)
    asked = await desk.item(item.id)
    (notice,) = await desk.all(Notification)

    async with desk.db.begin(desk.agent) as uow:
        await replies.retry(uow, item.id)
    await send_due(outbox)

    assert asked.delivery == "uncertain"
    assert notice.kind == "uncertain"
    assert len(transport.sent) == 2
    assert (await desk.item(item.id)).delivery == "sent"


async def test_an_id_of_another_message_is_not_believed(
    desk, outbox, transport, clock
) -> None:
    transport.answers = [SendResult(external_id="SM1")]  # the client's own SMS
    item = await desk.reply()
    clock.move(seconds=10)
    await send_due(outbox)

    asked = await desk.item(item.id)
    assert (asked.delivery, asked.external_id) == ("uncertain", None)


async def test_receipts_in_any_order_only_move_it_forward(
    desk, outbox, take, clock
) -> None:
    item = await desk.reply()
    clock.move(seconds=10)
    await send_due(outbox)

    for state in ("delivered", "sent", "delivered", "sent"):
        await take(
            DeliveryReceipt(
                channel="sms", external_id="SMout1", state=DeliveryState(state)
            )
        )

    assert (await desk.item(item.id)).delivery == "delivered"


async def test_a_receipt_that_overtakes_the_answer_settles_an_uncertain_message(
    desk, outbox, transport, take, clock
) -> None:
    transport.answers = [UncertainSendError("the line broke")]
    item = await desk.reply()
    clock.move(seconds=10)
    await send_due(outbox)
    await take(
        DeliveryReceipt(
            channel="sms",
            external_id="SM7",
            reference=str(item.key),
            state=DeliveryState.DELIVERED,
        )
    )
    clock.move(hours=1)
    await send_due(outbox)

    settled = await desk.item(item.id)
    assert (settled.delivery, settled.external_id) == ("delivered", "SM7")
    assert len(transport.sent) == 1
    assert transport.looked_up == []


async def test_a_hundred_workers_send_each_message_once(
    desk, outbox, transport, clock
) -> None:
    for number in range(10):
        await desk.reply(f"Message {number}")
    clock.move(seconds=10)

    await asyncio.gather(*(send_due(outbox) for _ in range(20)))

    assert sorted(message.text for message in transport.sent) == [
        f"Message {number}" for number in range(10)
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "   "},
        {"channel": "email"},
        {"channel": "phone"},
        {"text": "x" * 100_001},
    ],
)
async def test_what_cannot_be_sent_is_refused_by_name(desk, wrong) -> None:
    with pytest.raises(InvalidError) as refused:
        await desk.reply(**wrong)

    assert refused.value.details["errors"]


async def test_an_answer_makes_a_conversation_that_nobody_has_its_authors(
    desk, db
) -> None:
    await desk.reply()

    assert (await desk.conversation()).assignee_id == desk.agent.id
    async with db.begin() as uow:
        assert (await lock(uow, desk.id)).state == "open"
