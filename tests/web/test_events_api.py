"""The pull API, the audit and notifications: each sees his own, and misses nothing."""

from dataclasses import dataclass
from typing import ClassVar

import pytest
from sqlalchemy import text

from hub.access import tokens
from hub.log import pull
from hub.log.events import STAFF, Actor, Event, account_topic
from hub.storage.tables import (
    Client,
    Conversation,
    Notification,
    Queue,
)
from tests.web.conftest import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked(Event):
    kind: ClassVar[str] = "clock.ticked"
    number: int
    topic: str = STAFF

    def topics(self) -> tuple[str, ...]:
        return (self.topic,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rang(Event):
    kind: ClassVar[str] = "clock.rang"


@pytest.fixture
def tick(db):
    async def tick(*topics, actor=None):
        async with db.begin() as uow:
            for number, topic in enumerate(topics):
                uow.record(Ticked(number=number, topic=topic, actor=actor))

    return tick


async def pulled(caller, query=""):
    answer = await caller.get(f"/events{query}")
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def test_a_reader_that_keeps_its_cursor_gets_each_event_once(
    signed_in, tick
) -> None:
    agent = await signed_in("agent")
    start = (await pulled(agent))["cursor"]
    await tick(*[STAFF] * 25)

    seen, cursor, more = [], start, True
    while more:
        page = await pulled(agent, f"?after={cursor}&limit=10")
        seen += [event["seq"] for event in page["events"]]
        cursor, more = page["cursor"], page["more"]

    assert seen == list(range(start + 1, start + 26))
    assert await pulled(agent, f"?after={cursor}") == {
        "events": [],
        "cursor": cursor,
        "more": False,
    }


async def test_an_event_is_as_the_log_has_it(signed_in, tick) -> None:
    agent = await signed_in("agent")
    await tick(STAFF, actor=Actor(kind="program", id=3, name="shop"))

    page = await pulled(agent, "?after=0&kinds=clock.ticked")

    (event,) = page["events"]
    assert event["kind"] == "clock.ticked"
    assert event["at"] == "2026-05-14T09:00:00.000000Z"
    assert event["actor"] == {"kind": "program", "id": 3, "name": "shop"}
    assert event["data"] == {"number": 0, "topic": "staff"}


async def test_what_is_for_other_eyes_is_passed_over_and_not_shown(
    signed_in, tick
) -> None:
    agent = await signed_in("agent")
    manager = await signed_in("manager")
    mine = account_topic(agent.account.id)
    start = (await pulled(agent))["cursor"]
    await tick(mine, "account:999", "admins", "client:1", STAFF, "account:999")

    shown = await pulled(agent, f"?after={start}")
    managers = await pulled(manager, f"?after={start}")

    assert [one["data"]["topic"] for one in shown["events"]] == [mine, STAFF]
    assert [one["data"]["topic"] for one in managers["events"]] == ["admins", STAFF]
    assert shown["cursor"] == managers["cursor"] == start + 6
    assert not shown["more"]


async def test_a_rare_kind_costs_pages_and_not_the_whole_log(
    signed_in, tick, db, monkeypatch
) -> None:
    monkeypatch.setattr(pull, "REACH", 10)
    agent = await signed_in("agent")
    start = (await pulled(agent))["cursor"]
    await tick(*[STAFF] * 25)
    async with db.begin() as uow:
        uow.record(Rang())

    pages, cursor, more = [], start, True
    while more:
        page = await pulled(agent, f"?after={cursor}&kinds=clock.rang,clock.stopped")
        pages.append([event["kind"] for event in page["events"]])
        cursor, more = page["cursor"], page["more"]

    assert pages == [[], [], ["clock.rang"]]


async def test_a_cursor_beyond_reach_is_lost(signed_in, tick, db) -> None:
    agent = await signed_in("agent")
    await tick(*[STAFF] * 5)
    async with db.begin() as uow:
        await uow.session.execute(text("UPDATE log_head SET floor = 3"))

    for lost in (2, 10_000):
        answer = await agent.get(f"/events?after={lost}")
        assert answer.status == 409
        assert (await answer.json())["code"] == "cursor_lost"
    assert (await agent.get("/events?after=3")).status == 200


async def test_a_token_without_the_right_to_read_follows_nothing(
    client, account, db, settings
) -> None:
    manager = await account("manager")
    new = await db.run(
        lambda uow: tokens.create(
            uow,
            shown(manager),
            name="shop",
            scopes=["orders"],
            policy=settings.access,
        )
    )

    answer = await client.get(
        "/api/v1/events?after=0", headers={"Authorization": f"Bearer {new.key}"}
    )

    assert answer.status == 403


# --- the audit ----------------------------------------------------------------------


async def audited(caller, query=""):
    answer = await caller.get(f"/audit{query}")
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def test_the_audit_is_the_log_filtered(signed_in, tick, clock) -> None:
    manager = await signed_in("manager")
    who = Actor(kind="agent", id=manager.account.id, name="M")
    await tick("account:1", STAFF, actor=who)
    before = clock()
    clock.move(hours=1)
    await tick(STAFF)

    kinds = await audited(manager, "?kind=clock.ticked")
    noun = await audited(manager, "?kind=clock")
    his = await audited(manager, f"?actor_id={who.id}&kind=clock&actor_kind=agent")
    late = await audited(
        manager, f"?kind=clock&since={clock().isoformat().replace('+', '%2B')}"
    )
    early = await audited(
        manager,
        f"?kind=clock&until={clock().isoformat().replace('+', '%2B')}&client_id=4",
    )

    seqs = [one["seq"] for one in kinds["items"]]
    assert len(seqs) == 3
    assert seqs == sorted(seqs, reverse=True)
    assert noun == kinds
    assert [one["actor"]["name"] for one in his["items"]] == ["M", "M"]
    assert [one["at"] for one in late["items"]] == [clock().isoformat()]
    assert early["items"] == []
    assert before < clock()
    assert "state" not in kinds["items"][0]


async def test_the_audit_is_read_page_by_page_while_it_grows(signed_in, tick) -> None:
    manager = await signed_in("manager")
    await tick(*[STAFF] * 7)

    seen, query = [], "?kind=clock&limit=3"
    page = await audited(manager, query)
    while page["next"]:
        seen += page["items"]
        await tick(STAFF)
        page = await audited(manager, f"{query}&cursor={page['next']}")
    seen += page["items"]

    assert [one["data"]["number"] for one in seen] == [6, 5, 4, 3, 2, 1, 0]


async def test_a_token_is_shown_once_and_audited_without_its_key(signed_in) -> None:
    manager = await signed_in("manager")

    made = await (
        await manager.post("/tokens", json={"name": "shop", "scopes": ["read"]})
    ).json()
    listed = await (await manager.get("/tokens")).json()
    await manager.delete(f"/tokens/{made['token']['id']}")
    audit = await audited(manager, "?kind=token")

    assert made["key"].startswith("rzm_")
    assert listed["items"] == [made["token"]]
    assert [one["kind"] for one in audit["items"]] == ["token.revoked", "token.created"]
    assert made["key"] not in str([listed, audit])


# --- notifications ------------------------------------------------------------------


@pytest.fixture
def notified(db, clock):
    """Leave notifications for an account, on a conversation of their own."""

    async def notify(account_id, count):
        async with db.begin() as uow:
            now = clock()
            client = Client(name="Ivan", locale="uk", attributes={}, created_at=now)
            queue = await uow.session.get(Queue, 1)
            uow.session.add(client)
            if queue is None:
                queue = Queue(
                    name=f"Queue {account_id}",
                    channels=[],
                    first_response=clock() - clock(),
                    goal=0.8,
                    fallback=False,
                    created_at=now,
                )
                uow.session.add(queue)
            await uow.session.flush()
            conversation = Conversation(
                client_id=client.id,
                queue_id=queue.id,
                channel="sms",
                last_direction="in",
                last_at=now,
                created_at=now,
            )
            uow.session.add(conversation)
            await uow.session.flush()
            rows = [
                Notification(
                    account_id=account_id,
                    kind="assigned",
                    conversation_id=conversation.id,
                    at=now,
                )
                for _ in range(count)
            ]
            uow.session.add_all(rows)
            await uow.session.flush()
        return [row.id for row in rows]

    return notify


async def test_one_sees_and_settles_ones_own_notifications(signed_in, notified) -> None:
    agent, other = await signed_in("agent"), await signed_in("agent")
    mine = await notified(agent.account.id, 3)
    theirs = await notified(other.account.id, 1)
    start = (await pulled(agent))["cursor"]

    first = await (await agent.get("/notifications?limit=2")).json()
    rest = await (await agent.get(f"/notifications?cursor={first['next']}")).json()
    for _ in range(2):
        done = await agent.post("/notifications/read", json={"ids": [mine[0], *theirs]})
        assert done.status == 204
    unread = await (await agent.get("/notifications?unread=true")).json()
    kept = await (await other.get("/notifications?unread=true")).json()
    events = (await pulled(agent, f"?after={start}"))["events"]

    assert [one["id"] for one in first["items"] + rest["items"]] == mine[::-1]
    assert [one["id"] for one in unread["items"]] == [mine[2], mine[1]]
    assert [one["id"] for one in kept["items"]] == theirs
    assert [event["kind"] for event in events] == ["notification.read"]
    assert events[0]["state"]["notification"]["read"] is True
