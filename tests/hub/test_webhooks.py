"""Events reach their endpoints in order, signed, once taken never again."""

from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from hub.conversations.notices import notify
from hub.errors import CursorLostError, InvalidError, StaleUpdateError, StateError
from hub.storage.tables import DueRow, Notification
from hub.webhooks import delivering, endpoints, retries
from hub.webhooks.endpoints import WebhookGiven
from hub.webhooks.signing import HEADER, is_genuine, secret_of, signature
from hub.webhooks.views import DELIVER
from tests.hub.receiving import DAY, KEY, URL, Place, Receiver


@pytest_asyncio.fixture
async def place(db):
    made = Place(db, Receiver())
    await made.queue("Mail")
    return made


async def test_what_happens_is_sent_in_order_as_the_pull_api_gives_it(
    place, clock
) -> None:
    await place.asks()
    made = await place.endpoint()
    start = await place.head()

    asked = await place.asks()
    await place.says(asked)
    await place.send()

    log = await place.log(start)
    got = place.receiver.got
    # A webhook's own making is for the audit alone.
    assert place.receiver.seqs == [one.seq for one in log]
    assert [one[1]["kind"] for one in got] == [one.kind for one in log]
    assert got[0][1]["state"] == log[0].state
    url, _, headers, body = got[0]
    assert url == URL
    assert headers["Rozmova-Seq"] == str(log[0].seq)
    assert is_genuine(headers[HEADER], body, made.secret, now=clock.now, within=DAY)
    assert (await place.one()).behind == 0


async def test_only_chosen_kinds_are_sent_and_the_rest_is_passed_over(place) -> None:
    await place.endpoint("interaction.added")

    asked = await place.asks()
    await place.says(asked)
    await place.send()

    assert [one[1]["kind"] for one in place.receiver.got] == ["interaction.added"]
    assert (await place.one()).cursor == await place.head()
    async with place.db.read() as session:
        rows = await session.scalars(select(DueRow).where(DueRow.kind == DELIVER))
        assert list(rows) == []


async def test_what_is_for_one_account_or_the_audit_never_leaves(place, db) -> None:
    await place.endpoint()
    ada = await place.agent("Ada", state=None)
    seen = len(place.receiver.got)

    async with db.begin() as uow:
        await notify(uow, ada, "assigned", None)
    await place.send()

    assert place.receiver.got[seen:] == []


async def test_a_later_event_never_overtakes_one_that_was_not_taken(
    place, clock
) -> None:
    await place.endpoint("interaction.added")
    asked = await place.asks()
    for word in ("one", "two", "three"):
        await place.says(asked, word)
    place.receiver.answers = [200, 500]

    await place.send()
    clock.move(seconds=1)
    await place.says(asked, "four")
    await place.send()
    before = place.receiver.seqs
    clock.move(seconds=10)
    await place.send()

    first, second, *_ = before
    assert before == [first, second]
    assert place.receiver.seqs[2:] == sorted(place.receiver.seqs[2:])
    assert place.receiver.seqs[2] == second
    assert len(set(place.receiver.seqs)) == 4
    assert (await place.one()).failing_since is None


async def test_pauses_grow_and_the_tries_are_told(place, clock) -> None:
    await place.endpoint("interaction.added")
    asked = await place.asks()
    await place.says(asked)
    place.receiver.answers = [500, None, 500]
    waits = []

    for _ in range(3):
        await place.send()
        waits.append((await place.one()).next_at - clock.now)
        clock.now += waits[-1]

    assert [one.total_seconds() for one in waits] == [5, 10, 20]
    found = [(one.attempt, one.status, one.answer) for one in await place.tries()]
    assert found == [(1, 500, "said"), (2, None, "said"), (3, 500, "said")]


async def test_one_that_fails_for_days_is_turned_off_and_admins_are_told(
    place, db, clock
) -> None:
    boss = await place.agent("Ada", role="admin", state=None)
    await place.agent("Bo", state=None)
    await place.endpoint("interaction.added")
    asked = await place.asks()
    await place.says(asked)
    place.receiver.answers = [500] * 1000

    while (await place.one()).disabled_at is None:
        clock.now += timedelta(hours=1)
        await place.send()

    one = await place.one()
    assert one.disabled_because == "failed"
    assert one.disabled_at - one.failing_since >= 3 * DAY
    async with db.read() as session:
        told = list(await session.scalars(select(Notification)))
    assert [(row.account_id, row.kind) for row in told] == [(boss, "webhook_disabled")]
    log = await place.log()
    assert [one.data["because"] for one in log if one.kind == "webhook.disabled"] == [
        "failed"
    ]
    assert await place.send() == 0


async def test_turned_on_again_it_goes_on_where_it_stopped(place, clock) -> None:
    await place.endpoint("interaction.added")
    asked = await place.asks()
    await place.says(asked, "one")
    place.receiver.answers = [410]
    await place.send()
    off = await place.one()
    await place.says(asked, "two")

    await place.do(
        endpoints.change, off.id, WebhookGiven(active=True), revision=off.revision
    )
    await place.send()

    assert off.disabled_because == "gone"
    assert len(place.receiver.got) == 3
    assert place.receiver.seqs[0] == place.receiver.seqs[1]


async def test_a_new_secret_signs_beside_the_old_one_for_a_while(place, clock) -> None:
    made = await place.endpoint("interaction.added")
    asked = await place.asks()

    turned = await place.do(
        endpoints.turn_secret, made.webhook.id, signing_key=KEY, overlap=DAY
    )
    await place.says(asked, "one")
    await place.send()
    clock.now += DAY
    await place.says(asked, "two")
    await place.send()

    def known(place_, secret):
        _, _, headers, body = place.receiver.got[place_]
        return is_genuine(headers[HEADER], body, secret, now=clock.now, within=2 * DAY)

    assert turned.secret != made.secret
    assert known(0, made.secret)
    assert known(0, turned.secret)
    assert not known(1, made.secret)
    assert known(1, turned.secret)


async def test_a_test_is_sent_though_nothing_happened(place) -> None:
    made = await place.endpoint()
    await place.send()
    seen = len(place.receiver.got)

    await place.do(endpoints.test, made.webhook.id)
    await place.send()

    (sent,) = place.receiver.got[seen:]
    assert sent[1]["kind"] == "webhook.test"
    assert [one.seq for one in await place.tries()][-1] is None


async def test_what_was_sent_is_sent_again_from_where_one_says(place) -> None:
    made = await place.endpoint("interaction.added")
    start = await place.head()
    asked = await place.asks()
    await place.says(asked, "one")
    await place.says(asked, "two")
    await place.send()

    await place.do(endpoints.replay, made.webhook.id, after=start)
    await place.send()

    assert place.receiver.seqs == place.receiver.seqs[:2] * 2
    with pytest.raises(CursorLostError):
        await place.do(endpoints.replay, made.webhook.id, after=10**9)


async def test_a_replay_during_a_delivery_is_not_lost(place) -> None:
    made = await place.endpoint("interaction.added")
    start = await place.head()
    asked = await place.asks()
    await place.says(asked, "one")
    await place.says(asked, "two")
    await place.send()

    async def replay():
        place.receiver.meanwhile = None
        await place.do(endpoints.replay, made.webhook.id, after=start)

    await place.says(asked, "three")
    place.receiver.meanwhile = replay
    await place.send()

    first, second, third = sorted(set(place.receiver.seqs))
    assert place.receiver.seqs[2:] == [third, first, second, third]


async def test_two_workers_do_not_send_one_event_twice(place, clock) -> None:
    await place.endpoint("interaction.added")
    asked = await place.asks()
    await place.says(asked)

    async def another():
        place.receiver.meanwhile = None
        await place.send()

    place.receiver.meanwhile = another
    await place.send()

    assert len(place.receiver.got) == 1


async def test_one_whose_lease_ran_out_settles_nothing(place, clock) -> None:
    await place.endpoint("interaction.added")
    asked = await place.asks()
    await place.says(asked)

    async def another():
        place.receiver.meanwhile = None
        clock.move(seconds=61)
        await place.send()

    place.receiver.meanwhile = another
    await place.send()

    # It was sent twice, since the first worker was taken for dead; both say one number.
    assert len(place.receiver.got) == 2
    assert len(set(place.receiver.seqs)) == 1
    assert len(await place.tries()) == 1


async def test_only_the_last_tries_are_kept(place, monkeypatch) -> None:
    monkeypatch.setattr(delivering, "KEPT", 2)
    await place.endpoint("interaction.added")
    asked = await place.asks()
    for word in "abcd":
        await place.says(asked, word)

    await place.send()

    assert [one.seq for one in await place.tries()] == place.receiver.seqs[-2:]


async def test_what_will_not_do_is_refused(place) -> None:
    made = await place.endpoint()

    with pytest.raises(InvalidError):
        await place.endpoint("no.such_thing")
    await place.do(
        endpoints.change, made.webhook.id, WebhookGiven(name="Other"), revision=0
    )
    with pytest.raises(StaleUpdateError):
        await place.do(
            endpoints.change, made.webhook.id, WebhookGiven(name="Third"), revision=0
        )
    await place.endpoint()
    await place.endpoint()
    with pytest.raises(StateError):
        await place.endpoint()


async def test_one_that_is_removed_is_sent_nothing(place, db) -> None:
    made = await place.endpoint()
    await place.asks()
    await delivering.wake(db)

    await place.do(endpoints.remove, made.webhook.id)

    assert await place.send() == 0
    assert place.receiver.got == []


def test_the_kinds_offered_are_for_everybody() -> None:
    offered = endpoints.kinds()

    assert "interaction.added" in offered
    assert not {"session.started", "webhook.changed", "token.created"} & set(offered)


@given(st.integers(1, 10_000))
def test_pauses_end_at_an_hour(attempts) -> None:
    wait = retries.pause(attempts)

    assert retries.FIRST <= wait <= retries.LONGEST
    assert retries.pause(attempts + 1) >= wait


@given(st.binary(max_size=200), st.text(max_size=60))
def test_nothing_forged_is_genuine(body, header) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    secret = secret_of(KEY, 1, "salt", 1)

    assert not is_genuine(header, body, secret, now=now, within=DAY)


def test_an_old_signature_is_refused() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    secret = secret_of(KEY, 1, "salt", 1)
    header = signature(b"{}", [secret], now)

    assert is_genuine(header, b"{}", secret, now=now, within=timedelta(minutes=5))
    assert not is_genuine(header, b"{} ", secret, now=now, within=timedelta(minutes=5))
    assert not is_genuine(
        header,
        b"{}",
        secret,
        now=now + timedelta(minutes=6),
        within=timedelta(minutes=5),
    )
