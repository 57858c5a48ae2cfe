"""Note on the timeline how far a message has come, and be loud when it failed."""

from collections.abc import Sequence

from hub.conversations.changes import set_state
from hub.conversations.entries import lock
from hub.conversations.events import shown
from hub.conversations.notices import notify
from hub.conversations.views import item_view
from hub.delivery import recipients
from hub.delivery.events import DeliveryChanged
from hub.delivery.recipients import Step
from hub.storage.tables import TimelineItem
from hub.storage.unit import UnitOfWork

#: Why a message stays sent for long: a server on the way goes on trying.
DELAYED = "delayed"
#: Of these the author must know.
LOUD = {"failed": "not_sent", "bounced": "not_sent", "uncertain": "uncertain"}


async def advance(
    uow: UnitOfWork,
    item: TimelineItem,
    to: str,
    *,
    reason: str = "",
    code: str = "",
    loud: bool = True,
) -> None:
    """Set a message's delivery (row locked); the same again changes nothing.

    A failure is loud: it reopens the conversation and notifies the author. Only what
    is going to be tried or looked up again is quiet.

    Args:
        uow: A unit.
        item: The message.
        to: The state.
        reason: Why, in words.
        code: Why, as a word that screens know in their own languages.
        loud: Make a person look at it if it went wrong.
    """
    if item.delivery == to:
        return
    was, item.delivery = item.delivery or "", to
    item.delivery_at = uow.now
    item.delivery_reason = reason
    item.delivery_code = code
    if to != "held":
        item.send_at = None
    uow.record(
        DeliveryChanged(
            client_id=item.client_id,
            conversation_id=item.conversation_id,
            item_id=item.id,
            channel=item.channel or "",
            was=was,
            to=to,
            reason=reason,
            code=code,
            state=shown(item=item_view(item)),
        )
    )
    if loud and to in LOUD:
        await ask(uow, item)


def delay(
    uow: UnitOfWork, item: TimelineItem, reason: str, recipient: str = ""
) -> bool:
    """Note that what was sent (row locked) is still on its way; tell if that is news.

    Of several recipients each is late by himself; the first one's way is the
    message's own.
    """
    people, who = recipients.of(item.data), ""
    if people:
        who, item.data = recipients.delayed(item.data, recipient, reason)
        if not who:
            return False
    if not people or who == people[0]["address"]:
        if item.delivery != "sent" or item.delivery_code == DELAYED:
            return False
        item.delivery_reason, item.delivery_code = reason, DELAYED
        who = ""
    uow.record(
        DeliveryChanged(
            client_id=item.client_id,
            conversation_id=item.conversation_id,
            item_id=item.id,
            channel=item.channel or "",
            recipient=who,
            was="sent",
            to="sent",
            reason=reason,
            code=DELAYED,
            state=shown(item=item_view(item)),
        )
    )
    return True


async def advance_each(
    uow: UnitOfWork,
    item: TimelineItem,
    steps: Sequence[Step],
    *,
    loud: bool = True,
) -> None:
    """Move some of several recipients (row locked).

    The first one's way is the message's own; a failure with another one is told to
    its author, and leaves the conversation as it is: the client has his answer.
    """
    before = {one["address"]: one for one in recipients.of(item.data)}
    moved = [one for one in steps if before[one.address]["state"] != one.state]
    if not moved:
        return
    item.data = recipients.applied(item.data, moved)
    first = recipients.of(item.data)[0]["address"]
    for step in moved:
        if step.address == first:
            await advance(
                uow, item, step.state, reason=step.reason, code=step.code, loud=loud
            )
            continue
        uow.record(
            DeliveryChanged(
                client_id=item.client_id,
                conversation_id=item.conversation_id,
                item_id=item.id,
                channel=item.channel or "",
                recipient=step.address,
                was=before[step.address]["state"],
                to=step.state,
                reason=step.reason,
                state=shown(item=item_view(item)),
            )
        )
    if loud and any(one.state in LOUD and one.address != first for one in moved):
        await _tell(uow, item, "not_sent")


async def _tell(uow: UnitOfWork, item: TimelineItem, what: str) -> None:
    """Notify whoever wrote it, or has the matter."""
    if item.conversation_id is None:
        return
    account_id = item.author_id if item.author_kind == "agent" else None
    if account_id is None:
        account_id = (await lock(uow, item.conversation_id)).assignee_id
    if account_id is not None:
        await notify(uow, account_id, what, item.conversation_id, item_id=item.id)


async def ask(uow: UnitOfWork, item: TimelineItem, what: str = "") -> None:
    """Make a person look at a message that failed or is uncertain."""
    if item.conversation_id is None:
        return
    what = what or LOUD[item.delivery or ""]
    conversation = await lock(uow, item.conversation_id)
    if conversation.state != "open":
        await set_state(uow, conversation, "open", because="not_sent")
    # A notice that a machine wrote has no author; whoever has the matter is told.
    account_id = item.author_id if item.author_kind == "agent" else None
    account_id = account_id or conversation.assignee_id
    if account_id is not None:
        await notify(uow, account_id, what, conversation.id, item_id=item.id)
