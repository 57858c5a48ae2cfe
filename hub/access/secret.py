"""The hub's one secret, and the keys derived from it for each purpose."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

FILE = "secret"
BYTES = 32


def load(folder: Path, given: str | None) -> bytes:
    """Give the configured secret, or the one kept in ``folder``, made at first use.

    Raises:
        OSError: The file can be neither read nor made.
    """
    if given:
        return hashlib.sha256(given.encode()).digest()
    path = folder / FILE
    try:
        return bytes.fromhex(path.read_text())
    except FileNotFoundError:
        fresh = secrets.token_bytes(BYTES)
    try:
        # O_EXCL: of two processes that start at once, one makes it for both.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return bytes.fromhex(path.read_text())
    with os.fdopen(handle, "w") as file:
        file.write(fresh.hex())
    return fresh


def derive(secret: bytes, purpose: str) -> bytes:
    """Derive the key of one purpose, so that a token of one is void for another."""
    return hmac.digest(secret, b"rozmova:" + purpose.encode(), "sha256")
