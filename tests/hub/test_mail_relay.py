"""From the outbox through a real relay: once to each, whatever the relay does."""

from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from hub.delivery.outbox import send_due
from hub.storage.tables import DueRow, Notification
from tests.channels.relay_stand import relay, sender
from tests.hub.conftest import mail
from tests.hub.letters import Office

CLIENT, ANNA, BORYS = "oksana@client.test", "anna@client.test", "borys@firm.test"
BOTH = {"cc": [ANNA, BORYS]}


@pytest.fixture
async def office(db, take, agent, reply_rules, outbox, clock) -> Office:
    await take(mail())
    return await Office.of(
        db, rules=reply_rules, agent=await agent(), outbox=outbox, clock=clock
    )


async def leave(office, port, **span) -> None:
    """Let time pass; then a hub with this relay sends what is due."""
    office.clock.move(**(span or {"seconds": 10}))
    async with sender(port) as channel:
        await send_due(replace(office.outbox, transports={"email": channel}))


def told(played) -> list[list[str]]:
    return [one.rcpt_tos for one in played.mails]


async def test_greylisted_by_one_each_gets_it_exactly_once(office) -> None:
    refusals = {ANNA: ["451 4.7.1 Greylisted, try again in 5 minutes"]}
    async with relay(rcpt=refusals) as played:
        item = await office.reply(**BOTH)
        await leave(office, played.port)
        await leave(office, played.port, minutes=4)
        early = told(played)
        await leave(office, played.port, minutes=2)

    assert early == [[CLIENT, BORYS]]
    assert told(played) == [[CLIENT, BORYS], [ANNA]]
    one, again = (
        message_from_bytes(m.content, policy=policy.default) for m in played.mails
    )
    assert one["Message-ID"] == again["Message-ID"]
    assert str(one["Cc"]) == str(again["Cc"])
    assert set((await office.states(item.id)).values()) == {"sent"}


async def test_a_no_for_one_is_told_and_never_tried_again(office) -> None:
    async with relay(rcpt={BORYS: "550 5.1.1 no such person"}) as played:
        item = await office.reply(**BOTH)
        for _ in range(4):
            await leave(office, played.port, hours=5)

    assert told(played) == [[CLIENT, ANNA]]
    assert (await office.states(item.id))[BORYS] == "failed"
    assert [one.kind for one in await office.all(Notification)] == ["not_sent"]


async def test_a_line_that_drops_after_data_is_never_sent_twice(office) -> None:
    async with relay(data="hang up after taking it") as played:
        item = await office.reply(**BOTH)
        for _ in range(6):
            await leave(office, played.port, minutes=30)

    # The relay has it. Nobody told us, so a person is asked.
    assert told(played) == [[CLIENT, ANNA, BORYS]]
    assert (await office.item(item.id)).delivery == "uncertain"
    assert [one.kind for one in await office.all(Notification)] == ["uncertain"]
    assert not [row for row in await office.all(DueRow) if row.kind == "send"]


async def test_a_relay_that_is_busy_is_tried_until_it_takes_it(office) -> None:
    async with relay(mail=["421 busy", "451 busy", "250 OK"]) as played:
        item = await office.reply()
        for _ in range(4):
            await leave(office, played.port, minutes=10)

    assert told(played) == [[CLIENT]]
    assert (await office.item(item.id)).delivery == "sent"


async def test_what_comes_out_reads_like_what_was_written(office) -> None:
    async with relay() as played:
        await office.reply("Завтра о 9.\n\n- фільтр\n- насос", quote=True)
        await leave(office, played.port)

    (envelope,) = played.mails
    read = message_from_bytes(envelope.content, policy=policy.default)
    assert read["In-Reply-To"] == "<1@client.test>"
    assert read["References"] == "<1@client.test>"
    plain = read.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert plain.startswith("Завтра о 9.\n\n- фільтр\n- насос\n\n")
    assert plain.rstrip().endswith("> It hums at night.")
    assert "<li>насос</li>" in read.get_body(("html",)).get_content()
