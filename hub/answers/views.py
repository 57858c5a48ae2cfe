"""Ready answers and macros as the outside sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.conversations.views import AttachmentView
from hub.storage.tables import CannedAnswer, Macro


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedText:
    """A ready answer in one language."""

    locale: str
    text: str
    subject: str = ""
    #: By mail: the same with a look to it; empty: just the text.
    html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedView:
    """A ready answer."""

    id: int
    #: Whose own it is; None: the team's.
    account_id: int | None
    title: str
    folder: str
    #: Kinds of channels that it fits; empty: all.
    channels: list[str]
    texts: list[CannedText]
    attachments: list[AttachmentView]
    updated_at: datetime
    #: How often it was taken, by all and by the asker.
    used: int = 0
    used_by_me: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MacroView:
    """Several things to do at once."""

    id: int
    account_id: int | None
    title: str
    steps: list[dict[str, Any]]
    used: int
    updated_at: datetime


def canned_view(
    row: CannedAnswer,
    files: Sequence[AttachmentView] = (),
    uses: Mapping[int, tuple[int, int]] | None = None,
) -> CannedView:
    """Show a ready answer with its files, and how often it was taken."""
    used, mine = (uses or {}).get(row.id, (0, 0))
    return CannedView(
        id=row.id,
        account_id=row.account_id,
        title=row.title,
        folder=row.folder or "",
        channels=list(row.channels or ()),
        texts=[CannedText(**one) for one in row.texts],
        attachments=list(files),
        updated_at=row.updated_at,
        used=used,
        used_by_me=mine,
    )


def macro_view(row: Macro) -> MacroView:
    """Show a macro."""
    return MacroView(
        id=row.id,
        account_id=row.account_id,
        title=row.title,
        steps=list(row.steps),
        used=row.used or 0,
        updated_at=row.updated_at,
    )
