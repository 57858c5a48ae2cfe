"""A mailbox that breaks, refuses or holds what is too much: nothing is lost."""

import asyncio
import logging
from contextlib import asynccontextmanager

import pytest

from hub.errors import HubError
from tests.channels.boxes import Reading, reader, subject
from tests.channels.imap_server import mailbox, proxy
from tests.channels.keep import Kept


def mail(name, *, sender="a", size=0):
    return f"From: {sender}@b.example\r\nSubject: {name}\r\n\r\nHi{'x' * size}\r\n".encode()


@asynccontextmanager
async def reading(box, hub, keep=None, **settings):
    keep = keep if keep is not None else Kept()
    async with reader(box, **settings).listening(hub.deliver, keep):
        yield keep


async def test_it_is_read_and_noted_only_when_it_is_kept() -> None:
    hub, keep = Reading(), Kept()
    hub.may_commit.clear()

    async with mailbox() as box:
        await box.put(mail("one"))
        async with reading(box, hub, keep):
            await hub.arrived.wait()
            first = dict(keep.values)
            assert box.read == []
            hub.may_commit.set()
            await box.until(lambda box: box.read == ["one"])
        assert keep.values != first


async def test_cut_off_before_it_is_noted_a_mail_is_taken_again() -> None:
    hub, keep = Reading(), Kept()

    async with mailbox() as box:
        async with reading(box, hub, keep):
            await box.put(mail("first"))
            await hub.until("first")
            await box.until(lambda box: box.read == ["first"])
        keep.error = HubError("the database is away")
        async with reading(box, hub, keep):
            await box.put(mail("second"))
            await hub.until("second")
        keep.error = None
        async with reading(box, hub, keep):
            await box.put(mail("third"))
            await hub.until("third")

    assert hub.subjects.count("second") >= 2
    assert hub.subjects[-1] == "third"


async def test_a_mail_that_cannot_be_kept_blocks_no_other_and_is_tried_again() -> None:
    hub, keep = Reading(), Kept()
    hub.failing = {"bad": 2}

    async with mailbox() as box, reading(box, hub, keep):
        await box.put(mail("bad", sender="x"))
        await box.put(mail("good", sender="y"))
        await hub.until("good")
        await hub.until("bad")

    assert hub.subjects == ["good", "bad"]


async def test_what_was_left_is_remembered_over_a_restart() -> None:
    hub, keep = Reading(), Kept()
    hub.failing = {"bad": 1_000_000}

    async with mailbox() as box:
        async with reading(box, hub, keep, retry=30):
            await box.put(mail("bad", sender="x"))
            await box.put(mail("good", sender="y"))
            await hub.until("good")
            await box.until(lambda box: box.read == ["good"])
        hub.failing = {}
        async with reading(box, hub, keep):
            await hub.until("bad")


async def test_a_line_that_breaks_in_the_middle_of_a_mail_loses_nothing() -> None:
    hub = Reading()

    async with mailbox() as box, proxy(box.port) as line:
        for number in range(20):
            await box.put(mail(number, sender=f"client{number}", size=3000))
        # Past the sign-in and the sizes, in the middle of the mails.
        line.left = 20_000
        async with reading(line, hub):
            await hub.until(*map(str, range(20)))
            await box.until(lambda box: len(box.read) == 20)

    assert line.cuts == 1
    assert all(
        one.body == mail(subject(one), sender=f"client{subject(one)}", size=3000)
        for one in hub.taken
    )


async def test_a_broken_line_is_mended_and_nothing_is_missed() -> None:
    hub = Reading()

    async with mailbox() as box, reading(box, hub):
        await box.put(mail("one"))
        await hub.until("one")
        box.drop_lines()
        await box.put(mail("two"))
        await hub.until("two")

    assert len(box.login.tried) >= 2


async def test_of_a_mail_that_is_too_big_the_beginning_is_taken(caplog) -> None:
    hub = Reading()

    async with mailbox() as box, reading(box, hub):
        await box.put(mail("big", size=70 * 1024))
        await hub.until("big")

    (request,) = hub.taken
    assert "max_message_bytes" in caplog.text
    assert len(request.body) == 64 * 1024
    assert request.headers == {"X-Whole-Size": str(len(mail("big", size=70 * 1024)))}


@pytest.mark.parametrize(
    ("settings", "holds"),
    [
        ({"mark_read": False}, lambda box: box.there == ["one"] and not box.read),
        ({"afterwards": "delete"}, lambda box: box.there == []),
        ({"afterwards": "move", "move_to": "Архів"}, lambda box: box.there == []),
    ],
    ids=["left", "deleted", "moved"],
)
async def test_what_becomes_of_a_mail_is_set(settings, holds) -> None:
    hub, keep = Reading(), Kept()

    async with mailbox() as box:
        await box.mailboxes.add_mailbox("Архів")
        async with reading(box, hub, keep, **settings):
            await box.put(mail("one"))
            await hub.until("one")
            await box.put(mail("two"))
            await hub.until("two")
            if settings != {"mark_read": False}:
                await box.until(holds)
        archive = await box.mailboxes.get_mailbox("Архів")

    assert len(archive._messages) == (2 if "move_to" in settings else 0)
    if settings == {"mark_read": False}:
        assert (box.there, box.read) == (["one", "two"], [])


async def test_a_folder_that_is_not_there_to_move_to_stops_nothing(caplog) -> None:
    hub = Reading()

    async with (
        mailbox() as box,
        reading(box, hub, afterwards="move", move_to="nowhere"),
    ):
        await box.put(mail("one"))
        await hub.until("one")
        await box.put(mail("two"))
        await hub.until("two")

    assert box.there == ["one", "two"]
    assert "cannot be marked or moved" in caplog.text


async def test_several_folders_are_read_each_from_its_own_place() -> None:
    hub = Reading()

    async with mailbox() as box:
        await box.mailboxes.add_mailbox("Sales")
        sales = await box.mailboxes.get_mailbox("Sales")
        settings = {
            "host": "127.0.0.1",
            "port": box.port,
            "tls": "none",
            "username": "we",
            "password": "right",
        }
        also = {**settings, "folder": "Sales", "first": "all"}
        async with reading(box, hub, mailboxes=[also]) as keep:
            await box.put(mail("to support"))
            await hub.until("to support")
            inbox, box.inbox = box.inbox, sales
            await box.put(mail("to sales"))
            await hub.until("to sales")
            box.inbox = inbox

    assert len(keep.values) == 2


async def test_a_refused_sign_in_is_loud_and_tried_again(caplog) -> None:
    async with mailbox(password="other") as box, reading(box, Reading()):
        await box.until_tried(2)

    told = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert "refuses us" in told[0].getMessage()
    assert "right" not in caplog.text


async def test_a_stop_finishes_the_mails_in_hand() -> None:
    hub = Reading()
    hub.may_commit.clear()
    stop = asyncio.Event()

    async with mailbox() as box:
        await box.put(mail("one"))

        async def serve():
            async with reading(box, hub):
                await stop.wait()

        serving = asyncio.ensure_future(serve())
        await hub.arrived.wait()
        stop.set()
        hub.may_commit.set()
        await serving

        assert box.read == ["one"]
    assert not hub.cancelled
