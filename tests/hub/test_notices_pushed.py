"""What leaves the hub to tell somebody who is away: mails and pushes."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from hub.access import notifications
from hub.contracts import SendResult
from hub.conversations.notices import PUSH, notify
from hub.delivery.staff_mail import STAFF_MAIL, owe_staff_mail, send_staff_mail
from hub.errors import InvalidError, TransientSendError
from hub.notices import digest, encryption, following, pushing, wishes
from hub.notices.digest import DigestRules
from hub.notices.pushing import PushRules
from hub.storage import due
from hub.storage.jobs import do_due
from hub.storage.tables import DueRow, PushSubscription
from hub.storage.timers import fire_due
from tests.hub.telling import Office

DIGEST = DigestRules(
    company="Затишок", base_url="https://h.example", zone="Europe/Kyiv"
)

TIMERS = {
    following.RISK: following.risk,
    following.RETURN: following.give_back,
    wishes.DIGEST: lambda uow, claim: digest.tell(uow, claim, digest=DIGEST),
}


@pytest.fixture
async def office(db) -> Office:
    made = Office(db)
    await made.follow()
    return made


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def test_a_digest_tells_who_is_away_once(
    office, clock, transport, settings
) -> None:
    clock.now = at("2026-05-20T06:00")
    nadia = await office.agent("Nadia", state="offline")
    await office.wish(nadia, digest_at=["10:00", "11:00"])
    await office.do(notify, nadia, "mentioned", None, about="the boiler")

    sent = []
    for hour in (7, 8):
        clock.now = at(f"2026-05-20T0{hour}:00")
        await fire_due(office.db, TIMERS)
        await mails(office, transport, settings)
        sent.append(len(transport.sent))

    assert sent == [1, 1]
    (mail,) = transport.sent
    assert mail.recipient == "nadia@floor.example"
    assert mail.automatic
    assert "the boiler" in mail.text


async def test_a_digest_leaves_who_is_here_alone(office, clock, transport) -> None:
    clock.now = at("2026-05-20T06:00")
    nadia = await office.agent("Nadia")
    await office.wish(nadia, digest_at=["10:00"])
    await office.do(notify, nadia, "mentioned", None)

    clock.now = at("2026-05-20T07:00")
    await fire_due(office.db, TIMERS)

    assert await owed(office) == []


async def test_a_mail_over_which_a_worker_died_is_not_sent_again(
    office, clock, transport, settings
) -> None:
    await owe_mail(office)
    async with office.db.begin() as uow:
        lease = timedelta(minutes=2)
        await due.claim(uow.session, [STAFF_MAIL], now=uow.now, lease=lease)

    clock.now += timedelta(minutes=3)
    await mails(office, transport, settings)

    assert transport.sent == []
    assert await owed(office) == []


async def test_a_mail_that_was_put_off_leaves_later(
    office, clock, transport, settings
) -> None:
    await owe_mail(office)
    transport.answers = [TransientSendError("busy"), SendResult(external_id="1")]

    await mails(office, transport, settings)
    clock.now += settings.delivery.first_retry
    await mails(office, transport, settings)

    assert len(transport.sent) == 2
    assert await owed(office) == []


async def owe_mail(office) -> None:
    await office.do(
        owe_staff_mail, key="k", to="n@x.example", name="N", subject="S", text="T"
    )


async def mails(office, transport, settings) -> None:
    async def send(claim) -> None:
        await send_staff_mail(
            office.db,
            claim,
            transports={"email": transport},
            settings=settings.delivery,
            company="Затишок",
        )

    await do_due(office.db, {STAFF_MAIL: send}, lease=timedelta(minutes=2), at_once=4)


async def owed(office) -> list[str]:
    async with office.db.read() as session:
        return list(
            await session.scalars(select(DueRow.key).where(DueRow.kind == STAFF_MAIL))
        )


class Door:
    """A push service that answers what it is told."""

    def __init__(self) -> None:
        self.got = []
        self.answer = 201

    def check(self, endpoint: str) -> None:
        pass

    async def post(self, endpoint, *, headers, body) -> int:
        self.got.append((endpoint, headers, body))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Browser:
    """A browser with its keys."""

    def __init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.auth = b"0123456789abcdef"

    async def subscribe(self, office, account_id, door, endpoint="https://p.example/1"):
        return await office.do(
            pushing.subscribe,
            account_id,
            endpoint=endpoint,
            p256dh=encryption.encode(encryption._point(self.private.public_key())),
            auth=encryption.encode(self.auth),
            program="Firefox",
            door=door,
        )

    def read(self, body: bytes) -> dict:
        return orjson.loads(encryption.unseal(body, self.private, self.auth))


async def pushes(office, door, *, after=timedelta()) -> None:
    push_rules = PushRules(
        keys=encryption.push_keys(b"secret"),
        door=door,
        base_url="https://hub.example",
        company="Затишок",
        after=after,
        good_for=timedelta(hours=4),
    )
    await do_due(
        office.db,
        {PUSH: lambda claim: pushing.push(office.db, claim, rules=push_rules)},
        lease=timedelta(minutes=2),
        at_once=4,
    )


async def test_a_push_is_sealed_for_its_browser(office) -> None:
    nadia = await office.agent("Nadia")
    door, browser = Door(), Browser()
    await browser.subscribe(office, nadia, door)
    conversation = await office.asks(assignee=nadia)
    await office.do(notify, nadia, "mentioned", conversation)

    await pushes(office, door)

    ((endpoint, headers, body),) = door.got
    said = browser.read(body)
    assert "Oksana" in said["title"]
    assert said["path"] == f"/desk/all/{conversation}"
    assert b"Oksana" not in body
    assert headers["Authorization"].startswith("vapid t=")
    with pytest.raises(InvalidError):
        Browser().read(body)
    assert endpoint == "https://p.example/1"


async def test_a_discreet_push_names_nobody(office) -> None:
    nadia = await office.agent("Nadia")
    await office.wish(nadia, discreet=True)
    door, browser = Door(), Browser()
    await browser.subscribe(office, nadia, door)
    conversation = await office.asks(assignee=nadia)
    await office.do(notify, nadia, "mentioned", conversation)

    await pushes(office, door)

    assert "Oksana" not in str(browser.read(door.got[0][2]))


async def test_what_was_read_in_the_desk_is_not_pushed(office, clock) -> None:
    nadia = await office.agent("Nadia")
    door = Door()
    await Browser().subscribe(office, nadia, door)
    conversation = await office.asks(assignee=nadia)
    await office.do(notify, nadia, "mentioned", conversation)

    await pushes(office, door, after=timedelta(seconds=10))
    await office.do(notifications.mark_conversation_seen, nadia, conversation)
    clock.now += timedelta(seconds=10)
    await pushes(office, door, after=timedelta(seconds=10))

    assert door.got == []


@pytest.mark.parametrize(("answer", "left"), [(201, 1), (410, 0), (404, 0), (503, 1)])
async def test_a_browser_that_is_gone_is_forgotten(office, answer, left) -> None:
    nadia = await office.agent("Nadia")
    door = Door()
    door.answer = answer
    await Browser().subscribe(office, nadia, door)
    await office.do(notify, nadia, "mentioned", None)

    await pushes(office, door)

    async with office.db.read() as session:
        rows = list(await session.scalars(select(PushSubscription)))
    assert len(rows) == left


async def test_a_push_that_was_not_taken_is_tried_again(office, clock) -> None:
    nadia = await office.agent("Nadia")
    door = Door()
    door.answer = TransientSendError("silent")
    await Browser().subscribe(office, nadia, door)
    await office.do(notify, nadia, "mentioned", None)

    await pushes(office, door)
    door.answer = 201
    clock.now += pushing.FIRST_RETRY
    await pushes(office, door)
    await pushes(office, door)

    assert len(door.got) == 2


def test_the_hubs_keys_are_the_same_for_ever() -> None:
    assert encryption.push_keys(b"a").public == encryption.push_keys(b"a").public
    assert encryption.push_keys(b"a").public != encryption.push_keys(b"b").public
