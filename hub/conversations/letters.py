"""What a reply by mail has beside its words: who else gets it, what stands below it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy import select, update

from hub.conversations import addressees, outgoing, participants, signatures
from hub.conversations.addressees import Addressee
from hub.conversations.given import ForwardGiven, ReplyGiven, ReplyRules
from hub.delivery import recipients
from hub.errors import InvalidError
from hub.storage.tables import Attachment, Conversation, LetterPart, TimelineItem
from hub.storage.unit import UnitOfWork

Words = TypeVar("Words", ReplyGiven, ForwardGiven)


def worded(given: Words) -> tuple[Words, str]:
    """Clean what was written with a look to it, and make the text from it."""
    if not given.html.strip():
        return given, ""
    html = outgoing.clean(given.html)
    return replace(given, html=html, text=outgoing.says(html)), html


def others(given: ReplyGiven, rules: ReplyRules, *, first: str) -> list[Addressee]:
    """Read who gets it beside the client.

    Raises:
        InvalidError: One is no address, they are too many, or this channel has none.
    """
    named = {"to": given.to, "cc": given.cc, "bcc": given.bcc}
    if rules.reaches.get(given.channel) != "email":
        for field, anything in {**named, "html": given.html}.items():
            if anything:
                raise InvalidError("mail", errors={field: "only by mail"})
        return []
    people = [
        one for role, typed in named.items() for one in addressees.read(typed, role)
    ]
    return addressees.distinct(people, without=[first], at_most=rules.max_recipients)


def listed(first: str, people: Sequence[Addressee]) -> list[dict[str, Any]]:
    """Write all recipients down, the first one first."""
    return [
        addressees.as_data(first, "", "to"),
        *(addressees.as_data(one.address, one.name, one.role) for one in people),
    ]


async def add_parts(
    uow: UnitOfWork,
    item: TimelineItem,
    conversation: Conversation,
    given: ReplyGiven,
    rules: ReplyRules,
) -> None:
    """Keep the signature and what is quoted, as they stand now.

    Raises:
        InvalidError: What it is to answer is not in this conversation.
    """
    answers = await _answered(uow, conversation, given.answers_id, item.id)
    quotes = rules.quote_history if given.quote is None else given.quote
    await sign(
        uow,
        item,
        conversation,
        company=rules.company if given.sign else "",
        answers_id=answers,
        quotes_id=answers if quotes else None,
    )
    await show_pictures(uow, item, given.html)


async def sign(
    uow: UnitOfWork,
    item: TimelineItem,
    conversation: Conversation,
    *,
    company: str,
    **references: int | None,
) -> None:
    """Put the author's signature below a message, unless ``company`` is empty."""
    signed = signatures.Signed()
    if company and uow.actor.kind in {"agent", "program"}:
        signed = await signatures.chosen(
            uow.session, uow.actor.id, conversation.queue_id, company=company
        )
    if not signed.text and not any(references.values()):
        return
    uow.session.add(
        LetterPart(
            item_id=item.id,
            signature=signed.text,
            signature_html=signed.html,
            **references,
        )
    )
    await uow.session.flush()


async def join_all(
    uow: UnitOfWork, conversation: Conversation, people: Sequence[Addressee]
) -> None:
    """Let the answers of these people come into the same conversation."""
    await participants.join(
        uow, conversation.id, {one.address: one.name for one in people}
    )


async def show_pictures(uow: UnitOfWork, item: TimelineItem, html: str) -> None:
    """Let uploads that the words show be pictures among them."""
    for upload in outgoing.pictures(html):
        await uow.session.execute(
            update(Attachment)
            .where(Attachment.id == upload, Attachment.item_id == item.id)
            .values(content_id=outgoing.CONTENT_ID.format(upload))
        )


async def html_of(uow: UnitOfWork, item: TimelineItem) -> str:
    """Give the look of a message of ours, empty if it has none of its own."""
    if not item.has_html:
        return ""
    return (
        await uow.session.scalar(
            select(TimelineItem.html).where(TimelineItem.id == item.id)
        )
        or ""
    )


def draft_of(item: TimelineItem) -> dict[str, Any]:
    """Give back to the composer whom a message that is undone was for."""
    people = recipients.of(item.data)
    forwards = item.data.get("forwarded")
    mail: dict[str, Any] = {"forwards_id": forwards} if forwards else {}
    for role in addressees.ROLES:
        # The client himself is chosen by his address.
        those = people if forwards else people[1:]
        if named := [addressees.written(one) for one in those if one["role"] == role]:
            mail[role] = named
    return mail


async def _answered(
    uow: UnitOfWork, conversation: Conversation, chosen: int | None, before: int
) -> int | None:
    """Find the message that a reply answers."""
    said = (
        TimelineItem.conversation_id == conversation.id,
        TimelineItem.kind.in_(("message", "form")),
        TimelineItem.id < before,
    )
    if chosen is not None:
        found = await uow.session.scalar(
            select(TimelineItem.id).where(*said, TimelineItem.id == chosen)
        )
        if found is None:
            raise InvalidError(
                "answers", errors={"answers_id": "not a message of this conversation"}
            )
        return found
    return await uow.session.scalar(
        select(TimelineItem.id)
        .where(*said, TimelineItem.direction == "in")
        .order_by(TimelineItem.at.desc(), TimelineItem.id.desc())
        .limit(1)
    )
