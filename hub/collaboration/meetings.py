"""Meetings and other personal contacts: noted as interactions on the timeline."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hub.clients import identity
from hub.collaboration.events import MeetingNoted
from hub.conversations.entries import author_kind, lock
from hub.conversations.events import shown
from hub.conversations.views import item_view
from hub.delivery.outbound import sent_as
from hub.errors import InvalidError
from hub.storage.tables import Account, TimelineItem
from hub.storage.unit import UnitOfWork

MAX_PLACE = 300
MAX_SAID = 20_000
MAX_PEOPLE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingGiven:
    """When and where somebody of us met a client, and what was said."""

    client_id: int
    at: datetime
    place: str = ""
    #: Who of us.
    people: Sequence[int] = ()
    said: str = ""
    conversation_id: int | None = None


async def note_meeting(
    uow: UnitOfWork, given: MeetingGiven, *, key: UUID
) -> TimelineItem:
    """Put a meeting that was on its client's timeline, at its own time.

    Args:
        uow: A unit of its author's.
        given: What is known of it.
        key: The screen's id for this press of "save"; a repeat is not a second one.

    Raises:
        NotFoundError: There is no such client or conversation.
        InvalidError: It is yet to come, says nothing, or names nobody who works here.
    """
    client = await identity.hold(uow, given.client_id)
    if already := await sent_as(uow, key):
        return already
    _check(given, now=uow.now)
    if given.conversation_id is not None:
        conversation = await lock(uow, given.conversation_id)
        if conversation.client_id != client.id:
            raise InvalidError(
                "conversation", errors={"conversation_id": "another client's"}
            )
    item = TimelineItem(
        client_id=client.id,
        conversation_id=given.conversation_id,
        at=given.at,
        kind="meeting",
        author_kind=author_kind(uow.actor),
        author_id=uow.actor.id,
        author_name=uow.actor.name,
        text=given.said.strip(),
        data={
            "place": " ".join(given.place.split()),
            "people": await _people(uow, given.people),
        },
        attachments=[],
        has_html=False,
        key=key,
    )
    uow.session.add(item)
    await uow.session.flush()
    uow.record(
        MeetingNoted(
            client_id=client.id,
            conversation_id=given.conversation_id,
            item_id=item.id,
            state=shown(item=item_view(item)),
        )
    )
    return item


def _check(given: MeetingGiven, *, now: datetime) -> None:
    errors: dict[str, str] = {}
    if given.at > now:
        errors["at"] = "it has not been yet; plan it as a contact"
    if not given.said.strip() or len(given.said) > MAX_SAID:
        errors["said"] = f"1 to {MAX_SAID} letters"
    if len(given.place) > MAX_PLACE:
        errors["place"] = f"at most {MAX_PLACE} letters"
    if errors:
        raise InvalidError("meeting", errors=errors)


async def _people(uow: UnitOfWork, ids: Sequence[int]) -> list[dict[str, object]]:
    wanted = list(dict.fromkeys(ids))[:MAX_PEOPLE]
    rows = await uow.session.execute(
        select(Account.id, Account.name).where(Account.id.in_(wanted))
    )
    names = {row.id: row.name for row in rows}
    if unknown := set(wanted) - set(names):
        raise InvalidError(
            "people", errors={"people": f"nobody here is {sorted(unknown)}"}
        )
    return [{"id": one, "name": names[one]} for one in wanted]
