"""IMAP in, from a server that we did not write: each mail is taken, whoever read it."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from tests.channels.boxes import Reading, reader
from tests.channels.imap_server import mailbox
from tests.channels.keep import Kept


def mail(name, *, sender="a", size=0):
    return f"From: {sender}@b.example\r\nSubject: {name}\r\n\r\nHi{'x' * size}\r\n".encode()


@asynccontextmanager
async def reading(box, hub, keep=None, **settings):
    keep = keep if keep is not None else Kept()
    async with reader(box, **settings).listening(hub.deliver, keep):
        yield keep


@pytest.mark.parametrize("idle", [True, False], ids=["IDLE", "polled"])
async def test_what_waits_and_what_comes_is_taken(idle) -> None:
    hub = Reading()

    async with mailbox(idle=idle) as box:
        await box.put(mail("waits"))
        async with reading(box, hub):
            await hub.until("waits")
            await box.put(mail("comes"))
            await hub.until("comes")
            await box.until(lambda box: box.read == ["waits", "comes"])

    assert all(one.trusted and one.path == "imap" for one in hub.taken)
    assert hub.taken[0].body == mail("waits")


async def test_what_comes_is_taken_within_two_seconds() -> None:
    hub = Reading()
    loop = asyncio.get_running_loop()

    async with mailbox() as box, reading(box, hub) as keep:
        await box.put(mail("first"))
        await hub.until("first")
        took = []
        for number in range(5):
            began = loop.time()
            await box.put(mail(number))
            await hub.until(str(number))
            took.append(loop.time() - began)

    assert max(took) < 2
    assert len(keep.values) == 1


async def test_a_mail_that_a_colleague_has_read_is_taken_all_the_same() -> None:
    hub, keep = Reading(), Kept()

    async with mailbox() as box:
        async with reading(box, hub, keep):
            await box.put(mail("one"))
            await hub.until("one")
        await box.put(mail("read in webmail"), seen=True)
        async with reading(box, hub, keep):
            await hub.until("read in webmail")


async def test_the_first_connection_leaves_old_and_read_mail_alone() -> None:
    hub = Reading()
    old = datetime.now(UTC) - timedelta(days=30)

    async with mailbox() as box:
        await box.put(mail("old"), when=old)
        await box.put(mail("read"), seen=True)
        await box.put(mail("unread"))
        async with reading(box, hub):
            await box.put(mail("new"))
            await hub.until("new")

    assert hub.subjects == ["unread", "new"]


@pytest.mark.parametrize(
    ("first", "days", "taken"),
    [
        ("new", 1, []),
        ("unread", 0, ["old", "today"]),
        ("all", 1, ["today", "read today"]),
        ("all", 0, ["old", "today", "read today"]),
    ],
)
async def test_how_far_the_first_connection_looks_back_is_set(
    first, days, taken
) -> None:
    hub, keep = Reading(), Kept()
    old = datetime.now(UTC) - timedelta(days=30)

    async with mailbox() as box:
        await box.put(mail("old", sender="x"), when=old)
        await box.put(mail("today", sender="x"))
        await box.put(mail("read today", sender="x"), seen=True)
        async with reading(box, hub, keep, first=first, first_days=days):
            await keep.until_noted()
            await box.put(mail("new"))
            await hub.until("new", *taken)
        async with reading(box, hub, keep, first=first, first_days=days):
            await box.put(mail("later"))
            await hub.until("later")

    assert sorted(hub.subjects) == sorted([*taken, "new", "later"])


async def test_a_weeks_outage_is_caught_up_in_order_and_nothing_comes_twice() -> None:
    hub, keep = Reading(), Kept()
    begun = datetime.now(UTC) - timedelta(days=7)

    async with mailbox() as box:
        async with reading(box, hub, keep):
            await box.put(mail("before"))
            await hub.until("before")
        for number in range(300):
            await box.put(
                mail(number, sender=f"client{number % 7}"),
                seen=number % 3 == 0,
                when=begun + timedelta(minutes=30 * number),
            )
        async with reading(box, hub, keep):
            await hub.until("299")
            await box.until(lambda box: len(box.read) == 301)

    numbers = [int(one) for one in hub.subjects[1:]]
    assert sorted(numbers) == list(range(300))
    for client in range(7):
        his = [one for one in numbers if one % 7 == client]
        assert his == sorted(his)


async def test_mails_that_were_numbered_anew_are_all_looked_at_again() -> None:
    hub, keep = Reading(), Kept()
    old = datetime.now(UTC) - timedelta(days=30)

    async with mailbox() as box:
        await box.put(mail("not ours"), when=old)
        async with reading(box, hub, keep):
            for name in ("one", "two"):
                await box.put(mail(name))
                await hub.until(name)
            await box.put(mail("three"))
            await hub.until("three")
            box.number_anew()
            await box.put(mail("four"))
            await hub.until("four")

    assert sorted(set(hub.subjects)) == ["four", "one", "three", "two"]
    # The hub knows them by what they are, so that they come again does no harm.
    assert hub.subjects.count("one") == 2
