"""One mail to several: each gets it once, and each failure is told by name."""

import pytest

from hub.contracts import DeliveryReceipt, DeliveryState, Refusal, SendResult
from hub.conversations import replies
from hub.conversations.participants import taking_part
from hub.delivery import receipts, settling
from hub.delivery.outbox import _claim
from hub.errors import (
    InvalidError,
    PermanentSendError,
    StateError,
    TransientSendError,
    UncertainSendError,
)
from hub.storage.tables import DueRow, Notification
from tests.hub.conftest import mail
from tests.hub.letters import Office

CLIENT, ANNA, BORYS = "oksana@client.test", "anna@client.test", "borys@firm.test"
BOTH = {"cc": [f"Anna <{ANNA}>", BORYS]}


@pytest.fixture
async def office(db, take, agent, reply_rules, outbox, transport, clock) -> Office:
    await take(mail())
    return await Office.of(
        db,
        rules=reply_rules,
        agent=await agent(),
        outbox=outbox,
        transport=transport,
        clock=clock,
    )


def partly(*refused) -> SendResult:
    return SendResult(external_id="<m1@shop.test>", refused=refused)


def later(address) -> Refusal:
    return Refusal(recipient=address, reason="450 greylisted", later=True)


def never(address) -> Refusal:
    return Refusal(recipient=address, reason="550 no such person")


async def take_receipt(
    office, recipient, state=DeliveryState.BOUNCED, *, is_delayed=False
) -> bool:
    receipt = DeliveryReceipt(
        channel="email",
        state=state,
        external_id="<m1@shop.test>",
        recipient=recipient,
        reason="5.1.1 unknown",
        is_delayed=is_delayed,
    )
    return await office.db.run(lambda uow: receipts.take(uow, receipt))


async def test_who_is_late_among_several_is_told_by_name(office) -> None:
    item = await office.reply(**BOTH)
    office.transport.answers = [partly()]
    await office.leave()

    news = [
        await take_receipt(office, who, DeliveryState.SENT, is_delayed=True)
        for who in (ANNA, ANNA, CLIENT)
    ]

    late = await office.item(item.id)
    assert news == [True, False, True]
    assert [one.get("delayed") for one in late.data["recipients"]] == [True, True, None]
    assert (late.delivery, late.delivery_code) == ("sent", "delayed")

    await take_receipt(office, ANNA)

    assert "delayed" not in (await office.item(item.id)).data["recipients"][1]


async def test_a_mail_names_everybody_and_shows_how_far_each_is(office) -> None:
    item = await office.reply(
        to=["Olha <olha@firm.test>"], cc=[ANNA], bcc=["boss@firm.test"]
    )
    await office.leave()

    (sent,) = office.transport.sent
    assert sent.recipient == CLIENT
    assert [(one.address, one.name, one.role) for one in sent.copies] == [
        ("olha@firm.test", "Olha", "to"),
        (ANNA, "", "cc"),
        ("boss@firm.test", "", "bcc"),
    ]
    assert set((await office.states(item.id)).values()) == {"sent"}


async def test_who_has_it_is_not_sent_it_again_when_another_is_greylisted(
    office,
) -> None:
    office.transport.answers = [partly(later(ANNA))]
    item = await office.reply(**BOTH)
    await office.leave()
    first = (await office.item(item.id)).delivery
    waiting = await office.states(item.id)
    await office.leave(minutes=10)

    one, again = office.transport.sent
    assert set(one.only) == {CLIENT, ANNA, BORYS}
    assert again.only == (ANNA,)
    assert again.key == one.key
    assert first == "sent"
    assert waiting == {CLIENT: "sent", ANNA: "queued", BORYS: "sent"}
    assert set((await office.states(item.id)).values()) == {"sent"}
    assert not [row for row in await office.all(DueRow) if row.kind == "send"]


async def test_a_refused_copy_is_told_by_name_and_the_answer_stands(office) -> None:
    office.transport.answers = [partly(never(ANNA))]
    item = await office.reply(**BOTH)
    await office.leave()

    found = await office.item(item.id)
    refused = next(one for one in found.data["recipients"] if one["state"] == "failed")
    (notice,) = await office.all(Notification)
    assert found.delivery == "sent"
    assert refused == {
        "address": ANNA,
        "name": "Anna",
        "role": "cc",
        "state": "failed",
        "reason": "550 no such person",
    }
    assert (notice.kind, notice.item_id) == ("not_sent", item.id)
    assert (await office.conversation()).waiting_since is None


async def test_a_refused_client_is_a_failed_message_though_a_copy_went_out(
    office,
) -> None:
    office.transport.answers = [partly(never(CLIENT))]
    item = await office.reply(**BOTH)
    await office.leave()

    found = await office.item(item.id)
    assert (found.delivery, found.delivery_reason) == ("failed", "550 no such person")
    assert (await office.states(item.id))[BORYS] == "sent"


async def test_trying_again_is_for_those_whom_it_did_not_reach(office) -> None:
    office.transport.answers = [partly(never(ANNA))]
    item = await office.reply(**BOTH)
    await office.leave()
    await office.db.run(lambda uow: replies.retry(uow, item.id), office.agent)
    await office.leave()

    assert office.transport.sent[-1].only == (ANNA,)
    assert set((await office.states(item.id)).values()) == {"sent"}
    with pytest.raises(StateError):
        await office.db.run(lambda uow: replies.retry(uow, item.id), office.agent)


async def test_all_refused_for_different_reasons_are_each_told_their_own(
    office,
) -> None:
    refused = [never(CLIENT), later(ANNA), never(BORYS)]
    office.transport.answers = [TransientSendError("450", refused=refused)]
    item = await office.reply(**BOTH)
    await office.leave()

    assert await office.states(item.id) == {
        CLIENT: "failed",
        ANNA: "queued",
        BORYS: "failed",
    }


async def test_a_wish_of_the_server_is_kept(office) -> None:
    slow = Refusal(recipient=ANNA, reason="wait", later=True, retry_after=1800.0)
    office.transport.answers = [partly(slow)]
    await office.reply(**BOTH)
    await office.leave()
    await office.leave(minutes=20)
    early = len(office.transport.sent)
    await office.leave(minutes=11)

    assert (early, len(office.transport.sent)) == (1, 2)


async def test_after_two_days_a_copy_is_given_up_and_told(office) -> None:
    item = await office.reply(**BOTH)
    for _ in range(60):
        office.transport.answers = [partly(later(ANNA))]
        await office.leave(hours=4)
        if (await office.states(item.id))[ANNA] == "failed":
            break

    assert (await office.states(item.id))[ANNA] == "failed"
    assert [one.kind for one in await office.all(Notification)] == ["not_sent"]


async def test_a_line_that_broke_is_looked_up_and_never_sent_twice(office) -> None:
    office.transport.answers = [UncertainSendError("no answer")]
    office.transport.known = UncertainSendError("nobody can tell")
    item = await office.reply(**BOTH)
    await office.leave()
    await office.leave(minutes=5)

    assert len(office.transport.sent) == 1
    assert set((await office.states(item.id)).values()) == {"uncertain"}
    assert [one.kind for one in await office.all(Notification)] == ["uncertain"]

    await office.db.run(
        lambda uow: replies.settle(uow, item.id, sent=True), office.agent
    )
    assert set((await office.states(item.id)).values()) == {"sent"}


async def test_a_worker_that_died_while_a_copy_was_sent_again_is_looked_up(
    office,
) -> None:
    office.transport.answers = [partly(later(ANNA))]
    item = await office.reply(**BOTH)
    await office.leave()
    office.clock.move(minutes=10)
    (claim,) = await _claim(office.outbox)
    await office.db.run(lambda uow: settling.start(uow, claim, office.outbox.settings))
    # Here it dies.
    office.transport.known = TransientSendError("the mailbox cannot be read now")
    await office.leave(minutes=3)
    unsure = await office.states(item.id)
    office.transport.known = SendResult(external_id="<m1@shop.test>")
    await office.leave(minutes=10)

    assert len(office.transport.sent) == 1
    assert unsure == {CLIENT: "sent", ANNA: "uncertain", BORYS: "sent"}
    assert (await office.states(item.id))[ANNA] == "sent"


async def test_a_bounce_marks_the_one_it_speaks_of(office) -> None:
    office.transport.answers = [partly()]
    item = await office.reply(**BOTH)
    await office.leave()

    assert await take_receipt(office, "ANNA@client.test")
    assert not await take_receipt(office, ANNA)
    assert await office.states(item.id) == {
        CLIENT: "sent",
        ANNA: "bounced",
        BORYS: "sent",
    }
    assert (await office.item(item.id)).delivery == "sent"

    assert await take_receipt(office, CLIENT)
    assert (await office.item(item.id)).delivery == "bounced"


async def test_a_message_that_is_undone_gives_its_people_back(office) -> None:
    item = await office.reply(bcc=["boss@firm.test"], **BOTH)
    _, draft = await office.db.run(lambda uow: replies.undo(uow, item.id), office.agent)

    assert draft.mail == {
        "cc": [f"Anna <{ANNA}>", BORYS],
        "bcc": ["boss@firm.test"],
    }


async def test_who_is_written_to_takes_part(office) -> None:
    await office.reply(**BOTH)

    async with office.db.read() as session:
        assert await taking_part(session, BORYS, [office.id]) == {office.id}
        assert await taking_part(session, CLIENT, [office.id]) == set()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"cc": ["nobody"]}, "cc"),
        ({"to": ["a@b.test, c@d.test"]}, "to"),
        ({"bcc": ["a@b.test\r\nX: y"]}, "bcc"),
        ({"cc": [f"a{n}@b.test" for n in range(51)]}, "cc"),
        ({"answers_id": 10**9}, "answers_id"),
    ],
)
async def test_what_will_not_do_is_refused_by_field(office, wrong, field) -> None:
    with pytest.raises(InvalidError) as refused:
        await office.reply(**wrong)

    assert field in refused.value.details["errors"]


async def test_nobody_is_named_twice(office) -> None:
    item = await office.reply(to=[ANNA, CLIENT], cc=[ANNA.upper(), BORYS])

    people = [(one["address"], one["role"]) for one in item.data["recipients"]]
    assert people == [(CLIENT, "to"), (ANNA, "to"), (BORYS, "cc")]


async def test_a_permanent_no_for_all_is_everybodys(office) -> None:
    office.transport.answers = [PermanentSendError("554 spam")]
    item = await office.reply(**BOTH)
    await office.leave()

    assert set((await office.states(item.id)).values()) == {"failed"}
    assert (await office.item(item.id)).delivery == "failed"
