"""Promise 7: what is offered goes to one agent, and goes on from who lets it go."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from hub.contracts import CallMoment
from hub.conversations import changes
from hub.conversations.entries import lock
from hub.errors import DispositionMissingError, NotFoundError, OfferGoneError
from hub.log.events import Actor
from hub.queues import offers, presence, queues, weights, wrapping
from hub.queues.queues import QueueGiven
from hub.storage.tables import Notification, Offer
from hub.storage.timers import fire_due
from tests.hub import floor as floors

VANISHED = floors.SETTINGS.vanish_after + timedelta(seconds=1)
HANDLERS = floors.HANDLERS | {
    offers.OFFER_OVER: offers.run_out,
    presence.TAKE_BACK: offers.take_back,
    wrapping.WRAP: wrapping.wrap_up,
    wrapping.WRAP_OVER: wrapping.wrap_over,
    presence.AWAY: partial(presence.fall_silent, settings=floors.SETTINGS),
}


class Floor(floors.Floor):
    """A floor where work is offered."""

    async def settle(self) -> int:
        return await fire_due(self.db, HANDLERS)

    async def offering(self, *members: int, **given):
        given = {"mode": "offer", "offer_for": timedelta(seconds=30)} | given
        return await self.queue("Sales", members, **given)

    async def offered(self, state: str = "open") -> list[Offer]:
        async with self.db.read() as session:
            rows = await session.scalars(
                select(Offer).where(Offer.state == state).order_by(Offer.id)
            )
            return list(rows)


@pytest.fixture
def floor(db) -> Floor:
    return Floor(db)


async def test_an_offer_is_nobodys_until_it_is_accepted(floor) -> None:
    nadia = await floor.agent("Nadia")
    await floor.offering(nadia)
    conversation = await floor.asks()

    await floor.settle()
    (offer,) = await floor.offered()
    before = await floor.assignees()
    await floor.do(offers.accept, offer.id, nadia)

    assert before == {conversation: None}
    assert await floor.assignees() == {conversation: nadia}
    assert await floor.offered() == []
    # Pressed twice, it is taken once.
    await floor.do(offers.accept, offer.id, nadia)


async def test_a_declined_offer_goes_on_to_the_next_and_not_back(floor, clock) -> None:
    nadia, olena = await floor.agent("Nadia"), await floor.agent("Olena")
    await floor.offering(nadia, olena)
    await floor.asks()
    await floor.settle()
    (first,) = await floor.offered()

    await floor.do(offers.decline, first.id, first.account_id, reason="at lunch")
    await floor.settle()
    (second,) = await floor.offered()
    await floor.do(offers.decline, second.id, second.account_id, reason="")
    await floor.settle()

    assert {first.account_id, second.account_id} == {nadia, olena}
    assert await floor.offered() == []
    # When the refusal is forgotten, the round begins again by itself.
    for _ in range(2):
        clock.now += timedelta(minutes=1)
        await floor.seen(nadia, olena)
    await floor.settle()
    assert len(await floor.offered()) == 1


async def test_an_offer_runs_out_at_its_second(floor, clock) -> None:
    nadia, olena = await floor.agent("Nadia"), await floor.agent("Olena")
    await floor.offering(nadia, olena)
    await floor.asks()
    await floor.settle()
    (first,) = await floor.offered()

    clock.now += timedelta(seconds=29)
    await floor.settle()
    assert [one.id for one in await floor.offered()] == [first.id]
    clock.now += timedelta(seconds=1)
    await floor.settle()

    (second,) = await floor.offered()
    assert second.account_id != first.account_id
    with pytest.raises(OfferGoneError):
        await floor.do(offers.accept, first.id, first.account_id)


async def test_nobody_accepts_what_is_offered_to_another(floor) -> None:
    nadia, olena = await floor.agent("Nadia"), await floor.agent("Olena", state=None)
    await floor.offering(nadia, olena)
    await floor.asks()
    await floor.settle()
    (offer,) = await floor.offered()

    with pytest.raises(NotFoundError):
        await floor.do(offers.accept, offer.id, olena)


async def test_fifty_races_of_accepting_and_taking_have_one_winner_each(floor) -> None:
    nadia = await floor.agent("Nadia", capacity=100)
    olena = await floor.agent("Olena", state=None)
    await floor.offering(nadia)
    for _ in range(50):
        await floor.asks()
    await floor.settle()
    found = await floor.offered()
    assert len(found) == 50

    async def accept(offer: Offer) -> bool:
        try:
            await floor.do(offers.accept, offer.id, nadia)
        except OfferGoneError:
            return False
        return True

    async def take(offer: Offer) -> bool:
        async def work(uow) -> bool:
            row = await lock(uow, offer.conversation_id)
            if row.assignee_id is not None:
                return False
            await changes.assign(uow, row, olena)
            return True

        return await floor.db.run(work)

    for offer in found:
        won = await asyncio.gather(accept(offer), take(offer))
        assert sorted(won) == [False, True]
    assert await floor.offered() == []
    assert None not in (await floor.assignees()).values()


async def test_looks_at_once_offer_each_to_one_agent_only(floor) -> None:
    for name in ("Nadia", "Olena", "Ira"):
        await floor.agent(name, capacity=2)
    await floor.offering()
    for _ in range(8):
        await floor.asks()

    await asyncio.gather(*(floor.settle() for _ in range(6)))
    await floor.settle()

    found = await floor.offered()
    assert len({one.conversation_id for one in found}) == len(found) == 6
    by_agent = [one.account_id for one in found]
    assert max(by_agent.count(one) for one in by_agent) == 2


@pytest.mark.parametrize("to", ["break", "offline"])
async def test_who_leaves_gives_his_offers_back(floor, to) -> None:
    nadia, olena = await floor.agent("Nadia"), await floor.agent("Olena")
    await floor.offering(nadia, olena)
    await floor.asks()
    await floor.settle()
    (first,) = await floor.offered()

    await floor.become(first.account_id, to)
    await floor.settle()

    (second,) = await floor.offered()
    assert second.account_id != first.account_id
    assert [one.id for one in await floor.offered("withdrawn")] == [first.id]


async def test_who_vanishes_gives_his_offers_back(floor, clock) -> None:
    nadia = await floor.agent("Nadia")
    await floor.offering(nadia, offer_for=timedelta(minutes=10))
    await floor.asks()
    await floor.settle()
    olena = await floor.agent("Olena")
    await floor.do(queues.change, 1, QueueGiven(members=(nadia, olena)))

    clock.now += floors.SETTINGS.vanish_after - timedelta(seconds=1)
    await floor.seen(olena)
    clock.now += timedelta(seconds=2)
    await floor.settle()

    (offer,) = await floor.offered()
    assert offer.account_id == olena


async def test_what_is_taken_or_closed_is_not_offered_any_more(floor) -> None:
    nadia = await floor.agent("Nadia")
    await floor.offering(nadia)
    conversation = await floor.asks()
    await floor.settle()

    await floor.change(changes.set_state, conversation, "resolved")

    assert await floor.offered() == []
    assert len(await floor.offered("withdrawn")) == 1


async def test_the_agent_is_told_of_an_offer(floor, db) -> None:
    nadia = await floor.agent("Nadia")
    await floor.offering(nadia)
    await floor.asks()

    await floor.settle()

    async with db.read() as session:
        (told,) = (await session.scalars(select(Notification))).all()
    assert (told.kind, told.account_id) == ("offer", nadia)


async def test_a_heavy_channel_takes_more_of_an_agent(floor) -> None:
    nadia = await floor.agent("Nadia", capacity=4)
    await floor.queue("Support", (nadia,))
    await floor.do(weights.set_weights, {"sms": 3})

    for channel in ("sms", "sms", "email", "email"):
        await floor.asks(channel)
    await floor.settle()

    assert sum(one == nadia for one in (await floor.assignees()).values()) == 2
    (view,) = (await floor.look())["agent"].values()
    assert (view["load"], view["capacity"]) == (4, 4)


async def test_who_speaks_on_the_phone_gets_nothing_new(floor, clock) -> None:
    nadia = await floor.agent("Nadia", number="+380671112233", capacity=5)
    await floor.queue("Support", (nadia,), wrap_for=timedelta(seconds=60))
    await floor.rings()
    await floor.call(CallMoment.ANSWERED)
    waits = await floor.asks()

    await floor.settle()
    during = (await floor.assignees())[waits]
    await floor.call(CallMoment.ENDED)
    await floor.settle()
    (after,) = (await floor.look())["agent"].values()
    still = (await floor.assignees())[waits]
    clock.now += timedelta(seconds=60)
    await floor.seen(nadia)
    await floor.settle()

    assert during is None
    assert after["state"] == "wrap"
    assert after["wrap_conversation_id"] is not None
    assert still is None
    assert (await floor.assignees())[waits] == nadia


@pytest.mark.parametrize(("away", "found"), [(15, "wrap"), (70, "available")])
async def test_a_wrap_up_ends_while_its_agent_is_away(
    floor, clock, away, found
) -> None:
    nadia = await floor.agent("Nadia", number="+380671112233")
    await floor.queue("Support", (nadia,), wrap_for=VANISHED + timedelta(seconds=60))
    await floor.rings()
    await floor.call(CallMoment.ANSWERED)
    await floor.call(CallMoment.ENDED)
    await floor.settle()
    clock.now += VANISHED
    await floor.settle()
    gone = (await floor.look())["agent"][nadia]["state"]
    clock.now += timedelta(seconds=away)

    await floor.seen(nadia)
    returned = (await floor.look())["agent"][nadia]
    clock.now += timedelta(seconds=60)
    await floor.seen(nadia)
    await floor.settle()

    assert gone == "offline"
    assert returned["state"] == found
    assert (returned["wrap_until"] is not None) == (found == "wrap")
    assert (await floor.look())["agent"][nadia]["state"] == "available"


async def test_a_wrap_up_that_was_owed_all_night_is_none(floor, clock) -> None:
    nadia = await floor.agent("Nadia", number="+380671112233")
    await floor.queue("Support", (nadia,), wrap_for=timedelta(seconds=60))
    await floor.rings()
    await floor.call(CallMoment.ANSWERED)
    await floor.call(CallMoment.ENDED)
    clock.now += timedelta(seconds=60)

    await floor.seen(nadia)
    await floor.settle()

    assert (await floor.look())["agent"][nadia]["state"] == "available"


async def test_silence_is_a_break_that_ends_with_the_next_key(floor, clock) -> None:
    nadia = await floor.agent("Nadia")
    settings = floors.SETTINGS
    await floor.do(presence.active, nadia, settings=settings)

    clock.now += settings.away_after - timedelta(seconds=1)
    await floor.seen(nadia)
    await floor.settle()
    before = (await floor.look())["agent"][nadia]["state"]
    clock.now += timedelta(seconds=1)
    await floor.settle()
    silent = (await floor.look())["agent"][nadia]
    await floor.do(presence.active, nadia, settings=settings)

    assert before == "available"
    assert (silent["state"], silent["reason"]) == ("break", "away")
    assert (await floor.look())["agent"][nadia]["state"] == "available"


async def test_a_break_that_was_chosen_does_not_end_by_itself(floor) -> None:
    nadia = await floor.agent("Nadia")
    settings = floors.SETTINGS
    await floor.do(
        presence.set_state, nadia, "break", settings=settings, reason="lunch"
    )

    await floor.do(presence.active, nadia, settings=settings)

    view = (await floor.look())["agent"][nadia]
    assert (view["state"], view["reason"]) == ("break", "lunch")


async def test_a_queue_may_want_to_know_how_it_ended(floor, db) -> None:
    nadia = await floor.agent("Nadia")
    await floor.queue(
        "Support", (nadia,), dispositions=["sold", "lost"], disposition_required=True
    )
    conversation = await floor.asks(assignee=nadia)
    actor = Actor(kind="agent", id=nadia, name="Nadia")

    async def close(uow):
        await changes.set_state(uow, await lock(uow, conversation), "resolved")

    with pytest.raises(DispositionMissingError) as refused:
        await db.run(close, actor)
    assert refused.value.details["dispositions"] == ["sold", "lost"]
    await floor.change(changes.dispose, conversation, "sold")
    await db.run(close, actor)

    row = await floor.row(conversation)
    assert (row.state, row.disposition) == ("resolved", "sold")
    (event,) = [one for one in await floor.log() if one.kind == "conversation.disposed"]
    assert event.data["disposition"] == "sold"


async def test_a_screen_that_follows_offers_shows_what_a_fresh_one_shows(floor) -> None:
    nadia = await floor.agent("Nadia")
    await floor.offering(nadia)
    shown = await floor.look()
    last = (await floor.log())[-1].seq
    await floor.asks()
    await floor.settle()
    (offer,) = await floor.offered()
    await floor.do(offers.accept, offer.id, nadia)

    floors.follow(shown, await floor.log(last))

    assert shown == await floor.look()
