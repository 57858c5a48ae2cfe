"""Colleagues come in by a link that is theirs, opens once, and ends."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from config.settings import AccessSettings
from hub.access import (
    accounts,
    forgotten,
    invitations,
    own_roles,
    passwords,
    sessions,
    sign_in,
)
from hub.access.forgotten import FORGOT
from hub.access.invitations import Inviting
from hub.delivery.staff_mail import STAFF_MAIL
from hub.errors import ConflictError, InvalidError, NotFoundError, TooManyError
from hub.storage.tables import Account, DueRow, EventRow, Invitation, Session
from hub.storage.timers import fire_due

PASSWORD = "a long enough word"
INVITING = Inviting(
    key=b"k" * 32,
    base_url="https://hub.test",
    company="Затишок",
    zone="Europe/Kyiv",
    mails=True,
    policy=AccessSettings(),
)
_COLUMNS = [column.name for column in Invitation.__table__.c]
BY_HAND = Inviting(
    key=b"k" * 32,
    base_url="https://hub.test",
    company="Затишок",
    zone="Europe/Kyiv",
    mails=False,
    policy=AccessSettings(),
)


async def invite(db, email="new@hub.test", *, actor=None, inviting=INVITING, **more):
    return await db.run(
        lambda uow: invitations.invite(
            uow,
            email=email,
            role=more.get("role", "manager"),
            locale=more.get("locale", "en"),
            inviting=inviting,
        ),
        *([actor] if actor else []),
    )


def token(link) -> str:
    address, _, secret = link.partition("#")
    assert address == "https://hub.test/welcome"
    return secret


async def come(db, secret, *, name="Petro", password=PASSWORD, locale=None):
    return await sign_in.come_in(
        db,
        secret,
        name=name,
        password=password,
        locale=locale,
        remote="192.0.2.1",
        program="tests",
        inviting=INVITING,
    )


async def mails(db) -> list[dict]:
    async with db.read() as session:
        return [
            row.payload
            for row in await session.scalars(
                select(DueRow).where(DueRow.kind == STAFF_MAIL).order_by(DueRow.id)
            )
        ]


async def test_who_is_invited_is_mailed_a_link_and_has_an_account_by_it(
    db, agent
) -> None:
    admin = await agent("Olena", role="admin")
    view = await invite(db, " New@Hub.test ", actor=admin, locale="uk")
    (mail,) = await mails(db)

    found = await come(db, token(view.link), locale="en")

    assert mail["to"] == "new@hub.test"
    assert view.link in mail["text"]
    assert "Olena запрошує" in mail["text"]
    assert (found.account.email, found.account.role) == ("new@hub.test", "manager")
    assert (found.account.name, found.account.locale) == ("Petro", "en")
    assert await sessions.access_by_cookie(db, found.secret, AccessSettings())
    async with db.read() as session:
        left = await invitations.pending(session, now=db.clock(), inviting=INVITING)
        kinds = list(await session.scalars(select(EventRow.kind)))
        log = str(list(await session.scalars(select(EventRow.data))))
    assert left == []
    assert {"invitation.sent", "invitation.accepted", "account.created"} <= set(kinds)
    assert token(view.link) not in log


@pytest.mark.parametrize(
    ("role", "locale", "words"),
    [
        ("manager", "en", "Your role: manager."),
        ("manager", "uk", "Ваша роль: керівник."),
        ("zmina", "uk", "Ваша роль: Зміна."),
    ],
)
async def test_who_is_invited_is_told_as_what(db, role, locale, words) -> None:
    await db.run(
        lambda uow: own_roles.create(uow, name="Зміна", rights=["read"], by=None)
    )
    invited = await invite(db, role=role, locale=locale)

    (mail,) = await mails(db)
    async with db.read() as session:
        opened = await invitations.open_link(
            session, token(invited.link), now=db.clock(), inviting=INVITING
        )

    assert words in mail["text"]
    assert opened.role == role
    assert opened.role_name == ("Зміна" if role == "zmina" else "")


async def test_without_mail_the_link_is_there_to_be_handed_over(db) -> None:
    view = await invite(db, inviting=BY_HAND)

    assert await mails(db) == []
    assert (await come(db, token(view.link))).account.email == "new@hub.test"


async def test_a_link_opens_once_however_many_try_at_the_same_moment(db) -> None:
    secret = token((await invite(db)).link)

    done = await asyncio.gather(
        *(come(db, secret, name=f"P{n}") for n in range(5)), return_exceptions=True
    )

    assert [type(one) for one in done if isinstance(one, Exception)] == [
        NotFoundError
    ] * 4
    async with db.read() as session:
        assert len(list(await session.scalars(select(Account)))) == 1


async def test_a_link_ends_and_is_ended_by_a_new_one_or_by_a_second_thought(
    db, clock
) -> None:
    first = await invite(db)
    clock.move(days=8)
    async with db.read() as session:
        (shown,) = await invitations.pending(session, now=db.clock(), inviting=INVITING)
    with pytest.raises(NotFoundError):
        await come(db, token(first.link))
    second = await db.run(
        lambda uow: invitations.again(uow, first.id, inviting=INVITING)
    )
    clock.move(minutes=1)
    third = await db.run(
        lambda uow: invitations.again(uow, first.id, inviting=INVITING)
    )
    with pytest.raises(NotFoundError):
        await come(db, token(second.link))
    async with db.read() as session:
        opened = await invitations.open_link(
            session, token(third.link), now=db.clock(), inviting=INVITING
        )
    await db.run(lambda uow: invitations.withdraw(uow, first.id))
    with pytest.raises(NotFoundError):
        await come(db, token(third.link))

    assert (shown.expired, shown.link) == (True, None)
    assert (opened.purpose, opened.email) == ("invitation", "new@hub.test")
    assert len(await mails(db)) == 3


async def test_a_link_ends_with_the_leave_of_who_invited(db, agent) -> None:
    await agent("Olena", role="admin")
    boss = await agent("Iryna", role="admin")
    secret = token((await invite(db, actor=boss)).link)
    await db.run(lambda uow: accounts.change(uow, boss.id, {"role": "manager"}))

    with pytest.raises(NotFoundError):
        await come(db, secret)

    await db.run(lambda uow: accounts.change(uow, boss.id, {"role": "admin"}))
    assert (await come(db, secret)).account.email == "new@hub.test"


async def test_a_link_to_a_new_password_ends_when_one_is_chosen_otherwise(db) -> None:
    account = await _account(db, "ira@hub.test")
    await forget(db, "ira@hub.test")
    (mail,) = await mails(db)
    hashed = await passwords.hashed("chosen by herself", min_length=10)
    await db.run(
        lambda uow: accounts.change(uow, account.id, {"password_hash": hashed})
    )

    with pytest.raises(NotFoundError):
        await come(db, token(link_of(mail)), name="", password="another long word")


@pytest.mark.parametrize("wrong", ["", "x", "A" * 43, "\u2028" * 43])
async def test_what_is_no_link_of_ours_opens_nothing(db, wrong) -> None:
    await invite(db)

    with pytest.raises(NotFoundError):
        await come(db, wrong)


async def test_a_link_for_one_purpose_or_with_another_key_opens_nothing(db) -> None:
    link = (await invite(db)).link
    other = Inviting(
        key=b"x" * 32,
        base_url="",
        company="",
        zone="UTC",
        mails=True,
        policy=AccessSettings(),
    )
    async with db.read() as session:
        with pytest.raises(NotFoundError):
            await invitations.open_link(
                session, token(link), now=db.clock(), inviting=other
            )


async def test_nobody_is_invited_twice_or_who_is_here(db) -> None:
    await invite(db)
    with pytest.raises(ConflictError):
        await invite(db, "NEW@hub.test")
    with pytest.raises(InvalidError):
        await invite(db, "nobody")
    with pytest.raises(InvalidError):
        await invite(db, "x@hub.test", role="king")
    await _account(db, "here@hub.test")
    with pytest.raises(ConflictError):
        await invite(db, "here@hub.test")


async def test_a_password_that_will_not_do_leaves_the_link_good(db) -> None:
    secret = token((await invite(db)).link)
    with pytest.raises(InvalidError):
        await come(db, secret, password="short")
    with pytest.raises(InvalidError):
        await come(db, secret, name=" ")

    assert (await come(db, secret)).account.name == "Petro"


async def _account(db, email, **more):
    hashed = await passwords.hashed(PASSWORD, min_length=10)
    return await db.run(
        lambda uow: accounts.create(
            uow, email=email, name="Ira", role="agent", password_hash=hashed, **more
        )
    )


async def forget(db, email, remote="192.0.2.1") -> None:
    await forgotten.ask(db, email, remote=remote, inviting=INVITING)
    await fire_due(db, {FORGOT: partial(forgotten.send_forgotten, inviting=INVITING)})


def link_of(mail) -> str:
    return next(line for line in mail["text"].splitlines() if "#" in line)


async def test_who_forgot_his_password_gets_a_link_and_loses_his_sign_ins(db) -> None:
    await _account(db, "ira@hub.test", locale="uk")
    old = await sign_in.sign_in(
        db,
        "ira@hub.test",
        PASSWORD,
        remote="192.0.2.9",
        program="",
        policy=AccessSettings(),
    )
    await forget(db, " Ira@hub.test")
    (mail,) = await mails(db)

    found = await come(db, token(link_of(mail)), name="", password="another long word")

    assert (found.account.name, found.account.locale) == ("Ira", "uk")
    async with db.read() as session:
        held = list(await session.scalars(select(Session.id)))
    assert held == [found.session_id] != [old.session_id]
    with pytest.raises(NotFoundError):
        await come(db, token(link_of(mail)))


async def test_asking_does_the_same_whether_the_address_is_known_or_not(db) -> None:
    await _account(db, "ira@hub.test")
    for email in ("ira@hub.test", "nobody@hub.test"):
        await forgotten.ask(db, email, remote="192.0.2.1", inviting=INVITING)
    async with db.read() as session:
        owed = list(
            await session.scalars(select(DueRow.kind).where(DueRow.kind == FORGOT))
        )
    await fire_due(db, {FORGOT: partial(forgotten.send_forgotten, inviting=INVITING)})

    assert owed == [FORGOT, FORGOT]
    assert [one["to"] for one in await mails(db)] == ["ira@hub.test"]


async def test_who_works_here_no_more_gets_no_link_and_uses_none(db) -> None:
    ira = await _account(db, "ira@hub.test")
    await _account(db, "admin@hub.test")
    await forget(db, "ira@hub.test")
    await db.run(lambda uow: accounts.change(uow, ira.id, {"active": False}))
    (mail,) = await mails(db)

    with pytest.raises(NotFoundError):
        await come(db, token(link_of(mail)))
    await forget(db, "ira@hub.test")

    assert len(await mails(db)) == 1


async def test_only_the_last_of_several_links_to_a_new_password_opens(
    db, clock
) -> None:
    await _account(db, "ira@hub.test")
    await forget(db, "ira@hub.test")
    clock.move(minutes=1)
    await forget(db, "ira@hub.test")
    first, second = await mails(db)

    with pytest.raises(NotFoundError):
        await come(db, token(link_of(first)))
    clock.move(minutes=61)
    with pytest.raises(NotFoundError):
        await come(db, token(link_of(second)))


async def test_asking_is_throttled_by_address_and_by_place(db, clock) -> None:
    for _ in range(5):
        await forget(db, "nobody@hub.test", remote="192.0.2.7")
    with pytest.raises(TooManyError):
        await forget(db, "NOBODY@hub.test", remote="192.0.2.8")
    clock.now += timedelta(minutes=16)
    await forget(db, "nobody@hub.test", remote="192.0.2.8")
    for number in range(99):
        await forgotten.ask(
            db, f"n{number}@hub.test", remote="192.0.2.8", inviting=INVITING
        )
    with pytest.raises(TooManyError):
        await forgotten.ask(
            db, "one.more@hub.test", remote="192.0.2.8", inviting=INVITING
        )


async def test_the_table_alone_opens_nothing(db) -> None:
    view = await invite(db)
    async with db.read() as session:
        row = await session.get_one(Invitation, view.id)
        kept = str({name: getattr(row, name) for name in _COLUMNS})

    assert token(view.link) not in kept
