"""Which conversations messages name, by ids or reply addresses, read for a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, select, tuple_

from hub.conversations import threading
from hub.conversations.intake.arrivals import Letter
from hub.storage.tables import Client, Conversation, Participant, TimelineItem
from hub.storage.unit import UnitOfWork

#: Subjects of a conversation that an answer's own is compared with.
SUBJECTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What one message names."""

    #: Conversations of the messages that it answers, nearest first.
    answered_ids: tuple[int, ...] = ()
    #: From its signed reply address.
    token_id: int | None = None
    #: Those of them that its author may write in: (client, client's name) by id.
    open_to: Mapping[int, tuple[int, str]]
    #: What is written over the entries there.
    subjects: tuple[str, ...] = ()


async def named(
    uow: UnitOfWork, letters: Sequence[Letter], reply_key: bytes
) -> dict[int, Named]:
    """Read what these messages name, by their places; most name nothing."""
    tokens = {
        letter.place: token_id
        for letter in letters
        if (token_id := threading.read_token(letter.message.reply_token, reply_key))
    }
    answered = await _answered(uow, letters)
    asking = [one for one in letters if one.place in answered or one.place in tokens]
    if not asking:
        return {}
    ids = {one for found in answered.values() for one in found} | set(tokens.values())
    whose = await _whose(uow, ids)
    taking_part = await _taking_part(uow, asking, ids)
    subjects = await _subjects(uow, ids)
    found = {}
    for letter in asking:
        token_id = tokens.get(letter.place)
        ours = tuple(one for one in answered.get(letter.place, ()) if one in whose)
        token_id = token_id if token_id in whose else None
        open_to = {
            one: whose[one]
            for one in (*ours, *([token_id] if token_id else ()))
            if whose[one][0] == letter.match.client.id
            or (letter.match.address.value, one) in taking_part
        }
        found[letter.place] = Named(
            answered_ids=ours,
            token_id=token_id,
            open_to=open_to,
            subjects=tuple(text for one in open_to for text in subjects.get(one, ())),
        )
    return found


async def _answered(
    uow: UnitOfWork, letters: Sequence[Letter]
) -> dict[int, tuple[int, ...]]:
    """Find the conversations of the messages that these ones answer."""
    asked = {
        (letter.message.channel, reference)
        for letter in letters
        for reference in letter.message.references
    }
    if not asked:
        return {}
    rows = await uow.session.execute(
        select(
            TimelineItem.channel, TimelineItem.external_id, TimelineItem.conversation_id
        ).where(tuple_(TimelineItem.channel, TimelineItem.external_id).in_(asked))
    )
    known = {
        (row.channel, row.external_id): row.conversation_id
        for row in rows
        if row.conversation_id is not None
    }
    found = {
        letter.place: tuple(
            dict.fromkeys(
                known[key]
                for reference in letter.message.references
                if (key := (letter.message.channel, reference)) in known
            )
        )
        for letter in letters
    }
    return {place: ids for place, ids in found.items() if ids}


async def _whose(uow: UnitOfWork, ids: set[int]) -> dict[int, tuple[int, str]]:
    rows = await uow.session.execute(
        select(Conversation.id, Client.id, Client.name)
        .join(Client, Client.id == Conversation.client_id)
        .where(Conversation.id.in_(ids))
    )
    return {one: (client_id, name) for one, client_id, name in rows}


async def _taking_part(
    uow: UnitOfWork, letters: Sequence[Letter], ids: set[int]
) -> set[tuple[str, int]]:
    """Find who of the authors was written to in whose conversation."""
    mails = {
        one.match.address.value for one in letters if one.match.address.kind == "email"
    }
    if not mails:
        return set()
    rows = await uow.session.execute(
        select(Participant.address, Participant.conversation_id).where(
            Participant.address.in_(mails), Participant.conversation_id.in_(ids)
        )
    )
    return {(address, one) for address, one in rows}


async def _subjects(uow: UnitOfWork, ids: set[int]) -> dict[int, list[str]]:
    ranked = (
        select(
            TimelineItem.conversation_id,
            TimelineItem.subject,
            func.row_number()
            .over(
                partition_by=TimelineItem.conversation_id,
                order_by=TimelineItem.id.desc(),
            )
            .label("place"),
        )
        .where(and_(TimelineItem.conversation_id.in_(ids), TimelineItem.subject != ""))
        .subquery()
    )
    rows = await uow.session.execute(
        select(ranked.c.conversation_id, ranked.c.subject)
        .where(ranked.c.place <= SUBJECTS)
        .distinct()
    )
    found: dict[int, list[str]] = {}
    for one, subject in rows:
        found.setdefault(one, []).append(subject)
    return found
