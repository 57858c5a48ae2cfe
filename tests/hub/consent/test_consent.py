"""Whoever says "stop" is not written to: by nobody, not even by what waits already."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.clients import consent
from hub.contracts import (
    DeliveryReceipt,
    DeliveryState,
    Wish,
)
from hub.conversations import replies
from hub.delivery.notices import reach_of
from hub.errors import (
    InvalidError,
    NotFoundError,
    OptedOutError,
    PermanentSendError,
    UncertainSendError,
)
from hub.setup.activity import activity
from hub.storage.tables import (
    Address,
    Client,
    Consent,
    Conversation,
    EventRow,
    Notification,
)
from tests.hub.conftest import sms

NUMBER = "+380501112233"


# --- stop


async def test_a_stop_in_the_middle_of_a_queued_answer_stops_it(office):
    held = await office.replies()

    await office.says("STOP", Wish.STOP, answered=True)
    await office.leaves()

    item = await office.item(held)
    assert (item.delivery, item.delivery_code) == ("failed", "opted_out")
    assert office.transport.sent == []
    told = await office.rows(Notification)
    assert [(one.account_id, one.item_id) for one in told] == [(office.nadia.id, held)]
    async with office.db.read() as session:
        # It is his wish, and no trouble of the channel.
        assert (await activity(session))["sms"].last_failed_at is None


async def test_a_stop_is_kept_with_its_words_and_its_time_and_is_logged(office):
    await office.says("Стоп!", Wish.STOP, answered=True)

    (row,) = await office.rows(Consent)
    assert (row.channel, row.kind, row.value) == ("sms", "phone", NUMBER)
    assert (row.state, row.source, row.wording) == ("refused", "message", "Стоп!")
    assert row.at == office.clock()
    async with office.db.read() as session:
        event = await session.scalar(
            select(EventRow).where(EventRow.kind == "consent.refused")
        )
    assert event.actor_kind == "client"
    assert event.data["wording"] == "Стоп!"


async def test_a_stop_waits_for_nobody_and_reopens_nothing(office):
    async with office.db.begin() as uow:
        row = await uow.session.scalar(select(Conversation))
        row.state, row.waiting_since = "resolved", None

    await office.says("STOP", Wish.STOP, answered=True)

    (row,) = await office.rows(Conversation)
    assert (row.state, row.waiting_since) == ("resolved", None)


async def test_the_author_of_a_reply_is_told_that_he_must_not(office):
    await office.says("STOP", Wish.STOP, answered=True)

    with pytest.raises(OptedOutError):
        await office.replies()


async def test_what_a_stop_let_fail_is_not_tried_again(office):
    held = await office.replies()
    await office.says("STOP", Wish.STOP, answered=True)

    with pytest.raises(OptedOutError):
        await office.db.run(lambda uow: replies.retry(uow, held), office.nadia)


async def test_a_stop_on_one_channel_is_none_on_another(office):
    await office.says("На зв’язку", channel="whatsapp")
    await office.says("STOP", Wish.STOP, answered=True)

    assert await office.replies(channel="whatsapp")


async def test_a_stop_is_confirmed_once_although_nothing_else_leaves(office):
    await office.says("Стоп", Wish.STOP)
    await office.leaves()

    (message,) = office.transport.sent
    assert "СТАРТ" in message.text
    assert message.recipient == NUMBER


async def test_a_stop_that_the_provider_answered_is_not_answered_again(office):
    await office.says("STOP", Wish.STOP, answered=True)
    await office.leaves()

    assert office.transport.sent == []


async def test_a_stop_while_a_message_is_looked_up_keeps_it_from_leaving(office):
    office.transport.answers.append(UncertainSendError("cut off"))
    sent = await office.replies()
    await office.leaves()
    await office.says("STOP", Wish.STOP, answered=True)

    await office.leaves()

    assert len(office.transport.sent) == 1
    assert len(office.transport.looked_up) == 1
    item = await office.item(sent)
    assert (item.delivery, item.delivery_code) == ("failed", "opted_out")


# --- start and help


async def test_start_after_stop_lets_us_write_again(office):
    await office.says("STOP", Wish.STOP, answered=True)
    await office.says("START", Wish.START, answered=True)

    assert await office.replies()
    assert [one.state for one in await office.rows(Consent)] == ["refused", "given"]


async def test_start_without_stop_is_talk(office):
    await office.says("Yes", Wish.START)
    await office.leaves()

    assert await office.rows(Consent) == []
    assert office.transport.sent == []
    (row,) = await office.rows(Conversation)
    assert row.waiting_since is not None


async def test_stop_and_start_in_one_batch_end_with_start(office):
    await office.take(
        sms("STOP", sid="SMa", wish=Wish.STOP, wish_answered=True),
        sms("START", sid="SMb", wish=Wish.START, wish_answered=True),
    )

    assert [one.state for one in await office.rows(Consent)] == ["refused", "given"]


async def test_help_is_answered_and_still_waits_for_a_person(office):
    await office.says("Допомога", Wish.HELP)
    await office.leaves()

    (message,) = office.transport.sent
    assert "СТОП" in message.text
    (row,) = await office.rows(Conversation)
    assert row.waiting_since is not None


# --- what others tell


@pytest.mark.parametrize("by_receipt", [False, True])
async def test_what_the_provider_knows_of_a_stop_is_learned(office, by_receipt):
    if not by_receipt:
        office.transport.answers.append(
            PermanentSendError("unsubscribed", cause="opted_out")
        )
    first = await office.replies()
    second = await office.replies(
        "And more", send_at=office.clock() + timedelta(days=1)
    )
    await office.leaves()
    if by_receipt:
        await office.take(
            DeliveryReceipt(
                channel="sms",
                state=DeliveryState.FAILED,
                external_id="SMout1",
                reason="unsubscribed",
                cause="opted_out",
            )
        )

    (row,) = await office.rows(Consent)
    assert (row.source, row.wording) == ("provider", "unsubscribed")
    for item_id in (first, second):
        item = await office.item(item_id)
        assert (item.delivery, item.delivery_code) == ("failed", "opted_out")


async def test_notices_obey_too(office):
    channels = {"phone": "sms", "email": "email"}
    async with office.db.begin() as uow:
        client = await uow.session.scalar(select(Client))
        before = await reach_of(uow, client, channels)
    await office.says("STOP", Wish.STOP, answered=True)
    async with office.db.begin() as uow:
        client = await uow.session.scalar(select(Client))
        after = await reach_of(uow, client, channels)

    assert before is not None
    assert after is None


async def by_hand(office, **more):
    async with office.db.read() as session:
        address = await session.scalar(select(Address))
    given = {"channel": "sms", "state": "refused", "note": "He called"} | more
    return await office.db.run(
        lambda uow: consent.record_by_hand(uow, address.client_id, address.id, **given),
        office.nadia,
    )


async def test_an_agent_notes_what_a_client_told_him(office):
    await by_hand(office)

    with pytest.raises(OptedOutError):
        await office.replies()
    async with office.db.read() as session:
        (view,) = await consent.of_client(session, (await office.rows(Client))[0].id)
    assert (view.note, view.account_name, view.holds) == ("He called", "Nadia", True)
    await by_hand(office, state="given", note="He called again")
    assert await office.replies()


async def test_without_saying_why_nothing_is_noted(office):
    with pytest.raises(InvalidError):
        await by_hand(office, note="  ")


async def test_of_an_unknown_client_nothing_is_told(db):
    async with db.read() as session:
        with pytest.raises(NotFoundError):
            await consent.of_client(session, 404)


async def test_a_consent_of_a_form_stands_beside_and_lifts_no_stop(office):
    await office.says("STOP", Wish.STOP, answered=True)
    said = consent.Said(
        kind="phone",
        value=NUMBER,
        state="given",
        source="form",
        purpose="newsletter",
        wording="I agree to news",
    )

    await office.db.run(lambda uow: consent.record(uow, said))

    with pytest.raises(OptedOutError):
        await office.replies()
