"""What the clients of the simulator hold in their hands: phone and mailbox."""

import asyncio
import itertools
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

#: The oldest items are let go beyond this many of a kind.
MOST_KEPT = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """A client who can be played."""

    name: str
    phone: str
    email: str
    locale: str = "en"


@dataclass(slots=True, kw_only=True)
class Text:
    """One SMS, as a client's phone shows it."""

    sid: str
    phone: str
    body: str
    #: Written by the client, not by us.
    from_client: bool
    #: It came or goes by WhatsApp, not by SMS.
    by_whatsapp: bool = False
    #: Pictures: (media type, address below the simulator's page).
    pictures: tuple[tuple[str, str], ...] = ()
    #: Twilio's word for how far it has come; for the client's own, what the hub said.
    status: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(slots=True, kw_only=True)
class Mail:
    """One mail, as a client's mailbox shows it."""

    id: int
    address: str
    subject: str
    text: str
    from_client: bool
    message_id: str
    references: tuple[str, ...] = ()
    #: Who wrote it, as the header says.
    sender: str = ""
    #: Whom an answer goes to.
    reply_to: str = ""
    status: str = ""
    raw: bytes = b""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Stage(StrEnum):
    """How far a call has come, as the client hears it."""

    RINGING = "ringing"
    GREETED = "greeted"
    DIALING = "dialing"
    TALKING = "talking"
    RECORDING = "recording"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(slots=True, kw_only=True)
class Call:
    """One call by a client."""

    sid: str
    phone: str
    called: str
    stage: Stage = Stage.RINGING
    #: What the machine has said to him.
    said: list[str] = field(default_factory=list)
    #: The agent's outside number while it rings or is talked on.
    agent_number: str = ""
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    #: Since when the stage lasts.
    since: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def is_over(self) -> bool:
        """Whether the line is down."""
        return self.stage in {Stage.ENDED, Stage.FAILED}


class World:
    """Everything that the simulated clients wrote, got, and hear right now."""

    def __init__(self, personas: Iterable[Persona] = ()) -> None:
        self.personas = list(personas)
        self.texts: list[Text] = []
        self.mails: list[Mail] = []
        self.calls: list[Call] = []
        #: Counts the changes; a screen asks for what is later than the one it saw.
        self.version = 1
        self.closed = False
        self._ids = itertools.count(1)
        self._changed = asyncio.Condition()
        self._waking: set[asyncio.Task[None]] = set()

    def next_id(self) -> int:
        """Return a number that was not given before."""
        return next(self._ids)

    def changed(self) -> None:
        """Tell every screen that something is different now."""
        self.version += 1
        for kept in (self.texts, self.mails, self.calls):
            del kept[:-MOST_KEPT]
        wake = asyncio.ensure_future(self._wake())
        self._waking.add(wake)
        wake.add_done_callback(self._waking.discard)

    async def after(self, version: int, *, patience: float) -> int:
        """Wait until something has changed since ``version``; return the version now.

        Args:
            version: What the asker has seen.
            patience: How long to wait at most, in seconds.
        """
        async with self._changed:
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._changed.wait_for(
                        lambda: self.version != version or self.closed
                    )
        return self.version

    async def until(self, holds: Callable[[], bool], *, patience: float = 10) -> None:
        """Wait until ``holds()`` is true.

        Raises:
            TimeoutError: It was not within ``patience`` seconds.
        """
        async with self._changed, asyncio.timeout(patience):
            await self._changed.wait_for(holds)

    def texts_of(self, phone: str) -> list[Text]:
        """Return a phone's messages, oldest first."""
        return [text for text in self.texts if text.phone == phone]

    def mails_of(self, address: str) -> list[Mail]:
        """Return a mailbox, oldest first."""
        wanted = address.lower()
        return [mail for mail in self.mails if mail.address.lower() == wanted]

    def call_of(self, phone: str) -> Call | None:
        """Return the phone's last call, over or not."""
        calls = [call for call in self.calls if call.phone == phone]
        return calls[-1] if calls else None

    async def close(self) -> None:
        """Let everyone go who waits for a change."""
        self.closed = True
        await self._wake()

    async def _wake(self) -> None:
        async with self._changed:
            self._changed.notify_all()
