"""Notes: what only the team sees."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from hub.conversations import drafts
from hub.conversations.entries import author_kind, lock
from hub.conversations.events import NoteAdded, shown
from hub.conversations.notices import notify
from hub.conversations.views import item_view
from hub.delivery.outbound import sent_as
from hub.errors import InvalidError
from hub.storage.tables import Account, TimelineItem
from hub.storage.unit import UnitOfWork


async def add_note(
    uow: UnitOfWork,
    conversation_id: int,
    text: str,
    *,
    mentions: Sequence[int],
    key: UUID,
    longest: int,
) -> TimelineItem:
    """Tell the team something; whoever is mentioned is notified.

    Raises:
        NotFoundError: There is no such conversation.
        InvalidError: It is empty or too long, or mentions nobody who works here.
    """
    if not text.strip() or len(text) > longest:
        raise InvalidError("note", errors={"text": f"1 to {longest} letters"})
    conversation = await lock(uow, conversation_id)
    if already := await sent_as(uow, key):
        return already
    mentioned = list(dict.fromkeys(mentions))
    known = set(
        await uow.session.scalars(
            select(Account.id).where(Account.id.in_(mentioned), Account.active)
        )
    )
    if unknown := set(mentioned) - known:
        raise InvalidError(
            "mentions", errors={"mentions": f"nobody here is {sorted(unknown)}"}
        )
    item = TimelineItem(
        client_id=conversation.client_id,
        conversation_id=conversation.id,
        at=uow.now,
        kind="note",
        author_kind=author_kind(uow.actor),
        author_id=uow.actor.id,
        author_name=uow.actor.name,
        text=text,
        data={"mentions": mentioned},
        attachments=[],
        has_html=False,
        key=key,
    )
    uow.session.add(item)
    await uow.session.flush()
    uow.record(
        NoteAdded(
            client_id=conversation.client_id,
            conversation_id=conversation.id,
            item_id=item.id,
            mentions=tuple(mentioned),
            state=shown(item=item_view(item)),
        )
    )
    for account_id in mentioned:
        if account_id != uow.actor.id:
            await notify(uow, account_id, "mentioned", conversation.id, item_id=item.id)
    if uow.actor.id is not None:
        await drafts.drop(uow, conversation.id, uow.actor.id, "note")
    return item
