"""``run.json``: everything that a program needs to try the running demonstration.

Written into the data folder by every start, for the owner's eyes alone, and only in a
demonstration: its sign-ins are public and its providers are played.
"""

import json
import os
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from channels.email.settings import parse_endpoint
from config import Settings
from hub.access import accounts, tokens
from hub.access.rights import Right
from hub.log.events import Actor
from hub.storage.database import Database
from hub.storage.tables import Account, ApiToken
from hub.storage.unit import UnitOfWork
from web.demo.forms import FORMS
from web.demo.staff import ADMIN, AGENTS, MANAGER, PASSWORD, Colleague

FILE = "run.json"
#: The token's name; the one of the start before is revoked.
TOKEN = "run.json"  # noqa: S105 - a name
_ACTOR = Actor(kind="system", name="demonstration")


async def write(settings: Settings, folder: Path, db: Database) -> None:
    """Write the note, with a fresh API token of the demo company's admin.

    A demonstration without the demo company has nobody to sign in, and no note.
    """
    token = await db.run(lambda uow: _token(uow, settings), _ACTOR)
    if token is None:
        return
    path = folder / FILE
    half = path.with_suffix(".half")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(note(settings, token), file, ensure_ascii=False, indent=2)
    half.replace(path)


def note(settings: Settings, token: str) -> dict[str, Any]:
    """Say where everything is and how to sign in."""
    email = settings.channels.get("email", {})
    sms = settings.channels.get("sms", {})
    numbers = list(sms.get("numbers") or [""])
    return {
        "url": settings.base_url,
        "agents": [_sign_in(one) for one in AGENTS],
        "manager": _sign_in(MANAGER),
        "admin": _sign_in(ADMIN),
        "api_token": token,
        "smtp": _endpoint(email.get("smtp_listen")),
        "lmtp": _endpoint(email.get("lmtp_listen")),
        "support_address": email.get("address"),
        "twilio": {
            "account_sid": sms.get("account_sid"),
            "auth_token": sms.get("auth_token"),
            "number": numbers[0],
            "rest_base": sms.get("api_base_url"),
        },
        "form_url": f"{settings.base_url}/forms/{next(iter(FORMS))}",
    }


def _sign_in(one: Colleague) -> dict[str, str]:
    # `email` and `password` are what `POST /session` takes.
    return {
        "mail": one.email,
        "email": one.email,
        "password": PASSWORD,
        "name": one.name,
    }


def _endpoint(listening: str | None) -> dict[str, Any] | None:
    if not listening:
        return None
    host, port = parse_endpoint(listening)
    return {"host": host, "port": port}


async def _token(uow: UnitOfWork, settings: Settings) -> str | None:
    row = await uow.session.scalar(
        select(Account).where(Account.email == ADMIN.email, Account.active)
    )
    if row is None:
        return None
    await uow.session.execute(
        update(ApiToken)
        .where(
            ApiToken.account_id == row.id,
            ApiToken.name == TOKEN,
            ApiToken.revoked_at.is_(None),
        )
        .values(revoked_at=uow.now)
    )
    made = await tokens.create(
        uow,
        await accounts.shown(uow.session, row),
        name=TOKEN,
        scopes=[right.value for right in Right],
        policy=settings.access,
    )
    return made.key
