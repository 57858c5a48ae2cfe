"""Who is given work by his role, and who is not any more."""

import pytest
import pytest_asyncio

from config import Settings
from hub.access import accounts, own_roles
from hub.collaboration import tasks
from hub.collaboration.rules import task_rules
from hub.collaboration.tasks import TaskGiven
from hub.conversations import changes
from hub.conversations.entries import lock
from hub.errors import ForbiddenError, InvalidError
from hub.lists import bulk
from hub.lists.bulk_deeds import BulkGiven
from tests.hub.floor import SETTINGS, Floor


@pytest_asyncio.fixture
async def floor(db):
    """A floor with roles of its own."""
    floor = Floor(db)
    for name, rights in (
        ("Helper", ["read", "reply"]),
        ("Lead", ["read", "reply", "wall"]),
        ("Reader", ["read"]),
    ):
        await floor.do(own_roles.create, name=name, rights=rights, by=None)
    return floor


async def states(floor, *people) -> list[str]:
    shown = (await floor.look())["agent"]
    return [shown[one]["state"] for one in people]


async def lose_reply(floor) -> None:
    await floor.do(own_roles.change, "helper", rights=["read"], revision=0, by=None)


async def test_a_role_for_answering_is_at_work_by_itself(floor) -> None:
    helper = await floor.agent("Helga", role="helper", state=None)
    lead = await floor.agent("Lena", role="lead", state=None)

    await floor.seen(helper, lead)

    assert await states(floor, helper, lead) == ["available", "offline"]


async def test_who_may_not_answer_any_more_is_no_longer_at_work(floor) -> None:
    by_role = await floor.agent("Helga", role="helper")
    by_account = await floor.agent("Ada")
    before = await states(floor, by_role, by_account)

    await lose_reply(floor)
    await floor.do(accounts.change, by_account, {"role": "reader"})
    await floor.seen(by_role, by_account)

    assert before == ["available", "available"]
    assert await states(floor, by_role, by_account) == ["offline", "offline"]
    for one in (by_role, by_account):
        with pytest.raises(ForbiddenError):
            await floor.become(one, "available")


async def test_his_work_goes_to_a_colleague(floor) -> None:
    helper = await floor.agent("Helga", role="helper")
    await floor.queue("Mail")
    asked = await floor.asks()
    await floor.settle()
    his = await floor.assignees()
    ada = await floor.agent("Ada")

    await lose_reply(floor)
    await floor.settle()

    assert his == {asked: helper}
    assert await floor.assignees() == {asked: ada}


async def test_who_was_away_meanwhile_does_not_come_back_to_work(floor, clock) -> None:
    helper = await floor.agent("Helga", role="helper")
    clock.now += SETTINGS.vanish_after
    await floor.settle()

    await lose_reply(floor)
    await floor.seen(helper)

    assert await states(floor, helper) == ["offline"]


async def test_nobody_gives_work_to_who_may_not_answer(floor) -> None:
    reader = await floor.agent("Rita", role="reader", state=None)
    helper = await floor.agent("Helga", role="helper", state=None)
    asked = await floor.asks()
    ways = {
        "by hand": lambda uow, to: _assign(uow, asked, to),
        "many": lambda uow, to: bulk._check(
            uow, BulkGiven(do="assign", assignee_id=to)
        ),
        "task": lambda uow, to: tasks.create(
            uow,
            TaskGiven(kind="task", title="Call", assignee_id=to),
            rules=task_rules(Settings()),
        ),
    }

    for way in ways.values():
        with pytest.raises(InvalidError) as refused:
            await floor.do(way, reader)
        assert refused.value.details["errors"] == {
            "assignee_id": "his role may not answer clients"
        }
        await floor.do(way, helper)
    assert await floor.assignees() == {asked: helper}


async def _assign(uow, conversation_id, to) -> None:
    await changes.assign(uow, await lock(uow, conversation_id), to)


async def test_screens_know_to_whom_work_can_be_given(floor) -> None:
    helper = await floor.agent("Helga", role="helper")
    ada = await floor.agent("Ada")

    async def answering() -> list[bool]:
        shown = (await floor.look())["agent"]
        return [shown[one]["answers"] for one in (helper, ada)]

    before = await answering()
    await lose_reply(floor)
    after = await answering()
    await floor.do(
        own_roles.change, "helper", rights=["read", "reply"], revision=1, by=None
    )

    assert (before, after, await answering()) == (
        [True, True],
        [False, True],
        [True, True],
    )
