"""Passwords: argon2id, off the event loop, the same time for everybody."""

import asyncio
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.errors import InvalidError

#: Longer ones are refused: hashing them would be work for nothing.
LONGEST = 512

# OWASP's minimum for argon2id: 19 MiB, two passes, one lane. Several sign-ins at once
# each take that memory for some 20 ms, so more would be felt in a small container.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# What an unknown account's password is compared with, so that it takes as long. Made
# with the parameters above from chance that nobody has; it fits no password.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$cm96bW92YS1ub2JvZHktMQ$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


async def hashed(password: str, *, min_length: int, email: str = "") -> str:
    """Check a new password and hash it.

    Raises:
        InvalidError: It is too short, too long, or the account's own address.
    """
    plain = _one_form(password)
    if reason := _against(plain, min_length, email):
        raise InvalidError("password", errors={"password": reason})
    return await asyncio.to_thread(_HASHER.hash, plain)


async def fits(password: str, password_hash: str | None) -> bool:
    """Tell whether this is the password; without a hash it never is, as slowly."""
    plain = _one_form(password)[:LONGEST]
    fitting = await asyncio.to_thread(_verify, password_hash or _NOBODY, plain)
    return fitting and password_hash is not None


def is_dated(password_hash: str) -> bool:
    """Tell whether it was hashed with other parameters than we use now."""
    try:
        return _HASHER.check_needs_rehash(password_hash)
    except InvalidHashError:
        return True


def _verify(password_hash: str, plain: str) -> bool:
    try:
        return _HASHER.verify(password_hash, plain)
    except (VerificationError, InvalidHashError):
        return False


def _one_form(password: str) -> str:
    # The same letters typed on two keyboards are the same password.
    return unicodedata.normalize("NFKC", password)


def _against(plain: str, min_length: int, email: str) -> str:
    if len(plain) < min_length:
        return f"must have at least {min_length} characters"
    if len(plain) > LONGEST:
        return f"must have at most {LONGEST} characters"
    if email and plain.casefold() in {email.casefold(), email.partition("@")[0]}:
        return "must not be the mail address"
    if len(set(plain)) == 1:
        return "must not be one character only"
    return ""
