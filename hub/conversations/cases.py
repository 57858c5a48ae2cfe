"""What a client sees of his own conversations: what was said, and nothing else.

Notes, assignments and whatever else the team does among itself are never read here,
nor is a message that has not left us yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import not_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from hub.conversations.told import has_left, is_his, told
from hub.conversations.views import ItemView, item_view
from hub.errors import NotFoundError
from hub.log.audience import Viewer, may_see
from hub.log.events import client_topic
from hub.storage.tables import Conversation, TimelineItem

#: Kinds of entries that are between the client and us.
SAID = ("message", "form", "call")
#: Entries of one case that are shown, the newest ones.
MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A conversation as its client sees it."""

    id: int
    subject: str
    #: ``open`` (we look at it), ``waiting`` (for him) or ``done``.
    state: str
    #: Of the last thing that was said.
    snippet: str
    channel: str
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case with what was said in it, the oldest first."""

    view: CaseView
    items: list[ItemView]
    #: There is more before the first one.
    truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Some of a client's cases, and where the list goes on."""

    cases: list[CaseView]
    #: Give it as ``before``; None at the end.
    older: tuple[datetime, int] | None


STATES = {"open": "open", "snoozed": "open", "pending": "waiting", "resolved": "done"}


async def page(
    session: AsyncSession,
    viewer: Viewer,
    client_id: int,
    *,
    limit: int,
    before: tuple[datetime, int] | None = None,
) -> CasePage:
    """List a client's cases, the latest first.

    Args:
        session: Any session.
        viewer: Who asks.
        client_id: Whose.
        limit: At most so many.
        before: ``CasePage.older`` of the page before.

    Raises:
        NotFoundError: They are not the viewer's.
    """
    if not may_see(viewer, (client_topic(client_id),)):
        raise NotFoundError("cases")
    wanted = select(Conversation).where(Conversation.client_id == client_id)
    if before is not None:
        wanted = wanted.where(tuple_(Conversation.last_at, Conversation.id) < before)
    rows = list(
        await session.scalars(
            wanted.order_by(Conversation.last_at.desc(), Conversation.id.desc()).limit(
                limit + 1
            )
        )
    )
    more, rows = len(rows) > limit, rows[:limit]
    latest = await _latest(session, rows)
    mixed = await _mixed(session, list(latest))
    return CasePage(
        cases=[
            _view(row, latest[row.id], mixed=row.id in mixed)
            for row in rows
            if row.id in latest
        ],
        older=(rows[-1].last_at, rows[-1].id) if more else None,
    )


async def access_case(
    session: AsyncSession, viewer: Viewer, conversation_id: int
) -> Case:
    """Give one of the client's own cases with what was said in it.

    Raises:
        NotFoundError: There is none, it is another's, or nothing in it is his to see.
    """
    row = await session.get(Conversation, conversation_id)
    if row is None or not may_see(viewer, (client_topic(row.client_id),)):
        raise NotFoundError(f"case {conversation_id}")
    items = list(
        await session.scalars(
            select(TimelineItem)
            .where(TimelineItem.conversation_id == row.id, told(*SAID))
            .order_by(TimelineItem.at.desc(), TimelineItem.id.desc())
            .limit(MOST + 1)
        )
    )
    if not items:
        raise NotFoundError(f"case {conversation_id}")
    mixed = bool(await _mixed(session, [row.id]))
    return Case(
        view=_view(row, items[0], mixed=mixed),
        items=[item_view(item) for item in reversed(items[:MOST])],
        truncated=len(items) > MOST,
    )


async def _latest(
    session: AsyncSession, rows: Sequence[Conversation]
) -> dict[int, TimelineItem]:
    """Find the last thing that was said in each, as far as the client may know."""
    newest = (
        select(TimelineItem.id)
        .where(TimelineItem.conversation_id == Conversation.id, told(*SAID))
        .order_by(TimelineItem.at.desc(), TimelineItem.id.desc())
        .limit(1)
        .correlate(Conversation)
        .scalar_subquery()
    )
    ids = select(newest).where(Conversation.id.in_([row.id for row in rows]))
    found = await session.scalars(select(TimelineItem).where(TimelineItem.id.in_(ids)))
    return {item.conversation_id or 0: item for item in found}


async def _mixed(session: AsyncSession, ids: Sequence[int]) -> set[int]:
    """Find the conversations that hold something that the client may not see."""
    found = await session.scalars(
        select(TimelineItem.conversation_id)
        .where(TimelineItem.conversation_id.in_(ids), has_left(*SAID), not_(is_his()))
        .distinct()
    )
    return {one for one in found if one is not None}


def _view(row: Conversation, latest: TimelineItem, *, mixed: bool) -> CaseView:
    # Not the conversation's own where those may be another's words, nor a message's
    # that is not sent yet.
    return CaseView(
        id=row.id,
        subject=latest.subject if mixed else row.subject,
        state=STATES[row.state],
        snippet=" ".join(latest.text.split())[:200],
        channel=latest.channel or row.channel,
        last_at=latest.at,
    )
