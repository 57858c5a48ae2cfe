"""Put entries into another conversation, or take them out into a new one.

What was said stays as it was said, and when; only where it belongs changes. Both
conversations are then as if it had always been so: who waits since when, the clock of
the first response, what a list shows of them, how far everybody has read. What is on
its way to the client goes on, because due rows name entries and not conversations.

Into another client's conversation goes the message alone: the address that it came
from stays whose it is, and in the portal it is shown to nobody but its owner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from hub.conversations import carrying
from hub.conversations.changes import set_state, tell
from hub.conversations.entries import one_line, open_conversation, standing
from hub.conversations.events import (
    ConversationRegrouped,
    InteractionMoved,
    Was,
    shown,
)
from hub.conversations.linking import link
from hub.conversations.threading import unprefixed
from hub.conversations.views import ConversationView, conversation_view, item_view
from hub.conversations.waiting import Spoken, answered, waits_since
from hub.errors import InvalidError, NotFoundError, StateError
from hub.queues import sla
from hub.queues.requests import request_routing
from hub.storage.tables import (
    Client,
    Conversation,
    Move,
    Queue,
    TimelineItem,
)
from hub.storage.unit import UnitOfWork

#: Entries that are moved at once, at the most.
MOST = 100
#: What can be moved; a change tells of its own conversation.
MOVABLE = ("message", "call", "form", "note")
#: While it is on its way to one client it cannot become another one's.
_ON_ITS_WAY = ("held", "queued", "sending")
_CALM = ("resolved", "pending")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What became of it."""

    #: For taking it back.
    move_id: int
    target: ConversationView
    sources: list[ConversationView]


async def move(
    uow: UnitOfWork,
    item_ids: Sequence[int],
    conversation_id: int | None,
    *,
    subject: str = "",
) -> Moved:
    """Put entries into a conversation; None: into a new one of the same client.

    Raises:
        NotFoundError: There is no such entry or conversation.
        InvalidError: Something cannot be moved, or is there already.
        StateError: A message is on its way to another client.
    """
    wanted = list(dict.fromkeys(item_ids))
    if not 0 < len(wanted) <= MOST:
        raise InvalidError("items", errors={"item_ids": f"1 to {MOST}"})
    held = await _hold(uow, wanted, conversation_id)
    items = [
        item
        for item in await _items(uow, wanted)
        if conversation_id is None or item.conversation_id != conversation_id
    ]
    _check(items, held, conversation_id)
    before = {one.id: _place(one) for one in held.values()}
    split = conversation_id is None
    if conversation_id is None:
        target = await _split(uow, items, held, subject)
        before[target.id] = _place(target)
        held[target.id] = target
    else:
        target = held[conversation_id]
    row = Move(
        conversation_id=target.id,
        split=split,
        items=[[item.id, item.conversation_id] for item in items],
        at=uow.now,
        account_id=uow.actor.id if uow.actor.kind == "agent" else None,
    )
    uow.session.add(row)
    await uow.session.flush()
    await _put(uow, {item.id: target.id for item in items}, items, held, before)
    return await _moved(uow, row, target, held)


async def undo(uow: UnitOfWork, move_id: int) -> Moved:
    """Put back what is still where a move put it.

    A conversation that was made for it and is empty then is resolved.

    Raises:
        NotFoundError: There is no such move.
        StateError: It is undone already.
    """
    row = await uow.session.get(Move, move_id)
    if row is None:
        raise NotFoundError(f"move {move_id}")
    came_from: dict[int, int] = dict(row.items)
    held = await _hold(
        uow, list(came_from), row.conversation_id, also=set(came_from.values())
    )
    await uow.session.refresh(row, with_for_update=True)
    if row.undone_at is not None:
        raise StateError(f"move {move_id} is undone")
    items = [
        item
        for item in await _items(uow, list(came_from))
        if item.conversation_id == row.conversation_id
    ]
    before = {one.id: _place(one) for one in held.values()}
    row.undone_at = uow.now
    await _put(
        uow, {item.id: came_from[item.id] for item in items}, items, held, before
    )
    target = held[row.conversation_id]
    if row.split and target.state != "resolved" and not await _said(uow, target.id):
        await set_state(uow, target, "resolved", because="emptied")
    return await _moved(uow, row, target, held)


async def _hold(
    uow: UnitOfWork,
    item_ids: Sequence[int],
    conversation_id: int | None,
    also: set[int] | None = None,
) -> dict[int, Conversation]:
    """Lock all conversations that are concerned, in everybody's order."""
    sources = await uow.session.scalars(
        select(TimelineItem.conversation_id).where(TimelineItem.id.in_(item_ids))
    )
    wanted = {one for one in sources if one is not None} | (also or set())
    if conversation_id is not None:
        wanted.add(conversation_id)
    rows = await uow.session.scalars(
        select(Conversation)
        .where(Conversation.id.in_(wanted))
        .order_by(Conversation.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    held = {row.id: row for row in rows}
    if conversation_id is not None and conversation_id not in held:
        raise NotFoundError(f"conversation {conversation_id}")
    return held


async def _items(uow: UnitOfWork, item_ids: Sequence[int]) -> list[TimelineItem]:
    rows = list(
        await uow.session.scalars(
            select(TimelineItem)
            .where(TimelineItem.id.in_(item_ids))
            .order_by(TimelineItem.at, TimelineItem.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    if missing := set(item_ids) - {row.id for row in rows}:
        raise NotFoundError(f"entries {sorted(missing)}")
    return rows


def _check(
    items: Sequence[TimelineItem],
    held: Mapping[int, Conversation],
    conversation_id: int | None,
) -> None:
    if not items:
        raise InvalidError("items", errors={"item_ids": "all are there already"})
    clients = {item.client_id for item in items}
    for item in items:
        if item.kind not in MOVABLE or item.conversation_id is None:
            raise InvalidError("items", errors={"item_ids": "only what was said"})
        if item.conversation_id not in held:
            raise StateError(f"entry {item.id} was moved meanwhile")
    if conversation_id is None and len(clients) > 1:
        raise InvalidError("items", errors={"item_ids": "of one client only"})
    if conversation_id is not None:
        whose = held[conversation_id].client_id
        for item in items:
            if item.client_id != whose and item.delivery in _ON_ITS_WAY:
                raise StateError(f"entry {item.id} is on its way", state=item.delivery)


async def _split(
    uow: UnitOfWork,
    items: Sequence[TimelineItem],
    held: Mapping[int, Conversation],
    subject: str,
) -> Conversation:
    first = items[0]
    source = held[first.conversation_id or 0]
    client = await uow.session.get_one(Client, first.client_id)
    named = subject or unprefixed(
        next((one.subject for one in items if one.subject), "")
    )
    target = await open_conversation(
        uow,
        client,
        channel=first.channel or source.channel,
        subject=" ".join(named.split())[:300],
        queue=await uow.session.get_one(Queue, source.queue_id),
        assignee_id=source.assignee_id,
        # Nobody waits in it until what it is made for is there.
        direction="out",
    )
    await link(uow, target, source.id, "split")
    return target


@dataclass(frozen=True, slots=True)
class _Place:
    """How a conversation stood before."""

    was: Was


def _place(conversation: Conversation) -> _Place:
    return _Place(standing(conversation))


async def _put(
    uow: UnitOfWork,
    to: Mapping[int, int],
    items: Sequence[TimelineItem],
    held: Mapping[int, Conversation],
    before: Mapping[int, _Place],
) -> None:
    """Write the new places, then bring all that hangs on them in step."""
    if not items:
        return
    moves = [(item, item.conversation_id or 0, to[item.id]) for item in items]
    former = {item.id: item.client_id for item in items}
    for item, _, target_id in moves:
        item.conversation_id = target_id
        item.client_id = held[target_id].client_id
    await uow.session.flush()
    await carrying.calls(uow, items)
    for item, source_id, target_id in moves:
        uow.record(
            InteractionMoved(
                client_id=item.client_id,
                conversation_id=target_id,
                item_id=item.id,
                from_id=source_id,
                former_client_id=former[item.id],
                state=shown(item=item_view(item)),
            )
        )
    await carrying.notifications(uow, to)
    pairs = sorted({(source, target) for _, source, target in moves})
    for source_id, target_id in pairs:
        ids = [one.id for one, s, t in moves if (s, t) == (source_id, target_id)]
        await carrying.marks(uow, source_id, target_id, ids, held[target_id].client_id)
    woken = {
        target_id
        for item, source_id, target_id in moves
        if _keeps_waiting(item, held[source_id])
    }
    for number in sorted({one for pair in pairs for one in pair}):
        await _regroup(uow, held[number], wakes=number in woken)
    for source_id, target_id in pairs:
        count = sum((s, t) == (source_id, target_id) for _, s, t in moves)
        for one_id, other_id, way in (
            (source_id, target_id, "out"),
            (target_id, source_id, "in"),
        ):
            one, other = held[one_id], held[other_id]
            await tell(
                uow,
                one,
                ConversationRegrouped(
                    was=before[one_id].was, way=way, count=count, other_id=other_id
                ),
                {
                    "change": f"moved_{way}",
                    "count": count,
                    "other_id": other_id,
                    "other_subject": other.subject,
                },
            )


def _keeps_waiting(item: TimelineItem, source: Conversation) -> bool:
    """Tell whether the client waits for the answer to this very entry."""
    since = source.waiting_since
    return since is not None and item.direction == "in" and item.at >= since


async def _regroup(uow: UnitOfWork, conversation: Conversation, *, wakes: bool) -> None:
    """Let a conversation say what its entries say."""
    entries = await _said(uow, conversation.id)
    spoken = [_spoken(one) for one in entries]
    if entries:
        last = entries[-1]
        if conversation.last_at != last.at or len(entries) == 1:
            conversation.snippet = one_line(last.text)
        conversation.channel = last.channel or conversation.channel
        conversation.last_direction = last.direction or conversation.last_direction
        conversation.last_at = last.at
    else:
        conversation.snippet = ""
    if wakes and conversation.state in _CALM:
        # It would be lost where nobody looks.
        await set_state(uow, conversation, "open", because="message")
    await _wait(uow, conversation, spoken)


async def _wait(
    uow: UnitOfWork, conversation: Conversation, spoken: Sequence[Spoken]
) -> None:
    since = waits_since(spoken)
    if since == conversation.waiting_since:
        return
    if since is not None and conversation.state in _CALM:
        # Somebody decided that nobody waits there.
        return
    conversation.waiting_since = since
    if since is None:
        if not answered(spoken):
            await sla.stop(uow, conversation, answered=False)
            # Whoever writes next waits for a first answer.
            conversation.first_responded_at = None
            conversation.respond_by = None
        return
    if not answered(spoken):
        queue = await uow.session.get_one(Queue, conversation.queue_id)
        await sla.start(uow, conversation, queue, since=since)
    elif conversation.assignee_id is None:
        await request_routing(uow, conversation.queue_id)


async def _said(uow: UnitOfWork, conversation_id: int) -> list[TimelineItem]:
    rows = await uow.session.scalars(
        select(TimelineItem)
        .where(
            TimelineItem.conversation_id == conversation_id,
            TimelineItem.kind.in_(("message", "call", "form")),
            TimelineItem.delivery.is_(None) | (TimelineItem.delivery != "cancelled"),
        )
        .order_by(TimelineItem.at, TimelineItem.id)
    )
    return list(rows)


def _spoken(item: TimelineItem) -> Spoken:
    return Spoken(
        at=item.at,
        kind=item.kind,
        direction=item.direction,
        author_kind=item.author_kind,
        automatic=bool(item.data.get("automatic")),
        delivery=item.delivery,
        talked=item.kind == "call" and bool(item.data.get("talk_s")),
    )


async def _moved(
    uow: UnitOfWork,
    row: Move,
    target: Conversation,
    held: Mapping[int, Conversation],
) -> Moved:
    names = {}
    for one in held.values():
        client = await uow.session.get_one(Client, one.client_id)
        names[one.client_id] = client.name
    views = {
        key: conversation_view(one, names[one.client_id]) for key, one in held.items()
    }
    return Moved(
        move_id=row.id,
        target=views[target.id],
        sources=[view for key, view in sorted(views.items()) if key != target.id],
    )
