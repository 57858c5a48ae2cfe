"""Change a conversation: state, assignee, queue, priority, tags, subject.

Each change is one entry on the timeline and one event, so that a colleague sees who
did what, and counts follow.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hub.access import assignees
from hub.conversations import machine
from hub.conversations.entries import author_kind, lock_unless_held, standing
from hub.conversations.events import (
    ConversationAssigned,
    ConversationDisposed,
    ConversationEvent,
    ConversationMoved,
    ConversationPrioritised,
    ConversationRenamed,
    ConversationStateChanged,
    ConversationTagged,
    Was,
    shown,
)
from hub.conversations.notices import notify
from hub.conversations.pledges import refuse_open_promises
from hub.conversations.views import conversation_view, item_view
from hub.errors import DispositionMissingError, InvalidError
from hub.log.events import Actor
from hub.queues import agents, offered, sla
from hub.queues.requests import request_for, request_routing
from hub.storage.due import Claim
from hub.storage.tables import Account, Client, Conversation, Queue, TimelineItem
from hub.storage.tables.conversations import PRIORITIES
from hub.storage.unit import UnitOfWork
from hub.tags.known import New, named

SNOOZE = "snooze"
#: A conversation that somebody has in hand is woken so much later.
AGAIN = timedelta(milliseconds=100)
#: A conversation has at most so many tags, and a tag so many letters.
MAX_TAGS = 20
MAX_TAG = 40
MAX_SUBJECT = 300


async def set_state(
    uow: UnitOfWork,
    conversation: Conversation,
    to: str,
    *,
    until: datetime | None = None,
    because: str = "",
    actor: Actor | None = None,
    anyway: bool = False,
) -> None:
    """Move a conversation (locked) to another state; the same state changes nothing.

    Args:
        uow: The unit.
        conversation: Locked.
        to: The new state.
        until: When a snooze ends.
        because: Why, when no person decided it: ``message``, ``snooze_over``,
            ``not_sent``.
        actor: Who did it, when that is not the unit's own actor.
        anyway: Resolve it although a promise is open.

    Raises:
        StateError: There is no such move.
        PromiseOpenError: A person resolves it, and a promise is open.
        InvalidError: Snoozed without a time in the future.
    """
    if to == conversation.state and to != "snoozed":
        return
    machine.move(conversation.state, to)
    if to == "snoozed" and (until is None or until <= uow.now):
        raise InvalidError("until", errors={"snoozed_until": "a time in the future"})
    if to == "resolved" and not because and not anyway:
        await refuse_open_promises(uow, conversation.id)
    if to == "resolved" and not because and (actor or uow.actor).kind == "agent":
        await _require_disposition(uow, conversation)
    was = standing(conversation)
    await _leave(uow, conversation)
    conversation.state = to
    if to == "open":
        await _wait_again(uow, conversation, was=was, because=because)
    elif to == "snoozed":
        conversation.snoozed_until = until
        await uow.owe(
            SNOOZE,
            f"{SNOOZE}:{conversation.id}",
            at=until or uow.now,
            payload={"conversation_id": conversation.id},
        )
    elif to == "resolved":
        conversation.resolved_at = uow.now
        conversation.waiting_since = None
        # Closed on what the client said last, it is no answer to him.
        answered = conversation.last_direction == "out"
        await sla.stop(uow, conversation, answered=answered)
    if was.state == "open" and conversation.assignee_id is not None:
        # His hands are free for what waits.
        await request_for(uow, conversation.assignee_id)
    await tell(
        uow,
        conversation,
        ConversationStateChanged(was=was, to=to, because=because, until=until),
        {"change": "state", "from": was.state, "to": to, "because": because},
        actor=actor,
    )


async def assign(
    uow: UnitOfWork,
    conversation: Conversation,
    assignee_id: int | None,
    *,
    because: str = "",
) -> None:
    """Give a conversation (locked) to an agent, or take it from everybody.

    Raises:
        InvalidError: There is no such active agent, or who is given it by hand may not
            answer clients. Whoever is at work may.
    """
    if assignee_id == conversation.assignee_id:
        return
    account = await uow.session.get(Account, assignee_id) if assignee_id else None
    if assignee_id is not None and (account is None or not account.active):
        raise InvalidError("assignee", errors={"assignee_id": assignees.GONE})
    if not because:
        await assignees.check(uow.session, assignee_id)
    was = standing(conversation)
    conversation.assignee_id = assignee_id
    conversation.given_at = uow.now if because == "routed" else None
    if conversation.state == "open" and was.assignee_id is not None:
        # Its former agent has a hand free.
        await request_for(uow, was.assignee_id)
    if conversation.state == "open" and assignee_id is None:
        await request_routing(uow, conversation.queue_id)
    await tell(
        uow,
        conversation,
        ConversationAssigned(was=was, assignee_id=assignee_id, because=because),
        {
            "change": "assignee",
            "from": was.assignee_id,
            "to": assignee_id,
            "to_name": account.name if account else None,
            "because": because,
        },
    )
    if account is not None and account.id != uow.actor.id:
        await notify(uow, account.id, "assigned", conversation.id)


async def move_to_queue(
    uow: UnitOfWork, conversation: Conversation, queue_id: int
) -> None:
    """Let a conversation (locked) wait in another queue, by that queue's clock.

    Raises:
        InvalidError: There is no such queue.
    """
    if queue_id == conversation.queue_id:
        return
    queue = await uow.session.get(Queue, queue_id)
    if queue is None:
        raise InvalidError("queue", errors={"queue_id": "no such queue"})
    was = standing(conversation)
    conversation.queue_id = queue_id
    if conversation.state == "open":
        if conversation.waiting_since and conversation.first_responded_at is None:
            await sla.start(uow, conversation, queue)
        else:
            await request_routing(uow, queue_id)
    await tell(
        uow,
        conversation,
        ConversationMoved(was=was, queue_id=queue_id),
        {"change": "queue", "to": queue_id, "to_name": queue.name},
    )


async def prioritise(
    uow: UnitOfWork, conversation: Conversation, priority: str
) -> None:
    """Say how much a conversation (locked) matters.

    Raises:
        InvalidError: There is no such priority.
    """
    if priority == conversation.priority:
        return
    if priority not in PRIORITIES:
        raise InvalidError(
            "priority", errors={"priority": f"one of {', '.join(PRIORITIES)}"}
        )
    before, conversation.priority = conversation.priority, priority
    await tell(
        uow,
        conversation,
        ConversationPrioritised(was=standing(conversation), priority=priority),
        {"change": "priority", "from": before, "to": priority},
    )


async def tag(
    uow: UnitOfWork,
    conversation: Conversation,
    tags: Iterable[str],
    *,
    new: New = "make",
) -> None:
    """Give a conversation (locked) exactly these tags.

    Args:
        uow: The unit.
        conversation: Locked.
        tags: Their names, or what they were called once.
        new: What is done with a tag that there is not.

    Raises:
        InvalidError: One is empty or too long, there are too many, or one is new and
            new ones are refused.
        StateError: One is just being taken off everywhere.
    """
    wanted = list(dict.fromkeys(" ".join(one.split()) for one in tags))
    if len(wanted) > MAX_TAGS or not all(0 < len(one) <= MAX_TAG for one in wanted):
        raise InvalidError(
            "tags",
            errors={"tags": f"at most {MAX_TAGS}, each of 1 to {MAX_TAG} letters"},
        )
    before = list(conversation.tags)
    if wanted == before:
        return
    wanted = await named(uow, wanted, new=new)
    if wanted == before:
        return
    conversation.tags = wanted
    added = tuple(one for one in wanted if one not in before)
    removed = tuple(one for one in before if one not in wanted)
    await tell(
        uow,
        conversation,
        ConversationTagged(was=standing(conversation), added=added, removed=removed),
        {"change": "tags", "added": added, "removed": removed},
    )


async def rename(uow: UnitOfWork, conversation: Conversation, subject: str) -> None:
    """Give a conversation (locked) another subject.

    Raises:
        InvalidError: It is too long.
    """
    subject = " ".join(subject.split())
    if len(subject) > MAX_SUBJECT:
        raise InvalidError(
            "subject", errors={"subject": f"at most {MAX_SUBJECT} letters"}
        )
    if subject == conversation.subject:
        return
    before, conversation.subject = conversation.subject, subject
    await tell(
        uow,
        conversation,
        ConversationRenamed(was=standing(conversation), subject=subject),
        {"change": "subject", "from": before, "to": subject},
    )


async def dispose(
    uow: UnitOfWork, conversation: Conversation, disposition: str
) -> None:
    """Say how a conversation (locked) ended, or take that back with "".

    Raises:
        InvalidError: It is no word of its queue's list.
    """
    if disposition == conversation.disposition:
        return
    queue = await uow.session.get_one(Queue, conversation.queue_id)
    if disposition and disposition not in queue.dispositions:
        known = ", ".join(queue.dispositions) or "none: its queue has no list"
        raise InvalidError("disposition", errors={"disposition": f"one of {known}"})
    before, conversation.disposition = conversation.disposition, disposition
    await tell(
        uow,
        conversation,
        ConversationDisposed(
            was=standing(conversation), queue_id=queue.id, disposition=disposition
        ),
        {"change": "disposition", "from": before, "to": disposition},
    )


async def wake(uow: UnitOfWork, claim: Claim) -> None:
    """The snooze is over: the conversation is open again. A timer's handler."""
    conversation = await lock_unless_held(uow, claim.payload["conversation_id"])
    if conversation is None:
        await uow.owe(SNOOZE, claim.key, at=uow.now + AGAIN, payload=claim.payload)
    elif conversation.state == "snoozed":
        await set_state(uow, conversation, "open", because="snooze_over")


async def tell(
    uow: UnitOfWork,
    conversation: Conversation,
    event: ConversationEvent,
    data: dict[str, Any],
    *,
    actor: Actor | None = None,
) -> None:
    """Write a change of a conversation (locked) on its timeline and into the log.

    Args:
        uow: The unit.
        conversation: As it is now.
        event: What happened; who, whose and the state are filled in.
        data: What the timeline's entry says.
        actor: Who did it, when that is not the unit's own actor.
    """
    agents.follow(uow, was=(event.was.state, event.was.assignee_id), now=conversation)
    if event.was.state == "open" and event.was.assignee_id is None:
        stays = conversation.state == "open" and conversation.assignee_id is None
        if not stays or event.was.queue_id != conversation.queue_id:
            await offered.withdraw(uow, conversation)
    by = actor or uow.actor
    client = await uow.session.get_one(Client, conversation.client_id)
    item = TimelineItem(
        client_id=conversation.client_id,
        conversation_id=conversation.id,
        at=uow.now,
        kind="change",
        author_kind=author_kind(by),
        author_id=by.id,
        author_name=by.name,
        data=data,
        attachments=[],
        has_html=False,
    )
    uow.session.add(item)
    await uow.session.flush()
    uow.record(
        replace(
            event,
            actor=actor,
            client_id=conversation.client_id,
            conversation_id=conversation.id,
            state=shown(
                conversation=conversation_view(conversation, client.name),
                item=item_view(item),
            ),
        )
    )


async def _leave(uow: UnitOfWork, conversation: Conversation) -> None:
    if conversation.state == "snoozed":
        conversation.snoozed_until = None
        await uow.forgive(f"{SNOOZE}:{conversation.id}")
    elif conversation.state == "resolved":
        conversation.resolved_at = None
        # It did not end.
        conversation.disposition = ""


async def _require_disposition(uow: UnitOfWork, conversation: Conversation) -> None:
    """Refuse while nobody has said how it ended, where its queue wants to know.

    Raises:
        DispositionMissingError: With the words to choose from.
    """
    if conversation.disposition:
        return
    queue = await uow.session.get_one(Queue, conversation.queue_id)
    if queue.disposition_required and queue.dispositions:
        raise DispositionMissingError(dispositions=list(queue.dispositions))


async def _wait_again(
    uow: UnitOfWork, conversation: Conversation, *, was: Was, because: str
) -> None:
    if because == "message":
        conversation.waiting_since = conversation.waiting_since or uow.now
    if was.state == "resolved" and because == "message":
        # A matter that comes back wants a first answer again.
        queue = await uow.session.get_one(Queue, conversation.queue_id)
        await sla.start(uow, conversation, queue)
    elif conversation.assignee_id is None:
        await request_routing(uow, conversation.queue_id)
