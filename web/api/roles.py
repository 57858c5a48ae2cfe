"""Roles: what each may do. Those of the company's own are made here."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from hub.access import own_roles, roles
from hub.access.own_roles import LONGEST_KEY, MAX_NAME, MOST
from hub.access.rights import NEEDS, Right
from hub.access.roles import RoleView
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Routes

routes = Routes(tag="accounts")

Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME, examples=["Shift lead"])]
Rights = Annotated[list[Right], Field(max_length=len(Right))]
RoleKey = Annotated[str, Field(min_length=1, max_length=LONGEST_KEY)]


class RoleIn(Body):
    """A new role. `self` it has in any case."""

    name: Name
    rights: Rights


class RolePatch(Body):
    """What is to be other, and the role that was looked at."""

    name: Name | None = None
    rights: Rights | None = None
    revision: Annotated[int, Field(ge=0)]


class RoleOrderIn(Body):
    """Roles of the company's own, in the order in which they are shown."""

    keys: Annotated[list[RoleKey], Field(max_length=MOST)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RightView:
    """Something that a role may or may not do."""

    name: Right
    #: A role that has it has this one, too.
    needs: Right | None


@routes.get("/rights", right=Right.ACCOUNTS)
async def rights(call: Call) -> list[RightView]:  # noqa: ARG001 - known without asking
    """List what a role may be allowed, and what of it needs what."""
    return [RightView(name=right, needs=NEEDS.get(right)) for right in Right]


@routes.get("/roles", right=Right.ACCOUNTS)
async def index(call: Call) -> Page[RoleView]:
    """List all roles with what each may do, the built-in ones first."""
    async with call.read() as session:
        return Page(await roles.on_screen(session), None)


@routes.post("/roles", right=Right.ACCOUNTS, status=201, idempotent=True)
async def create(call: Call, body: RoleIn) -> RoleView:
    """Make a role. `403` names rights that the caller has not himself."""
    return await call.run(
        lambda uow: own_roles.create(
            uow, name=body.name, rights=body.rights, by=call.account
        )
    )


@routes.put("/roles/order", right=Right.ACCOUNTS)
async def reorder(call: Call, body: RoleOrderIn) -> list[RoleView]:
    """Show roles in this order; those that are not named come after."""
    return await call.run(lambda uow: own_roles.reorder(uow, body.keys))


@routes.get("/roles/{role_key}", right=Right.ACCOUNTS)
async def show(call: Call, role_key: str) -> RoleView:
    """Show a role."""
    async with call.read() as session:
        return await roles.access_role(session, role_key)


@routes.patch("/roles/{role_key}", right=Right.ACCOUNTS)
async def change(call: Call, role_key: str, body: RolePatch) -> RoleView:
    """Let a role be another; what its people may do counts at once.

    `409 wrong_state` of a built-in role, `409 stale_update` with how it is now.
    """
    return await call.run(
        lambda uow: own_roles.change(
            uow,
            role_key,
            name=body.name,
            rights=body.rights,
            revision=body.revision,
            by=call.account,
        )
    )


@routes.delete("/roles/{role_key}", right=Right.ACCOUNTS)
async def remove(call: Call, role_key: str, *, move_to: str | None = None) -> None:
    """Forget a role. Who has it has `move_to` from then on; without that, `409` names them."""
    await call.run(
        lambda uow: own_roles.remove(uow, role_key, move_to=move_to, by=call.account)
    )
