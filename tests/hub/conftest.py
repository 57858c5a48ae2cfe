"""A hub of functions: intake, agents, a transport that does as it is told."""

from datetime import UTC, datetime
from functools import partial

import pytest
import pytest_asyncio

from config import Settings
from hub.contracts import InboundMessage, SendResult
from hub.conversations.given import ReplyRules
from hub.conversations.intake import batches as intake
from hub.conversations.intake.arrivals import Arrival, Intake
from hub.delivery.outbox import Outbox
from hub.log.events import Actor
from hub.orders.shop import shop_of
from hub.storage.blobs import FolderBlobs
from hub.storage.tables import Account

REPLY_KEY = b"signs reply addresses"


@pytest.fixture
def settings() -> Settings:
    """The defaults."""
    return Settings()


@pytest.fixture
def rules(settings) -> Intake:
    """What intake needs to know."""
    shop = shop_of(settings, b"secret", {"phone": "sms", "email": "email"})
    return Intake(settings=settings, reply_key=REPLY_KEY, shop=shop)


@pytest.fixture
def take(db, rules):
    """Take messages in as one batch."""

    async def taking(*items):
        arrivals = [Arrival(item=item) for item in items]
        return await db.run(lambda uow: intake.take(uow, rules, arrivals))

    return taking


@pytest.fixture
def agent(db):
    """Make an account, and give it as an actor."""
    made = []

    async def make(name="Nadia", role="agent") -> Actor:
        made.append(name)
        async with db.begin() as uow:
            row = Account(
                email=f"{name.lower()}{len(made)}@hub.test",
                name=name,
                role=role,
                locale="en",
                active=True,
                created_at=uow.now,
            )
            uow.session.add(row)
            await uow.session.flush()
            return Actor(kind="agent", id=row.id, name=name)

    return make


@pytest.fixture
def reply_rules(settings) -> ReplyRules:
    """What replies must keep to."""
    return ReplyRules(
        undo_window=settings.conversations.undo_window,
        max_text=settings.conversations.max_text,
        reaches={"sms": "phone", "email": "email"},
    )


class Transport:
    """A provider that answers what it is told, and remembers what it was given."""

    def __init__(self) -> None:
        self.sent = []
        self.looked_up = []
        self.answers = []
        self.known = None

    async def send(self, message):
        self.sent.append(message)
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return answer or SendResult(external_id=f"SMout{len(self.sent)}")

    async def find(self, message):
        self.looked_up.append(message)
        if isinstance(self.known, Exception):
            raise self.known
        return self.known


@pytest.fixture
def transport() -> Transport:
    """One provider for SMS and mail."""
    return Transport()


@pytest_asyncio.fixture
async def outbox(db, settings, transport, tmp_path) -> Outbox:
    """The outbox over that provider."""
    return Outbox(
        db=db,
        blobs=FolderBlobs(tmp_path),
        transports={"sms": transport, "email": transport},
        settings=settings.delivery,
        reply_key=REPLY_KEY,
        company="Затишок",
    )


def sms(text="The boiler hums at night", number="+380501112233", sid="SM1", **more):
    """A client's SMS."""
    return InboundMessage(
        channel="sms",
        external_id=sid,
        sender=number,
        sender_kind="phone",
        text=text,
        **more,
    )


def mail(subject="Boiler", sender="oksana@client.test", id="<1@client.test>", **more):  # noqa: A002
    """A client's mail."""
    return InboundMessage(
        channel="email",
        external_id=id,
        sender=sender,
        sender_kind="email",
        subject=subject,
        text=more.pop("text", "It hums at night."),
        sent_at=datetime(2026, 5, 14, 8, 59, tzinfo=UTC),
        **more,
    )


form = partial(
    InboundMessage,
    channel="webform",
    external_id="form-1",
    sender="oksana@client.test",
    sender_kind="email",
    text="Phone: 050 111 22 33",
)
