"""Tags: what carries them follows when they are renamed, merged or removed."""

import asyncio

import pytest
from sqlalchemy import select, text

from hub.answers import macros
from hub.answers.macros import MacroGiven
from hub.conversations import changes
from hub.conversations.entries import lock
from hub.errors import ConflictError, InvalidError, NotFoundError, StateError
from hub.lists import saved_views
from hub.lists.filters import FilterLimits
from hub.lists.saved_views import ViewGiven, ViewRules
from hub.storage.tables import Conversation, DueRow, EventRow, SavedView, Tag
from hub.storage.timers import fire_due
from hub.tags import retagging, tags
from hub.tags.known import RETAG
from hub.tags.tags import TagGiven
from tests.hub.conftest import mail

TIMERS = {RETAG: retagging.proceed}


@pytest.fixture
def carry(db, take, agent):
    """Make a conversation that carries these tags."""
    made = []

    async def carrying(*names, new="make"):
        made.append(names)
        number = len(made)
        await take(mail(sender=f"c{number}@client.test", id=f"<{number}@client.test>"))
        async with db.read() as session:
            found = await session.scalar(
                select(Conversation.id).order_by(Conversation.id.desc()).limit(1)
            )
        await retag(db, found, names, new=new)
        return found

    return carrying


async def retag(db, conversation_id, names, *, new="make"):
    async def work(uow):
        await changes.tag(uow, await lock(uow, conversation_id), names, new=new)

    await db.run(work)


async def tags_of(db, conversation_id):
    async with db.read() as session:
        return (await session.get_one(Conversation, conversation_id)).tags


async def tag(db, name) -> Tag:
    async with db.read() as session:
        return await session.scalar(select(Tag).where(Tag.name == name))


async def make(db, name, **more):
    return await db.run(lambda uow: tags.create(uow, TagGiven(name=name, **more)))


async def change(db, tag_id, **given):
    return await db.run(lambda uow: tags.change(uow, tag_id, TagGiven(**given)))


async def test_a_tag_that_is_used_for_the_first_time_is_made(db, carry) -> None:
    one = await carry("boiler", "warranty")

    assert await tags_of(db, one) == ["boiler", "warranty"]
    assert (await tag(db, "boiler")).colour == ""
    async with db.read() as session:
        kinds = list(await session.scalars(select(EventRow.kind)))
    assert kinds.count("tag.changed") == 2


async def test_where_tags_are_managed_a_new_one_is_refused_and_an_old_one_is_not(
    db, carry
) -> None:
    one = await carry("boiler")

    with pytest.raises(InvalidError) as refused:
        await retag(db, one, ["boiler", "brand new"], new="refuse")
    await retag(db, one, ["boiler"], new="refuse")

    assert refused.value.details["unknown"] == ["brand new"]
    assert await tag(db, "brand new") is None


async def test_a_renamed_tag_is_another_on_every_conversation(
    db, carry, monkeypatch
) -> None:
    monkeypatch.setattr(retagging, "AT_ONCE", 2)
    ids = [await carry("vip", "boiler") for _ in range(5)]
    other = await carry("boiler")
    vip = await tag(db, "vip")

    await change(db, vip.id, name="Key client")
    await fire_due(db, TIMERS)

    assert [await tags_of(db, one) for one in ids] == [["Key client", "boiler"]] * 5
    assert await tags_of(db, other) == ["boiler"]
    async with db.read() as session:
        told = list(
            await session.scalars(
                select(EventRow)
                .where(EventRow.data["because"].astext == "renamed")
                .order_by(EventRow.seq)
            )
        )
    assert [one.conversation_id for one in told] == ids
    assert told[0].state["conversation"]["tags"] == ["Key client", "boiler"]
    assert told[0].data["added"] == ["Key client"]


async def test_an_old_name_means_the_tag_that_it_is_now(db, carry) -> None:
    one = await carry("vip")
    await change(db, (await tag(db, "vip")).id, name="Key client")

    # Before and after the conversations have followed.
    two = await carry("vip")
    await fire_due(db, TIMERS)
    three = await carry("vip")

    assert [await tags_of(db, each) for each in (one, two, three)] == [
        ["Key client"]
    ] * 3


async def test_a_tag_that_is_renamed_twice_at_once_ends_with_its_last_name(
    db, carry
) -> None:
    one = await carry("a")
    first = await tag(db, "a")
    await change(db, first.id, name="b")
    await change(db, first.id, name="c")
    # The second walk has found nothing, and only then the first one begins.
    await db.run(
        lambda uow: uow.session.execute(
            text(
                "UPDATE due_rows SET due_at = due_at + interval '1 second' WHERE"
                " key = 'tag.retag:a'"
            )
        )
    )
    await fire_due(db, TIMERS)
    await db.run(
        lambda uow: uow.session.execute(
            text("UPDATE due_rows SET due_at = due_at - interval '1 second'")
        )
    )
    await fire_due(db, TIMERS)

    assert await tags_of(db, one) == ["c"]
    assert (await tag(db, "c")).former == ["a", "b"]


async def test_whoever_tags_while_a_tag_is_removed_leaves_no_name_behind(
    db, carry
) -> None:
    one = await carry()
    vip = await make(db, "vip")
    holds, goes_on = asyncio.Event(), asyncio.Event()

    async def slowly(uow):
        await changes.tag(uow, await lock(uow, one), ["vip"])
        holds.set()
        await goes_on.wait()

    tagging = asyncio.create_task(db.run(slowly))
    await holds.wait()
    removing = asyncio.create_task(db.run(lambda uow: tags.remove(uow, vip.id)))
    goes_on.set()
    await asyncio.gather(tagging, removing)
    await fire_due(db, TIMERS)

    assert await tags_of(db, one) == []
    assert await tag(db, "vip") is None


async def test_a_name_is_not_free_while_it_is_taken_off(db, carry) -> None:
    one = await carry("vip")
    other = await carry()
    await db.run(
        lambda uow: _remove(uow, "vip"),
    )

    with pytest.raises(StateError):
        await retag(db, other, ["vip"])
    with pytest.raises(StateError):
        await make(db, "vip")
    await fire_due(db, TIMERS)
    await retag(db, other, ["vip"])

    assert await tags_of(db, one) == []
    assert await tags_of(db, other) == ["vip"]


async def _remove(uow, name):
    row = await uow.session.scalar(select(Tag).where(Tag.name == name))
    await tags.remove(uow, row.id)


async def test_a_merged_tag_is_the_other_one_everywhere(db, carry) -> None:
    one, two = await carry("vip", "boiler"), await carry("vip", "key", "x")
    vip, kept = await tag(db, "vip"), await tag(db, "key")

    view = await db.run(lambda uow: tags.merge(uow, vip.id, kept.id))
    await fire_due(db, TIMERS)

    assert view.former == ["vip"]
    assert await tags_of(db, one) == ["key", "boiler"]
    assert await tags_of(db, two) == ["key", "x"]
    assert await tag(db, "vip") is None
    with pytest.raises(NotFoundError):
        await db.run(lambda uow: tags.merge(uow, vip.id, kept.id))


async def test_views_and_macros_follow_a_tag(db, carry, agent) -> None:
    await carry("vip", "key")
    nadia = await agent()
    asked = {
        "match": "all",
        "of": [
            {
                "match": "any",
                "of": [{"field": "tag", "op": "in", "value": ["vip", "key", "x"]}],
            },
            {"field": "subject", "op": "contains", "value": "vip"},
        ],
    }
    view = await db.run(
        lambda uow: saved_views.create(
            uow,
            ViewGiven(name="V", icon="tag", shared=False, filter=asked, sort="urgency"),
            rules=ViewRules(
                account_id=nadia.id, may_share=False, most=9, limits=FilterLimits()
            ),
        )
    )
    given = MacroGiven(
        title="Calm", steps=[{"do": "tags", "add": ["x"], "remove": ["vip"]}]
    )
    macro = await db.run(
        lambda uow: macros.create(uow, given, maker_id=nadia.id, owner_id=nadia.id)
    )
    vip = await tag(db, "vip")

    async with db.read() as session:
        use = await tags.use_of(session, vip.id)
    with pytest.raises(StateError) as refused:
        await db.run(lambda uow: tags.remove(uow, vip.id))
    await db.run(lambda uow: _merge(uow, "vip", "key"))

    assert (use.conversations, use.at_hand, use.views, use.macros) == (
        1,
        1,
        1,
        ["Calm"],
    )
    assert refused.value.details["macros"] == ["Calm"]
    async with db.read() as session:
        kept = await session.get_one(SavedView, view.id)
        ran = await macros.access(session, macro.id, nadia.id)
    assert kept.filter["of"][0]["of"][0]["value"] == ["key", "x"]
    assert kept.filter["of"][1]["value"] == "vip"
    assert ran.steps[0]["remove"] == ["key"]


async def _merge(uow, gone, into):
    rows = {
        row.name: row.id
        for row in await uow.session.scalars(
            select(Tag).where(Tag.name.in_([gone, into]))
        )
    }
    await tags.merge(uow, rows[gone], rows[into])


async def test_names_are_one_tag_each(db) -> None:
    vip = await make(db, "  VIP   client ", colour="teal")

    with pytest.raises(ConflictError) as refused:
        await make(db, "vip client")
    with pytest.raises(InvalidError):
        await make(db, " ")
    with pytest.raises(InvalidError):
        await make(db, "x", colour="#ff0000")

    assert (vip.name, vip.colour) == ("VIP client", "teal")
    assert refused.value.details["tag"].id == vip.id


async def test_a_name_that_nothing_carries_any_more_is_free(db, carry) -> None:
    await carry("vip")
    first = await tag(db, "vip")
    await change(db, first.id, name="key")
    await fire_due(db, TIMERS)

    second = await make(db, "vip")
    one = await carry("vip")

    assert (await tag(db, "key")).former == []
    assert await tags_of(db, one) == ["vip"]
    assert second.id != first.id


async def test_the_list_counts_what_carries_each(db, carry) -> None:
    await carry("a", "b")
    done = await carry("a")
    await make(db, "c")

    async def resolve(uow):
        await changes.set_state(uow, await lock(uow, done), "resolved")

    await db.run(resolve)

    async with db.read() as session:
        found = await tags.counted(session)
    assert [(one.tag.name, one.conversations, one.at_hand) for one in found] == [
        ("a", 2, 1),
        ("b", 1, 1),
        ("c", 0, 0),
    ]


async def test_an_archived_tag_stays_where_it_is(db, carry) -> None:
    one = await carry("old")
    view = await change(db, (await tag(db, "old")).id, archived=True)

    await retag(db, one, ["old", "new"], new="make")

    assert view.archived
    assert await tags_of(db, one) == ["old", "new"]


async def test_nothing_is_owed_when_a_tag_only_looks_otherwise(db, carry) -> None:
    await carry("vip")
    await change(
        db, (await tag(db, "vip")).id, colour="rose", description=" Call  him "
    )

    assert (await tag(db, "vip")).description == "Call him"
    async with db.read() as session:
        owed = list(await session.scalars(select(DueRow).where(DueRow.kind == RETAG)))
    assert owed == []
