"""Roles of the company's own: what they give, what follows when they change or go."""

import asyncio

import orjson
import pytest
from sqlalchemy import select

from hub.access import accounts, invitations, own_roles, roles, sessions, tokens
from hub.access.rights import ROLE_RIGHTS
from hub.errors import (
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    StaleUpdateError,
    StateError,
)
from hub.storage.tables import Account, EventRow, Invitation, Role
from tests.hub.test_invitations import BY_HAND, come, token


@pytest.fixture
def make(db):
    """Make a role as somebody who may give anything."""

    async def make(name="Shift lead", rights=("read", "reply", "wall"), by=None):
        return await db.run(
            lambda uow: own_roles.create(uow, name=name, rights=rights, by=by)
        )

    return make


@pytest.fixture
def hire(db):
    """Make an account of a role."""
    made = []

    async def hire(role, by=None):
        made.append(role)
        return await db.run(
            lambda uow: accounts.create(
                uow,
                email=f"{role}{len(made)}@hub.test",
                name=f"{role} {len(made)}",
                role=role,
                password_hash=None,
                by=by,
            )
        )

    return hire


def change(db, key, *, revision=0, by=None, **given):
    return db.run(
        lambda uow: own_roles.change(uow, key, revision=revision, by=by, **given)
    )


def remove(db, key, *, move_to=None, by=None):
    return db.run(lambda uow: own_roles.remove(uow, key, move_to=move_to, by=by))


async def told(db, kind) -> list[EventRow]:
    async with db.read() as session:
        return list(
            await session.scalars(
                select(EventRow).where(EventRow.kind == kind).order_by(EventRow.seq)
            )
        )


async def test_a_role_is_made_and_an_account_has_what_it_may(db, make, hire) -> None:
    made = await make("  Shift   lead ", ["wall", "read"])

    lead = await hire("shift-lead")

    assert (made.key, made.name, made.built_in) == ("shift-lead", "Shift lead", False)
    assert made.rights == ["self", "read", "wall"]
    assert lead.rights == ("self", "read", "wall")
    async with db.read() as session:
        found = await roles.on_screen(session)
        assert await accounts.access_account(session, lead, lead.id) == lead
        assert await accounts.page(session, limit=9, role="shift-lead") == [lead]
    assert [one.key for one in found] == [*ROLE_RIGHTS, "shift-lead"]
    assert [one.people for one in found] == [0, 0, 0, 1]
    (event,) = await told(db, "role.created")
    assert event.topics == ["admins"]
    assert event.data == {
        "role": "shift-lead",
        "name": "Shift lead",
        "rights": ["self", "read", "wall"],
    }


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Бухгалтерія", "bukhhalteriia"),
        ("Щоденний нагляд’", "shchodennyi-nahliad"),
        ("Équipe 2", "equipe-2"),
        ("Agent", "agent-2"),
        ("客服", "role"),
    ],
)
async def test_a_key_can_be_read_and_typed(make, name, key) -> None:
    assert (await make(name)).key == key


async def test_keys_and_names_are_each_ones_own(make) -> None:
    first, second = await make("Lead!"), await make("Lead?")

    assert (first.key, second.key) == ("lead", "lead-2")
    with pytest.raises(ConflictError):
        await make("lead!")
    for wrong in ("  ", "x" * 61):
        with pytest.raises(InvalidError):
            await make(wrong)


async def test_built_in_roles_stay_as_they_are(db) -> None:
    for key in ROLE_RIGHTS:
        with pytest.raises(StateError):
            await change(db, key, rights=["self"])
        with pytest.raises(StateError):
            await remove(db, key)
    with pytest.raises(NotFoundError):
        await change(db, "nobody", name="Somebody")


async def test_what_changes_counts_at_once_and_is_told(
    db, make, hire, settings
) -> None:
    await make()
    lead = await hire("shift-lead")
    key = await db.run(
        lambda uow: tokens.create(
            uow, lead, name="wall", scopes=["read", "wall"], policy=settings.access
        )
    )

    async def begin(uow):
        row = await uow.session.get_one(Account, lead.id)
        secret, _ = await sessions.start(
            uow, row, remote="", program="", policy=settings.access
        )
        return secret

    cookie = await db.run(begin)

    changed = await change(
        db, "shift-lead", name="Lead", rights=["read", "tags", "reply"]
    )

    known = await sessions.access_by_cookie(db, cookie, settings.access)
    assert known.caller.account.rights == ("self", "read", "reply", "tags")
    program = await tokens.access_by_token(db, key.key)
    assert program.account.rights == ("read",)
    assert (changed.key, changed.name, changed.revision) == ("shift-lead", "Lead", 1)
    (event,) = await told(db, "role.changed")
    assert event.topics == ["admins", f"account:{lead.id}"]
    assert event.data == {
        "role": "shift-lead",
        "name": "Lead",
        "was": "Shift lead",
        "gained": ["tags"],
        "lost": ["wall"],
        "account_ids": [lead.id],
    }
    assert orjson.loads(orjson.dumps(event.state))["role"]["rights"] == changed.rights


async def test_the_same_again_is_no_change_and_an_old_look_is_refused(db, make) -> None:
    await make()

    same = await change(
        db, "shift-lead", name="Shift lead", rights=["wall", "reply", "read"]
    )
    await change(db, "shift-lead", name="SHIFT lead")

    assert same.revision == 0
    assert len(await told(db, "role.changed")) == 1
    with pytest.raises(StaleUpdateError) as stale:
        await change(db, "shift-lead", name="Other")
    assert stale.value.details["role"].name == "SHIFT lead"


async def test_nobody_gives_what_he_has_not_himself(db, make, hire) -> None:
    await make("People", ["read", "reply", "accounts"])
    await make("Above", ["read", "wall"])
    boss = await hire("people")
    admin, above = await hire("admin"), await hire("above")
    below = await hire("people")
    wanted = {
        "a role": make("Mine", ["read", "wall"], by=boss),
        "his own role": change(db, "people", rights=[*boss.rights, "wall"], by=boss),
        "a role above": change(db, "above", name="Below", by=boss),
        "that it goes": remove(db, "above", move_to="people", by=boss),
        "to become more": remove(db, "people", move_to="admin", by=boss),
        "an account": hire("admin", by=boss),
        "more to one": alter(db, below, role="above", by=boss),
        "a password": alter(db, admin, password_hash="his own", by=boss),
        "an address": alter(db, above, email="his@hub.test", by=boss),
        "leave to go": alter(db, above, active=False, by=boss),
        "less to one": alter(db, above, role="people", by=boss),
        "an invitation": invite(db, "manager", by=boss),
    }

    for what, doing in wanted.items():
        with pytest.raises(ForbiddenError):
            await doing
            pytest.fail(what)
    assert (await alter(db, below, role="agent-2", by=boss, makes="Agent")).rights
    with pytest.raises(ForbiddenError) as refused:
        await make("Mine", ["read", "wall", "queues"], by=boss)
    assert refused.value.details["missing"] == ["queues", "wall"]


async def alter(db, account, *, by, makes=None, **changes):
    if makes:
        await db.run(
            lambda uow: own_roles.create(uow, name=makes, rights=["read"], by=by)
        )
    return await db.run(lambda uow: accounts.change(uow, account.id, changes, by=by))


async def invite(db, role, *, by=None, actor=None, email="new@hub.test"):
    async def inviting(uow):
        return await invitations.invite(
            uow, email=email, role=role, locale="en", inviting=BY_HAND, by=by
        )

    return await db.run(inviting, *([actor] if actor else []))


async def test_an_invitation_above_oneself_is_neither_seen_nor_sent(
    db, make, hire
) -> None:
    await make("People", ["read", "accounts"])
    boss = await hire("people")
    above = await invite(db, "admin")
    own = await invite(db, "people", by=boss, email="own@hub.test")

    async with db.read() as session:
        seen = await invitations.pending(
            session, now=db.clock(), inviting=BY_HAND, asker=boss
        )

    assert {one.email: one.link for one in seen} == {
        "new@hub.test": None,
        "own@hub.test": own.link,
    }
    with pytest.raises(ForbiddenError):
        await db.run(lambda uow: invitations.withdraw(uow, above.id, by=boss))
    with pytest.raises(ForbiddenError):
        await db.run(
            lambda uow: invitations.again(uow, above.id, inviting=BY_HAND, by=boss)
        )


async def test_an_invitation_ends_when_its_host_could_not_send_it_any_more(
    db, make, agent
) -> None:
    await make("People", ["read", "reply", "accounts"])
    host = await agent(role="admin")
    await agent("Root", role="admin")
    link = (await invite(db, "manager", actor=host)).link
    await db.run(lambda uow: accounts.change(uow, host.id, {"role": "people"}))

    with pytest.raises(NotFoundError):
        await come(db, token(link))
    await db.run(lambda uow: accounts.change(uow, host.id, {"role": "admin"}))
    assert (await come(db, token(link))).account.role == "manager"


async def test_a_role_goes_when_its_people_have_another(db, make, hire) -> None:
    await make()
    lead = await hire("shift-lead")
    pending = await invite(db, "shift-lead")

    with pytest.raises(StateError) as refused:
        await remove(db, "shift-lead")
    with pytest.raises(InvalidError):
        await remove(db, "shift-lead", move_to="shift-lead")
    with pytest.raises(InvalidError):
        await remove(db, "shift-lead", move_to="nobody")
    await remove(db, "shift-lead", move_to="manager")

    assert refused.value.details == {
        "people": [{"id": lead.id, "name": lead.name}],
        "invited": ["new@hub.test"],
    }
    async with db.read() as session:
        assert (await session.get_one(Account, lead.id)).role == "manager"
        assert (await session.get_one(Invitation, pending.id)).role == "manager"
        assert list(await session.scalars(select(Role))) == []
    (event,) = await told(db, "role.removed")
    assert (event.data["name"], event.data["moved_to"]) == ("Shift lead", "manager")
    (event,) = await told(db, "account.changed")
    assert (event.data["account_id"], event.data["role"]) == (lead.id, "manager")


async def test_a_role_that_nobody_has_just_goes(db, make) -> None:
    await make()

    await remove(db, "shift-lead", move_to="agent")

    (event,) = await told(db, "role.removed")
    assert event.data["moved_to"] == ""
    with pytest.raises(NotFoundError):
        await remove(db, "shift-lead")


async def test_a_role_that_goes_leaves_nobody_behind(db, make, hire) -> None:
    """Somebody is given the role in the very moment in which it goes."""
    for turn in range(5):
        made = await make(f"Role {turn}")

        tries = await asyncio.gather(
            hire(made.key), remove(db, made.key), return_exceptions=True
        )

        async with db.read() as session:
            keys = set(await session.scalars(select(Role.key)))
            used = set(await session.scalars(select(Account.role)))
        assert used <= {*keys, *ROLE_RIGHTS}, tries
        assert any(isinstance(one, Exception) for one in tries)


async def test_roles_are_kept_in_order(db, make) -> None:
    for name in ("One", "Two", "Three"):
        await make(name)

    found = await db.run(lambda uow: own_roles.reorder(uow, ["three", "one"]))

    assert [one.key for one in found if not one.built_in] == ["three", "one", "two"]
    assert {one.data["role"] for one in await told(db, "role.moved")} == {
        "one",
        "two",
        "three",
    }
    with pytest.raises(NotFoundError):
        await db.run(lambda uow: own_roles.reorder(uow, ["agent"]))
