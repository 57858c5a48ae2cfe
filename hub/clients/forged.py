"""Entries that only pretend to come from a client."""

from sqlalchemy import ColumnElement, func

from hub.contracts import Verdict
from hub.storage.tables import TimelineItem


def is_not_forged() -> ColumnElement[bool]:
    """Say which entries are not known to be forged."""
    verdict = TimelineItem.data["authenticity"]["verdict"].astext
    return func.coalesce(verdict, "") != Verdict.FORGED.value
