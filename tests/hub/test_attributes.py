"""What is known of clients: checked by its definition, and never lost by one."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.attributes import definitions, values
from hub.attributes.definitions import AttributeGiven
from hub.attributes.views import AttributeView, ChoiceView
from hub.clients import clients
from hub.collaboration import dates
from hub.collaboration.asking import LOOK
from hub.collaboration.rules import day_rules
from hub.errors import ConflictError, InvalidError, StaleUpdateError
from hub.storage.tables import Client, Task
from hub.storage.timers import fire_due


def defined(kind, **more) -> AttributeView:
    return AttributeView(
        **{
            "id": 1,
            "name": "x",
            "labels": {},
            "kind": kind,
            "choices": [ChoiceView(value="gold", labels={})],
            "required": False,
            "place": 1,
            "editors": "everyone",
            "reminds": "never",
            "ahead_days": 0,
            "revision": 0,
            **more,
        }
    )


@pytest.mark.parametrize(
    ("kind", "written", "kept"),
    [
        ("text", "  a b ", "a b"),
        ("text", 5, "5"),
        ("number", "1 200,50", "1200.5"),
        ("number", 12, "12"),
        ("number", "-0.0", "0"),
        ("number", "100", "100"),
        ("date", "21.05.1990", "1990-05-21"),
        ("date", "05-21", "05-21"),
        ("date", "--02-29", "02-29"),
        ("yes_no", True, True),
        ("yes_no", "Ні", False),
        ("choice", "gold", "gold"),
        ("link", " https://shop.test/x?y=1 ", "https://shop.test/x?y=1"),
    ],
)
def test_a_value_is_kept_in_one_form(kind, written, kept) -> None:
    assert values.normal(defined(kind), written) == kept


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("text", {"a": 1}),
        ("text", "x" * 2001),
        ("number", "twelve"),
        ("number", "NaN"),
        ("number", "1e999"),
        ("number", True),
        ("date", "31.02.2020"),
        ("date", 5),
        ("yes_no", "perhaps"),
        ("yes_no", 1),
        ("choice", "silver"),
        ("choice", ["gold"]),
        ("link", "javascript:alert(1)"),
        ("link", "https://"),
        ("link", "https://a b.test"),
        ("link", 7),
    ],
)
def test_what_is_of_another_kind_is_refused(kind, written) -> None:
    with pytest.raises(ValueError, match="is "):
        values.normal(defined(kind), written)


def test_what_nobody_touches_stays_though_it_would_not_be_taken_today() -> None:
    kept, wrong = values.changed(
        {"age": "many", "free": {"deep": 1}},
        {"age": "many", "free": {"deep": 1}, "more": "5"},
        {"age": defined("number", name="age")},
        {"everyone"},
    )

    assert (kept, wrong) == ({"age": "many", "free": {"deep": 1}, "more": "5"}, {})


def test_what_is_required_is_not_taken_away_and_what_is_not_ones_own_not_changed() -> (
    None
):
    known = {
        "tier": defined("choice", name="tier", required=True),
        "limit": defined("number", name="limit", editors="managers"),
        "score": defined("number", name="score", editors="programs"),
    }
    before = {"tier": "gold", "limit": "5", "score": "1"}

    _, agents = values.changed(
        before, {"limit": "9", "score": "2"}, known, {"everyone"}
    )
    kept, managers = values.changed(
        before, {**before, "limit": "9"}, known, {"everyone", "managers"}
    )
    _, gone = values.changed(before, {"tier": "gold"}, known, {"everyone"})
    empty, never_there = values.changed({}, {"tier": ""}, known, {"everyone"})

    assert agents == {"limit": "not_yours", "score": "not_yours", "tier": "required"}
    assert (kept["limit"], managers) == ("9", {})
    assert gone == {"limit": "not_yours", "score": "not_yours"}
    assert (empty, never_there) == ({}, {})


async def define(db, name, kind, **more):
    given = AttributeGiven(labels=more.pop("labels", {}), kind=kind, **more)
    return await db.run(lambda uow: definitions.create(uow, name, given))


@pytest.fixture
def client_of(db):
    async def making(**attributes):
        async with db.begin() as uow:
            row = Client(name="Oksana", attributes=attributes, created_at=uow.now)
            uow.session.add(row)
            await uow.session.flush()
            return row.id

    return making


async def test_a_definition_checks_what_agents_write(db, client_of) -> None:
    one = await client_of(old="kept")
    await define(db, "born", "date")

    with pytest.raises(InvalidError) as refused:
        await db.run(
            lambda uow: clients.change(uow, one, {"attributes": {"born": "soon"}})
        )
    view = await db.run(
        lambda uow: clients.change(
            uow, one, {"attributes": {"old": "kept", "born": "1.5.1990"}}
        )
    )

    assert refused.value.details["errors"] == {"attributes.born": "date"}
    assert view.attributes == {"old": "kept", "born": "1990-05-01"}


async def test_definitions_are_one_a_name_and_say_when_they_are_stale(db) -> None:
    one = await define(db, " loyalty  card ", "text")
    with pytest.raises(ConflictError):
        await define(db, "loyalty card", "number")
    with pytest.raises(InvalidError):
        await define(db, "tier", "choice")
    given = AttributeGiven(
        labels={"uk": "Рівень", "en": " "},
        kind="choice",
        choices=[{"value": "gold", "labels": {"uk": "Золото"}}],
    )

    view = await db.run(lambda uow: definitions.change(uow, one.id, given, revision=0))
    with pytest.raises(StaleUpdateError):
        await db.run(lambda uow: definitions.change(uow, one.id, given, revision=0))

    assert view.labels == {"uk": "Рівень"}
    assert view.choices == [ChoiceView(value="gold", labels={"uk": "Золото"})]


async def test_they_are_shown_in_the_order_that_was_chosen(db) -> None:
    a, b, c = [(await define(db, name, "text")).id for name in "abc"]

    found = await db.run(lambda uow: definitions.reorder(uow, [c, a]))

    assert [one.id for one in found] == [c, a, b]
    assert [one.place for one in found] == [1, 2, 3]


async def test_names_that_nobody_defined_are_found_and_values_outlive_a_definition(
    db, client_of
) -> None:
    one = await client_of(city="Lviv", fax="1")
    await client_of(city="Kyiv")
    view = await define(db, "fax", "text")

    async with db.read() as session:
        before = await definitions.found(session)
    await db.run(lambda uow: definitions.remove(uow, view.id))

    async with db.read() as session:
        after = await definitions.found(session)
        kept = (await session.get_one(Client, one)).attributes
    assert [(row.name, row.clients, row.example) for row in before] == [
        ("city", 2, "Kyiv")
    ]
    assert [row.name for row in after] == ["city", "fax"]
    assert kept == {"city": "Lviv", "fax": "1"}


async def test_a_date_that_reminds_makes_a_task_and_one_that_does_not_makes_none(
    db, client_of, settings
) -> None:
    day = db.clock() + timedelta(days=5)
    one = await client_of(visit=f"{day:%Y-%m-%d}", birthday=f"{day:%m-%d}")
    await define(
        db, "visit", "date", labels={"uk": "Огляд"}, reminds="once", ahead_days=7
    )
    # The settings remind of birthdays; a definition stands before them.
    await define(db, "birthday", "date")

    async def look(uow, claim):
        await dates.look(uow, claim, rules=day_rules(settings))

    await fire_due(db, {LOOK: look})

    async with db.read() as session:
        tasks = list(await session.scalars(select(Task).where(Task.client_id == one)))
    assert [(task.attribute, task.title) for task in tasks] == [
        ("visit", "Огляд: Oksana")
    ]
