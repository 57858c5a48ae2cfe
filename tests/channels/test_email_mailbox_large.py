"""IMAP in, from a mailbox with more mails than anybody wants to wait for."""

import tracemalloc
from datetime import UTC, datetime, timedelta

from tests.channels.imap_server import fill, mailbox
from tests.channels.keep import Kept
from tests.channels.test_email_mailbox import Reading, mail, reader, reading


async def test_a_mailbox_of_fifty_thousand_mails_is_begun_at_its_end() -> None:
    hub, keep = Reading(), Kept()
    old = datetime.now(UTC) - timedelta(days=400)

    async with mailbox() as box:
        fill(box, mail("old"), 50_000, when=old)
        async with reading(box, hub, keep, timeout=60):
            await keep.until_noted()
            await box.put(mail("new"))
            await hub.until("new")

    assert hub.subjects == ["new"]


async def test_fifty_thousand_that_came_during_an_outage_are_taken_once_each() -> None:
    keep, count, taken = Kept(), 50_000, []

    async def deliver(request):
        taken.append(request.body)

    async with mailbox() as box:
        async with reader(box).listening(deliver, keep):
            await keep.until_noted()
        for number in range(count):
            fill(box, mail(str(number)), 1, when=datetime.now(UTC))
        async with reader(box, batch=500, timeout=60).listening(deliver, keep):
            await box.until(lambda box: box.taken == count, patience=900)

    assert taken == [mail(str(number)) for number in range(count)]


async def test_thousands_of_mails_are_never_in_memory_together() -> None:
    body, count, most = mail("old", size=40_000), 1500, []
    tracemalloc.start()

    async def deliver(_request):
        most.append(tracemalloc.get_traced_memory()[0])

    async with mailbox() as box:
        fill(box, body, count, when=datetime.now(UTC) - timedelta(days=400))
        channel = reader(box, first="all", first_days=0, batch=40, timeout=60)
        async with channel.listening(deliver, Kept()):
            await box.until(lambda box: box.taken == count, patience=60)
    tracemalloc.stop()

    assert len(most) == count
    assert max(most) - most[0] < 0.2 * count * len(body)
