"""A message that is taken back takes back what became of its conversation."""

from datetime import datetime
from typing import Any

from hub.conversations.changes import set_state
from hub.queues import sla
from hub.storage.tables import Conversation, TimelineItem
from hub.storage.unit import UnitOfWork


def remember(conversation: Conversation, to: str) -> dict[str, Any]:
    """Write down what becomes of a conversation, and how it stood, for an undoing."""
    since = conversation.waiting_since
    return {
        "state": to,
        "waiting_since": since.isoformat() if since else None,
        "unanswered": conversation.first_responded_at is None,
    }


async def restore(
    uow: UnitOfWork, conversation: Conversation, item: TimelineItem
) -> None:
    """Let a conversation stand as it did before a message that is taken back.

    Nothing is done if somebody moved it since.
    """
    then = item.data.get("then")
    if not then or conversation.state != then["state"] or conversation.state == "open":
        return
    if then["state"] == "resolved" and then["waiting_since"]:
        since = datetime.fromisoformat(then["waiting_since"])
        conversation.waiting_since = since
        if then["unanswered"]:
            await sla.resume(uow, conversation, since=since)
    await set_state(uow, conversation, "open")
