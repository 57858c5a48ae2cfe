"""A hub that mails of a mailbox come to, for tests."""

import asyncio

from hub.errors import HubError
from tests.channels.test_email_listening import Hub
from tests.channels.test_email_reading import make


class Reading(Hub):
    """A hub that can be waited for until it has taken what is wished."""

    def __init__(self) -> None:
        super().__init__()
        self._changed = asyncio.Condition()
        #: Deliveries of these subjects fail, as often as said.
        self.failing = {}

    async def deliver(self, request):
        if self.failing.get(subject(request), 0):
            self.failing[subject(request)] -= 1
            raise HubError("not now")
        await super().deliver(request)
        async with self._changed:
            self._changed.notify_all()
        return ()

    async def until(self, *subjects):
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: set(subjects) <= set(self.subjects))

    @property
    def subjects(self):
        return [subject(one) for one in self.taken]


def subject(request):
    _, _, rest = request.body.partition(b"Subject: ")
    return rest.partition(b"\r\n")[0].decode()


def reader(box, **settings):
    further = {key: settings.pop(key) for key in ("mailboxes",) if key in settings}
    imap = {
        "host": "127.0.0.1",
        "port": box.port,
        "tls": "none",
        "username": "we",
        "password": "right",
        "retry": 0.05,
        "poll": 0.05,
        "timeout": 5,
        **settings,
    }
    return make(imap=imap, max_message_bytes=64 * 1024, **further)
