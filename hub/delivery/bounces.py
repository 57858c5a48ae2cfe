"""What a bounce says of an address, kept with the message that bounced. Pure."""

from collections.abc import Mapping
from typing import Any

from hub.contracts import DeliveryReceipt, DeliveryState

#: Recipients of one message whose bounces are kept.
_MOST = 100


def noted(data: Mapping[str, Any], receipt: DeliveryReceipt) -> dict[str, Any]:
    """Give a message's data with what a receipt says of a bounce in ``bounces``.

    One line for each address: ``recipient``, ``status`` (RFC 3463), ``cause``, ``hard``
    (the address will never do) and ``words`` (the server's own). A later one for the
    same address takes the place of the earlier.
    """
    if receipt.state is not DeliveryState.BOUNCED:
        return dict(data)
    wanted = receipt.recipient.casefold()
    others = [
        one
        for one in data.get("bounces") or ()
        if str(one.get("recipient", "")).casefold() != wanted
    ]
    line = {
        "recipient": receipt.recipient,
        "status": receipt.status,
        "cause": receipt.cause,
        "hard": receipt.is_hard,
        "words": receipt.reason,
    }
    return {**data, "bounces": [*others, line][-_MOST:]}
