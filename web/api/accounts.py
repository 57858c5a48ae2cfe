"""Who works here, for those who manage it."""

from typing import Annotated, Literal

from pydantic import Field

from hub.access import accounts, passwords
from hub.access.own_roles import LONGEST_KEY
from hub.access.rights import Right
from hub.access.views import AccountView
from web.api import cursors
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Cursor, Limit, Routes

routes = Routes(tag="accounts")

#: `agent`, `manager`, `admin`, or the key of a role of the company's own.
Role = Annotated[str, Field(min_length=1, max_length=LONGEST_KEY, examples=["agent"])]
Locale = Literal["uk", "en"]
Name = Annotated[str, Field(min_length=1, max_length=accounts.LONGEST_NAME)]
Email = Annotated[
    str, Field(min_length=3, max_length=254, examples=["olena@example.com"])
]
Password = Annotated[str, Field(min_length=1, max_length=passwords.LONGEST)]
Capacity = Annotated[int, Field(ge=1, le=1000)]
OutsideNumber = Annotated[str, Field(max_length=40, examples=["+380445550101"])]


class AccountIn(Body):
    """Somebody new."""

    email: Email
    name: Name
    role: Role
    #: Without one he cannot sign in by password yet.
    password: Password | None = None
    locale: Locale = "uk"
    capacity: Capacity | None = None
    outside_number: OutsideNumber | None = None


class AccountPatch(Body):
    """What is to change; what is not named stays."""

    email: Email = ""
    name: Name = ""
    role: Role = "agent"
    password: Password = ""
    locale: Locale = "uk"
    capacity: Capacity | None = None
    outside_number: OutsideNumber | None = None
    #: False: he can no longer sign in, and his sign-ins and tokens end.
    active: bool = True


@routes.get("/accounts", right=Right.ACCOUNTS)
async def index(
    call: Call,
    *,
    active: bool | None = None,
    role: str | None = None,
    cursor: Cursor = None,
    limit: Limit = None,
) -> Page[AccountView]:
    """List accounts, the oldest first."""
    size = call.limit(limit)
    after = cursors.decode(cursor, int)[0] if cursor else None
    async with call.read() as session:
        rows = await accounts.page(
            session, after=after, limit=size + 1, active=active, role=role
        )
    return cursors.page(rows, size, lambda row: (row.id,))


@routes.post("/accounts", right=Right.ACCOUNTS, status=201, idempotent=True)
async def create(call: Call, body: AccountIn) -> AccountView:
    """Make an account. `403` if its role may do something that the caller may not."""
    email = accounts.normal_email(body.email)
    password_hash = (
        None if body.password is None else await _hashed(call, body.password, email)
    )
    return await call.run(
        lambda uow: accounts.create(
            uow,
            email=email,
            name=body.name,
            role=body.role,
            password_hash=password_hash,
            locale=body.locale,
            capacity=body.capacity,
            outside_number=body.outside_number,
            country=call.settings.country,
            by=call.account,
        )
    )


@routes.get("/accounts/{account_id}", right=Right.ACCOUNTS)
async def show(call: Call, account_id: int) -> AccountView:
    """Show an account."""
    async with call.read() as session:
        return await accounts.access_account(session, call.account, account_id)


@routes.patch("/accounts/{account_id}", right=Right.ACCOUNTS)
async def change(call: Call, account_id: int, body: AccountPatch) -> AccountView:
    """Change an account. A new password ends its sign-ins; a new role counts at once.

    `403` if the account may, or would, do something that the caller may not.
    """
    changes = body.given()
    if "password" in changes:
        password = changes.pop("password")
        changes["password_hash"] = await _hashed(call, password, body.email)
    return await call.run(
        lambda uow: accounts.change(
            uow, account_id, changes, country=call.settings.country, by=call.account
        )
    )


async def _hashed(call: Call, password: str, email: str) -> str:
    shortest = call.settings.access.password_min_length
    return await passwords.hashed(password, min_length=shortest, email=email)
