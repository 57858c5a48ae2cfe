"""A client writes in the portal: it lands in his conversation like any message."""

from uuid import UUID, uuid5

from sqlalchemy import select

from config.work import ConversationSettings
from hub.conversations import machine
from hub.conversations.changes import set_state
from hub.conversations.entries import Said, add, lock, open_conversation
from hub.errors import InvalidError, NotFoundError
from hub.log.events import Actor
from hub.storage.tables import Client, Conversation, TimelineItem
from hub.storage.unit import UnitOfWork

CHANNEL = "portal"
#: What a new conversation about an order is called.
_SUBJECTS = {"en": "Order {number}", "uk": "Замовлення {number}"}
_NAMES = UUID("c4c1f5d8-7b43-4a52-9a0c-0b5f2c9a8d17")


async def write(
    uow: UnitOfWork,
    client: Client,
    text: str,
    *,
    key: UUID,
    settings: ConversationSettings,
    conversation_id: int | None = None,
    order_number: str | None = None,
    by_link: bool = False,
    address: str = "",
    locale: str = "uk",
) -> TimelineItem:
    """Put what a client wrote into his conversation; it waits for an answer.

    Without a conversation it joins the one about the order, else the one that is under
    way, else it begins a new one.

    Args:
        uow: The unit.
        client: Who writes.
        text: What.
        key: The form's own, so that one press of the button is one message.
        settings: How conversations behave.
        conversation_id: Where he writes.
        order_number: The order that he writes about; it is his.
        by_link: He holds the order's link and did not sign in, which the team sees.
        address: The address that the link was mailed to, where it is for that alone.
        locale: In which a new conversation is named.

    Raises:
        NotFoundError: The conversation is not his.
        InvalidError: The text is empty or too long.
    """
    text = _checked(text, settings.max_text)
    # Made his own: a key out of another's form does not find that one's message.
    key = uuid5(_NAMES, f"{client.id}:{key}")
    found = await uow.session.scalar(
        select(TimelineItem).where(TimelineItem.key == key)
    )
    if found is not None:
        return found
    author = Actor(kind="client", id=client.id, name=client.name)
    conversation = await _conversation(
        uow, client, conversation_id, order_number, settings
    )
    if conversation is None:
        subject = _SUBJECTS[locale].format(number=order_number) if order_number else ""
        conversation = await open_conversation(
            uow, client, channel=CHANNEL, subject=subject, actor=author
        )
    else:
        state = machine.after_client(
            conversation.state,
            text,
            thanks_keeps_resolved=settings.thanks_keeps_resolved,
        )
        await set_state(uow, conversation, state, because="message", actor=author)
    data: dict[str, object] = {}
    if order_number:
        data["order"] = order_number
    if by_link:
        data["by_link"] = True
    return await add(
        uow,
        conversation,
        Said(
            kind="message",
            channel=CHANNEL,
            direction="in",
            author=author,
            text=text,
            address=address,
            data=data,
            key=key,
        ),
    )


async def _conversation(
    uow: UnitOfWork,
    client: Client,
    conversation_id: int | None,
    order_number: str | None,
    settings: ConversationSettings,
) -> Conversation | None:
    if conversation_id is not None:
        conversation = await lock(uow, conversation_id)
        if conversation.client_id != client.id:
            raise NotFoundError(f"case {conversation_id}")
        return conversation
    mine = (
        select(Conversation.id)
        .where(Conversation.client_id == client.id)
        .order_by(Conversation.last_at.desc(), Conversation.id.desc())
        .limit(1)
    )
    found = None
    if order_number:
        about = select(TimelineItem.conversation_id).where(
            TimelineItem.client_id == client.id,
            TimelineItem.channel == CHANNEL,
            TimelineItem.data["order"].astext == order_number,
        )
        recent = Conversation.last_at > uow.now - settings.reopen_within
        found = await uow.session.scalar(mine.where(recent, Conversation.id.in_(about)))
    if found is None:
        under_way = Conversation.state != "resolved"
        found = await uow.session.scalar(mine.where(under_way))
    return None if found is None else await lock(uow, found)


def _checked(text: str, longest: int) -> str:
    plain = text.encode("utf-8", "replace").decode().replace("\x00", "")
    plain = plain.replace("\r\n", "\n").strip()
    if not plain:
        raise InvalidError("text", errors={"text": "required"})
    if len(plain) > longest:
        raise InvalidError("text", errors={"text": "too_long"})
    return plain
