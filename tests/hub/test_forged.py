"""What only pretends to come from a client does nothing in his name, and is not lost."""

from datetime import timedelta

from sqlalchemy import select

from hub.contracts import Authenticity, FormField, Verdict
from hub.conversations import cases
from hub.conversations.threading import reply_token
from hub.log.audience import Viewer
from hub.log.events import client_topic
from hub.storage.tables import (
    Address,
    Client,
    Conversation,
    ConversationLink,
    EventRow,
    TimelineItem,
)
from tests.hub.conftest import REPLY_KEY, form, mail

HERS = "oksana@client.test"


def judged(verdict, **more):
    return Authenticity(verdict=verdict, domain="client.test", **more)


def forged(*, id="<9@evil.test>", **more):  # noqa: A002
    """A mail that somebody wrote in Oksana's name."""
    return mail(id=id, authenticity=judged(Verdict.FORGED, by="mx.ours.test"), **more)


ANSWERS = (FormField(name="text", label="Question", value="Hers"),)


async def rows(db, table, order=None):
    async with db.read() as session:
        found = await session.scalars(select(table).order_by(order or table.id))
        return list(found)


async def test_it_is_on_his_card_with_what_was_found_out(db, take) -> None:
    await take(mail())
    await take(forged(subject="Order", text="Send it elsewhere."))

    (client,) = await rows(db, Client)
    genuine, other = await rows(db, TimelineItem)
    assert other.client_id == client.id
    assert other.text == "Send it elsewhere."
    assert genuine.data.get("authenticity") is None
    assert other.data["authenticity"] == {
        "verdict": "forged",
        "domain": "client.test",
        "why": "",
        "by": "mx.ours.test",
    }
    events = await rows(db, EventRow, EventRow.seq)
    (told,) = [one for one in events if one.state.get("item", {}).get("id") == other.id]
    assert told.state["item"]["data"]["authenticity"]["verdict"] == "forged"


async def test_what_is_genuine_or_unproven_goes_where_it_always_went(db, take) -> None:
    await take(mail())
    for number, verdict in enumerate((Verdict.GENUINE, Verdict.UNPROVEN)):
        await take(
            mail(
                subject="Re: Boiler",
                id=f"<{number}@x.test>",
                authenticity=judged(verdict),
                references=("<1@client.test>",),
            )
        )

    assert len(await rows(db, Conversation)) == 1


async def test_it_stands_alone_whatever_it_names(db, take) -> None:
    await take(mail())
    (first,) = await rows(db, Conversation)

    await take(forged(subject="Re: Boiler", references=("<1@client.test>",)))
    await take(forged(id="<8@evil.test>", reply_token=reply_token(first.id, REPLY_KEY)))
    await take(forged(id="<7@evil.test>", subject="Boiler"))

    conversations = await rows(db, Conversation)
    assert len(conversations) == 4
    assert len({one.client_id for one in conversations}) == 1
    links = await rows(db, ConversationLink, ConversationLink.other_id)
    assert [(one.one_id, one.reason) for one in links] == [
        (first.id, "quoted"),
        (first.id, "reply_address"),
    ]


async def test_it_takes_nothing_up_that_was_resolved(db, take, agent) -> None:
    await take(mail())
    (first,) = await rows(db, Conversation)
    async with db.begin() as uow:
        row = await uow.session.get_one(Conversation, first.id)
        row.state, row.resolved_at = "resolved", uow.now - timedelta(hours=1)

    await take(forged(subject="Re: Boiler", references=("<1@client.test>",)))

    first, other = await rows(db, Conversation)
    assert (first.state, other.state) == ("resolved", "open")


async def test_it_proves_no_address_and_gives_no_name(db, take) -> None:
    await take(forged(sender_name="Anna the Forger"))

    (client,) = await rows(db, Client)
    (address,) = await rows(db, Address)
    assert client.name == HERS
    assert address.verified_at is None

    await take(mail(sender_name="Oksana"))

    (client,) = await rows(db, Client)
    (address,) = await rows(db, Address)
    assert client.name == "Oksana"
    assert address.verified_at is not None


async def test_it_makes_nobody_a_client_who_only_typed_the_address(db, take) -> None:
    # A thief types her address beside his own number, and mails in her name.
    await take(
        form(
            sender="+380501112299",
            sender_kind="phone",
            also=(("email", HERS),),
            text="Hers",
            fields=ANSWERS,
        ),
        form(
            external_id="form-2",
            sender="+380501112299",
            sender_kind="phone",
            also=(("email", "other@client.test"),),
            text="Another's",
            fields=ANSWERS,
        ),
    )
    await take(forged())

    await take(mail(id="<5@client.test>"))

    async with db.read() as session:
        owner = await session.scalar(
            select(Address.client_id).where(Address.value == HERS)
        )
        thief = await session.scalar(
            select(Address.client_id).where(Address.kind == "phone")
        )
    assert owner != thief


async def test_the_client_does_not_see_it_in_the_portal(db, take) -> None:
    await take(mail())
    await take(forged(subject="Send my order elsewhere"))

    (client,) = await rows(db, Client)
    viewer = Viewer(topics=frozenset({client_topic(client.id)}))
    async with db.read() as session:
        page = await cases.page(session, viewer, client.id, limit=10)

    assert [one.subject for one in page.cases] == ["Boiler"]
