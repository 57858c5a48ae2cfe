"""Accounts and API tokens."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from config import Settings
from hub.access import accounts, passwords, tokens
from hub.access.rights import ROLE_RIGHTS, Right
from hub.access.tokens import NewToken
from hub.errors import NotFoundError
from hub.storage.database import Database
from web.commands.base import OPERATOR, with_database

users = typer.Typer(no_args_is_help=True, help="Accounts of those who work here.")
keys = typer.Typer(no_args_is_help=True, help="API tokens for programs.")


@users.command("add")
def add_user(
    email: str,
    *,
    name: Annotated[str, typer.Option(prompt=True, help="As colleagues see it.")],
    role: Annotated[
        str,
        typer.Option(
            help=f"{', '.join(ROLE_RIGHTS)}, or a role of your own by its key."
        ),
    ] = "agent",
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)
    ],
    locale: Annotated[str, typer.Option(help="uk or en")] = "uk",
) -> None:
    """Make an account."""

    async def work(settings: Settings, _: Path, db: Database) -> None:
        hashed = await passwords.hashed(
            password, min_length=settings.access.password_min_length, email=email
        )
        await db.run(
            lambda uow: accounts.create(
                uow,
                email=email,
                name=name,
                role=role,
                password_hash=hashed,
                locale=locale,
                country=settings.country,
            ),
            OPERATOR,
        )

    with_database(work)
    typer.echo(f"{email} can sign in now.")


@keys.command("create")
def create_token(
    email: str,
    *,
    name: Annotated[str, typer.Option(help="What it is for.")],
    scope: Annotated[list[str], typer.Option(help="A right; again for more of them.")],
    days: Annotated[int | None, typer.Option(help="How long it is good.")] = None,
) -> None:
    """Make an API token of an account; it is shown this once."""

    async def work(settings: Settings, _: Path, db: Database) -> NewToken:
        async with db.begin(OPERATOR) as uow:
            row = await accounts.by_email(uow.session, email)
            if row is None:
                raise NotFoundError(f"{email} has no account")
            return await tokens.create(
                uow,
                await accounts.shown(uow.session, row),
                name=name,
                scopes=scope,
                policy=settings.access,
                expires_at=uow.now + timedelta(days=days) if days else None,
            )

    made = with_database(work)
    typer.echo(made.key)


@keys.command("scopes")
def list_scopes() -> None:
    """Name the rights that a token may have."""
    for right in Right:
        typer.echo(right.value)
