"""Search can be made to read everything again, whole and at any time."""

from sqlalchemy import text

from hub.search import filling
from tests.hub.conftest import sms

ENTRIES = "SELECT count(*) FROM search_entries WHERE kind = 'item'"


async def lose(operator) -> None:
    """Lose what was read."""

    async def work(uow):
        await uow.session.execute(text("DELETE FROM search_entries"))

    await operator.do(work)


async def test_what_was_lost_is_read_again(operator) -> None:
    await operator.take(sms("The boiler hums"), sms("And drips", sid="SM2"))
    await operator.done("search", "continue")
    await lose(operator)

    said = await operator.done("search", "rebuild")

    assert await operator.one(ENTRIES) == 2
    assert said.endswith("Everything can be found.\n")
    assert "messages: at most" in said


async def test_what_is_left_is_read_by_whoever_goes_on(operator) -> None:
    await operator.take(sms("The boiler hums"))
    await operator.done("search", "continue")
    await lose(operator)

    await operator.done("search", "rebuild", "--no-wait")
    before = await operator.one(ENTRIES)
    await operator.done("search", "continue")

    assert (before, await operator.one(ENTRIES)) == (0, 1)
    assert not await operator.do(lambda uow: filling.is_behind(uow.session))
