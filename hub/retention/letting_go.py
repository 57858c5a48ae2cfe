"""Let go of the next few things of a kind. Each is one step of a unit.

What is taken in hand is looked at again, so that what somebody has just opened stays.
Doing a step twice changes nothing more.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, delete, select, text, update
from sqlalchemy.orm import InstrumentedAttribute

from hub.conversations.entries import standing
from hub.conversations.events import shown
from hub.conversations.views import conversation_view, item_view
from hub.privacy import files, redacting
from hub.retention import thinning, wanted
from hub.retention.events import ConversationEmptied, InteractionEmptied
from hub.search import forgetting
from hub.storage.tables import (
    Attachment,
    Client,
    Conversation,
    Draft,
    EventRow,
    LetterPart,
    Notification,
    QuarantineItem,
    TimelineItem,
)
from hub.storage.unit import UnitOfWork

#: Does the next few after an id, of what is older than a moment, at the most so many.
#: Gives the id it has come to, or None at the end, and how many things went.
Step = Callable[[UnitOfWork, datetime, int, int], Awaitable[tuple[int | None, int]]]

_WRITE = text("""
    UPDATE events SET data = given.data, state = given.state,
        actor_name = given.actor_name
    FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS given(seq bigint, actor_name text, data jsonb, state jsonb)
    WHERE events.seq = given.seq
""")


async def bodies(
    uow: UnitOfWork, before: datetime, after: int, limit: int
) -> tuple[int | None, int]:
    """Empty conversations that are done with: words, files, and the log of them."""
    found, end = await _next(uow, wanted.bodies(before), Conversation.id, after, limit)
    held = await _hold(uow, found)
    ids = list(
        await uow.session.scalars(
            wanted.bodies(before).where(Conversation.id.in_(list(held)))
        )
    )
    items = list(
        await uow.session.scalars(
            select(TimelineItem)
            .where(
                TimelineItem.conversation_id.in_(ids),
                TimelineItem.kind.in_(wanted.SAID),
                TimelineItem.data[redacting.ERASED].is_(None),
                TimelineItem.data[thinning.EXPIRED].is_(None),
            )
            .order_by(TimelineItem.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    item_ids = [one.id for one in items]
    await forgetting.forget(uow.session, "item", item_ids)
    await files.drop(uow, item_ids)
    await uow.session.execute(
        delete(LetterPart).where(LetterPart.item_id.in_(item_ids))
    )
    for item in items:
        item.text = item.quoted = ""
        item.html = None
        item.has_html = False
        item.attachments = []
        item.data = thinning.entry(item.data or {})
        _tell_item(uow, item, "bodies")
    for row in (held[one] for one in ids):
        row.snippet = ""
        row.emptied_at = uow.now
        client = await uow.session.get_one(Client, row.client_id)
        uow.record(
            ConversationEmptied(
                client_id=row.client_id,
                conversation_id=row.id,
                was=standing(row),
                state=shown(conversation=conversation_view(row, client.name)),
            )
        )
    await uow.session.flush()
    await _thin_log(uow, ids)
    return end, len(ids)


async def recordings(
    uow: UnitOfWork, before: datetime, after: int, limit: int
) -> tuple[int | None, int]:
    """Drop recordings of calls; that there was one stays."""
    return await _drop_files(uow, "recordings", before, after, limit)


async def mails(
    uow: UnitOfWork, before: datetime, after: int, limit: int
) -> tuple[int | None, int]:
    """Drop mails as they came; what was read of them stays."""
    return await _drop_files(uow, "mails", before, after, limit)


async def quarantine(
    uow: UnitOfWork, before: datetime, after: int, limit: int
) -> tuple[int | None, int]:
    """Empty raw deliveries; that they came stays, so that none is taken in again."""
    found, end = await _next(
        uow, wanted.quarantine(before), QuarantineItem.id, after, limit
    )
    await uow.session.execute(
        update(QuarantineItem)
        .where(QuarantineItem.id.in_(found))
        .values(headers={}, body=b"", path="")
    )
    return end, len(found)


async def drafts(
    uow: UnitOfWork, before: datetime, after: int, limit: int
) -> tuple[int | None, int]:
    """Drop drafts that nobody went on with, and the files that waited in them."""
    found, end = await _next(uow, wanted.drafts(before), Conversation.id, after, limit)
    held = await _hold(uow, found)
    gone = list(
        await uow.session.scalars(
            delete(Draft)
            .where(Draft.conversation_id.in_(list(held)), Draft.updated_at < before)
            .returning(Draft.attachment_ids)
        )
    )
    await files.drop_uploads(uow, [one for ids in gone for one in ids or ()])
    return end, len(gone)


async def notices(
    uow: UnitOfWork, before: datetime, after: int, limit: int
) -> tuple[int | None, int]:
    """Drop notices that were read; screens that are open go on to show theirs."""
    which = wanted.notices(before)
    found, end = await _next(uow, which, Notification.id, after, limit)
    # Asked once more, for what was opened since.
    gone = await uow.session.scalars(
        delete(Notification)
        .where(Notification.id.in_(found), Notification.id.in_(which))
        .returning(Notification.id)
    )
    return end, len(list(gone))


async def log(
    uow: UnitOfWork, before: datetime, after: int, limit: int
) -> tuple[int | None, int]:
    """Write over names and words of old events about clients; they themselves stay."""
    found, end = await _next(uow, wanted.log(before), EventRow.seq, after, limit)
    written = await _write_over(uow, EventRow.seq.in_(found), _anonymous)
    # Others are passed over from now on, and looked at by no later night.
    await uow.session.execute(
        update(EventRow).where(EventRow.seq.in_(found)).values(thinned=True)
    )
    return end, written


def _anonymous(row: Any) -> tuple[dict[str, Any], dict[str, Any], str]:
    name = "" if row.actor_kind == "client" else row.actor_name
    return redacting.facts(row.data), redacting.state(row.state), name


def _unsaid(row: Any) -> tuple[dict[str, Any], dict[str, Any], str]:
    return thinning.said(row.data), thinning.said(row.state), row.actor_name


async def _thin_log(uow: UnitOfWork, conversation_ids: Sequence[int]) -> None:
    """Cut what was said in these conversations out of the log."""
    if conversation_ids:
        await _write_over(uow, EventRow.conversation_id.in_(conversation_ids), _unsaid)


async def _write_over(
    uow: UnitOfWork,
    which: ColumnElement[bool],
    left: Callable[[Any], tuple[dict[str, Any], dict[str, Any], str]],
) -> int:
    """Write over events with what is left of them; tell how many are others now."""
    rows = await uow.session.execute(
        select(
            EventRow.seq,
            EventRow.actor_kind,
            EventRow.actor_name,
            EventRow.data,
            EventRow.state,
        ).where(which)
    )
    written = []
    for row in rows:
        data, state, name = left(row)
        if (data, state, name) != (row.data, row.state, row.actor_name):
            written.append(
                {"seq": row.seq, "data": data, "state": state, "actor_name": name}
            )
    if written:
        await uow.session.execute(_WRITE, {"rows": orjson.dumps(written).decode()})
    return len(written)


async def _drop_files(
    uow: UnitOfWork, what: str, before: datetime, after: int, limit: int
) -> tuple[int | None, int]:
    which = wanted.WANTED[what](before)
    found, end = await _next(uow, which, Attachment.id, after, limit)
    carried = (
        await uow.session.execute(
            select(Attachment.id, TimelineItem.id, TimelineItem.conversation_id)
            .join(TimelineItem, TimelineItem.id == Attachment.item_id)
            .where(Attachment.id.in_(found))
        )
    ).all()
    held = await _hold(uow, [one for _, _, one in carried if one is not None])
    free = {file: item for file, item, one in carried if one is None or one in held}
    ids = list(await uow.session.scalars(which.where(Attachment.id.in_(list(free)))))
    items = {
        item.id: item
        for item in await uow.session.scalars(
            select(TimelineItem)
            .where(TimelineItem.id.in_([free[one] for one in ids]))
            .order_by(TimelineItem.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    for one in ids:
        item = items[free[one]]
        item.attachments = [view for view in item.attachments if view.get("id") != one]
        item.data = _without_file(item.data, what)
        _tell_item(uow, item, what)
    await uow.session.flush()
    await files.drop_these(uow, ids)
    return end, len(ids)


def _without_file(data: Mapping[str, Any], what: str) -> dict[str, Any]:
    if what == "mails":
        return {name: one for name, one in data.items() if name != "original"}
    left = {name: one for name, one in data.items() if name != "recording"}
    return {**left, "not_recorded": thinning.EXPIRED}


def _tell_item(uow: UnitOfWork, item: TimelineItem, what: str) -> None:
    uow.record(
        InteractionEmptied(
            client_id=item.client_id,
            conversation_id=item.conversation_id,
            item_id=item.id,
            what=what,
            state={"item": item_view(item)},
        )
    )


async def _next(
    uow: UnitOfWork,
    which: Select[Any],
    column: InstrumentedAttribute[int],
    after: int,
    limit: int,
) -> tuple[list[int], int | None]:
    """Give the next ids, and the one to go on after; None: these were the last."""
    found = list(await uow.session.scalars(which.where(column > after).limit(limit)))
    return found, found[-1] if len(found) == limit else None


async def _hold(
    uow: UnitOfWork, conversation_ids: Sequence[int]
) -> dict[int, Conversation]:
    """Take conversations in hand that nobody else has and that are still resolved.

    What somebody works on just now is passed over; it comes round another night.
    """
    rows = await uow.session.scalars(
        select(Conversation)
        .where(Conversation.id.in_(conversation_ids), Conversation.state == "resolved")
        .order_by(Conversation.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


STEPS: Mapping[str, Step] = {
    "bodies": bodies,
    "recordings": recordings,
    "mails": mails,
    "quarantine": quarantine,
    "drafts": drafts,
    "notices": notices,
    "log": log,
}
