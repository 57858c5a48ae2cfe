"""Entries that only pretend to come from a client."""

from sqlalchemy import ColumnElement, func

from hub.contracts import Verdict
from hub.storage.tables import TimelineItem


def is_not_forged(entry: type[TimelineItem] = TimelineItem) -> ColumnElement[bool]:
    """Say which entries are not known to be forged; ``entry`` is the table or an alias."""
    verdict = entry.data["authenticity"]["verdict"].astext
    return func.coalesce(verdict, "") != Verdict.FORGED.value
