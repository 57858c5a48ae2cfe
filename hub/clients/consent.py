"""What clients said of being written to: kept word for word, asked before we write.

A statement is never changed; the newest one about an address, a channel and a purpose
holds. ``contact`` is the purpose that stands in the way of every message: who refused
it on a channel is not written to there, neither by people nor by machines. A form may
keep consents for purposes of its own beside it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients import addresses
from hub.clients import refusals as outliving
from hub.errors import InvalidError, NotFoundError
from hub.log.events import Actor, Event
from hub.storage.tables import Account, Address, Client, Consent, KeptRefusal
from hub.storage.tables.consents import CONSENT_SOURCES, CONSENT_STATES
from hub.storage.unit import UnitOfWork

#: Being written to at all.
CONTACT = "contact"
MAX_PURPOSE = 60
#: Letters of a wording that are kept: a whole page of conditions.
MAX_WORDING = 20_000
MAX_NOTE = 1000
#: Statements of one client that are shown, the newest.
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A statement that is to be kept."""

    kind: str
    #: The address, normalised (``addresses.normalise``).
    value: str
    #: ``given`` or ``refused``.
    state: str
    #: ``message``, ``form``, ``agent``, ``provider`` or ``import``.
    source: str
    #: The channel it is about; "" for a purpose that belongs to no channel.
    channel: str = ""
    purpose: str = CONTACT
    #: The words that the client read and agreed to, or wrote himself.
    wording: str = ""
    #: Why a colleague records it.
    note: str = ""
    #: Whose address it is, where that is known.
    client_id: int | None = None
    #: The timeline entry that says it.
    item_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """One statement of a client."""

    id: int
    kind: str
    value: str
    display: str
    channel: str
    purpose: str
    state: str
    source: str
    wording: str
    note: str
    item_id: int | None
    #: The colleague who recorded it.
    account_id: int | None
    account_name: str
    at: datetime
    #: Nothing newer was said of the same.
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(Event):
    """A client allows something."""

    kind: ClassVar[str] = "consent.given"
    address_kind: str
    address: str
    channel: str
    purpose: str
    source: str
    wording: str = ""
    note: str = ""
    item_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused(ConsentGiven):
    """A client allows something no longer, or never did."""

    kind: ClassVar[str] = "consent.refused"


async def record(uow: UnitOfWork, said: Said, *, actor: Actor | None = None) -> Consent:
    """Keep a statement with its words and its time.

    Args:
        uow: A unit.
        said: The statement.
        actor: Whose it is in the log, if not the unit's own.

    Raises:
        InvalidError: A state or source that there is not, or a text too long.
    """
    _check(said)
    row = Consent(
        kind=said.kind,
        value=said.value,
        channel=said.channel,
        purpose=said.purpose,
        state=said.state,
        source=said.source,
        wording=said.wording,
        note=said.note,
        client_id=said.client_id,
        item_id=said.item_id,
        account_id=uow.actor.id if uow.actor.kind == "agent" else None,
        at=uow.now,
    )
    uow.session.add(row)
    await uow.session.flush()
    event = ConsentGiven if said.state == "given" else ConsentRefused
    uow.record(
        event(
            client_id=said.client_id,
            address_kind=said.kind,
            address=said.value,
            channel=said.channel,
            purpose=said.purpose,
            source=said.source,
            wording=said.wording,
            note=said.note,
            item_id=said.item_id,
            actor=actor,
        )
    )
    return row


async def record_by_hand(
    uow: UnitOfWork,
    client_id: int,
    address_id: int,
    *,
    channel: str,
    state: str,
    note: str,
) -> Consent:
    """Keep what a client told a colleague, who says how he knows.

    Raises:
        NotFoundError: There is no such client, or it is not his address.
        InvalidError: The note is missing.
    """
    address = await uow.session.get(Address, address_id)
    if address is None or address.client_id != client_id:
        raise NotFoundError(f"address {address_id} of client {client_id}")
    if not note.strip():
        raise InvalidError("note", errors={"note": "say how you know it"})
    return await record(
        uow,
        Said(
            kind=address.kind,
            value=address.value,
            channel=channel,
            state=state,
            source="agent",
            note=note.strip(),
            client_id=client_id,
        ),
    )


async def refusal(
    session: AsyncSession, channel: str, kind: str, value: str
) -> Consent | KeptRefusal | None:
    """Give the refusal that forbids to write there, or None when one may write.

    It outlives the client who said it (``hub/clients/refusals.py``), until somebody
    says otherwise for the address.
    """
    newest = await session.scalar(
        select(Consent)
        .where(
            Consent.kind == kind,
            Consent.value == value,
            Consent.channel == channel,
            Consent.purpose == CONTACT,
        )
        .order_by(Consent.id.desc())
        .limit(1)
    )
    if newest is None:
        return await outliving.kept(session, channel, kind, value)
    return newest if newest.state == "refused" else None


async def refusals(
    session: AsyncSession, keys: Collection[tuple[str, str]]
) -> set[tuple[str, str, str]]:
    """Find where one must not write: (channel, kind, value) of these addresses.

    Args:
        session: The database.
        keys: (kind, normalised value) of each address.
    """
    if not keys:
        return set()
    rows = await session.execute(
        select(Consent.channel, Consent.kind, Consent.value, Consent.state)
        .where(
            tuple_(Consent.kind, Consent.value).in_(keys), Consent.purpose == CONTACT
        )
        .order_by(Consent.id)
    )
    newest = {(row.channel, row.kind, row.value): row.state for row in rows}
    outlived = await outliving.kept_of(session, keys)
    return {place for place, state in newest.items() if state == "refused"} | (
        outlived - newest.keys()
    )


async def of_client(session: AsyncSession, client_id: int) -> list[ConsentView]:
    """List what was said of a client's addresses and by him, the newest first.

    Raises:
        NotFoundError: There is no such client.
    """
    if await session.get(Client, client_id) is None:
        raise NotFoundError(f"client {client_id}")
    keys = (
        await session.execute(
            select(Address.kind, Address.value).where(Address.client_id == client_id)
        )
    ).all()
    rows = await session.execute(
        select(Consent, Account.name)
        .outerjoin(Account, Account.id == Consent.account_id)
        .where(
            tuple_(Consent.kind, Consent.value).in_([tuple(one) for one in keys])
            | (Consent.client_id == client_id)
        )
        .order_by(Consent.id.desc())
        .limit(MOST_SHOWN)
    )
    seen: set[tuple[str, str, str, str]] = set()
    views = []
    for row, name in rows:
        about = (row.kind, row.value, row.channel, row.purpose)
        views.append(_view(row, name or "", holds=about not in seen))
        seen.add(about)
    return views


def _check(said: Said) -> None:
    errors = {}
    if said.state not in CONSENT_STATES:
        errors["state"] = f"one of {', '.join(CONSENT_STATES)}"
    if said.source not in CONSENT_SOURCES:
        errors["source"] = f"one of {', '.join(CONSENT_SOURCES)}"
    if not said.purpose or len(said.purpose) > MAX_PURPOSE:
        errors["purpose"] = f"1 to {MAX_PURPOSE} letters"
    if len(said.wording) > MAX_WORDING:
        errors["wording"] = f"at most {MAX_WORDING} letters"
    if len(said.note) > MAX_NOTE:
        errors["note"] = f"at most {MAX_NOTE} letters"
    if errors:
        raise InvalidError("consent", errors=errors)


def _view(row: Consent, account_name: str, *, holds: bool) -> ConsentView:
    return ConsentView(
        id=row.id,
        kind=row.kind,
        value=row.value,
        display=addresses.display(row.kind, row.value),
        channel=row.channel,
        purpose=row.purpose,
        state=row.state,
        source=row.source,
        wording=row.wording,
        note=row.note,
        item_id=row.item_id,
        account_id=row.account_id,
        account_name=account_name,
        at=row.at,
        holds=holds,
    )
