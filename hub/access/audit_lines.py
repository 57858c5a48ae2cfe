"""The audit as lines of a table that spreadsheets open. Pure."""

import csv
import io
from collections.abc import Iterable

import orjson

from hub.access.audit import AuditEntry

_HEAD = (
    "seq",
    "at",
    "kind",
    "actor_kind",
    "actor_id",
    "actor_name",
    "client_id",
    "conversation_id",
    "data",
)
#: A cell that begins so is a formula to a spreadsheet, and may have been typed by a
#: stranger.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def head() -> bytes:
    """Give the first line; its mark tells spreadsheets that this is UTF-8."""
    return b"\xef\xbb\xbf" + _line(_HEAD).encode()


def lines(entries: Iterable[AuditEntry]) -> bytes:
    """Give entries as lines, one each."""
    return "".join(
        _line(
            (
                str(one.seq),
                one.at.isoformat(),
                one.kind,
                one.actor.kind,
                "" if one.actor.id is None else str(one.actor.id),
                _plain(one.actor.name),
                "" if one.client_id is None else str(one.client_id),
                "" if one.conversation_id is None else str(one.conversation_id),
                orjson.dumps(one.data).decode(),
            )
        )
        for one in entries
    ).encode()


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULAS) else text
