"""What is handed on reaches others, and the client does not learn of it."""

import pytest
from sqlalchemy import select

from hub.contracts import Attachment
from hub.conversations import cases, replies
from hub.conversations.intake.arrivals import Arrival
from hub.conversations.intake.batches import take as take_in
from hub.conversations.participants import taking_part
from hub.errors import InvalidError, NotFoundError
from hub.files.attachments import store
from hub.log.audience import Viewer
from hub.log.events import client_topic
from hub.storage.tables import Conversation, Draft, EventRow, TimelineItem
from tests.hub.conftest import mail
from tests.hub.letters import Office

PHOTO = Attachment(name="boiler.txt", media_type="text/plain", content=b"it hums")


@pytest.fixture
async def office(
    db, rules, settings, agent, reply_rules, outbox, transport, clock
) -> Office:
    taken = await store(outbox.blobs, [PHOTO], settings.attachments)
    letter = mail(
        text="It hums.\n> long ago",
        visible_text="It hums.",
        html='<p>It <b>hums</b>.</p><img src="https://x.test/p.png">',
    )
    arrival = Arrival(item=letter, files=taken.stored)
    await db.run(lambda uow: take_in(uow, rules, [arrival]))
    return await Office.of(
        db,
        rules=reply_rules,
        agent=await agent(),
        outbox=outbox,
        transport=transport,
        clock=clock,
    )


async def test_it_leaves_with_the_whole_message_and_its_files(office) -> None:
    item = await office.forward(text="Can you look?", cc=["Petro <petro@firm.test>"])
    await office.leave()

    (sent,) = office.transport.sent
    assert (sent.recipient, sent.subject) == ("post@courier.test", "Fwd: Boiler")
    assert [one.address for one in sent.copies] == ["petro@firm.test"]
    assert sent.quote.forwarded
    assert sent.quote.text == "It hums.\n> long ago"
    assert 'src="https://x.test/p.png"' in sent.quote.html
    assert sent.quote.sender == "oksana@client.test"
    assert [(one.name, one.content) for one in sent.attachments] == [
        ("boiler.txt", b"it hums")
    ]
    assert sent.references == ()
    assert sent.reply_token
    assert (await office.item(item.id)).delivery == "sent"


async def test_words_with_a_look_leave_with_it(office) -> None:
    item = await office.forward(
        text="", html="<p>Look <b>today</b><script>1</script></p>"
    )
    await office.leave()

    (sent,) = office.transport.sent
    assert sent.text == "Look today"
    assert "<b>today</b>" in sent.html
    assert "script" not in sent.html
    assert (await office.item(item.id)).has_html


async def test_only_the_chosen_files_go_along(office) -> None:
    await office.forward(files=[])
    await office.leave()

    assert office.transport.sent[0].attachments == ()
    with pytest.raises(InvalidError):
        await office.forward(files=[10**9])


async def test_the_client_goes_on_waiting_and_sees_nothing_of_it(office) -> None:
    before = await office.conversation()
    item = await office.forward(text="He is rude, is he not?")
    await office.leave()
    after = await office.conversation()

    assert after.waiting_since == before.waiting_since is not None
    assert (after.last_direction, after.snippet) == ("in", before.snippet)
    viewer = Viewer(frozenset({client_topic(before.client_id)}))
    async with office.db.read() as session:
        case = await cases.access_case(session, viewer, office.id)
        told = await session.scalar(
            select(EventRow).where(EventRow.kind == "interaction.forwarded")
        )
    assert [one.id for one in case.items] == [office.first]
    assert case.view.subject == "Boiler"
    assert told.topics == ["staff"]
    assert told.data["item_id"] == item.id


async def test_who_was_asked_takes_part(office) -> None:
    await office.forward()

    async with office.db.read() as session:
        assert await taking_part(session, "post@courier.test", [office.id])


async def test_only_whom_the_settings_allow_may_be_forwarded_to(office) -> None:
    allowed = ("@courier.test", "boss@firm.test")
    office.rules = type(office.rules)(
        **{
            name: getattr(office.rules, name)
            for name in office.rules.__dataclass_fields__
        }
        | {"forward_to": allowed}
    )

    await office.forward(to=["x@courier.test"], cc=["boss@firm.test"])
    with pytest.raises(InvalidError, match="recipients") as refused:
        await office.forward(to=["x@courier.test"], cc=["y@elsewhere.test"])

    assert "y@elsewhere.test" in refused.value.details["errors"]["cc"]


async def test_what_is_undone_comes_back_as_a_draft_to_the_same_people(office) -> None:
    item = await office.forward(text="Can you look?")
    _, draft = await office.db.run(lambda uow: replies.undo(uow, item.id), office.agent)

    assert draft.mail == {"forwards_id": office.first, "to": ["post@courier.test"]}
    (kept,) = await office.all(Draft)
    assert kept.mail == draft.mail


async def test_a_note_is_not_handed_on(office) -> None:
    async with office.db.begin() as uow:
        note = TimelineItem(
            client_id=(await uow.session.get_one(Conversation, office.id)).client_id,
            conversation_id=office.id,
            at=uow.now,
            kind="note",
            author_kind="agent",
            text="secret",
            data={},
            attachments=[],
        )
        uow.session.add(note)
        await uow.session.flush()

    with pytest.raises(NotFoundError):
        await office.forward(note.id)


@pytest.mark.parametrize(
    "wrong", [{"to": []}, {"to": ["x"]}, {"channel": "sms"}, {"subject": "x" * 301}]
)
async def test_what_will_not_do_is_refused(office, wrong) -> None:
    with pytest.raises(InvalidError) as refused:
        await office.forward(**wrong)

    assert refused.value.details["errors"]


async def test_later_mails_do_not_refer_to_what_the_client_never_got(office) -> None:
    await office.forward()
    await office.leave()
    await office.reply()
    await office.leave()

    assert office.transport.sent[1].references == ("<1@client.test>",)
