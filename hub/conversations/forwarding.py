"""Hand on what was said to somebody who can help: a courier, the workshop.

It leaves as mail with the files of the message, stands in the conversation for the
team, and is not said to the client: he does not see it in his portal and goes on
waiting. An answer to it comes into the same conversation and makes nobody its client.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from hub.answers.places import unfilled
from hub.conversations import addressees, drafts, letters
from hub.conversations.addressees import Addressee
from hub.conversations.entries import author_kind, lock
from hub.conversations.events import MessageForwarded, shown
from hub.conversations.given import ForwardGiven, ReplyRules
from hub.conversations.replies import MAX_SUBJECT
from hub.conversations.views import item_view
from hub.delivery.outbound import queue, sent_as
from hub.errors import InvalidError, NotFoundError
from hub.files.attachments import Stored, attach
from hub.files.uploads import claim_uploads
from hub.storage.tables import Attachment, Conversation, StoredFile, TimelineItem
from hub.storage.unit import UnitOfWork

#: What can be handed on.
FORWARDED_KINDS = ("message", "form")


async def forward(
    uow: UnitOfWork,
    item_id: int,
    given: ForwardGiven,
    *,
    key: UUID,
    rules: ReplyRules,
) -> TimelineItem:
    """Hand a message on by mail.

    Args:
        uow: A unit of the author's.
        item_id: The message.
        given: To whom, with which words.
        key: The desk's id for this press; a repeat is not a second mail.
        rules: What the hub allows.

    Raises:
        NotFoundError: There is no such message, or it is none.
        InvalidError: The channel, somebody's address, a text or a file will not do.
    """
    original = await uow.session.get(TimelineItem, item_id)
    if (
        original is None
        or original.conversation_id is None
        or original.kind not in FORWARDED_KINDS
    ):
        raise NotFoundError(f"message {item_id}")
    conversation = await lock(uow, original.conversation_id)
    if already := await sent_as(uow, key):
        return already
    people = _people(given, rules)
    given, html = letters.worded(given)
    _check(given, rules)
    leaves = max(uow.now + rules.undo_window, given.send_at or uow.now)
    item = await _add(
        uow,
        conversation,
        original,
        given,
        html=html,
        people=people,
        key=key,
        leaves=leaves,
    )
    await _take_along(uow, item, original, given)
    await letters.sign(
        uow,
        item,
        conversation,
        company=rules.company if given.sign else "",
        forwards_id=original.id,
    )
    await letters.show_pictures(uow, item, html)
    await letters.join_all(uow, conversation, people)
    uow.record(
        MessageForwarded(
            client_id=conversation.client_id,
            conversation_id=conversation.id,
            item_id=item.id,
            forwarded_id=original.id,
            state=shown(item=item_view(item)),
        )
    )
    await queue(uow, item, at=leaves)
    await drafts.drop(uow, conversation.id, uow.actor.id or 0, "reply")
    return item


def _people(given: ForwardGiven, rules: ReplyRules) -> list[Addressee]:
    named = (("to", given.to), ("cc", given.cc), ("bcc", given.bcc))
    people = [one for role, typed in named for one in addressees.read(typed, role)]
    people = addressees.distinct(people, without=(), at_most=rules.max_recipients)
    if not people or people[0].role != "to":
        raise InvalidError("to", errors={"to": "say whom to forward it to"})
    addressees.check_allowed(people, rules.forward_to)
    return people


def _check(given: ForwardGiven, rules: ReplyRules) -> None:
    if rules.reaches.get(given.channel) != "email":
        raise InvalidError("channel", errors={"channel": "no mail leaves by it"})
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


async def _add(
    uow: UnitOfWork,
    conversation: Conversation,
    original: TimelineItem,
    given: ForwardGiven,
    *,
    html: str,
    people: Sequence[Addressee],
    key: UUID,
    leaves: datetime,
) -> TimelineItem:
    """Write the entry; who waits for whom in the conversation stays as it is."""
    first = people[0]
    subject = given.subject or f"Fwd: {original.subject or conversation.subject}"
    item = TimelineItem(
        client_id=conversation.client_id,
        conversation_id=conversation.id,
        at=uow.now,
        kind="message",
        channel=given.channel,
        direction="out",
        author_kind=author_kind(uow.actor),
        author_id=uow.actor.id,
        author_name=uow.actor.name,
        address=first.address,
        subject=subject[:MAX_SUBJECT],
        text=given.text,
        html=html or None,
        has_html=bool(html),
        data={
            "to": first.address,
            "forwarded": original.id,
            "recipients": [
                addressees.as_data(one.address, one.name, one.role) for one in people
            ],
        },
        attachments=[],
        key=key,
        delivery="held",
        delivery_at=uow.now,
        delivery_reason="",
        send_at=leaves,
    )
    uow.session.add(item)
    await uow.session.flush()
    return item


async def _take_along(
    uow: UnitOfWork, item: TimelineItem, original: TimelineItem, given: ForwardGiven
) -> None:
    """Attach the message's files, which are stored already, and the author's own."""
    rows = list(
        await uow.session.execute(
            select(Attachment, StoredFile)
            .join(StoredFile, StoredFile.hash == Attachment.hash)
            .where(Attachment.item_id == original.id)
            .order_by(Attachment.id)
        )
    )
    if given.files is not None:
        known = {row.id for row, _ in rows}
        if missing := set(given.files) - known:
            raise InvalidError(
                "files", errors={"files": f"not on this message: {sorted(missing)}"}
            )
        rows = [pair for pair in rows if pair[0].id in given.files]
    views: list[dict[str, Any]] = await attach(
        uow, item.id, [_stored(row, file) for row, file in rows]
    )
    views += await claim_uploads(uow, uow.actor.id or 0, given.attachment_ids, item.id)
    item.attachments = views


def _stored(row: Attachment, file: StoredFile) -> Stored:
    return Stored(
        hash=row.hash,
        name=row.name,
        size=file.size,
        media_type=file.media_type,
        thumbnail=file.has_thumbnail,
        content_id=row.content_id,
    )
