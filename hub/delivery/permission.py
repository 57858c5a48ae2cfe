"""Whether a message of ours may go out at all: the client's word, the provider's window.

Asked twice: when somebody writes, so that he is told at once, and when the message
leaves, because the client may have said "stop" in between.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients import consent
from hub.clients.views import AddressView
from hub.contracts import SendingRules
from hub.conversations.defaults import Undeliverable, Window
from hub.delivery.outbound import send_key
from hub.delivery.progress import advance
from hub.delivery.undeliverable import undeliverable
from hub.storage.tables import Address, TimelineItem
from hub.storage.unit import UnitOfWork

OPTED_OUT = "opted_out"
WINDOW_CLOSED = "window_closed"
#: In words, for logs and programs; screens know the codes.
REASONS = {
    OPTED_OUT: "The client asked not to be written to here. Use another channel",
    WINDOW_CLOSED: "It is too long since the client wrote. Choose a template",
}
#: Messages that wait, so that a "stop" still reaches them.
WAITING = ("held", "queued")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message is to go: a channel and a normalised address."""

    channel: str
    kind: str
    value: str


async def obstacle(
    session: AsyncSession,
    place: Place,
    *,
    rules: SendingRules,
    now: datetime,
    has_template: bool,
) -> str | None:
    """Tell what forbids to write there now, as a code; None when nothing does."""
    if await consent.refusal(session, place.channel, place.kind, place.value):
        return OPTED_OUT
    if rules.window is None or has_template:
        return None
    until = await open_until(session, place, rules.window)
    return None if until is not None and now < until else WINDOW_CLOSED


async def open_until(
    session: AsyncSession, place: Place, window: timedelta
) -> datetime | None:
    """Tell until when one may write freely; None when the client never wrote there."""
    last = await session.scalar(
        select(TimelineItem.at)
        .join(Address, Address.client_id == TimelineItem.client_id)
        .where(
            Address.kind == place.kind,
            Address.value == place.value,
            TimelineItem.channel == place.channel,
            TimelineItem.direction == "in",
            TimelineItem.address == Address.display,
        )
        .order_by(TimelineItem.at.desc(), TimelineItem.id.desc())
        .limit(1)
    )
    return None if last is None else last + window


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What forbids to write to a client, over all channels and addresses of his."""

    #: (channel, kind, value).
    refused: Collection[tuple[str, str, str]]
    #: By channel and the address's id.
    windows: Mapping[tuple[str, int], Window]
    #: By (channel, value).
    undeliverable: Mapping[tuple[str, str], Undeliverable]


async def standing(
    session: AsyncSession,
    client_id: int,
    addresses: Sequence[AddressView],
    *,
    reaches: Mapping[str, str],
    rules: Mapping[str, SendingRules],
) -> Standing:
    """Look how a client's addresses stand, for whoever is about to write to him."""
    keys = {(one.kind, one.value) for one in addresses}
    windows = {}
    for channel, kind in reaches.items():
        window = rules.get(channel, SendingRules()).window
        if window is None:
            continue
        for one in addresses:
            if one.kind == kind:
                place = Place(channel=channel, kind=kind, value=one.value)
                windows[channel, one.id] = Window(
                    until=await open_until(session, place, window),
                    hours=window.total_seconds() / 3600,
                )
    return Standing(
        refused=await consent.refusals(session, keys),
        windows=windows,
        undeliverable=await undeliverable(session, client_id),
    )


async def obstacle_of(
    uow: UnitOfWork, item: TimelineItem, rules: SendingRules
) -> str | None:
    """Tell what forbids to send a message that is about to leave."""
    kind = "email" if "@" in item.data["to"] else "phone"
    if item.data.get("confirms"):
        # It only tells the client that we heard his "stop".
        return None
    return await obstacle(
        uow.session,
        Place(channel=item.channel or "", kind=kind, value=item.data["to"]),
        rules=rules,
        now=uow.now,
        has_template="template" in item.data,
    )


async def stop_waiting(uow: UnitOfWork, place: Place, client_id: int) -> Sequence[int]:
    """Let what waits to be sent there fail, and tell its authors.

    What is in a worker's hands is past stopping; if the provider does not take it, it
    comes back to wait and is stopped when it is to leave again.

    Args:
        uow: A unit.
        place: Where nothing may go any more.
        client_id: Whose address it is.

    Returns:
        The ids of the messages.
    """
    rows = await uow.session.scalars(
        select(TimelineItem)
        .where(
            TimelineItem.client_id == client_id,
            TimelineItem.channel == place.channel,
            TimelineItem.direction == "out",
            TimelineItem.delivery.in_(WAITING),
            TimelineItem.data["to"].astext == place.value,
        )
        .order_by(TimelineItem.id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    stopped = []
    for item in list(rows):
        await uow.forgive(send_key(item))
        await fail(uow, item, OPTED_OUT)
        stopped.append(item.id)
    return stopped


async def fail(uow: UnitOfWork, item: TimelineItem, code: str) -> None:
    """Let a message fail for one of these reasons; its author is told."""
    await advance(uow, item, "failed", reason=REASONS[code], code=code)


async def learn(uow: UnitOfWork, item: TimelineItem, words: str) -> None:
    """The provider says that the client wants no more: keep it, stop what waits."""
    value = item.data["to"]
    place = Place(
        channel=item.channel or "",
        kind="email" if "@" in value else "phone",
        value=value,
    )
    if await consent.refusal(uow.session, place.channel, place.kind, place.value):
        return
    await consent.record(
        uow,
        consent.Said(
            kind=place.kind,
            value=place.value,
            channel=place.channel,
            state="refused",
            source="provider",
            wording=words,
            client_id=item.client_id,
            item_id=item.id,
        ),
    )
    await stop_waiting(uow, place, item.client_id)
