"""What Amazon tells of a mail in JSON, where its notices are sent on by mail."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from channels.email.reports.fates import STATUS, Fate
from channels.email.reports.originals import Original

_BEGINS = re.compile(r"\s*\{\s*\"(?:notificationType|eventType|Type)\"\s*:")
_LONGEST = 1_000_000


def notification(text: str) -> tuple[list[Fate], Original]:
    """Read a notice; nothing if the text is none."""
    if not _BEGINS.match(text[:200]):
        return [], Original()
    said = _decoded(text[:_LONGEST])
    if said.get("Type") == "Notification":
        said = _decoded(str(said.get("Message", "")))
    kind = str(said.get("notificationType") or said.get("eventType") or "")
    return list(_fates(kind, said)), _original(said)


def _decoded(text: str) -> dict[str, Any]:
    # Long lines were cut on the way, and the cut marked.
    text = re.sub(r"!\r?\n ", "", text.lstrip())
    try:
        said, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _fates(kind: str, said: Mapping[str, Any]) -> Iterator[Fate]:
    told = _part(said, kind.lower())
    if kind == "Bounce":
        for one in _list(told, "bouncedRecipients"):
            words = str(one.get("diagnosticCode") or told.get("bounceSubType") or "")
            words = re.sub(r"^\s*smtp;\s*", "", words)
            status = STATUS.search(str(one.get("status", ""))) or STATUS.search(words)
            action = str(one.get("action") or "failed").lower()
            yield Fate(action, _address(one), status[1] if status else "", words)
    elif kind == "Complaint":
        what = str(told.get("complaintFeedbackType") or "abuse")
        for one in _list(told, "complainedRecipients"):
            yield Fate("complaint", _address(one), "", f"complaint: {what}")
    elif kind == "Delivery":
        words = str(told.get("smtpResponse") or "")
        status = STATUS.search(words)
        for address in told.get("recipients") or ():
            yield Fate("delivered", str(address), status[1] if status else "", words)


def _original(said: Mapping[str, Any]) -> Original:
    mail = _part(said, "mail")
    given = str(_part(mail, "commonHeaders").get("messageId") or "")
    for one in _list(mail, "headers"):
        if str(one.get("name", "")).lower() == "message-id":
            given = str(one.get("value", ""))
    people = mail.get("destination")
    return Original(
        message_id=given.strip() if "<" in given else "",
        recipient=str(people[0]) if isinstance(people, list) and people else "",
    )


def _part(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = said.get(name)
    return found if isinstance(found, dict) else {}


def _list(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = said.get(name)
    return (
        [one for one in found if isinstance(one, dict)]
        if isinstance(found, list)
        else []
    )


def _address(one: Mapping[str, Any]) -> str:
    return str(one.get("emailAddress") or "").strip("<> ")
