"""Which channel a reply takes unless its author says otherwise, and why. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.clients.views import AddressView
from hub.conversations.reply_all import MailDefaults


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A provider lets us write freely for a while after each message of the client."""

    #: None: he has not written there, so only a template can be sent.
    until: datetime | None
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Undeliverable:
    """The last word about an address: nobody is there."""

    #: One of ``hub.contracts.HARD_CAUSES``; screens know the words.
    cause: str
    #: When we learned it.
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One channel to one address."""

    channel: str
    address_id: int
    address: str
    #: False where nothing should be sent; ``reason`` says why.
    usable: bool
    #: ``wrote_last``, ``known``, ``unverified`` or ``opted_out``.
    reason: str
    #: Only a template can be sent there once this is over; None where that is no matter.
    window: Window | None = None
    #: What went there last came back for good. It can be tried again all the same.
    undeliverable: Undeliverable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyDefaults:
    """What is proposed, and all ways to answer."""

    channel: str | None
    address_id: int | None
    #: Why this one: ``wrote_last``, ``only_way``, ``reachable``, or ``none``.
    reason: str
    channels: list[Way]
    subject: str
    #: What goes with a mail; None where none can be sent.
    mail: MailDefaults | None = None


def reply_defaults(
    *,
    last_channel: str,
    last_address: str,
    subject: str,
    addresses: Sequence[AddressView],
    reaches: Mapping[str, str],
    refused: Collection[tuple[str, str, str]] = (),
    windows: Mapping[tuple[str, int], Window] | None = None,
    undeliverable: Mapping[tuple[str, str], Undeliverable] | None = None,
) -> ReplyDefaults:
    """Propose the channel and address that the client used last.

    Args:
        last_channel: Of the client's latest interaction.
        last_address: As it is displayed.
        subject: The conversation's.
        addresses: The client's.
        reaches: Which kind of address each channel that can send reaches.
        refused: Where he asked not to be written to: (channel, kind, value).
        windows: How long one may write freely, by channel and address.
        undeliverable: Where nobody is, by (channel, value).
    """
    ways = [
        _way(
            channel,
            one,
            last=(last_channel, last_address),
            refused=(channel, one.kind, one.value) in refused,
            window=(windows or {}).get((channel, one.id)),
            undeliverable=(undeliverable or {}).get((channel, one.value)),
        )
        for channel, kind in reaches.items()
        for one in addresses
        if one.kind == kind
    ]
    # A client who called is best answered where that number can be written to.
    ways.sort(
        key=lambda way: (
            way.usable,
            way.undeliverable is None,
            # Where he never wrote a template would be needed.
            way.window is None or way.window.until is not None,
            way.reason == "wrote_last",
            way.channel == last_channel,
            way.address == last_address,
            way.reason == "known",
        ),
        reverse=True,
    )
    usable = [way for way in ways if way.usable]
    if not usable:
        reason = "none"
    elif ways[0].reason == "wrote_last":
        reason = "wrote_last"
    else:
        reason = "only_way" if len(usable) == 1 else "reachable"
    return ReplyDefaults(
        channel=usable[0].channel if usable else None,
        address_id=usable[0].address_id if usable else None,
        reason=reason,
        channels=ways,
        subject=f"Re: {subject}" if subject else "",
    )


def _way(
    channel: str,
    address: AddressView,
    *,
    last: tuple[str, str],
    refused: bool,
    window: Window | None,
    undeliverable: Undeliverable | None,
) -> Way:
    wrote_last = (channel, address.display) == last
    known = "known" if address.verified else "unverified"
    return Way(
        channel=channel,
        address_id=address.id,
        address=address.display,
        usable=not refused,
        reason="opted_out" if refused else "wrote_last" if wrote_last else known,
        window=window,
        undeliverable=undeliverable,
    )
