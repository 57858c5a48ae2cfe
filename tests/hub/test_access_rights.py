"""Rights: what a role has, what a token keeps of it, what one may follow."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.access import accounts, tokens
from hub.access.rights import (
    ROLE_RIGHTS,
    Right,
    effective,
    require,
    scopes_within,
    takes_work,
    viewer_topics,
    whole,
)
from hub.errors import (
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
)


@pytest.fixture
def make(db):
    async def make(role="manager"):
        return await db.run(
            lambda uow: accounts.create(
                uow,
                email=f"{role}@example.test",
                name=role,
                role=role,
                password_hash=None,
            )
        )

    return make


@pytest.fixture
def token(db, settings):
    async def token(maker, *scopes, **how):
        return await db.run(
            lambda uow: tokens.create(
                uow, maker, name="shop", scopes=scopes, policy=settings.access, **how
            )
        )

    return token


def test_a_token_keeps_only_what_its_account_still_has() -> None:
    manager, agent = ROLE_RIGHTS["manager"], ROLE_RIGHTS["agent"]

    assert effective(ROLE_RIGHTS["admin"]) == tuple(right.value for right in Right)
    assert effective(()) == ()
    assert effective(manager, ["read", "audit", "accounts", "gone"]) == (
        "read",
        "audit",
    )
    assert effective(agent, ["audit"]) == ()


def test_the_rights_of_a_role_are_whole() -> None:
    assert whole(["reply", "read"]) == ["self", "read", "reply"]
    assert whole([]) == ["self"]
    for wrong, place in (
        (["erase", "read"], {"erase": "needs clients"}),
        (["read", "answers", "wall"], {"answers": "needs reply"}),
        (["fly"], {"fly": "is not a right"}),
    ):
        with pytest.raises(InvalidError) as refused:
            whole(wrong)
        assert refused.value.details["errors"] == place


def test_who_watches_over_all_says_himself_when_he_works() -> None:
    assert [takes_work(ROLE_RIGHTS[one]) for one in ("agent", "manager", "admin")] == [
        True,
        False,
        False,
    ]
    assert takes_work(["self", "read", "reply"])
    assert not takes_work(["self", "read", "orders"])


async def test_what_one_lacks_one_cannot_do_or_pass_on(make) -> None:
    manager = await make("manager")

    require(manager, Right.AUDIT)
    assert scopes_within(manager, ["read", "audit", "read"]) == ["audit", "read"]
    with pytest.raises(ForbiddenError):
        require(manager, Right.ACCOUNTS)
    with pytest.raises(ForbiddenError):
        scopes_within(manager, ["read", "accounts"])
    for wrong in ([], ["read", "fly"]):
        with pytest.raises(InvalidError):
            scopes_within(manager, wrong)


async def test_one_follows_what_one_may_see(make) -> None:
    agent, manager = await make("agent"), await make("manager")
    narrow = replace(manager, rights=("orders",))
    worker = replace(manager, rights=("reply",))

    assert viewer_topics(agent) == {"staff", f"account:{agent.id}"}
    assert viewer_topics(manager) == {"staff", "admins", f"account:{manager.id}"}
    assert viewer_topics(narrow) == set()
    assert viewer_topics(worker) == {f"account:{manager.id}"}


async def test_a_token_asks_as_a_program_within_its_scope(db, make, token) -> None:
    manager = await make()
    new = await token(manager, "read", "orders")

    caller = await tokens.access_by_token(db, new.key)

    assert new.key.startswith("rzm_")
    assert caller.account.rights == ("read", "orders")
    assert (caller.actor.kind, caller.actor.id) == ("program", manager.id)
    assert caller.token_id == new.token.id


async def test_a_token_ends_at_its_time_or_when_it_is_revoked(
    db, make, token, clock
) -> None:
    manager = await make()
    short = await token(manager, "read", expires_at=clock() + timedelta(days=1))
    long = await token(manager, "read")

    clock.move(hours=23)
    assert await tokens.access_by_token(db, short.key)
    clock.move(hours=1)
    assert await tokens.access_by_token(db, short.key) is None
    assert await tokens.access_by_token(db, long.key)
    await db.run(lambda uow: tokens.revoke(uow, manager, long.token.id))
    assert await tokens.access_by_token(db, long.key) is None


async def test_a_token_cannot_live_longer_than_allowed(make, token, clock) -> None:
    manager = await make()

    for wrong in (clock() + timedelta(days=366), clock()):
        with pytest.raises(InvalidError):
            await token(manager, "read", expires_at=wrong)


async def test_what_a_token_made_ends_with_it(db, make, token, clock) -> None:
    manager = await make()
    first = await token(
        manager, "read", "tokens", expires_at=clock() + timedelta(days=3)
    )
    second = await token(manager, "read", "tokens", made_by=first.token.id)
    third = await token(manager, "read", made_by=second.token.id)

    assert third.token.expires_at == first.token.expires_at
    with pytest.raises(InvalidError):
        await token(
            manager,
            "read",
            made_by=first.token.id,
            expires_at=clock() + timedelta(days=4),
        )

    await db.run(lambda uow: tokens.revoke(uow, manager, first.token.id))
    for one in (first, second, third):
        assert await tokens.access_by_token(db, one.key) is None
    with pytest.raises(NotSignedInError):
        await token(manager, "read", made_by=first.token.id)


async def test_a_lesser_role_takes_its_tokens_rights(db, make, token) -> None:
    manager = await make()
    new = await token(manager, "read", "audit")
    await db.run(lambda uow: accounts.change(uow, manager.id, {"role": "agent"}))

    caller = await tokens.access_by_token(db, new.key)

    assert caller.account.rights == ("read",)


async def test_ones_tokens_are_ones_own(db, make, token) -> None:
    manager, agent, admin = await make(), await make("agent"), await make("admin")
    new = await token(manager, "read")

    async def listed(asker, **how):
        async with db.read() as session:
            return await tokens.page(session, asker, limit=10, **how)

    assert [one.id for one in await listed(manager)] == [new.token.id]
    assert await listed(agent) == []
    assert len(await listed(admin, of=manager.id)) == 1
    with pytest.raises(ForbiddenError):
        await listed(agent, of=manager.id)
    with pytest.raises(NotFoundError):
        await db.run(lambda uow: tokens.revoke(uow, agent, new.token.id))
    await db.run(lambda uow: tokens.revoke(uow, admin, new.token.id))
    assert await listed(manager) == []
