"""One moment of everything that a screen shows."""

from dataclasses import dataclass, fields

from hub.access.rights import Right
from hub.access.views import AccountView
from hub.contracts import SendingRules, Template
from hub.screen import Screen, screen
from web.api.call import Call
from web.api.routing import Routes
from web.keys import ADAPTERS

routes = Routes(tag="screen")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelView:
    """A channel that is set up."""

    name: str
    #: Which kind of address it reaches; null for one that only receives.
    reaches: str | None
    #: Only a template may be sent so many hours after the client wrote; null: anything.
    window_hours: float | None
    templates: list[Template]
    counts_segments: bool
    max_segments: int | None
    max_text: int | None
    max_files: int | None


def channel_view(name: str, reaches: str | None, rules: SendingRules) -> ChannelView:
    """Show a channel and what it can take."""
    hours = None if rules.window is None else rules.window.total_seconds() / 3600
    return ChannelView(
        name=name,
        reaches=reaches,
        window_hours=hours,
        templates=list(rules.templates),
        counts_segments=rules.counts_segments,
        max_segments=rules.max_segments,
        max_text=rules.max_text,
        max_files=rules.max_files,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Settings that a screen has to know."""

    company: str
    country: str
    locale: str
    timezone: str
    demo: bool
    undo_seconds: float
    typing_seconds: float
    #: An answer that is due within so many minutes is in the view "at risk".
    at_risk_minutes: int
    #: A tag is made by typing it; else only by who manages tags.
    free_tags: bool
    #: Conversations that one action may change.
    max_bulk: int
    #: Why one may have a break.
    break_reasons: list[str]
    #: Who is silent for so long has a break; 0: nobody has.
    away_seconds: float
    max_text: int
    max_draft: int
    max_attachment_bytes: int
    max_attachments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncAnswer(Screen):
    """Where a screen begins; it then follows the log from `cursor`."""

    me: AccountView
    channels: list[ChannelView]
    settings: Limits


@routes.get("/sync", right=Right.READ)
async def sync(call: Call) -> SyncAnswer:
    """Give the state of a screen and its cursor, read in one moment."""
    async with call.read() as session:
        found = await screen(session, call.account.id)
    settings = call.settings
    return SyncAnswer(
        **{part.name: getattr(found, part.name) for part in fields(Screen)},
        me=call.account,
        channels=[
            channel_view(one.name, one.reaches, one.sending_rules)
            for one in call.request.app[ADAPTERS].values()
        ],
        settings=Limits(
            company=settings.company,
            country=settings.country,
            locale=settings.locale,
            timezone=settings.timezone,
            demo=settings.demo,
            undo_seconds=settings.conversations.undo_window.total_seconds(),
            typing_seconds=settings.live.typing.total_seconds(),
            at_risk_minutes=round(settings.lists.at_risk.total_seconds() / 60),
            free_tags=settings.conversations.free_tags,
            max_bulk=settings.lists.max_bulk,
            break_reasons=list(settings.queues.break_reasons),
            away_seconds=settings.queues.away_after.total_seconds(),
            max_text=settings.conversations.max_text,
            max_draft=settings.conversations.max_draft,
            max_attachment_bytes=settings.attachments.max_bytes,
            max_attachments=settings.attachments.max_per_message,
        ),
    )
