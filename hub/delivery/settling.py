"""Write down what became of a message that was to be sent."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from config.settings import DeliverySettings
from hub.contracts import SendingRules, SendResult
from hub.conversations.entries import answered, lock, standing
from hub.conversations.events import ConversationAnswered, shown
from hub.conversations.views import conversation_view
from hub.delivery import automatic, permission, recipients
from hub.delivery.progress import advance, advance_each, ask
from hub.delivery.retries import next_try
from hub.delivery.states import after_receipt
from hub.errors import (
    SendError,
    TransientSendError,
    UncertainSendError,
)
from hub.storage import due
from hub.storage.due import Claim
from hub.storage.tables import Client, TimelineItem
from hub.storage.unit import UnitOfWork

#: A provider's list may lag behind what it took; so long before it is asked.
LOOK_UP_AFTER = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Started:
    """A message in hand."""

    item_id: int
    #: An earlier try may have got through, so it is looked up before it is sent.
    maybe_sent: bool


async def start(
    uow: UnitOfWork,
    claim: Claim,
    settings: DeliverySettings,
    *,
    rules: Mapping[str, SendingRules] | None = None,
) -> Started | None:
    """Write ``sending`` before anything leaves; None when there is nothing to send.

    A message found ``sending`` was in the hands of a worker that died.
    """
    # The message before its due row, as whoever takes it back or reports on it has them.
    item = await _item(uow, claim)
    if not await due.holds(uow.session, claim):
        return None
    if item is None or not _is_owed(item):
        # Taken back, or reported by the provider, while it waited.
        await due.settle(uow.session, claim)
        return None
    several = bool(recipients.of(item.data))
    maybe_sent = item.delivery in {"sending", "uncertain"} or (
        several and recipients.in_flight(item.data)
    )
    if not maybe_sent:
        if await _is_forbidden(uow, claim, item, rules):
            return None
        if why := await automatic.hindrance(
            uow, item, settings, is_secret="secret_text" in claim.payload
        ):
            await advance(uow, item, "failed", reason=why, loud=False)
            await due.settle(uow.session, claim)
            return None
        if not several or item.delivery in {"held", "queued"}:
            await _answers(uow, item)
        await _move(uow, item, "sending")
    else:
        # It stays so until somebody can tell, however often asking fails.
        await _move(uow, item, "uncertain")
    return Started(item.id, maybe_sent)


async def restart(
    uow: UnitOfWork, claim: Claim, *, rules: Mapping[str, SendingRules] | None = None
) -> bool:
    """The look-up showed that nothing went out: it is sent like the first time.

    Returns:
        Whether it is still to be sent.
    """
    item = await _item(uow, claim)
    if item is None or not await due.holds(uow.session, claim):
        return False
    if await _is_forbidden(uow, claim, item, rules):
        return False
    await _move(uow, item, "sending")
    return True


async def _is_forbidden(
    uow: UnitOfWork,
    claim: Claim,
    item: TimelineItem,
    rules: Mapping[str, SendingRules] | None,
) -> bool:
    """Let a message fail that may not go out (any more); tell whether it is one."""
    of_channel = (rules or {}).get(item.channel or "", SendingRules())
    code = await permission.obstacle_of(uow, item, of_channel)
    if code is None:
        return False
    await permission.fail(uow, item, code)
    await due.settle(uow.session, claim)
    return True


def _is_owed(item: TimelineItem) -> bool:
    if item.delivery in {"held", "queued", "sending", "uncertain"}:
        return True
    # The client has it, and somebody in copy has not yet.
    return item.delivery != "cancelled" and bool(recipients.meant(item.data))


async def _move(uow: UnitOfWork, item: TimelineItem, to: str) -> None:
    """Move everybody whom this try is for."""
    if recipients.of(item.data):
        steps = recipients.all_to(recipients.meant(item.data), to)
        await advance_each(uow, item, steps, loud=False)
    else:
        await advance(uow, item, to, loud=False)


async def settle(
    uow: UnitOfWork,
    claim: Claim,
    outcome: SendResult | SendError,
    *,
    settings: DeliverySettings,
    looked_up: bool,
) -> None:
    """Write down the outcome of one try.

    Args:
        uow: A unit.
        claim: The row in hand; if it was lost meanwhile, another settles it.
        outcome: What the channel said.
        settings: The policy of trying again.
        looked_up: The provider was asked before, so nobody but a person can tell.
    """
    item = await _item(uow, claim)
    if item is None:
        return
    if isinstance(outcome, SendResult) and not await _named(uow, item, outcome):
        # Two messages cannot have one id: what was found is not this one.
        outcome = UncertainSendError("the provider named another message")
        looked_up = True
    if not await due.holds(uow.session, claim):
        return
    if recipients.of(item.data):
        await _settle_each(
            uow, claim, item, outcome, settings=settings, looked_up=looked_up
        )
        return
    match outcome:
        case SendResult():
            to = after_receipt(item.delivery or "sending", outcome.state.value)
            await advance(uow, item, to)
            await due.settle(uow.session, claim)
        case TransientSendError():
            await _again(uow, claim, item, outcome, settings)
        case UncertainSendError() if not looked_up:
            await advance(uow, item, "uncertain", reason=str(outcome), loud=False)
            await due.postpone(
                uow.session, claim, until=uow.now + LOOK_UP_AFTER, error=str(outcome)
            )
        case UncertainSendError():
            await advance(uow, item, "uncertain", reason=str(outcome), loud=False)
            await ask(uow, item)
            await due.settle(uow.session, claim)
        case _:
            code = str(outcome.details.get("cause", ""))
            await advance(uow, item, "failed", reason=str(outcome), code=code)
            await due.settle(uow.session, claim)
            if code == permission.OPTED_OUT:
                await permission.learn(uow, item, str(outcome))


async def _settle_each(
    uow: UnitOfWork,
    claim: Claim,
    item: TimelineItem,
    outcome: SendResult | SendError,
    *,
    settings: DeliverySettings,
    looked_up: bool,
) -> None:
    """Write down what one try came to for each of several recipients."""
    steps = recipients.after(item.data, outcome)
    waiting = {one.address for one in steps if one.state == "queued"}
    if isinstance(outcome, UncertainSendError):
        await advance_each(uow, item, steps, loud=False)
        if looked_up:
            await ask(uow, item, "uncertain")
            await due.settle(uow.session, claim)
        else:
            await due.postpone(
                uow.session,
                claim,
                until=uow.now + LOOK_UP_AFTER,
                error=str(outcome),
            )
        return
    until: datetime | None = None
    if waiting:
        wish = recipients.retry_after(outcome)
        until = _next(uow.now, claim, wish, settings)
    if waiting and recipients.is_unsure(item.data):
        # The provider could not be asked: what is uncertain stays so.
        if until is None:
            await ask(uow, item, "uncertain")
    elif until is None:
        steps = [
            replace(one, state="failed") if one.address in waiting else one
            for one in steps
        ]
        await advance_each(uow, item, steps)
    else:
        await advance_each(uow, item, steps)
    if until is None:
        await due.settle(uow.session, claim)
    else:
        await due.postpone(uow.session, claim, until=until, error=str(outcome)[:500])


async def _again(
    uow: UnitOfWork,
    claim: Claim,
    item: TimelineItem,
    error: TransientSendError,
    settings: DeliverySettings,
) -> None:
    until = _next(uow.now, claim, error.details.get("retry_after"), settings)
    if until is not None:
        # An uncertain one is looked up again; a clean failure is sent again.
        to = "uncertain" if item.delivery == "uncertain" else "queued"
        code = str(error.details.get("cause", ""))
        await advance(uow, item, to, reason=str(error), code=code, loud=False)
        await due.postpone(uow.session, claim, until=until, error=str(error))
    elif item.delivery == "uncertain":
        await ask(uow, item)
        await due.settle(uow.session, claim)
    else:
        code = str(error.details.get("cause", ""))
        await advance(uow, item, "failed", reason=str(error), code=code)
        await due.settle(uow.session, claim)


def _next(
    now: datetime, claim: Claim, wish: float | None, settings: DeliverySettings
) -> datetime | None:
    return next_try(
        claim.attempts,
        first_tried_at=claim.first_tried_at,
        now=now,
        settings=settings,
        retry_after=timedelta(seconds=wish) if wish else None,
    )


async def _named(uow: UnitOfWork, item: TimelineItem, result: SendResult) -> bool:
    """Note the provider's id, even when the row is lost: receipts will speak of it."""
    if item.external_id is None:
        taken = await uow.session.scalar(
            select(TimelineItem.id).where(
                TimelineItem.channel == item.channel,
                TimelineItem.external_id == result.external_id,
            )
        )
        if taken is not None:
            return False
        item.external_id = result.external_id
    return True


async def _item(uow: UnitOfWork, claim: Claim) -> TimelineItem | None:
    return await uow.session.scalar(
        select(TimelineItem)
        .where(TimelineItem.id == claim.payload["item_id"])
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def _answers(uow: UnitOfWork, item: TimelineItem) -> None:
    """An agent's message leaves: the client waits no longer."""
    if item.author_kind != "agent" or item.conversation_id is None:
        return
    if "forwarded" in item.data:
        # Somebody else is asked; the client waits on.
        return
    conversation = await lock(uow, item.conversation_id)
    was = standing(conversation)
    first = await answered(uow, conversation)
    if not first and not was.waiting:
        return
    client = await uow.session.get_one(Client, conversation.client_id)
    uow.record(
        ConversationAnswered(
            client_id=conversation.client_id,
            conversation_id=conversation.id,
            was=was,
            item_id=item.id,
            first=first,
            state=shown(conversation=conversation_view(conversation, client.name)),
        )
    )
