"""Answer the client: never blind, never twice, never lost.

Nothing is sent here. The interaction and the due row are written together, so a crash
loses both or neither; ``hub/delivery/outbox.py`` sends what is owed.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from hub.answers.places import unfilled
from hub.contracts import SendingRules
from hub.conversations import drafts, fitting, letters, standing_again
from hub.conversations.changes import assign, dispose, set_state
from hub.conversations.entries import Said, add, lock
from hub.conversations.given import ReplyGiven, ReplyRules
from hub.delivery import permission, recipients
from hub.delivery.outbound import queue, send_key, sent_as
from hub.delivery.progress import advance, advance_each
from hub.errors import (
    InvalidError,
    MissedMessagesError,
    NotFoundError,
    OptedOutError,
    StateError,
)
from hub.files.uploads import release
from hub.log.events import Actor
from hub.storage.tables import Address, Conversation, TimelineItem
from hub.storage.unit import UnitOfWork

#: The longest a message may wait for its time.
FURTHEST = timedelta(days=365)
MAX_SUBJECT = 300
_THEN = {"resolve": "resolved", "pending": "pending", "snooze": "snoozed"}


async def reply(
    uow: UnitOfWork,
    conversation_id: int,
    given: ReplyGiven,
    *,
    key: UUID,
    rules: ReplyRules,
) -> tuple[TimelineItem, Conversation]:
    """Answer the client on the channel that the author chose.

    Args:
        uow: A unit of the author's.
        conversation_id: The matter.
        given: What he says.
        key: The desk's id for this press of "send"; a repeat is not a second reply.
        rules: What the hub allows.

    Raises:
        NotFoundError: There is no such conversation.
        MissedMessagesError: Something was said since ``given.seen``.
        InvalidError: The channel, the address, the text or the time will not do.
        OptedOutError: The client asked not to be written to there.
        WindowClosedError: Only a template may be sent there now.
        PromiseOpenError: It is to resolve the matter, and a promise is open.
        DispositionMissingError: It is to resolve the matter, and nobody said how.
    """
    conversation = await lock(uow, conversation_id)
    if already := await sent_as(uow, key):
        return already, conversation
    address = await _address(uow, conversation, given, rules)
    leaves = max(uow.now + rules.undo_window, given.send_at or uow.now)
    wording, fitted = await fitting.fit(
        uow,
        fitting.Content(
            text=given.text,
            attachment_ids=given.attachment_ids,
            template_id=given.template_id,
            template_values=given.template_values,
        ),
        address,
        channel=given.channel,
        rules=rules.sending.get(given.channel, SendingRules()),
        leaves=leaves,
    )
    given = replace(given, text=wording)
    given, html = letters.worded(given)
    _check(given, rules, now=uow.now)
    others = letters.others(given, rules, first=address.value)
    if not given.anyway:
        await _see(uow, conversation, given.seen)
    data = {"to": address.value, "address_id": address.id} | fitted
    if given.then is not None:
        data["then"] = standing_again.remember(conversation, _THEN[given.then])
    if others:
        data["recipients"] = letters.listed(address.value, others)
    item = await add(
        uow,
        conversation,
        Said(
            kind="message",
            channel=given.channel,
            direction="out",
            author=uow.actor,
            text=given.text,
            subject=given.subject or _subject(conversation, given.channel),
            address=address.display,
            html=html or None,
            data=data,
            uploads=given.attachment_ids,
            key=key,
            delivery="held",
            send_at=leaves,
            # It answers the client when it leaves, not while it can be taken back.
            answers=False,
        ),
    )
    if rules.reaches[given.channel] == "email":
        await letters.add_parts(uow, item, conversation, given, rules)
        await letters.join_all(uow, conversation, others)
    await queue(uow, item, at=leaves)
    await drafts.drop(uow, conversation.id, uow.actor.id or 0, "reply")
    if conversation.assignee_id is None and uow.actor.kind == "agent":
        await assign(uow, conversation, uow.actor.id, because="answered")
    if given.then is not None:
        if given.disposition:
            await dispose(uow, conversation, given.disposition)
        await set_state(
            uow,
            conversation,
            _THEN[given.then],
            until=given.snoozed_until,
            anyway=given.despite_promises,
        )
    return item, conversation


async def undo(uow: UnitOfWork, item_id: int) -> tuple[TimelineItem, drafts.DraftView]:
    """Take back a message that is still held; its text is its author's draft again.

    What became of the conversation with it is taken back, too.

    Raises:
        NotFoundError: There is no such message.
        StateError: It has left already.
    """
    item, conversation = await _mine(uow, item_id)
    if item.delivery != "held":
        raise StateError(f"it is {item.delivery}", state=item.delivery)
    await uow.forgive(send_key(item))
    author = item.author_id if item.author_kind == "agent" else uow.actor.id
    files = await release(uow, author or 0, item.id) if item.attachments else []
    html = await letters.html_of(uow, item)
    await advance(uow, item, "cancelled")
    await standing_again.restore(uow, conversation, item)
    draft = await drafts.keep(
        uow,
        conversation.id,
        author or 0,
        "reply",
        drafts.DraftGiven(
            text=item.text,
            channel=item.channel,
            address_id=item.data.get("address_id"),
            subject=item.subject,
            html=html,
            mail=letters.draft_of(item),
            attachment_ids=[one["id"] for one in files],
        ),
        longest=max(len(item.text), len(html)),
    )
    return item, draft


async def send_now(uow: UnitOfWork, item_id: int) -> TimelineItem:
    """Let a held message leave at once.

    Raises:
        NotFoundError: There is no such message.
        StateError: It is not held.
    """
    item, _ = await _mine(uow, item_id)
    if item.delivery != "held":
        raise StateError(f"it is {item.delivery}", state=item.delivery)
    await advance(uow, item, "queued")
    await queue(uow, item, at=uow.now)
    return item


async def retry(uow: UnitOfWork, item_id: int) -> TimelineItem:
    """Send a message again that failed, or that nobody knows to have gone out.

    Raises:
        NotFoundError: There is no such message.
        StateError: It did not fail.
        OptedOutError: The client asked not to be written to there.
    """
    item, _ = await _mine(uow, item_id)
    if recipients.of(item.data):
        return await _retry_those(uow, item)
    if item.delivery not in {"failed", "bounced", "uncertain"}:
        raise StateError(f"it is {item.delivery}", state=item.delivery)
    if await permission.obstacle_of(uow, item, SendingRules()):
        raise OptedOutError(permission.REASONS[permission.OPTED_OUT])
    # A new try at the provider is a new message to it, whose receipts must not be
    # taken for those of the old one.
    item.external_id = None
    await advance(uow, item, "queued")
    await queue(uow, item, at=uow.now)
    return item


async def _retry_those(uow: UnitOfWork, item: TimelineItem) -> TimelineItem:
    """Send it again to whom it did not reach, and to nobody else."""
    missed = recipients.missed(item.data)
    if not missed or item.delivery == "held":
        raise StateError(f"it is {item.delivery}", state=item.delivery)
    await advance_each(uow, item, recipients.all_to(missed, "queued"))
    await queue(uow, item, at=uow.now)
    return item


async def settle(uow: UnitOfWork, item_id: int, *, sent: bool) -> TimelineItem:
    """Take a person's word for what became of an uncertain message.

    Raises:
        NotFoundError: There is no such message.
        StateError: It is not uncertain.
    """
    item, _ = await _mine(uow, item_id)
    to = "sent" if sent else "failed"
    if recipients.is_unsure(item.data):
        await uow.forgive(send_key(item))
        unsure = recipients.meant(item.data)
        await advance_each(uow, item, recipients.all_to(unsure, to))
        return item
    if item.delivery != "uncertain":
        raise StateError(f"it is {item.delivery}", state=item.delivery)
    await uow.forgive(send_key(item))
    await advance(uow, item, to)
    return item


async def _mine(uow: UnitOfWork, item_id: int) -> tuple[TimelineItem, Conversation]:
    """Lock a message of ours and its conversation, in the order everybody does."""
    item = await uow.session.get(TimelineItem, item_id)
    if item is None or item.key is None or item.conversation_id is None:
        raise NotFoundError(f"message {item_id}")
    conversation = await lock(uow, item.conversation_id)
    await uow.session.refresh(item, with_for_update=True)
    return item, conversation


async def _address(
    uow: UnitOfWork, conversation: Conversation, given: ReplyGiven, rules: ReplyRules
) -> Address:
    reaches = rules.reaches.get(given.channel)
    if reaches is None:
        raise InvalidError(
            "channel", errors={"channel": "nothing can be sent by this channel"}
        )
    address = await uow.session.get(Address, given.address_id)
    if address is None or address.client_id != conversation.client_id:
        raise InvalidError(
            "address", errors={"address_id": "not an address of this client"}
        )
    if address.kind != reaches:
        raise InvalidError(
            "address", errors={"address_id": f"{given.channel} does not reach it"}
        )
    return address


def _check(given: ReplyGiven, rules: ReplyRules, *, now: datetime) -> None:
    if not given.text.strip() and not given.attachment_ids:
        raise InvalidError("text", errors={"text": "there is nothing to send"})
    if len(given.text) > rules.max_text:
        raise InvalidError("text", errors={"text": f"at most {rules.max_text} letters"})
    if left := unfilled(f"{given.subject}\n{given.text}"):
        raise InvalidError(
            "places", errors={"text": f"{{{left[0]}}} has no value"}, places=left
        )
    if len(given.subject) > MAX_SUBJECT:
        raise InvalidError(
            "subject", errors={"subject": f"at most {MAX_SUBJECT} letters"}
        )
    if given.send_at is not None and given.send_at > now + FURTHEST:
        raise InvalidError(
            "send_at", errors={"send_at": f"at most {FURTHEST.days} days ahead"}
        )


# Whatever somebody else said in the conversation after the cursor, machines aside.
_MISSED = text("""
    SELECT state->'item' AS item FROM events
    WHERE conversation_id = :conversation_id AND seq > :seen
      AND kind IN ('interaction.added', 'note.added', 'interaction.moved')
      AND NOT (actor_kind = :kind AND actor_id IS NOT DISTINCT FROM :id)
      AND actor_kind <> 'system'
    ORDER BY seq LIMIT 50
""")


async def _see(uow: UnitOfWork, conversation: Conversation, seen: int) -> None:
    # The conversation is locked and every writer takes that lock before it writes,
    # so nothing can slip in between this look and our commit.
    actor: Actor = uow.actor
    rows = await uow.session.scalars(
        _MISSED,
        {
            "conversation_id": conversation.id,
            "seen": seen,
            "kind": actor.kind,
            "id": actor.id,
        },
    )
    missed: list[Any] = [_json(row) for row in rows]
    if missed:
        raise MissedMessagesError(
            f"{len(missed)} since {seen} in conversation {conversation.id}",
            missed=missed,
        )


def _json(value: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str) else value


def _subject(conversation: Conversation, channel: str) -> str:
    if channel != "email" or not conversation.subject:
        return ""
    return f"Re: {conversation.subject}"
