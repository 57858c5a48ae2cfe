"""What agents have begun to write, kept on the server from screen to screen.

Colleagues see it, and may write on in its author's stead. Then his words are in both
drafts: his own stays as it was, marked with who writes on and why, until he does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from hub.conversations import outgoing
from hub.conversations.events import DraftTaken
from hub.conversations.views import AttachmentView
from hub.errors import InvalidError, NotFoundError
from hub.files.attachments import Stored, insert_attachments
from hub.files.uploads import views_of, wait
from hub.storage.tables import Account, Attachment, Conversation, Draft, StoredFile
from hub.storage.unit import UnitOfWork

#: HTML may be so many times as long as the text that it shows.
_MARKUP = 10
MAX_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """A begun reply or note."""

    kind: str
    channel: str | None
    address_id: int | None
    subject: str
    text: str
    #: By mail: the same with a look to it; empty: just the text.
    html: str
    #: Who else gets it and how, when it is to leave by mail: ``to``, ``cc``, ``bcc``,
    #: ``quote``, ``forwards_id``.
    mail: dict[str, Any]
    #: Uploads that go along and are still there.
    attachments: list[AttachmentView]
    updated_at: datetime
    #: Whose it is.
    account_id: int
    account_name: str = ""
    #: Who writes on in his stead, and why; None: nobody.
    taken_by: int | None = None
    taken_by_name: str = ""
    taken_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftGiven:
    """What the author has so far."""

    text: str
    html: str = ""
    channel: str | None = None
    address_id: int | None = None
    subject: str = ""
    mail: Mapping[str, Any] = field(default_factory=dict)
    attachment_ids: Sequence[int] = ()


async def keep(
    uow: UnitOfWork,
    conversation_id: int,
    account_id: int,
    kind: str,
    given: DraftGiven,
    *,
    longest: int,
) -> DraftView:
    """Keep the author's draft; the newest one stands, and is his again.

    Raises:
        NotFoundError: There is no such conversation.
        InvalidError: It is too long.
    """
    if len(given.text) > longest or len(given.html) > longest * _MARKUP:
        raise InvalidError("draft", errors={"text": f"at most {longest} letters"})
    if await uow.session.get(Conversation, conversation_id) is None:
        raise NotFoundError(f"conversation {conversation_id}")
    fresh = {
        "channel": given.channel,
        "address_id": given.address_id,
        "subject": given.subject,
        "text": given.text,
        # A colleague's screen will show it.
        "html": outgoing.clean(given.html),
        "mail": dict(given.mail),
        "attachment_ids": list(dict.fromkeys(given.attachment_ids)),
        "updated_at": uow.now,
        "taken_by": None,
        "taken_at": None,
        "taken_reason": "",
    }
    await uow.session.execute(
        insert(Draft)
        .values(
            conversation_id=conversation_id, account_id=account_id, kind=kind, **fresh
        )
        .on_conflict_do_update(
            index_elements=["conversation_id", "account_id", "kind"], set_=fresh
        )
    )
    (view,) = await _select(
        uow.session, conversation_id, Draft.account_id == account_id, Draft.kind == kind
    )
    return view


async def drop(
    uow: UnitOfWork, conversation_id: int, account_id: int, kind: str
) -> None:
    """Forget a draft; one that is not there is forgotten already."""
    await uow.session.execute(
        delete(Draft).where(
            Draft.conversation_id == conversation_id,
            Draft.account_id == account_id,
            Draft.kind == kind,
        )
    )


async def drafts_of(
    session: AsyncSession, conversation_id: int, account_id: int
) -> list[DraftView]:
    """Give an author's drafts in a conversation."""
    return await _select(session, conversation_id, Draft.account_id == account_id)


async def of_others(
    session: AsyncSession, conversation_id: int, account_id: int
) -> list[DraftView]:
    """Give the replies that colleagues have begun, the latest first.

    Those that somebody took over are not among them, but in that one's own.
    """
    found = await _select(
        session,
        conversation_id,
        Draft.account_id != account_id,
        Draft.kind == "reply",
        Draft.taken_by.is_(None),
    )
    said = [one for one in found if one.text.strip() or one.attachments]
    return sorted(said, key=lambda one: one.updated_at, reverse=True)


async def take(
    uow: UnitOfWork,
    conversation_id: int,
    author_id: int,
    taker_id: int,
    *,
    reason: str,
    longest: int,
) -> DraftView:
    """Write on in a colleague's stead; give the taker's draft.

    Nobody's words are lost: the author's stay in his draft, and go before what the
    taker himself had begun. His files are copied.

    Raises:
        NotFoundError: There is no such draft, or somebody else took it already.
        InvalidError: The reason is too long, or both together are.
    """
    reason = " ".join(reason.split())
    if len(reason) > MAX_REASON:
        raise InvalidError("draft", errors={"reason": f"at most {MAX_REASON} letters"})
    row = await uow.session.scalar(
        select(Draft)
        .where(
            Draft.conversation_id == conversation_id,
            Draft.account_id == author_id,
            Draft.kind == "reply",
            Draft.taken_by.is_(None),
        )
        .with_for_update()
    )
    if row is None or author_id == taker_id:
        raise NotFoundError(f"draft of {author_id} in {conversation_id}")
    own = next(
        (
            one
            for one in await drafts_of(uow.session, conversation_id, taker_id)
            if one.kind == "reply"
        ),
        None,
    )
    given = _joined(row, own)
    copies = await _copied(uow, row, taker_id)
    view = await keep(
        uow,
        conversation_id,
        taker_id,
        "reply",
        replace(given, attachment_ids=[*given.attachment_ids, *copies]),
        longest=longest,
    )
    row.taken_by, row.taken_at, row.taken_reason = taker_id, uow.now, reason
    conversation = await uow.session.get_one(Conversation, conversation_id)
    uow.record(
        DraftTaken(
            client_id=conversation.client_id,
            conversation_id=conversation_id,
            author_id=author_id,
            taker_id=taker_id,
            reason=reason,
        )
    )
    return view


def _joined(row: Draft, own: DraftView | None) -> DraftGiven:
    taken = DraftGiven(
        text=row.text,
        html=row.html,
        channel=row.channel,
        address_id=row.address_id,
        subject=row.subject,
        mail=row.mail,
    )
    if own is None or not (own.text.strip() or own.attachments):
        return taken
    html = ""
    if row.html or own.html:
        html = (row.html or outgoing.from_text(row.text)) + (
            own.html or outgoing.from_text(own.text)
        )
    both = [one for one in (row.text, own.text) if one.strip()]
    return replace(
        taken,
        text="\n\n".join(both),
        html=html,
        attachment_ids=[one.id for one in own.attachments],
    )


async def _copied(uow: UnitOfWork, row: Draft, taker_id: int) -> list[int]:
    """Copy the author's files: a reply carries only one's own uploads."""
    found = await uow.session.execute(
        select(Attachment, StoredFile)
        .join(StoredFile, StoredFile.hash == Attachment.hash)
        .where(
            Attachment.id.in_(row.attachment_ids),
            Attachment.account_id == row.account_id,
            Attachment.item_id.is_(None),
        )
        .order_by(Attachment.id)
    )
    copies = []
    for attachment, file in found.all():
        (made,) = await insert_attachments(
            uow,
            [
                Stored(
                    hash=file.hash,
                    name=attachment.name,
                    size=file.size,
                    media_type=file.media_type,
                    thumbnail=file.has_thumbnail,
                )
            ],
            [{"account_id": taker_id}],
        )
        await wait(uow, made)
        copies.append(made)
    return copies


async def _select(
    session: AsyncSession, conversation_id: int, *where: Any
) -> list[DraftView]:
    rows = list(
        await session.scalars(
            select(Draft)
            .where(Draft.conversation_id == conversation_id, *where)
            .execution_options(populate_existing=True)
        )
    )
    if not rows:
        return []
    people = {one.account_id for one in rows} | {one.taken_by for one in rows}
    accounts = await session.scalars(
        select(Account).where(Account.id.in_(people - {None}))
    )
    names = {one.id: one.name for one in accounts}
    files = await views_of(
        session, {one.account_id: one.attachment_ids for one in rows}
    )
    return [
        DraftView(
            kind=row.kind,
            channel=row.channel,
            address_id=row.address_id,
            subject=row.subject,
            text=row.text,
            html=row.html,
            mail=row.mail,
            attachments=[files[one] for one in row.attachment_ids if one in files],
            updated_at=row.updated_at,
            account_id=row.account_id,
            account_name=names.get(row.account_id, ""),
            taken_by=row.taken_by,
            taken_by_name=names.get(row.taken_by or 0, ""),
            taken_reason=row.taken_reason,
        )
        for row in rows
    ]
