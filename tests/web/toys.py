"""An API of toys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import Field

from hub.access.rights import Right
from hub.errors import (
    ConflictError,
    InvalidError,
    MissedMessagesError,
    NotFoundError,
    TooManyError,
)
from hub.storage.tables import Throttle
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body, Upload
from web.api.routing import Limit, Routes

routes = Routes(tag="toys")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyView:
    """A toy."""

    id: int
    name: str
    made_at: datetime | None


class ToyIn(Body):
    name: Annotated[str, Field(max_length=50)]
    price: int = 0
    weight: float = 0
    made_at: datetime | None = None
    about: dict[str, Any] = Field(default_factory=dict)


@routes.get("/toys/{toy_id}", right=Right.READ)
async def show(
    call: Call,
    toy_id: int,
    *,
    kind: Literal["soft", "hard"] = "soft",
    since: datetime | None = None,
    tags: list[str] | None = None,
    limit: Limit = None,
) -> dict[str, Any]:
    """Show a toy.

    It is given back as it was understood.
    """
    return {
        "id": toy_id,
        "kind": kind,
        "since": since,
        "tags": tags,
        "limit": call.limit(limit),
    }


@routes.get("/toys", right=Right.READ)
async def listed(call: Call) -> Page[ToyView]:
    """List toys."""
    return Page([ToyView(id=1, name="bear", made_at=None)], None)


@routes.post("/toys", right=Right.REPLY, status=201, idempotent=True)
async def make(call: Call, body: ToyIn) -> ToyView:
    """Make a toy: one row for each time that it is really done."""

    async def work(uow):
        row = Throttle(key=f"toy:{body.name}", tries=1, window_ends=uow.now)
        found = await uow.session.get(Throttle, row.key)
        if found is not None:
            raise ConflictError("this toy is there")
        uow.session.add(row)
        await uow.session.flush()

    await call.run(work)
    return ToyView(id=1, name=body.name, made_at=body.made_at)


@routes.put("/toys/{toy_id}", right=Right.REPLY)
async def change(call: Call, toy_id: int, body: ToyIn) -> None:
    """Change a toy."""


@routes.post("/pictures", right=Right.REPLY, status=201, body_limit=lambda _: 1000)
async def draw(call: Call, file: Upload) -> dict[str, Any]:
    """Take a picture."""
    return {"name": file.name, "size": len(file.content)}


@routes.get("/refusals/{which}", public=True)
async def refuse(call: Call, which: str) -> None:
    """Refuse in the asked way."""
    raise {
        "not_found": NotFoundError("no such toy"),
        "missed": MissedMessagesError(
            "say", missed=[ToyView(id=1, name="a", made_at=None)]
        ),
        "invalid": InvalidError("toy", errors={"name": "is rude"}),
        "too_many": TooManyError("slow down", retry_after=7.2),
        "bug": ZeroDivisionError("the password is hunter2"),
        "gone": web.HTTPGone(text="it was here"),
    }[which]
