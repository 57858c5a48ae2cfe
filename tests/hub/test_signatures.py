"""Signatures: an agent's own, a queue's, and which of them stands below a mail."""

import pytest
from sqlalchemy import select

from hub.conversations import signatures
from hub.conversations.outgoing import clean, pictures, says
from hub.errors import InvalidError, NotFoundError
from hub.storage.tables import EventRow, Queue, Signature
from tests.hub.conftest import mail
from tests.hub.letters import Office


@pytest.fixture
async def office(db, take, agent, reply_rules, outbox, transport, clock) -> Office:
    await take(mail(text="It hums."))
    rules = type(reply_rules)(
        undo_window=reply_rules.undo_window,
        max_text=reply_rules.max_text,
        reaches=reply_rules.reaches,
        company="Затишок",
    )
    return await Office.of(
        db,
        rules=rules,
        agent=await agent(),
        outbox=outbox,
        transport=transport,
        clock=clock,
    )


async def keep(office, text="-", **more):
    if "queue_id" not in more:
        more["account_id"] = office.agent.id
    return await office.db.run(
        lambda uow: signatures.keep(uow, text=text, **more), office.agent
    )


async def queue_of(office) -> Queue:
    row = await office.conversation()
    async with office.db.read() as session:
        return await session.get_one(Queue, row.queue_id)


async def sent(office, **more):
    await office.reply(**more)
    await office.leave()
    return office.transport.sent[-1]


async def test_an_agents_signature_is_filled_in_and_sent(office) -> None:
    await keep(
        office,
        "{agent.name}, {company}\n{agent.email}",
        html="<b>{agent.name}</b><script>x()</script>",
    )

    message = await sent(office)
    assert message.signature == "Nadia, Затишок\nnadia1@hub.test"
    assert message.signature_html == "<b>Nadia</b>"
    assert (await sent(office, sign=False)).signature == ""


async def test_a_name_cannot_bring_html_into_the_signature(office, agent) -> None:
    office.agent = await agent(name="<img src=x onerror=y>")
    await keep(office, "x", html="<p>{agent.name}</p>")

    message = await sent(office)
    assert message.signature_html == "<p>&lt;img src=x onerror=y&gt;</p>"


async def test_a_queues_signature_stands_where_an_agent_has_none(office) -> None:
    queue = await queue_of(office)
    await keep(office, "{queue.name} at {company}", queue_id=queue.id)

    assert (await sent(office)).signature == f"{queue.name} at Затишок"
    await keep(office, "Mine")
    assert (await sent(office)).signature == "Mine"


async def test_a_queues_signature_may_overrule(office) -> None:
    queue = await queue_of(office)
    await keep(office, "Mine")
    await keep(office, "Ours", queue_id=queue.id, overrules=True)

    assert (await sent(office)).signature == "Ours"


async def test_what_was_sent_keeps_its_signature(office) -> None:
    await keep(office, "Old")
    await office.reply()
    await keep(office, "New")
    await office.leave()

    assert office.transport.sent[0].signature == "Old"


async def test_an_empty_one_is_forgotten_and_the_same_again_is_no_news(office) -> None:
    await keep(office, "Mine")
    await keep(office, "Mine")
    await keep(office, "")
    await keep(office, "  ")

    assert await office.all(Signature) == []
    async with office.db.read() as session:
        told = await session.scalars(
            select(EventRow).where(EventRow.kind == "signature.changed")
        )
        assert [one.data["account_id"] for one in told] == [office.agent.id] * 2


@pytest.mark.parametrize(
    "wrong",
    [{"text": "{agent.phone}"}, {"text": "x" * 5001}, {"text": "x", "html": "{x.y}"}],
)
async def test_what_cannot_be_filled_in_is_refused(office, wrong) -> None:
    with pytest.raises(InvalidError) as refused:
        await keep(office, **wrong)

    assert refused.value.details["errors"]


async def test_there_is_no_signature_of_no_queue(office) -> None:
    with pytest.raises(NotFoundError):
        await keep(office, "x", queue_id=10**9)


async def test_the_message_answered_is_quoted_if_wanted(office) -> None:
    assert (await sent(office)).quote is None
    quote = (await sent(office, quote=True)).quote

    assert (quote.text, quote.forwarded) == ("It hums.", False)
    assert quote.sender == "oksana@client.test"


async def test_the_settings_may_quote_unless_the_author_says_no(office) -> None:
    office.rules = type(office.rules)(
        undo_window=office.rules.undo_window,
        max_text=office.rules.max_text,
        reaches=office.rules.reaches,
        quote_history=True,
    )

    assert (await sent(office)).quote is not None
    assert (await sent(office, quote=False)).quote is None


async def test_what_is_written_with_a_look_is_cleaned_and_made_into_text(
    office,
) -> None:
    message = await sent(
        office,
        text="ignored",
        html='<p onclick="x()">On <b>its</b> way.</p><ul><li>one</li></ul>'
        '<img src="https://spy.test/p.png"><style>p{}</style>',
    )

    assert message.html == "<p>On <b>its</b> way.</p><ul><li>one</li></ul><img>"
    assert message.text.startswith("On its way.")
    assert "ignored" not in message.text


async def test_html_goes_by_mail_only(office) -> None:
    with pytest.raises(InvalidError):
        await office.reply(channel="sms", html="<p>x</p>")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ('<img src="/files/12/a.png" alt="a">', '<img src="cid:file-12" alt="a">'),
        ('<img src="cid:file-12">', '<img src="cid:file-12">'),
        ('<img src="data:image/png;base64,AAAA">', "<img>"),
        ('<a href="javascript:x()">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ('<p style="position:fixed">a</p>', "<p>a</p>"),
        ("<svg><script>x()</script></svg>b", "b"),
        ('<iframe src="x"></iframe>c', "c"),
        ('<td colspan="9999999">d</td>', "d"),
    ],
)
def test_only_what_may_bear_our_name_leaves(given, kept) -> None:
    assert clean(given) == kept
    assert clean(clean(given)) == clean(given)


def test_pictures_are_named_by_their_upload() -> None:
    assert pictures(clean('<img src="/files/7/x"><img src="cid:file-9">')) == [7, 9]
    assert says("<p>a</p><p>b</p>") == "a\n\nb"
