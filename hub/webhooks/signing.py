"""How a receiver knows that an event is ours, and new. Pure.

The secret of an endpoint is derived from the hub's own key, so that none is kept: who
steals the database cannot sign. It is shown when it is made, and may be made anew; the
old one signs beside the new one for a while.
"""

import base64
import hmac
from datetime import datetime, timedelta

#: Marks a secret, so that scanners find one that was published by mistake.
PREFIX = "whsec_"
#: The header that carries the signatures.
HEADER = "Rozmova-Signature"


def secret_of(key: bytes, webhook_id: int, salt: str, number: int) -> str:
    """Give the secret of an endpoint.

    Args:
        key: The hub's key for webhooks.
        webhook_id: Which endpoint.
        salt: Its own; an id that is used again after a restore gives other secrets.
        number: Which of its secrets; each turn gives the next one.
    """
    made = hmac.digest(key, f"{webhook_id}:{salt}:{number}".encode(), "sha256")
    return PREFIX + base64.urlsafe_b64encode(made).decode().rstrip("=")


def signature(body: bytes, secrets: list[str], at: datetime) -> str:
    """Sign a body: ``t=1790000000,v1=…``, one ``v1`` for each secret."""
    stamp = int(at.timestamp())
    signed = [
        hmac.new(one.encode(), b"%d.%b" % (stamp, body), "sha256").hexdigest()
        for one in secrets
    ]
    return ",".join([f"t={stamp}", *(f"v1={one}" for one in signed)])


def is_genuine(
    header: str, body: bytes, secret: str, *, now: datetime, within: timedelta
) -> bool:
    """Tell whether a signature is of this body and not old: what receivers do."""
    parts = [one.partition("=")[::2] for one in header.split(",")]
    stamps = [value for name, value in parts if name == "t"]
    if len(stamps) != 1 or not stamps[0].isdecimal():
        return False
    at = int(stamps[0])
    if abs(now.timestamp() - at) > within.total_seconds():
        return False
    wanted = hmac.new(secret.encode(), b"%d.%b" % (at, body), "sha256").hexdigest()
    return any(
        hmac.compare_digest(value.encode(), wanted.encode())
        for name, value in parts
        if name == "v1"
    )
