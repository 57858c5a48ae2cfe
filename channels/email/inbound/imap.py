"""The dozen commands of IMAP (RFC 3501) that reading a mailbox needs.

It runs in the hub's own event loop: waiting costs nothing, and news that come in one
packet with something else are seen. Nothing here knows what is done with a mail.
"""

import asyncio
import base64
import re
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

from channels.email.inbound.imap_words import (
    Answer,
    Mail,
    day,
    folder_name,
    mail,
    numbers,
    shown,
    text,
)

#: The longest line of an answer: the numbers of a million mails fit.
_LONGEST_LINE = 16 * 1024 * 1024
#: Bytes of a mail that each have the time of an answer.
_PIECE = 64 * 1024
#: Seconds for a goodbye.
_GOODBYE = 2.0
_LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")
_NUMBERS = re.compile(rb"\d+")
_NEWS = re.compile(rb"\* \d+ (?:EXISTS|RECENT)", re.IGNORECASE)


class ImapError(Exception):
    """The server refuses something or says what cannot be understood."""


class RefusedError(ImapError):
    """The server answers NO or BAD; the line is fine."""


class SignInRefusedError(ImapError):
    """The server does not take who we say we are."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What a server tells of the chosen folder."""

    #: The numbers of its mails mean something only as long as this is the same.
    validity: int
    #: The number that the next mail will have at least; 0 where that is not told.
    next_uid: int


class Line:
    """One connection, used by one task."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        timeout: float,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._timeout = timeout
        self._tags = count(1)
        self.capabilities: frozenset[str] = frozenset()
        #: Mail has come, or may have, since somebody last set this to False.
        self.has_news = False

    @property
    def certificate(self) -> Any:
        """The server's certificate, as ``ssl`` gives it; None on an open line."""
        return self._writer.get_extra_info("peercert")

    async def greet(self) -> None:
        """Hear the greeting."""
        greeting = await self._read()
        if not greeting.text.upper().startswith((b"* OK", b"* PREAUTH")):
            raise ImapError(f"the greeting is {shown(greeting.text)}")
        await self.ask_capabilities()

    async def ask_capabilities(self) -> None:
        """Learn what the server can do."""
        found: set[str] = set()
        for answer in await self._ask(b"CAPABILITY"):
            if answer.text.upper().startswith(b"* CAPABILITY"):
                found.update(answer.text.decode("ascii", "replace").upper().split()[2:])
        self.capabilities = frozenset(found)

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Go on encrypted."""
        if "STARTTLS" not in self.capabilities:
            raise ImapError("the server does not offer STARTTLS")
        await self._ask(b"STARTTLS")
        async with asyncio.timeout(self._timeout):
            await self._writer.start_tls(context, server_hostname=host)
        # What was said before could have been said by anybody.
        await self.ask_capabilities()

    async def sign_in(self, username: str, password: str) -> None:
        """Say who we are, with a password.

        Raises:
            SignInRefusedError: The server does not take it.
        """
        if "LOGINDISABLED" in self.capabilities:
            raise SignInRefusedError("it takes no passwords on a line without TLS")
        try:
            await self._ask(b"LOGIN", text(username), text(password))
        except RefusedError as error:
            raise SignInRefusedError(str(error)) from None
        await self.ask_capabilities()

    async def sign_in_by_token(self, username: str, token: str) -> None:
        """Say who we are, with an access token (SASL XOAUTH2).

        Raises:
            SignInRefusedError: The server does not take it.
        """
        said = f"user={username}\x01auth=Bearer {token}\x01\x01".encode()
        coded = base64.b64encode(said)
        try:
            if "SASL-IR" in self.capabilities:
                await self._ask(b"AUTHENTICATE XOAUTH2 " + coded)
            else:
                await self._ask(b"AUTHENTICATE XOAUTH2", goes_on=[coded])
        except RefusedError as error:
            raise SignInRefusedError(str(error)) from None
        await self.ask_capabilities()

    async def select(self, folder: str) -> Folder:
        """Choose a folder.

        Raises:
            RefusedError: There is none, or it may not be read.
        """
        validity = next_uid = 0
        for answer in await self._ask(b"SELECT", text(folder_name(folder))):
            if found := re.search(rb"\[UIDVALIDITY (\d+)\]", answer.text):
                validity = int(found[1])
            if found := re.search(rb"\[UIDNEXT (\d+)\]", answer.text):
                next_uid = int(found[1])
        return Folder(validity, next_uid)

    async def search(
        self,
        first: int,
        last: int | None = None,
        *,
        since: date | None = None,
        unread: bool = False,
    ) -> list[int]:
        """Give the numbers from ``first`` to ``last`` (or all later ones), in order."""
        asked = [b"UID SEARCH UID %d:%s" % (first, b"%d" % last if last else b"*")]
        if since is not None:
            asked.append(b"SINCE " + day(since))
        if unread:
            asked.append(b"UNSEEN")
        found: set[int] = set()
        for answer in await self._ask(b" ".join(asked)):
            if answer.text.upper().startswith(b"* SEARCH"):
                found.update(int(one) for one in _NUMBERS.findall(answer.text))
        # "5:*" names the last mail even when its number is below 5.
        return sorted(one for one in found if one >= first and one <= (last or one))

    async def named(self, message_id: str) -> list[int]:
        """Give the numbers of the mails with this Message-ID in the chosen folder."""
        found: set[int] = set()
        asked = await self._ask(b"UID SEARCH HEADER Message-ID", text(message_id))
        for answer in asked:
            if answer.text.upper().startswith(b"* SEARCH"):
                found.update(int(one) for one in _NUMBERS.findall(answer.text))
        return sorted(found)

    async def details(self, uids: Sequence[int]) -> dict[int, Mail]:
        """Learn sizes and times of arrival."""
        return await self._fetch(uids, b"(UID RFC822.SIZE INTERNALDATE)")

    async def bodies(
        self, uids: Sequence[int], *, at_most: int | None = None
    ) -> dict[int, Mail]:
        """Get mails as they are, or their beginnings; none counts as read by it."""
        part = b"<0.%d>" % at_most if at_most else b""
        return await self._fetch(uids, b"(UID BODY.PEEK[]%s)" % part)

    async def mark(self, uids: Sequence[int], flag: str) -> None:
        """Put a flag on mails."""
        await self._ask(
            b"UID STORE %s +FLAGS.SILENT (%s)" % (numbers(uids), flag.encode("ascii"))
        )

    async def move(self, uids: Sequence[int], folder: str) -> None:
        """Move mails to another folder of the same server."""
        target = text(folder_name(folder))
        if "MOVE" in self.capabilities:
            await self._ask(b"UID MOVE " + numbers(uids), target)
            return
        await self._ask(b"UID COPY " + numbers(uids), target)
        await self.delete(uids)

    async def delete(self, uids: Sequence[int]) -> None:
        """Delete mails. Where only these cannot be, they are but marked as deleted."""
        await self.mark(uids, "\\Deleted")
        if "UIDPLUS" in self.capabilities:
            # A plain EXPUNGE would also delete what others have marked.
            await self._ask(b"UID EXPUNGE " + numbers(uids))

    async def look(self) -> None:
        """Let the server tell news, where it has no IDLE."""
        await self._ask(b"NOOP")

    async def idle(self, seconds: float, stop: asyncio.Event) -> None:
        """Wait for news, ``stop`` or the end of the time, whichever comes first."""
        tag = await self._send(b"IDLE")
        stopped = asyncio.ensure_future(stop.wait())
        answer = asyncio.ensure_future(self._read(waits=True))
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        try:
            while not self.has_news and not stopped.done():
                left = until - loop.time()
                await asyncio.wait(
                    {stopped, answer},
                    timeout=max(0.0, left),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if not answer.done():
                    break
                said = answer.result().text
                if said.startswith(tag + b" "):
                    # It waits no longer, and says why.
                    raise ImapError(f"IDLE ended with {shown(said)}")
                answer = asyncio.ensure_future(self._read(waits=True))
            self._writer.write(b"DONE\r\n")
            async with asyncio.timeout(self._timeout):
                await self._writer.drain()
                while not (await answer).text.startswith(tag + b" "):
                    answer = asyncio.ensure_future(self._read())
        finally:
            for one in (stopped, answer):
                one.cancel()
            await asyncio.wait({stopped, answer})
            if not answer.cancelled():
                answer.exception()

    async def part(self) -> None:
        """Say goodbye if anybody listens, and close the line in any case."""
        with suppress(ImapError, OSError, TimeoutError, EOFError):
            async with asyncio.timeout(min(self._timeout, _GOODBYE)):
                await self._ask(b"LOGOUT")
        self._writer.close()
        with suppress(OSError, TimeoutError, EOFError):
            async with asyncio.timeout(min(self._timeout, _GOODBYE)):
                await self._writer.wait_closed()

    async def _fetch(self, uids: Sequence[int], what: bytes) -> dict[int, Mail]:
        found: dict[int, Mail] = {}
        for answer in await self._ask(b"UID FETCH %s %s" % (numbers(uids), what)):
            one = mail(answer)
            # A server may tell of other mails too, when their flags change.
            if one is not None and one.uid in uids:
                found[one.uid] = one
        return found

    async def _ask(
        self, command: bytes, *texts: bytes, goes_on: Iterable[bytes] = ()
    ) -> list[Answer]:
        """Send a command and give all that is answered.

        Raises:
            RefusedError: The answer is NO or BAD.
            ImapError: The server ends the connection, and says why.
            EOFError: It ends it without a word.
            TimeoutError: It says nothing for too long.
        """
        async with asyncio.timeout(self._timeout):
            tag = await self._send(command, *texts)
        more = iter(goes_on)
        answers: list[Answer] = []
        while True:
            answer = await self._read()
            if answer.text.startswith(b"+"):
                self._writer.write(next(more, b"") + b"\r\n")
            elif answer.text.startswith(tag + b" "):
                state = answer.text[len(tag) + 1 :]
                if not state.upper().startswith(b"OK"):
                    raise RefusedError(shown(state))
                answers.append(answer)
                return answers
            elif answer.text.upper().startswith(b"* BYE") and command != b"LOGOUT":
                raise ImapError(f"the server ends it: {shown(answer.text[6:])}")
            else:
                answers.append(answer)

    async def _send(self, command: bytes, *texts: bytes) -> bytes:
        tag = b"R%d" % next(self._tags)
        self._writer.write(tag + b" " + command)
        for one in texts:
            if one.startswith(b'"'):
                self._writer.write(b" " + one)
                continue
            # The server says when it is ready for what cannot be quoted.
            self._writer.write(b" {%d}\r\n" % len(one[1:]))
            while not (answer := await self._read()).text.startswith(b"+"):
                if answer.text.startswith(tag + b" "):
                    raise RefusedError(shown(answer.text[len(tag) + 1 :]))
            self._writer.write(one[1:])
        self._writer.write(b"\r\n")
        await self._writer.drain()
        return tag

    async def _read(self, *, waits: bool = False) -> Answer:
        """Read one answer with its literals.

        Args:
            waits: For as long as it takes; else each piece has its time.
        """
        patience = None if waits else self._timeout
        said = b""
        literals: list[bytes] = []
        while True:
            try:
                async with asyncio.timeout(patience):
                    line = await self._reader.readuntil(b"\n")
            except asyncio.LimitOverrunError:
                raise ImapError("a line without end") from None
            said += line
            if not (found := _LITERAL.search(line)):
                break
            literals.append(await self._literal(int(found[1])))
        if _NEWS.match(said):
            self.has_news = True
        return Answer(said, tuple(literals))

    async def _literal(self, size: int) -> bytes:
        whole = bytearray()
        while len(whole) < size:
            async with asyncio.timeout(self._timeout):
                piece = await self._reader.read(min(size - len(whole), _PIECE))
            if not piece:
                raise EOFError
            whole += piece
        return bytes(whole)


@asynccontextmanager
async def connected(
    host: str,
    port: int,
    *,
    security: str,
    timeout: float,  # noqa: ASYNC109 - of each answer, not of the block
    context: ssl.SSLContext | None = None,
) -> AsyncIterator[Line]:
    """Connect to a server, and part at the end of the block.

    Args:
        host: Its name or address.
        port: Its port.
        security: ``none``, ``starttls`` or ``tls``.
        timeout: Seconds for each answer.
        context: Whom we trust; whom the system does by default.

    Raises:
        ImapError: It greets us with something else than IMAP.
        OSError: It cannot be reached, or TLS fails.
        TimeoutError: It does not answer.
    """
    context = context or ssl.create_default_context()
    async with asyncio.timeout(timeout):
        reader, writer = await asyncio.open_connection(
            host,
            port,
            limit=_LONGEST_LINE,
            ssl=context if security == "tls" else None,
        )
    line = Line(reader, writer, timeout=timeout)
    try:
        await line.greet()
        if security == "starttls":
            await line.start_tls(context, host)
        yield line
    finally:
        await line.part()
