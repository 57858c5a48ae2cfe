"""Roles: what each may do."""

from dataclasses import dataclass

from hub.access.rights import ROLE_RIGHTS, Right
from web.api.call import Call
from web.api.cursors import Page
from web.api.routing import Routes

routes = Routes(tag="accounts")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleView:
    """A role and its rights."""

    name: str
    rights: list[Right]


@routes.get("/roles", right=Right.ACCOUNTS)
async def index(call: Call) -> Page[RoleView]:  # noqa: ARG001 - known without asking
    """Show the table of rights: each role with what it may do."""
    roles = [
        RoleView(name=name, rights=[right for right in Right if right in held])
        for name, held in ROLE_RIGHTS.items()
    ]
    return Page(roles, None)
