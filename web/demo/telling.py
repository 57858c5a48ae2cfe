"""What a matter is told with: its people, words, keys and addresses."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from hub.conversations.intake.arrivals import Intake
from hub.files.attachments import Stored
from hub.storage.tables import Address, Client
from hub.storage.unit import UnitOfWork
from web.demo import words
from web.demo.inbound import Inbound
from web.demo.matters import Matter, fill_in
from web.demo.past import Past
from web.demo.people import Person
from web.demo.staff import Office, Seat

#: The channel on which a client is answered, by the one that he came by.
ANSWERED_BY = {"m": "email", "s": "sms", "c": "sms", "p": "email"}
REACHES = {"email": "email", "sms": "phone"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What all stories are played on."""

    past: Past
    office: Office
    rules: Intake
    inbound: Inbound
    #: Pictures that clients send, and papers that we send.
    pictures: Sequence[Stored]
    papers: Sequence[Stored]


@dataclass(slots=True, kw_only=True)
class Telling:
    """One matter between a client and an agent."""

    ground: Ground
    person: Person
    matter: Matter
    #: A letter of ``Matter.via``.
    via: str
    seat: Seat
    slots: Mapping[str, str]
    chance: random.Random
    conversation_id: int = 0
    #: Mail by which an answer finds its conversation, the nearest first.
    references: tuple[str, ...] = field(default=())
    subject: str = ""
    #: What we answered last, and when.
    said: str = ""
    said_at: datetime | None = None

    @property
    def channel(self) -> str:
        """The channel on which the client is answered."""
        if self.via == "f":
            return "sms" if self.person.locale == "uk" else "email"
        return ANSWERED_BY[self.via]

    def clients(self, text: str) -> str:
        """Let the client say it."""
        return fill_in(text, self.slots, female=self.person.female)

    def ours(self, text: str) -> str:
        """Let the agent say it."""
        return fill_in(text, self.slots, female=self.seat.colleague.female)

    def thanks(self) -> str:
        """Give a word of thanks."""
        return self.chance.choice(words.THANKS[self.person.locale])

    def key(self) -> UUID:
        """Make a key; the same ones in every demonstration of one seed."""
        return UUID(int=self.chance.getrandbits(128), version=4)

    def after(self, shortest: timedelta, longest: timedelta) -> timedelta:
        """Choose a span."""
        return shortest + (longest - shortest) * self.chance.random()

    async def address_id(self, uow: UnitOfWork) -> int:
        """Find where the client is answered."""
        kind = REACHES[self.channel]
        value = self.person.email if kind == "email" else self.person.phone
        found = await uow.session.scalar(
            select(Address.id).where(Address.kind == kind, Address.value == value)
        )
        return found or 0

    async def client(self, uow: UnitOfWork) -> Client:
        """Find the client."""
        found = await uow.session.scalar(
            select(Client)
            .join(Address, Address.client_id == Client.id)
            .where(Address.value == self.person.email)
        )
        if found is None:
            raise LookupError(self.person.email)
        return found
