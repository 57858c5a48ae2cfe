"""State before + events = state after, for everything that queues and agents do."""

import pytest
import pytest_asyncio

from hub.access import accounts, own_roles
from hub.contracts import CallMoment
from hub.conversations import changes
from hub.queues import presence, queues
from hub.queues.queues import QueueGiven
from tests.hub.floor import SETTINGS, Floor, follow

GONE = SETTINGS.vanish_after.total_seconds()


@pytest_asyncio.fixture
async def floor(db):
    return Floor(db)


async def make_a_queue(floor: Floor, ada: int, boris: int, asked: int) -> None:
    await floor.queue("Calls", (ada, boris), channels=["phone"], fallback=True)


async def change_a_queue(floor: Floor, ada: int, boris: int, asked: int) -> None:
    queue_id = (await floor.row(asked)).queue_id
    given = QueueGiven(name="Post", members=(boris,), goal=0.5)
    await floor.do(queues.change, queue_id, given)


async def take_a_break(floor: Floor, ada: int, boris: int, asked: int) -> None:
    await floor.become(ada, "break")


async def be_seen_the_first_time(
    floor: Floor, ada: int, boris: int, asked: int
) -> None:
    await floor.seen(await floor.agent("Clara", state=None))


async def be_given_work(floor: Floor, ada: int, boris: int, asked: int) -> None:
    await floor.asks()
    await floor.settle()


async def vanish(floor: Floor, ada: int, boris: int, asked: int) -> None:
    floor.db.clock.move(seconds=GONE)
    await floor.settle()


async def vanish_and_return(floor: Floor, ada: int, boris: int, asked: int) -> None:
    await vanish(floor, ada, boris, asked)
    await floor.seen(ada, boris)
    await floor.settle()


async def be_away_with_the_hub(floor: Floor, ada: int, boris: int, asked: int) -> None:
    floor.db.clock.move(hours=1)
    await floor.do(presence.wait_again, settings=SETTINGS)
    await floor.settle()


async def resolve(floor: Floor, ada: int, boris: int, asked: int) -> None:
    await floor.change(changes.set_state, asked, "resolved")


async def reopen(floor: Floor, ada: int, boris: int, asked: int) -> None:
    await floor.change(changes.set_state, asked, "pending")
    await floor.change(changes.set_state, asked, "open")


async def hand_over(floor: Floor, ada: int, boris: int, asked: int) -> None:
    has = (await floor.assignees())[asked]
    await floor.change(changes.assign, asked, boris if has == ada else ada)


async def leave_it(floor: Floor, ada: int, boris: int, asked: int) -> None:
    await floor.change(changes.assign, asked, None)
    await floor.settle()


async def begin_with_an_agent(floor: Floor, ada: int, boris: int, asked: int) -> None:
    await floor.asks(assignee=boris)


async def be_late(floor: Floor, ada: int, boris: int, asked: int) -> None:
    floor.db.clock.move(hours=2)
    await floor.settle()


async def hire(floor: Floor, ada: int, boris: int, asked: int) -> None:
    about = {"email": "clara@floor.example.com", "name": "Clara", "role": "agent"}
    await floor.do(accounts.create, password_hash=None, **about)


async def promote(floor: Floor, ada: int, boris: int, asked: int) -> None:
    changes = {"name": "Ada B.", "role": "manager", "capacity": 9}
    await floor.do(accounts.change, ada, changes)
    await floor.settle()


async def dismiss(floor: Floor, ada: int, boris: int, asked: int) -> None:
    await floor.do(accounts.change, ada, {"active": False})
    await floor.settle()


async def answer_no_more(floor: Floor, ada: int, boris: int, asked: int) -> None:
    role = {"name": "Helper", "by": None}
    await floor.do(own_roles.create, **role, rights=["read", "reply"])
    await floor.do(accounts.change, ada, {"role": "helper"})
    await floor.do(
        own_roles.change, "helper", rights=["read"], revision=0, by=None, name="Reader"
    )
    await floor.do(accounts.change, boris, {"role": "helper"})
    await floor.settle()


async def lose_the_role(floor: Floor, ada: int, boris: int, asked: int) -> None:
    await floor.do(own_roles.create, name="Helper", rights=["read", "reply"], by=None)
    await floor.do(accounts.change, ada, {"role": "helper"})
    await floor.do(own_roles.remove, "helper", move_to="manager", by=None)
    await floor.settle()


async def speak_on_the_phone(floor: Floor, ada: int, boris: int, asked: int) -> None:
    await floor.rings()
    await floor.call(CallMoment.ANSWERED)


async def hang_up(floor: Floor, ada: int, boris: int, asked: int) -> None:
    await floor.rings()
    await floor.call(CallMoment.ANSWERED)
    await floor.call(CallMoment.ENDED)


ACTIONS = [
    make_a_queue,
    change_a_queue,
    take_a_break,
    be_seen_the_first_time,
    be_given_work,
    vanish,
    vanish_and_return,
    be_away_with_the_hub,
    resolve,
    reopen,
    hand_over,
    leave_it,
    begin_with_an_agent,
    be_late,
    hire,
    promote,
    dismiss,
    answer_no_more,
    lose_the_role,
    speak_on_the_phone,
    hang_up,
]


@pytest.mark.parametrize("act", ACTIONS, ids=lambda one: one.__name__)
async def test_a_screen_that_follows_shows_what_a_fresh_one_does(floor, act) -> None:
    ada, boris = await floor.agent("Ada"), await floor.agent("Boris")
    await floor.queue("Mail", (ada, boris))
    asked = await floor.asks()
    await floor.settle()
    screen, seen = await floor.look(), (await floor.log())[-1].seq

    await act(floor, ada, boris, asked)

    events = await floor.log(seen)
    follow(screen, events)
    assert screen == await floor.look()
    assert events or act is be_away_with_the_hub
