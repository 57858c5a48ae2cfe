"""Machines of ours do not answer machines, and what answers them comes to rest."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select

from channels.email.outbound.composing import compose
from hub.delivery.automatic import is_nobody
from hub.delivery.outbound import send_automatic
from hub.delivery.outbox import send_due
from hub.storage.tables import Address, Client, Notification, TimelineItem
from tests.channels.test_email_reading import PLACE, make, trusted
from tests.hub.conftest import mail


async def notice(db, text="We have it.", to=None, **more):
    """Let a machine of ours write to a client."""

    async def work(uow):
        wanted = select(Address).order_by(Address.id.desc())
        if to is not None:
            wanted = wanted.where(Address.value == to)
        address = (await uow.session.scalars(wanted)).first()
        return await send_automatic(
            uow,
            client=await uow.session.get_one(Client, address.client_id),
            address=address,
            channel="email",
            text=text,
            key=uuid4(),
            subject="Confirmation",
            **more,
        )

    return await db.run(work)


async def delivery(db, item) -> tuple[str, str]:
    async with db.read() as session:
        row = await session.get_one(TimelineItem, item.id)
        return row.delivery, row.delivery_reason


async def test_an_address_gets_so_many_in_an_hour_and_no_more(
    db, take, outbox, transport, clock, settings
) -> None:
    most = settings.delivery.automatic_per_hour
    await take(mail())
    await take(mail(sender="other@client.test", id="<2@client.test>"))
    items = [await notice(db, to="oksana@client.test") for _ in range(most + 3)]
    other = await notice(db, to="other@client.test")
    await send_due(outbox)

    states = [await delivery(db, one) for one in items]
    assert [state for state, _ in states].count("sent") == most
    assert {reason for state, reason in states if state == "failed"} == {
        f"more than {most} automatic messages to this address in an hour"
    }
    assert (await delivery(db, other))[0] == "sent"

    clock.move(minutes=61)
    later = await notice(db, to="oksana@client.test")
    await send_due(outbox)
    assert (await delivery(db, later))[0] == "sent"


async def test_what_a_person_asked_for_is_not_counted_here(
    db, take, outbox, settings
) -> None:
    await take(mail())
    for _ in range(settings.delivery.automatic_per_hour + 1):
        await notice(db)
    code = await notice(db, secret_text="123456")
    await send_due(outbox)

    assert (await delivery(db, code))[0] == "sent"


async def test_a_machine_is_not_written_to_and_nobody_is_disturbed(
    db, take, outbox, transport
) -> None:
    await take(mail(sender="no-reply@shop.test"))
    item = await notice(db)
    await send_due(outbox)

    state, reason = await delivery(db, item)
    assert (state, reason) == ("failed", "automatic messages are not sent to machines")
    assert transport.sent == []
    async with db.read() as session:
        assert await session.scalar(select(func.count(Notification.id))) == 0


@pytest.mark.parametrize(
    ("address", "nobody"),
    [
        ("mailer-daemon@x.test", True),
        ("MAILER-DAEMON@x.test", True),
        ("noreply@x.test", True),
        ("no-reply+17@x.test", True),
        ("do_not_reply@x.test", True),
        ("donotreply-orders@x.test", True),
        ("bounces-12@x.test", True),
        ("noreen@x.test", False),
        ("bouncer@x.test", False),
        ("postmasters.wife@x.test", False),
        ("+380501112233", False),
    ],
)
def test_machines_are_told_by_their_addresses(address, nobody) -> None:
    assert is_nobody(address) is nobody


class House:
    """A hub whose machine thanks for every mail that a person wrote."""

    def __init__(self, db, take, outbox, own) -> None:
        self.db, self._take, self.outbox = db, take, outbox
        self.channel = make(address=own)
        self.answered = 0

    async def take(self, content) -> None:
        for item in self.channel.receive(trusted(content)).items:
            await self._take(item)
            if not item.automatic:
                self.answered += 1
                await notice(self.db, to=item.sender)

    async def leave(self, transport) -> list[bytes]:
        """Send what is due; give it as it goes over the line."""
        before = len(transport.sent)
        await send_due(self.outbox)
        return [
            compose(one, self.channel._settings, PLACE).content
            for one in transport.sent[before:]
        ]


def foreign(content, sender) -> bytes:
    """The same mail as another hub would write it: not marked as one of ours."""
    head, _, body = content.partition(b"\r\n\r\n")
    lines = [one for one in head.split(b"\r\n") if not one.startswith(b"X-Rozmova")]
    kept = [
        b"From: " + sender.encode() if one.startswith(b"From:") else one
        for one in lines
    ]
    return b"\r\n".join(kept) + b"\r\n\r\n" + body


FIRST = b"From: oksana@b.test\r\nTo: support@shop.example\r\nSubject: Hi\r\n\r\nHi\r\n"


async def test_two_hubs_that_answer_each_other_stop_at_once(
    db, take, outbox, transport
) -> None:
    house = House(db, take, outbox, "support@shop.example")
    other = make(address="oksana@b.test")
    await house.take(FIRST)
    (answer,) = await house.leave(transport)

    # The other hub sees that a machine wrote, and its machine says nothing.
    (seen,) = other.receive(trusted(foreign(answer, "support@shop.example"))).items
    assert seen.automatic
    assert house.answered == 1


async def test_a_machine_that_hides_is_answered_so_often_and_no_more(
    db, take, outbox, transport, settings, clock
) -> None:
    house = House(db, take, outbox, "support@shop.example")
    content, rounds = FIRST, 0
    while rounds < 200:
        rounds += 1
        await house.take(content.replace(b"Hi\r\n", b"Hi %d\r\n" % rounds))
        clock.move(seconds=5)
        sent = await house.leave(transport)
        if not sent:
            break
        # It answers like a person: no header tells what it is.
        content = FIRST

    assert len(transport.sent) == settings.delivery.automatic_per_hour
    assert rounds == settings.delivery.automatic_per_hour + 1
