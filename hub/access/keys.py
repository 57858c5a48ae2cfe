"""Secrets that a browser or a program holds, of which the database has only a hash."""

import hashlib
import secrets

#: Bytes of chance in a secret: nobody guesses 256 bits.
SIZE = 32
#: Marks an API token, so that scanners find one that was published by mistake.
TOKEN_PREFIX = "rzm_"  # noqa: S105 - the mark, not the secret


def new_secret(prefix: str = "") -> str:
    """Make a secret of 256 bits, safe in URLs and headers."""
    return prefix + secrets.token_urlsafe(SIZE)


def digest(secret: str) -> str:
    """Give what is kept of a secret. It has no salt, since chance cannot be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
