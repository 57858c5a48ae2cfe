"""A call in hand: its row, its entry, its conversation; begun, found, and shown.

Everything is locked in one order, the conversation first, like everybody else does.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from config.settings import Settings
from hub.calls import texts
from hub.calls.machine import Progress
from hub.clients import addresses, matching
from hub.clients.events import ClientCreated
from hub.clients.matching import Person
from hub.clients.views import client_view
from hub.contracts import CallEvent
from hub.conversations import threading
from hub.conversations.changes import set_state
from hub.conversations.entries import (
    Said,
    add,
    lock,
    open_conversation,
    standing,
)
from hub.conversations.events import shown
from hub.conversations.threading import Candidate, Incoming
from hub.conversations.views import conversation_view, item_view
from hub.log.events import Actor
from hub.storage.tables import Account, Call, Client, Conversation, TimelineItem
from hub.storage.unit import UnitOfWork

#: Conversations of a client that a call may belong to, the newest ones.
CANDIDATES = 50


@dataclass(slots=True)
class Line:
    """A call with what hangs on it, all locked."""

    call: Call
    item: TimelineItem
    conversation: Conversation
    client: Client
    #: The language of what lists say.
    locale: str
    #: Who is rung, speaks or spoke.
    agent: Account | None = None
    #: The call opened its conversation.
    opened: bool = field(default=False)

    @property
    def state(self) -> dict[str, Any]:
        """Show the entry and the conversation, for an event."""
        return shown(
            conversation=conversation_view(self.conversation, self.client.name),
            item=item_view(self.item),
        )

    @property
    def facts(self) -> dict[str, Any]:
        """Give what every event of a call says."""
        return {
            "client_id": self.client.id,
            "conversation_id": self.conversation.id,
            "was": standing(self.conversation),
            "call_id": self.call.id,
            "item_id": self.item.id,
            "channel": self.call.channel,
            "state": self.state,
        }

    @property
    def newest(self) -> bool:
        """Tell whether nothing was said in the conversation since the call began."""
        return self.conversation.last_at == self.item.at


async def find(
    uow: UnitOfWork, channel: str, external_id: str, *, settings: Settings
) -> Line | None:
    """Take a known call in hand, by the provider's id."""
    known = await uow.session.execute(
        select(Call.id, Call.conversation_id).where(
            Call.channel == channel, Call.external_id == external_id
        )
    )
    found = known.one_or_none()
    return None if found is None else await _hold(uow, *found, settings=settings)


async def find_by_id(
    uow: UnitOfWork, call_id: int, *, settings: Settings
) -> Line | None:
    """Take a known call in hand, by our id."""
    conversation_id = await uow.session.scalar(
        select(Call.conversation_id).where(Call.id == call_id)
    )
    if conversation_id is None:
        return None
    return await _hold(uow, call_id, conversation_id, settings=settings)


async def begin(
    uow: UnitOfWork,
    event: CallEvent,
    *,
    started_at: datetime,
    country: str,
    settings: Settings,
) -> Line:
    """Put a call that nobody has heard of on its client's timeline.

    Args:
        uow: The unit.
        event: What was heard first of it.
        started_at: When it began.
        country: How a number without a country is read.
        settings: The hub's.

    Two units that begin the same call meet in the unique index of provider's ids, and
    the loser, run again, finds what the winner made.
    """
    client, address = await _client(uow, event, country=country, settings=settings)
    conversation, opened = await _conversation(uow, client, event, settings)
    item = await add(
        uow,
        conversation,
        Said(
            kind="call",
            channel=event.channel,
            direction="in",
            author=Actor(kind="client", id=client.id, name=client.name),
            address=address,
            data=_data({}, Progress(started_at=started_at), None),
            external_id=event.external_id,
            snippet=texts.snippet(settings.locale, "ringing", agent="", talk=None),
        ),
    )
    call = Call(
        channel=event.channel,
        external_id=event.external_id,
        item_id=item.id,
        client_id=client.id,
        conversation_id=conversation.id,
        state="ringing",
        caller=event.caller,
        called=event.called,
        agent_id=None,
        rung=[],
        started_at=started_at,
        answered_at=None,
        ended_at=None,
        recording_id="",
    )
    uow.session.add(call)
    await uow.session.flush()
    return Line(call, item, conversation, client, settings.locale, opened=opened)


def progress(line: Line) -> Progress:
    """Read what is known of a call from its row."""
    call = line.call
    return Progress(
        started_at=call.started_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        left_message=call.state == "voicemail",
        recorded=bool(call.recording_id),
    )


def write(line: Line, known: Progress, agent: Account | None, **more: Any) -> bool:
    """Write what is known into the row, the entry and the list.

    Args:
        line: The call in hand.
        known: All that is known of it.
        agent: Who is rung, speaks or spoke.
        more: Further facts for the entry's ``data``.

    Returns:
        False when all of it stood there already.
    """
    call = line.call
    data = _data({**line.item.data, **more}, known, agent)
    if data == line.item.data:
        return False
    call.state = known.state
    call.started_at = known.started_at
    call.answered_at = known.answered_at
    call.ended_at = known.ended_at
    call.agent_id = agent.id if agent else None
    line.agent = agent
    line.item.data = data
    if line.newest:
        line.conversation.snippet = texts.snippet(
            line.locale,
            known.state,
            agent=agent.name if agent else "",
            talk=talk(known),
        )
    return True


def talk(known: Progress) -> timedelta | None:
    """Tell how long was spoken; None while it goes on or when nobody spoke."""
    if known.answered_at is None or known.ended_at is None:
        return None
    return max(timedelta(), known.ended_at - known.answered_at)


def _data(
    before: dict[str, Any], known: Progress, agent: Account | None
) -> dict[str, Any]:
    """Say what the entry shows beside its text: see docs/timeline.md."""
    spoken = talk(known)
    recorded_s = before.get("recorded_s")
    return {
        **before,
        "state": known.state,
        "agent_id": agent.id if agent else None,
        "agent_name": agent.name if agent else "",
        "started_at": known.started_at.isoformat(),
        "answered_at": known.answered_at.isoformat() if known.answered_at else None,
        "ended_at": known.ended_at.isoformat() if known.ended_at else None,
        #: Of the talk; of the message when there was no talk.
        "duration_s": (
            round(spoken.total_seconds())
            if spoken is not None
            else recorded_s
            if known.state == "voicemail"
            else None
        ),
        "recorded_s": recorded_s,
        "recording": before.get("recording"),
        #: The client is asked for a message: nobody is rung any more.
        "taking_message": before.get("taking_message", False),
    }


async def _hold(
    uow: UnitOfWork, call_id: int, conversation_id: int, *, settings: Settings
) -> Line:
    conversation = await lock(uow, conversation_id)
    call = await uow.session.get_one(
        Call, call_id, with_for_update=True, populate_existing=True
    )
    item = await uow.session.get_one(
        TimelineItem, call.item_id, with_for_update=True, populate_existing=True
    )
    client = await uow.session.get_one(Client, call.client_id)
    agent = await uow.session.get(Account, call.agent_id) if call.agent_id else None
    return Line(
        call,
        item,
        conversation,
        client,
        settings.locale,
        agent,
        opened=conversation.created_at == item.at,
    )


async def _client(
    uow: UnitOfWork, event: CallEvent, *, country: str, settings: Settings
) -> tuple[Client, str]:
    """Know the client by his number; one who hides it is somebody new every time."""
    if event.caller:
        value = addresses.normalise("phone", event.caller, country=country)
        who = Person(
            kind="phone",
            value=value,
            typed_for=settings.conversations.typed_for,
        )
        (found,) = await matching.match(uow, [who])
        return found.client, found.address.display
    client = Client(
        name=texts.unknown_caller(settings.locale),
        locale=None,
        attributes={},
        created_at=uow.now,
    )
    uow.session.add(client)
    await uow.session.flush()
    uow.record(
        ClientCreated(client_id=client.id, state={"client": client_view(client, [])})
    )
    return client, ""


async def _conversation(
    uow: UnitOfWork, client: Client, event: CallEvent, settings: Settings
) -> tuple[Conversation, bool]:
    """Take the matter under way with the client, or open one; tell which."""
    rows = await uow.session.scalars(
        select(Conversation)
        .where(Conversation.client_id == client.id)
        .order_by(Conversation.last_at.desc())
        .limit(CANDIDATES)
    )
    chosen = threading.choose(
        Incoming(channel=event.channel),
        [
            Candidate(
                id=row.id, state=row.state, subject=row.subject, last_at=row.last_at
            )
            for row in rows
        ],
        now=uow.now,
        reopen_within=settings.conversations.reopen_within,
    )
    by = Actor(kind="client", id=client.id, name=client.name)
    if chosen is None:
        opened = await open_conversation(uow, client, channel=event.channel, actor=by)
        return opened, True
    conversation = await lock(uow, chosen)
    await set_state(uow, conversation, "open", because="message", actor=by)
    return conversation, False
