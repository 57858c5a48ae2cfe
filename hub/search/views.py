"""What was found, as the outside sees it."""

from dataclasses import dataclass
from datetime import datetime

from hub.clients.views import ClientView


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkView:
    """Letters that were found, counted in UTF-16 as JavaScript does."""

    start: int
    #: The first one that is not marked any more.
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageView:
    """A piece of plain text, and what of it was found."""

    text: str
    marks: list[MarkView]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemHit:
    """Something that was said."""

    item_id: int
    conversation_id: int
    client_id: int
    at: datetime
    kind: str
    channel: str | None
    direction: str | None
    author: str
    passage: PassageView
    #: Where the passage is from: ``text``, ``subject``, ``attachment``, ``quoted``.
    part: str
    #: Words of the whole entry that were found, as they stand there.
    matched: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationHit:
    """A conversation, by what fits best of it."""

    conversation_id: int
    client_id: int
    client_name: PassageView
    subject: PassageView
    state: str
    best: ItemHit
    #: Further entries of it that were found nearby.
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientHit:
    """A client."""

    client: ClientView
    name: PassageView
    #: The address that was found, else his first; None when he has none.
    address: PassageView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderHit:
    """An order."""

    order_id: int
    client_id: int
    client_name: str
    number: PassageView
    #: The title, or the line that was found.
    title: PassageView
    status: str
    placed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionView:
    """A word that nobody ever used, and what was looked for instead."""

    typed: str
    taken: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetView:
    """One value by which what was found can be narrowed, and how much has it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetsView:
    """Of the newest hits, those that the page was chosen from."""

    channels: list[FacetView]
    people: list[FacetView]
    #: Months as ``2026-03``, the newest first.
    months: list[FacetView]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundView:
    """A page of what was found, the best first."""

    clients: list[ClientHit]
    orders: list[OrderHit]
    conversations: list[ConversationHit]
    #: Operators that were understood, as they were typed.
    understood: list[str]
    corrections: list[CorrectionView]
    facets: FacetsView
    #: False when the time was up before all was looked through.
    complete: bool
    #: False while what was there before is still being read for the first time.
    ready: bool
    #: Give it as ``cursor`` to get what follows; null at the end.
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryHits:
    """What was found in one client's history, the newest first."""

    items: list[ItemHit]
    complete: bool
    ready: bool
    next: str | None = None
