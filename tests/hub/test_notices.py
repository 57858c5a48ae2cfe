"""Who is told what, by which ways, and that nobody is told twice."""

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from sqlalchemy import select

from hub.access import notifications
from hub.access.accounts import access_account
from hub.conversations import changes
from hub.conversations.notices import notify
from hub.errors import InvalidError
from hub.log import feed
from hub.notices import digest, following, rules, wishes
from hub.notices.digest import DigestRules
from hub.notices.rules import Wishes
from hub.storage.tables import Notification
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


async def test_five_messages_in_mine_are_one_notice(office) -> None:
    nadia = await office.agent("Nadia")
    conversation = await office.asks(assignee=nadia)

    for _ in range(5):
        await office.says(conversation)
        await office.follow()

    assert await office.told(nadia) == [("message", 5)]


async def test_what_is_seen_together_is_told_once_with_its_count(office, db) -> None:
    nadia = await office.agent("Nadia")
    one = await office.asks(assignee=nadia)
    other = await office.asks(assignee=nadia)
    for conversation in (one, other, one):
        await office.says(conversation)
    async with db.read() as session:
        before = await feed.head(session)

    await office.follow()

    async with db.read() as session:
        told = await feed.after(session, before, kinds=["notification.added"])
    views = [orjson.loads(event.wire)["state"]["notification"] for event in told]
    assert [(view["conversation_id"], view["count"]) for view in views] == [
        (one, 2),
        (other, 1),
    ]


async def test_nobody_is_told_of_what_he_did_himself(office, db, agent) -> None:
    nadia = await agent("Nadia")

    async with db.begin(nadia) as uow:
        await notify(uow, nadia.id, "mentioned", None)

    assert await office.told(nadia.id) == []


async def test_what_nobody_has_is_told_only_to_who_asks_for_it(office) -> None:
    nadia, olena = await office.agent("Nadia"), await office.agent("Olena")
    ira = await office.agent("Ira")
    await office.queue("Support", (nadia, olena))
    for one in (nadia, ira):
        await office.wish(one, kinds={"queue_message": ["app"]})
    conversation = await office.asks()

    await office.says(conversation)
    await office.follow()

    assert await office.told(nadia) == [("queue_message", 1)]
    assert await office.told(olena) == []
    assert await office.told(ira) == []


async def test_following_tells_once_however_many_follow(office, db) -> None:
    nadia = await office.agent("Nadia")
    conversation = await office.asks(assignee=nadia)
    await office.says(conversation)

    class KilledError(Exception):
        pass

    with pytest.raises(KilledError):
        async with db.begin() as uow:
            await uow.session.execute(following._MOVE_ON, {"seq": 10**6})
            raise KilledError
    await office.follow()
    await office.follow()

    assert await office.told(nadia) == [("message", 1)]


async def test_an_answer_that_is_due_soon_and_then_late_is_told(office, clock) -> None:
    nadia = await office.agent("Nadia")
    await office.queue("Support", (nadia,), first_response=timedelta(minutes=10))
    await office.asks(assignee=nadia)
    await office.follow()

    clock.now += timedelta(minutes=5)
    await fire_due(office.db, TIMERS)
    soon = await office.told(nadia)
    clock.now += timedelta(minutes=5)
    await office.settle()
    await office.follow()

    assert soon == [("sla_risk", 1)]
    assert await office.told(nadia) == [("sla_risk", 1), ("sla_breached", 1)]


async def test_an_answered_one_is_not_at_risk(office, clock) -> None:
    nadia = await office.agent("Nadia")
    await office.queue("Support", (nadia,), first_response=timedelta(minutes=10))
    conversation = await office.asks(assignee=nadia)
    await office.follow()
    await office.answers(conversation, nadia)

    clock.now += timedelta(minutes=5)
    await fire_due(office.db, TIMERS)

    assert await office.told(nadia) == []


@pytest.mark.parametrize(("state", "stays"), [("break", False), ("available", True)])
async def test_a_reopened_one_goes_back_only_from_who_is_away(
    office, clock, state, stays
) -> None:
    nadia = await office.agent("Nadia", state="break")
    await office.queue("Support", (nadia,))
    conversation = await office.asks(assignee=nadia)
    await office.change(changes.set_state, conversation, "resolved")

    async def reopen(uow, row):
        await changes.set_state(uow, row, "open", because="message")

    await office.change(reopen, conversation)
    await office.follow()
    await office.become(nadia, state)
    clock.now += timedelta(minutes=10)
    await fire_due(office.db, TIMERS)

    given = (await office.assignees())[conversation]
    assert (given == nadia) is stays


async def test_a_look_at_a_conversation_reads_its_notices(office, db) -> None:
    nadia = await office.agent("Nadia")
    conversation = await office.asks(assignee=nadia)
    await office.says(conversation)
    await office.follow()
    await office.do(notify, nadia, "not_sent", conversation)

    await office.do(notifications.mark_conversation_seen, nadia, conversation)

    # What wants something done stays.
    assert await office.told(nadia) == [("not_sent", 1)]


async def test_all_is_read_up_to_what_was_seen(office, db) -> None:
    nadia = await office.agent("Nadia")
    for _ in range(3):
        await office.do(notify, nadia, "mentioned", None)
    async with db.read() as session:
        ids = list(await session.scalars(select(Notification.id)))
        me = await access_account(session, AccountOf(nadia), nadia)

    await office.do(notifications.mark_all_read, me, upto=sorted(ids)[1])

    assert await office.told(nadia) == [("mentioned", 1)]


class AccountOf:
    """Who asks for himself."""

    rights = ()

    def __init__(self, number: int) -> None:
        self.id = number


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2026-07-01T19:00", True),  # 22:00 in Kyiv
        ("2026-07-01T04:59", True),
        ("2026-07-01T05:00", False),
        ("2026-01-15T19:59", False),  # 21:59: the clocks stand otherwise in winter
        ("2026-01-15T20:00", True),
    ],
)
def test_quiet_hours_are_by_his_own_clock(moment, quiet) -> None:
    his = Wishes(quiet_from="22:00", quiet_to="08:00", timezone="Europe/Kyiv")

    assert rules.is_quiet(his, at(moment)) is quiet
    ways = rules.ways_now(his, "mentioned", at(moment))
    assert ways == (("app", "digest") if quiet else rules.WAYS)


def test_what_is_off_in_the_desk_is_off() -> None:
    assert rules.ways_of(Wishes(kinds={"mentioned": ["push"]}), "mentioned") == ()
    assert rules.ways_of(Wishes(), "queue_message") == ()
    assert set(rules.USUAL) == set(rules.NOTIFICATION_KINDS)


def test_a_digest_comes_once_a_day_through_both_changes_of_the_clocks() -> None:
    his = Wishes(digest_at=["03:30"], timezone="Europe/Kyiv")
    # 29 March 2026 has no 03:30 in Kyiv, 25 October has it twice.
    for start, days in ((at("2026-03-27T00:00"), 5), (at("2026-10-23T00:00"), 5)):
        moments, now = [], start
        while (now := rules.next_digest(his, now)) < start + timedelta(days=days):
            moments.append(now)

        assert len(moments) == days
        assert len({one.date() for one in moments}) == days


@pytest.mark.parametrize(
    "bad",
    [
        {"kinds": {"gossip": ["app"]}},
        {"kinds": {"message": ["pigeon"]}},
        {"quiet_from": "22:00"},
        {"quiet_from": "25:00", "quiet_to": "08:00"},
        {"digest_at": ["noon"]},
        {"timezone": "Mars/Base"},
        {"timezone": "../etc/passwd"},
        {"tone": "horn"},
    ],
)
def test_wishes_that_make_no_sense_are_refused(bad) -> None:
    with pytest.raises(InvalidError):
        rules.checked(Wishes(**bad))
