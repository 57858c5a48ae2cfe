"""Views: who has them, who may change them, and what the log says of them."""

import pytest
import pytest_asyncio

from hub.errors import ForbiddenError, InvalidError, NotFoundError
from hub.lists import saved_views
from hub.lists.filters import FilterLimits
from hub.lists.saved_views import ViewGiven, ViewRules
from tests.hub.desks import events

OPEN = {"match": "all", "of": [{"field": "state", "op": "in", "value": ["open"]}]}


def given(name="Open", **more) -> ViewGiven:
    said = {"icon": "flag", "shared": False, "filter": OPEN, "sort": "newest"}
    return ViewGiven(name=name, **(said | more))


def rules(account_id, *, may_share=False, most=3) -> ViewRules:
    return ViewRules(
        account_id=account_id,
        may_share=may_share,
        most=most,
        limits=FilterLimits(),
    )


@pytest_asyncio.fixture
async def both(agent):
    nadia, olena = await agent("Nadia"), await agent("Olena")
    return rules(nadia.id), rules(olena.id, may_share=True)


async def names(db, account_id) -> list[str]:
    async with db.read() as session:
        return [one.name for one in await saved_views.views_of(session, account_id)]


async def test_ones_own_view_is_nobody_elses(db, both) -> None:
    mine, theirs = both
    view = await db.run(
        lambda uow: saved_views.create(uow, given(" My  own "), rules=mine)
    )

    assert await names(db, mine.account_id) == ["My own"]
    assert await names(db, theirs.account_id) == []
    with pytest.raises(NotFoundError):
        await db.run(
            lambda uow: saved_views.change(uow, view.id, given(), rules=theirs)
        )
    (kept,) = await events(db)
    assert kept["kind"] == "view.kept"
    assert kept["state"]["view"]["filter"] == OPEN


async def test_a_shared_view_is_everybodys_and_changed_by_who_may_share(
    db, both
) -> None:
    mine, theirs = both
    with pytest.raises(ForbiddenError):
        await db.run(
            lambda uow: saved_views.create(uow, given(shared=True), rules=mine)
        )
    view = await db.run(
        lambda uow: saved_views.create(uow, given(shared=True), rules=theirs)
    )
    assert await names(db, mine.account_id) == ["Open"]
    for refused in (
        lambda uow: saved_views.change(uow, view.id, given(), rules=mine),
        lambda uow: saved_views.delete(uow, view.id, rules=mine),
    ):
        with pytest.raises(ForbiddenError):
            await db.run(refused)

    await db.run(lambda uow: saved_views.change(uow, view.id, given(), rules=theirs))

    assert await names(db, mine.account_id) == []
    assert await names(db, theirs.account_id) == ["Open"]
    last = [(one["kind"], one["state"]["view"]["deleted"]) for one in await events(db)]
    assert last[-2:] == [("view.dropped", True), ("view.kept", False)]


async def test_a_view_that_was_taken_away_comes_back_as_it_was(db, both) -> None:
    mine, _ = both
    view = await db.run(lambda uow: saved_views.create(uow, given(), rules=mine))
    await db.run(lambda uow: saved_views.delete(uow, view.id, rules=mine))
    assert await names(db, mine.account_id) == []

    back = await db.run(lambda uow: saved_views.restore(uow, view.id, rules=mine))

    assert back == view


async def test_views_stand_in_the_order_that_was_chosen(db, both) -> None:
    mine, _ = both
    made = [
        await db.run(
            lambda uow, name=name: saved_views.create(uow, given(name), rules=mine)
        )
        for name in "ABC"
    ]
    ids = [made[2].id, made[0].id, made[1].id]
    await db.run(lambda uow: saved_views.reorder(uow, ids, rules=mine))

    assert await names(db, mine.account_id) == ["C", "A", "B"]
    with pytest.raises(InvalidError, match="views"):
        await db.run(lambda uow: saved_views.create(uow, given("D"), rules=mine))


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"name": "  "}, "name"),
        ({"icon": "unicorn"}, "icon"),
        ({"sort": "mood"}, "sort"),
        ({"filter": {"match": "all", "of": [1]}}, "filter.of.0"),
    ],
)
async def test_what_is_wrong_about_a_view_is_named(db, both, wrong, place) -> None:
    with pytest.raises(InvalidError) as refused:
        await db.run(lambda uow: saved_views.create(uow, given(**wrong), rules=both[0]))

    assert set(refused.value.details["errors"]) == {place}
