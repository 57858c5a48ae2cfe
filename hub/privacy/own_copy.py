"""What of all that is kept of a client is in the copy that he fetches himself.

As in the portal: what he and we said, once it has left, at addresses that he has proved
to be his. How the team works is not in it, nor whom else we wrote to.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients.dossier import Dossier
from hub.conversations.told import told
from hub.conversations.views import ConversationView
from hub.storage.tables import TimelineItem

#: What was said with him.
_SAID = ("message", "form", "call", "promise", "meeting")


def is_in_it() -> ColumnElement[bool]:
    """Say which entries of his timeline are in it."""
    return told(*_SAID)


async def narrowed(session: AsyncSession, found: Dossier) -> Dossier:
    """Leave out what is not for him of what stands beside the entries."""
    ids = select(TimelineItem.conversation_id).where(
        TimelineItem.client_id == found.client.id, is_in_it()
    )
    his = set(await session.scalars(ids.distinct()))
    proved = [one for one in found.client.addresses if one.verified]
    values = {(one.kind, one.value) for one in proved}
    return replace(
        found,
        client=replace(found.client, addresses=proved),
        conversations=[_plain(one) for one in found.conversations if one.id in his],
        consents=[one for one in found.consents if (one.kind, one.value) in values],
        # What we promised him stands among the entries.
        tasks=[],
        merges=[],
    )


def entry(view: dict[str, Any]) -> dict[str, Any]:
    """Leave out of an entry what only we need: who else got it, and the like."""
    return view | {"data": {}} if view["kind"] == "message" else view


def _plain(view: ConversationView) -> ConversationView:
    return replace(
        view,
        snippet="",
        tags=[],
        assignee_id=None,
        disposition="",
        breached=False,
        respond_by=None,
    )
