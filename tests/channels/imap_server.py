"""A real IMAP server (pymap) over loopback, and a line to it that can be cut."""

import asyncio
from argparse import Namespace
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from proxyprotocol.result import ProxyResultLocal
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.mailbox import Message
from pymap.concurrent import Subsystem
from pymap.exceptions import InvalidAuth
from pymap.imap import IMAPServer
from pymap.mailbox import MailboxSnapshot
from pymap.mime import MessageContent
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Deleted, Seen
from pymap.user import Passwords, UserMetadata
from pysasl import SASLAuth
from pysasl.creds.external import ExternalCredentials

USER, PASSWORD = "we", "right"


class _Config(Config):
    has_idle = True

    @property
    def backend_capability(self):
        return [*super().backend_capability] if self.has_idle else [b"OBJECTID"]

    @property
    def tls_auth(self):
        return SASLAuth.named([b"PLAIN", b"XOAUTH2"])


class _Login(Login):
    """Takes the password, or an access token that is good."""

    def __init__(self, config) -> None:
        super().__init__(config)
        self.good_tokens = set()
        self.tried = []
        self.changed = asyncio.Condition()

    async def authenticate(self, credentials):
        async with self.changed:
            self.tried.append(getattr(credentials, "_token", None))
            self.changed.notify_all()
        if isinstance(credentials, ExternalCredentials):
            if credentials._token not in self.good_tokens:
                raise InvalidAuth
            return Identity(credentials.authzid, self, None, set())
        return await super().authenticate(credentials)


class Mailbox:
    """What the server holds, and what the tests may do to it."""

    def __init__(self, config, login, mailboxes) -> None:
        self._config = config
        self.login = login
        self.mailboxes = mailboxes
        self.inbox = mailboxes._inbox
        self.changed = asyncio.Condition()
        self.watch(self.inbox)
        self.port = 0
        self.lines = set()
        self._marked = set()

    async def put(self, body, *, seen=False, when=None):
        """Let a mail arrive, read already or not."""
        flags = frozenset({Seen} if seen else ())
        await self.inbox.append(AppendMessage(body, when or datetime.now(UTC), flags))

    async def until(self, holds, *, patience=20):
        """Wait until the mailbox is as wished."""
        async with asyncio.timeout(patience), self.changed:
            await self.changed.wait_for(lambda: holds(self))

    async def until_tried(self, times):
        """Wait until somebody has tried to sign in so often."""
        async with asyncio.timeout(10), self.login.changed:
            await self.login.changed.wait_for(lambda: len(self.login.tried) >= times)

    def watch(self, folder):
        """Notice all that is done to the mails of a folder."""

        def noticed(work):
            async def does(*args, **kwargs):
                result = await work(*args, **kwargs)
                if work.__name__ == "update" and Seen in result.permanent_flags:
                    self._marked.add(result.uid)
                async with self.changed:
                    self.changed.notify_all()
                return result

            return does

        for name in ("append", "update", "delete", "move"):
            setattr(folder, name, noticed(getattr(folder, name)))

    @property
    def taken(self):
        """How many mails are marked as read; cheap to ask."""
        return len(self._marked)

    @property
    def read(self):
        """Subjects of the mails that are marked as read, in order."""
        return [_subject(one) for one in self._mails() if Seen in one.permanent_flags]

    @property
    def deleted(self):
        return [
            _subject(one) for one in self._mails() if Deleted in one.permanent_flags
        ]

    @property
    def there(self):
        """Subjects of all mails."""
        return [_subject(one) for one in self._mails()]

    def number_anew(self):
        """Give all mails other numbers, as a server does after a repair."""
        old = list(self.inbox._messages.values())
        self.inbox._uid_validity = MailboxSnapshot.new_uid_validity() + 1
        self.inbox._messages = {
            number: type(one).copy(one, uid=number)
            for number, one in enumerate(old, start=1)
        }
        self.inbox._max_uid = len(old)
        self.drop_lines()

    def drop_lines(self):
        """Break every connection."""
        for writer in list(self.lines):
            writer.transport.abort()

    def _mails(self):
        return list(self.inbox._messages.values())


def _subject(message):
    return str(message._content.header.parsed.subject or "")


@asynccontextmanager
async def mailbox(*, idle=True, password=PASSWORD):
    """Run the server on a port of its own."""
    config = _Config(
        Namespace(passlib_cfg=None, proxy_protocol=None),
        demo_data=False,
        demo_user=USER,
        demo_password=password,
        host="127.0.0.1",
        port=0,
        tls_enabled=False,
        reject_dnsbl=False,
        invalid_user_sleep=0,
        admin_key=b"key",
        cpu_subsystem=Subsystem.for_asyncio(),
    )
    config.has_idle = idle
    config.apply_context()
    login = _Login(config)
    hashed = await Passwords(config).hash_password(password)
    await login.demo_user_identity.set(UserMetadata(config, USER, password=hashed))
    async with login.demo_user_identity.new_session():
        pass
    box = Mailbox(config, login, config.set_cache[USER][0])
    serve = IMAPServer(login, config)
    talks = set()

    async def talk(reader, writer):
        box.lines.add(writer)
        talks.add(asyncio.current_task())
        try:
            await serve(
                reader,
                writer,
                SocketInfo.get(writer, ProxyResultLocal(), unique_id=b""),
            )
        except ConnectionError:
            pass
        finally:
            box.lines.discard(writer)

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        box.drop_lines()
        await asyncio.gather(*talks, return_exceptions=True)
        await server.wait_closed()


class Proxy:
    """A line between, which can be cut after so many bytes from the server."""

    def __init__(self, port) -> None:
        self._to = port
        self.port = 0
        #: Bytes until the cut; None while nobody cuts.
        self.left = None
        self.cuts = 0
        self._tasks = set()

    async def carry(self, reader, writer):
        away, back = await asyncio.open_connection("127.0.0.1", self._to)

        async def pass_on(source, sink, *, counts):
            while data := await source.read(4096):
                if counts and self.left is not None:
                    data, self.left = data[: self.left], self.left - len(data)
                    if self.left <= 0:
                        self.left = None
                        self.cuts += 1
                        sink.write(data)
                        await sink.drain()
                        return
                sink.write(data)
                await sink.drain()

        self._tasks.add(asyncio.current_task())
        ways = [
            asyncio.ensure_future(pass_on(reader, back, counts=False)),
            asyncio.ensure_future(pass_on(away, writer, counts=True)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in ways:
                one.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for one in (writer, back):
                one.transport.abort()

    async def end(self):
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def proxy(port):
    """Stand between a client and ``port``."""
    between = Proxy(port)
    server = await asyncio.start_server(between.carry, "127.0.0.1", 0)
    between.port = server.sockets[0].getsockname()[1]
    try:
        yield between
    finally:
        server.close()
        await between.end()
        await server.wait_closed()


def fill(box, body, count, *, when):
    """Put as many mails there as nobody wants to append one by one."""
    inbox = box.inbox
    content = MessageContent.parse(body)
    email_id = inbox._content_cache.add(content)
    thread_id = inbox._thread_cache.add(content)
    for uid in range(inbox._max_uid + 1, inbox._max_uid + count + 1):
        inbox._messages[uid] = Message(
            uid, when, (), email_id=email_id, thread_id=thread_id, content=content
        )
    inbox._max_uid += count
