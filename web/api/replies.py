"""Answers and notes, and what becomes of them on their way."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from pydantic import AwareDatetime, Field
from sqlalchemy.ext.asyncio import AsyncSession

from hub.access.rights import Right
from hub.clients import clients
from hub.conversations import forwarding, notes, replies, reply_all
from hub.conversations.defaults import ReplyDefaults, reply_defaults
from hub.conversations.drafts import DraftView
from hub.conversations.given import ForwardGiven, ReplyGiven, ReplyRules
from hub.conversations.reply_all import MailDefaults
from hub.conversations.views import (
    ConversationView,
    ItemView,
    conversation_view,
    item_view,
)
from hub.delivery import permission
from hub.lists import lists
from hub.storage.tables import Client
from hub.storage.unit import UnitOfWork
from web.api.call import Call
from web.api.idempotency import key_of
from web.api.requests import Body
from web.api.routing import Routes
from web.keys import ADAPTERS, REACHES, SENDING

routes = Routes(tag="replies")

#: Letters of a reply's HTML.
MAX_HTML = 500_000
#: Letters of one addressee, with his name.
MAX_PERSON = 400
#: The API takes so many; ``conversations.max_recipients`` may say less.
MAX_PEOPLE = 1000

People = Annotated[
    list[Annotated[str, Field(max_length=MAX_PERSON)]],
    Field(max_length=MAX_PEOPLE, default_factory=list),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyAnswer:
    """The new entry, and its conversation as it is now."""

    item: ItemView
    conversation: ConversationView


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAnswer:
    """The new note."""

    item: ItemView


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoAnswer:
    """The message that was taken back, and its text as a draft again."""

    item: ItemView
    draft: DraftView


class ReplyIn(Body):
    """What the author wants to say."""

    channel: Annotated[str, Field(max_length=40)]
    address_id: Annotated[int, Field(ge=1)]
    text: str
    #: The cursor of the screen that he saw.
    seen: Annotated[int, Field(ge=0)]
    subject: str = ""
    #: Send it although something was missed.
    anyway: bool = False
    send_at: AwareDatetime | None = None
    attachment_ids: Annotated[list[int], Field(max_length=100, default_factory=list)]
    #: What becomes of the conversation then.
    then: Literal["resolve", "pending", "snooze"] | None = None
    #: For `snooze`: until when.
    snoozed_until: AwareDatetime | None = None
    #: Resolve it although a promise is open.
    despite_promises: bool = False
    disposition: Annotated[
        str,
        Field(max_length=80, description="How it ended, of its queue's list of words."),
    ] = ""
    #: A template of the channel's instead of `text`, and what is put into it, by name.
    template_id: Annotated[str, Field(max_length=100)] = ""
    template_values: Annotated[
        dict[str, str], Field(max_length=50, default_factory=dict)
    ]
    html: Annotated[
        str,
        Field(
            max_length=MAX_HTML,
            description="By mail: the same with a look to it; it is cleaned, and the"
            " text is made from it.",
        ),
    ] = ""
    #: By mail: who else gets it, as people type addresses.
    to: People
    cc: People
    bcc: People
    answers_id: Annotated[
        int | None,
        Field(ge=1, description="By mail: what it answers; the latest if null."),
    ] = None
    quote: Annotated[
        bool | None,
        Field(description="By mail: quote that below; as the settings say if null."),
    ] = None
    sign: Annotated[bool, Field(description="By mail: with the signature.")] = True


class ForwardIn(Body):
    """What is handed on to whom."""

    channel: Annotated[str, Field(max_length=40)] = "email"
    to: Annotated[
        list[Annotated[str, Field(max_length=MAX_PERSON)]],
        Field(min_length=1, max_length=MAX_PEOPLE),
    ]
    cc: People
    bcc: People
    text: str = ""
    html: Annotated[
        str,
        Field(
            max_length=MAX_HTML,
            description="The same with a look to it, as in an answer.",
        ),
    ] = ""
    subject: str = ""
    files: Annotated[
        list[int] | None,
        Field(max_length=100, description="Its files that go along; null: all."),
    ] = None
    attachment_ids: Annotated[list[int], Field(max_length=100, default_factory=list)]
    send_at: AwareDatetime | None = None
    sign: bool = True


class NoteIn(Body):
    """What the team should know."""

    text: str
    #: Accounts that are notified.
    mentions: Annotated[list[int], Field(max_length=50, default_factory=list)]


class SettleIn(Body):
    """A person's word for what became of an uncertain message."""

    sent: bool


@routes.get("/conversations/{conversation_id}/reply-defaults", right=Right.READ)
async def defaults(call: Call, conversation_id: int) -> ReplyDefaults:
    """Propose the channel and address of an answer, and say why."""
    async with call.read() as session:
        conversation = await lists.access_conversation(session, conversation_id)
        client = await clients.access_client(session, conversation.client_id)
        channel, address = await lists.last_way_in(session, conversation_id)
        standing = await permission.standing(
            session,
            client.id,
            client.addresses,
            reaches=call.request.app[REACHES],
            rules=call.request.app[SENDING],
        )
        mail = await _mail_defaults(call, session, conversation_id)
    found = reply_defaults(
        last_channel=channel,
        last_address=address,
        subject=conversation.subject,
        addresses=client.addresses,
        reaches=call.request.app[REACHES],
        refused=standing.refused,
        windows=standing.windows,
        undeliverable=standing.undeliverable,
    )
    return replace(found, mail=mail)


@routes.post(
    "/conversations/{conversation_id}/replies",
    right=Right.REPLY,
    status=201,
    idempotent=True,
)
async def reply(call: Call, conversation_id: int, body: ReplyIn) -> ReplyAnswer:
    """Answer the client.

    It waits for the undo window before it leaves. `409 missed_messages` holds what was
    said since `seen`; `anyway` sends all the same.
    """
    given = ReplyGiven(**dict(body))
    rules = rules_of(call)
    key = _key(call, f"reply:{conversation_id}")

    async def work(uow: UnitOfWork) -> ReplyAnswer:
        item, row = await replies.reply(
            uow, conversation_id, given, key=key, rules=rules
        )
        client = await uow.session.get_one(Client, row.client_id)
        return ReplyAnswer(
            item=item_view(item), conversation=conversation_view(row, client.name)
        )

    return await call.run(work)


@routes.post(
    "/conversations/{conversation_id}/notes",
    right=Right.REPLY,
    status=201,
    idempotent=True,
)
async def note(call: Call, conversation_id: int, body: NoteIn) -> NoteAnswer:
    """Tell the team something; the client never sees it."""
    key = _key(call, f"note:{conversation_id}")

    async def work(uow: UnitOfWork) -> NoteAnswer:
        item = await notes.add_note(
            uow,
            conversation_id,
            body.text,
            mentions=body.mentions,
            key=key,
            longest=call.settings.conversations.max_text,
        )
        return NoteAnswer(item=item_view(item))

    return await call.run(work)


@routes.post(
    "/interactions/{item_id}/forward", right=Right.REPLY, status=201, idempotent=True
)
async def forward(call: Call, item_id: int, body: ForwardIn) -> ItemView:
    """Hand a message on by mail, with its files.

    The client does not learn of it; an answer comes into the same conversation.
    """
    given = ForwardGiven(**dict(body))
    key = _key(call, f"forward:{item_id}")

    async def work(uow: UnitOfWork) -> ItemView:
        return item_view(
            await forwarding.forward(uow, item_id, given, key=key, rules=rules_of(call))
        )

    return await call.run(work)


@routes.get("/interactions/{item_id}", right=Right.READ)
async def show(call: Call, item_id: int) -> ItemView:
    """Show one entry with the whole of its text."""
    async with call.read() as session:
        return await lists.access_item(session, item_id)


@routes.post("/interactions/{item_id}/undo", right=Right.REPLY)
async def undo(call: Call, item_id: int) -> UndoAnswer:
    """Take back a message that is still held; its text is a draft again."""

    async def work(uow: UnitOfWork) -> UndoAnswer:
        item, draft = await replies.undo(uow, item_id)
        return UndoAnswer(item=item_view(item), draft=draft)

    return await call.run(work)


@routes.post("/interactions/{item_id}/send-now", right=Right.REPLY)
async def send_now(call: Call, item_id: int) -> ItemView:
    """Let a held message leave at once."""

    async def work(uow: UnitOfWork) -> ItemView:
        return item_view(await replies.send_now(uow, item_id))

    return await call.run(work)


@routes.post("/interactions/{item_id}/retry", right=Right.REPLY, idempotent=True)
async def retry(call: Call, item_id: int) -> ItemView:
    """Send a message again that failed or is uncertain."""

    async def work(uow: UnitOfWork) -> ItemView:
        return item_view(await replies.retry(uow, item_id))

    return await call.run(work)


@routes.post("/interactions/{item_id}/settle", right=Right.REPLY)
async def settle(call: Call, item_id: int, body: SettleIn) -> ItemView:
    """Say what became of an uncertain message."""

    async def work(uow: UnitOfWork) -> ItemView:
        return item_view(await replies.settle(uow, item_id, sent=body.sent))

    return await call.run(work)


def rules_of(call: Call) -> ReplyRules:
    """Say what the settings allow a message of ours."""
    settings = call.settings.conversations
    return ReplyRules(
        undo_window=settings.undo_window,
        max_text=settings.max_text,
        reaches=call.request.app[REACHES],
        max_recipients=settings.max_recipients,
        quote_history=settings.quote_history,
        forward_to=settings.forward_to,
        company=call.settings.company,
        sending=call.request.app[SENDING],
    )


async def _mail_defaults(
    call: Call, session: AsyncSession, conversation_id: int
) -> MailDefaults | None:
    """Say what goes with a mail, where a channel sends any."""
    mailing = {
        name for name, kind in call.request.app[REACHES].items() if kind == "email"
    }
    if not mailing:
        return None
    adapters = call.request.app[ADAPTERS]
    return await reply_all.mail_defaults(
        session,
        conversation_id,
        call.account.id,
        company=call.settings.company,
        quote=call.settings.conversations.quote_history,
        own=[
            one
            for name, adapter in adapters.items()
            if name in mailing
            for one in adapter.addresses
        ],
    )


def _key(call: Call, what: str) -> UUID:
    """Make the message's own key: the same for a repeat of the same press."""
    given = key_of(call.request)
    if given is None:
        return uuid4()
    return uuid5(NAMESPACE_URL, f"rozmova:{what}:{call.account.id}:{given}")
