"""Accounts and tokens at the command line."""

from hub.access import own_roles, passwords
from hub.access.tokens import access_by_token
from hub.storage.database import Database, connect

MAIL, PASSWORD = "nadia@hub.example", "a long enough password"


async def add(operator, mail=MAIL, **how):
    return await operator.done(
        "user", "add", mail, "--name", "Nadia", "--password", PASSWORD, **how
    )


async def test_an_account_that_was_added_can_sign_in(operator) -> None:
    said = await add(operator)
    rows = await operator.look("SELECT role, password_hash FROM accounts")

    assert MAIL in said
    assert PASSWORD not in said
    (row,) = rows
    assert row.role == "agent"
    assert await passwords.fits(PASSWORD, row.password_hash)


async def test_an_account_may_have_a_role_of_the_companys_own(operator) -> None:
    await operator.done("migrate")
    db = Database(connect(operator.url, pool=2))
    await db.run(
        lambda uow: own_roles.create(uow, name="Lead", rights=["read"], by=None)
    )
    await db.close()

    await operator.done(
        *("user", "add", MAIL, "--name", "N", "--password", PASSWORD, "--role", "lead")
    )
    said = await operator.refused(
        *("user", "add", "x@hub.example", "--name", "N", "--password", PASSWORD),
        *("--role", "boss"),
    )

    (row,) = await operator.look("SELECT role FROM accounts")
    assert row.role == "lead"
    assert "agent, manager, admin, lead" in said


async def test_a_second_account_of_one_address_is_refused_in_words(operator) -> None:
    await add(operator)

    said = await operator.refused(
        "user", "add", MAIL, "--name", "Other", "--password", PASSWORD
    )

    assert "has an account" in said


async def test_a_token_is_shown_once_and_opens_what_it_is_scoped_to(operator) -> None:
    await add(operator)
    said = await operator.done(
        "token", "create", MAIL, "--name", "crm", "--scope", "read", "--days", "3"
    )
    db = Database(connect(operator.url, pool=2))
    caller = await access_by_token(db, said.split()[-1])
    await db.close()

    assert caller is not None
    assert caller.account.rights == ("read",)


async def test_a_token_of_nobody_is_refused_in_words(operator) -> None:
    said = await operator.refused(
        "token", "create", "no@hub.example", "--name", "x", "--scope", "read"
    )

    assert "no@hub.example" in said
