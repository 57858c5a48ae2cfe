"""How long things are kept."""

from typing import Annotated, Literal

from pydantic import Field

from hub.access.rights import Right
from hub.retention import nightly, rules
from hub.retention.preview import RetentionPreview, preview
from hub.retention.rules import LONGEST, RuleView
from web.api.call import Call
from web.api.requests import Body
from web.api.routing import Routes
from web.keys import BLOBS

routes = Routes(tag="retention")

Kind = Literal[
    "bodies",
    "recordings",
    "mails",
    "quarantine",
    "drafts",
    "notices",
    "log",
    "files",
]


class RetentionIn(Body):
    """How long one kind of things is kept from now on."""

    #: Null: for ever.
    days: Annotated[int, Field(ge=1, le=LONGEST)] | None


@routes.get("/retention", right=Right.RETENTION)
async def index(call: Call) -> list[RuleView]:
    """List how long each kind of things is kept."""
    async with call.read() as session:
        return await rules.all_rules(session, call.settings.retention)


@routes.put("/retention/{kind}", right=Right.RETENTION)
async def choose(call: Call, kind: Kind, body: RetentionIn) -> RuleView:
    """Keep one kind of things for so long; what is older goes at night."""
    return await call.run(
        lambda uow: rules.choose(uow, kind, body.days, settings=call.settings.retention)
    )


@routes.get("/retention/{kind}/preview", right=Right.RETENTION)
async def show(
    call: Call, kind: Kind, days: Annotated[int, Field(ge=1, le=LONGEST)]
) -> RetentionPreview:
    """Say how much would go now if a kind were kept so long; nothing changes."""
    return await preview(call.db, call.request.app[BLOBS], kind, days)


@routes.post("/retention/run", right=Right.RETENTION, status=202)
async def run(call: Call) -> None:
    """Let go of what was kept long enough now, and not only at night."""
    await call.run(nightly.run_now)
