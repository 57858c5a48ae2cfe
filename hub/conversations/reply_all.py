"""What a reply by mail begins with: who else should get it, and what stands below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.conversations import addressees, participants, signatures
from hub.conversations.signatures import Signed
from hub.storage.tables import Address, Conversation, TimelineItem


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDefaults:
    """For a mail: whom "reply to all" means, and what goes along."""

    #: The message that is answered, and can be quoted; None if there is none.
    answers_id: int | None
    #: Everybody else on that message, as people type addresses. Not the client and
    #: not we.
    to: list[str]
    cc: list[str]
    #: Who has been written to in this conversation before, to choose from.
    known: list[str]
    #: The message that is answered is quoted unless the author says otherwise.
    quote: bool
    signature: Signed


async def mail_defaults(
    session: AsyncSession,
    conversation_id: int,
    account_id: int,
    *,
    company: str,
    quote: bool,
    own: Sequence[str] = (),
) -> MailDefaults:
    """Propose what goes with a mail in this conversation.

    Args:
        session: Any session.
        conversation_id: The matter; it is there.
        account_id: Who will write.
        company: Its name.
        quote: What the settings say of quoting.
        own: Our own addresses; they get nothing from us.
    """
    conversation = await session.get_one(Conversation, conversation_id)
    latest = await session.scalar(
        select(TimelineItem)
        .where(
            TimelineItem.conversation_id == conversation_id,
            TimelineItem.kind.in_(("message", "form")),
            TimelineItem.direction == "in",
        )
        .order_by(TimelineItem.at.desc(), TimelineItem.id.desc())
        .limit(1)
    )
    theirs = await session.scalars(
        select(Address.value).where(
            Address.client_id == conversation.client_id, Address.kind == "email"
        )
    )
    without = {one.casefold() for one in (*theirs, *own)}
    to, cc = reply_all(_said_by_mail(latest), without=without)
    known = await participants.participants_of(session, conversation_id)
    return MailDefaults(
        answers_id=latest.id if latest else None,
        to=to,
        cc=cc,
        known=[
            addressees.written({"name": one.name, "address": one.address})
            for one in known
        ],
        quote=quote,
        signature=await signatures.chosen(
            session, account_id, conversation.queue_id, company=company
        ),
    )


def reply_all(
    mail: Mapping[str, Any], *, without: set[str]
) -> tuple[list[str], list[str]]:
    """Give who else was on a mail: those in To (and its sender), and those in Cc.

    Where its author wants the answer elsewhere within his house, that is in To too.

    Args:
        mail: What the timeline says of it: ``sender``, ``reply_to``, ``also_to``, ``cc``.
        without: Addresses in lower case that are left out.
    """
    seen = set(without)
    found: dict[str, list[str]] = {"to": [], "cc": []}
    elsewhere = mail.get("reply_to") or {}
    wanted = elsewhere if elsewhere.get("same_domain") else None
    first = (mail.get("sender"), wanted, *mail.get("also_to", ()))
    people = [("to", one) for one in first]
    people += [("cc", one) for one in mail.get("cc", ())]
    for role, one in people:
        if not one or not one.get("address"):
            continue
        address = one["address"].strip().casefold()
        if address in seen:
            continue
        seen.add(address)
        found[role].append(addressees.written(one))
    return found["to"], found["cc"]


def _said_by_mail(item: TimelineItem | None) -> dict[str, Any]:
    if item is None or item.kind != "message":
        return {}
    sender = {"name": item.author_name, "address": item.address}
    is_mail = "@" in item.address
    return {**item.data, "sender": sender if is_mail else None}
