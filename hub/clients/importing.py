"""Take clients over from elsewhere.

The list's keeper vouches for it, so its addresses count as verified, and what somebody
only typed into a form goes to whom the list names (as with a shop's orders, see
``hub/orders/buyers.py``). What we know already is not overwritten: somebody may have
corrected it. So the same list again changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import select, tuple_

from hub.clients import addresses
from hub.clients.cards import Card, Checked, check
from hub.clients.events import ClientChanged, ClientCreated
from hub.clients.views import client_view
from hub.storage.batches import Outcome, Refused, Settled
from hub.storage.tables import Address, Client
from hub.storage.unit import UnitOfWork

Key = tuple[str, str]
#: Addresses asked for in one statement.
ASKED = 5000


async def take_cards(
    uow: UnitOfWork, cards: Sequence[Card], *, country: str
) -> list[Settled]:
    """Make or complete the client of each card; in a few statements for all of them.

    Args:
        uow: The unit.
        cards: What the list says.
        country: How phone numbers without a country are read.
    """
    checked = [check(card, country=country) for card in cards]
    book = await _open(uow, checked)
    settled = []
    for one in checked:
        if isinstance(one, Refused):
            settled.append(Settled(outcome=Outcome.REFUSED, reason=one.reason))
        else:
            settled.append(_enter(uow, book, one))
    await _write(uow, book)
    return settled


@dataclass(slots=True)
class _Held:
    """A client in hand."""

    client: Client
    addresses: list[Address]
    fresh: bool = False
    changed: bool = False


@dataclass(slots=True)
class _Book:
    """What is known of the addresses of one batch."""

    held: list[_Held] = field(default_factory=list)
    #: Whose each address is.
    owners: dict[Key, _Held] = field(default_factory=dict)
    rows: dict[Key, Address] = field(default_factory=dict)


async def _open(uow: UnitOfWork, checked: Iterable[Checked | Refused]) -> _Book:
    wanted = {key for one in checked if isinstance(one, Checked) for key in one.keys}
    book = _Book()
    owners: set[int] = set()
    rest = iter(sorted(wanted))
    while some := list(islice(rest, ASKED)):
        owners |= set(
            await uow.session.scalars(
                select(Address.client_id).where(
                    tuple_(Address.kind, Address.value).in_(some)
                )
            )
        )
    # In the order of their ids, so that two imports do not wait for each other.
    clients = await uow.session.scalars(
        select(Client)
        .where(Client.id.in_(owners))
        .order_by(Client.id)
        .with_for_update()
    )
    by_id = {client.id: _Held(client, []) for client in clients}
    rows = await uow.session.scalars(
        select(Address).where(Address.client_id.in_(owners)).order_by(Address.id)
    )
    for row in rows:
        held = by_id[row.client_id]
        held.addresses.append(row)
        book.owners[row.kind, row.value] = held
        book.rows[row.kind, row.value] = row
    book.held = list(by_id.values())
    return book


def _enter(uow: UnitOfWork, book: _Book, given: Checked) -> Settled:
    owners = _owners(book, given)
    if len(owners) > 1:
        names = " and ".join(_called(one) for one in owners)
        return Settled(
            outcome=Outcome.REFUSED,
            reason=f"its addresses are those of several clients: {names}",
            notes=given.notes,
        )
    before = None if not owners else owners[0].changed
    held = owners[0] if owners else _begin(uow, book, given)
    held.changed = False
    for key, verified in given.keys.items():
        _give(uow, book, held, key, verified=verified)
    _learn(held, given)
    if before is None:
        outcome = Outcome.MADE
    else:
        outcome = Outcome.UPDATED if held.changed else Outcome.SAME
    held.changed = held.changed or bool(before)
    return Settled(outcome=outcome, notes=given.notes)


def _owners(book: _Book, given: Checked) -> list[_Held]:
    """Give the clients whose addresses these surely are."""
    found: list[_Held] = []
    for key, vouched in given.keys.items():
        row = book.rows.get(key)
        if row is None or (vouched and row.verified_at is None):
            continue
        if book.owners[key] not in found:
            found.append(book.owners[key])
    return found


def _begin(uow: UnitOfWork, book: _Book, given: Checked) -> _Held:
    client = Client(
        name=given.name or addresses.display(*next(iter(given.keys))),
        locale=given.locale,
        attributes=dict(given.attributes),
        created_at=uow.now,
    )
    held = _Held(client, [], fresh=True)
    book.held.append(held)
    return held


def _give(
    uow: UnitOfWork, book: _Book, held: _Held, key: Key, *, verified: bool
) -> None:
    """Make an address the client's, unless it is already or surely another's."""
    kind, value = key
    row = book.rows.get(key)
    if row is None:
        row = Address(
            kind=kind,
            value=value,
            display=addresses.display(kind, value),
            verified_at=uow.now if verified else None,
            created_at=uow.now,
        )
        book.rows[key] = row
    elif row.verified_at is not None or not verified:
        return
    else:
        row.verified_at = uow.now
    owner = book.owners.get(key)
    if owner is not None and owner is not held:
        owner.addresses.remove(row)
        owner.changed = True
    if owner is not held:
        held.addresses.append(row)
        book.owners[key] = held
    held.changed = True


def _learn(held: _Held, given: Checked) -> None:
    """Take over what we did not know yet; never what somebody corrected."""
    client = held.client
    if given.name and _is_address(client.name):
        held.changed = held.changed or client.name != given.name
        client.name = given.name
    if client.locale is None and given.locale:
        client.locale = given.locale
        held.changed = True
    more = {
        key: value
        for key, value in given.attributes.items()
        if key not in client.attributes
    }
    if more:
        client.attributes = client.attributes | more
        held.changed = True


async def _write(uow: UnitOfWork, book: _Book) -> None:
    uow.session.add_all(held.client for held in book.held if held.fresh)
    await uow.session.flush()
    for held in book.held:
        for row in held.addresses:
            row.client_id = held.client.id
        uow.session.add_all(held.addresses)
    await uow.session.flush()
    for held in book.held:
        if held.fresh or held.changed:
            event = ClientCreated if held.fresh else ClientChanged
            view = client_view(held.client, held.addresses)
            uow.record(event(client_id=held.client.id, state={"client": view}))


def _called(held: _Held) -> str:
    if held.fresh:
        return f"{held.client.name} (of an earlier line)"
    return f"{held.client.name} (client {held.client.id})"


def _is_address(name: str) -> bool:
    return "@" in name or name.startswith("+")
