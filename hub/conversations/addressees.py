"""To whom a mail goes beside the client: as people type it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from hub.clients import addresses
from hub.errors import InvalidError

_NAMED = re.compile(r'\s*"?(?P<name>[^"<>]*?)"?\s*<(?P<address>[^<>]+)>\s*')
_LONGEST_NAME = 100
ROLES = ("to", "cc", "bcc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Somebody who is written to."""

    address: str
    name: str = ""
    #: ``to``, ``cc`` or ``bcc``.
    role: str = "cc"


def read(typed: Sequence[str], role: str) -> list[Addressee]:
    """Read ``a@b`` and ``Anna <a@b>``.

    Raises:
        InvalidError: One is no mail address; the error names the field and the text.
    """
    found = []
    for one in typed:
        named = _NAMED.fullmatch(one)
        name, written = (named["name"], named["address"]) if named else ("", one)
        try:
            address = addresses.check("email", written, country="")
        except InvalidError:
            raise InvalidError(
                "recipients", errors={role: f"not a mail address: {one[:100]}"}
            ) from None
        plain = " ".join("".join(c for c in name if c.isprintable()).split())
        found.append(Addressee(address=address, name=plain[:_LONGEST_NAME], role=role))
    return found


def distinct(
    people: Sequence[Addressee], *, without: Sequence[str], at_most: int
) -> list[Addressee]:
    """Give each once, in the first role he was named in.

    Raises:
        InvalidError: They are too many.
    """
    seen = {one.casefold() for one in without}
    kept = []
    for one in people:
        if one.address.casefold() not in seen:
            seen.add(one.address.casefold())
            kept.append(one)
    if len(kept) > at_most:
        raise InvalidError("recipients", errors={"cc": f"at most {at_most} people"})
    return kept


def check_allowed(people: Sequence[Addressee], allowed: Sequence[str]) -> None:
    """Let nothing be handed on to whom the settings do not allow.

    Args:
        people: Who is to get it.
        allowed: Addresses, domains (``@firm.example``) or patterns with ``*``; none:
            anybody may.

    Raises:
        InvalidError: It names the first one who may not.
    """
    if not allowed:
        return
    patterns = [_pattern(one) for one in allowed]
    for one in people:
        if not any(fnmatchcase(one.address.casefold(), each) for each in patterns):
            raise InvalidError(
                "recipients",
                errors={one.role: f"nothing may be forwarded to {one.address}"},
            )


def as_data(address: str, name: str, role: str) -> dict[str, Any]:
    """Write a recipient as the timeline keeps him."""
    return {"address": address, "name": name, "role": role, "state": "queued"}


def written(one: dict[str, Any]) -> str:
    """Write a recipient of the timeline as people type him."""
    return f"{one['name']} <{one['address']}>" if one.get("name") else one["address"]


def _pattern(one: str) -> str:
    one = one.strip().casefold()
    if "@" not in one:
        return f"*@{one}"
    return f"*{one}" if one.startswith("@") else one
