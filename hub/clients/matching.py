"""Find whose address it is; make a client for one that nobody has yet.

An address is *verified* when its link to the client can be trusted: it is the first
that he really wrote or called from, an agent or the shop gave it, or he proved it with a
code. One that was only typed into a form stays unverified, so that nobody can type
himself into another's orders; ``claims.py`` says whose it is when its owner writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import ARRAY, Select, Text, cast, func, select, tuple_

from hub.clients import addresses, claims, duplicates, identity
from hub.clients.events import ClientChanged, ClientCreated
from hub.clients.views import client_view
from hub.storage.tables import Address, Client
from hub.storage.unit import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who gets in touch, as far as his message tells."""

    kind: str
    #: Normalised.
    value: str
    name: str = ""
    locale: str | None = None
    #: He really wrote or called from ``value``; False when he only typed it.
    proven: bool = True
    #: Further addresses of his own telling: (kind, normalised value).
    also: tuple[tuple[str, str], ...] = field(default=())
    #: So long an address that was only typed may make him who typed it.
    typed_for: timedelta = claims.TYPED_FOR

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """All addresses, the one that he really used first."""
        return ((self.kind, self.value), *self.also)


@dataclass(frozen=True, slots=True)
class Match:
    """The client of a person, and the address that he used."""

    client: Client
    address: Address


async def match(uow: UnitOfWork, people: Sequence[Person]) -> list[Match]:
    """Find or make the client of each person, in a few statements for all of them.

    Two units that make the same client race; one breaks the unique constraint and is
    run again by ``Database.run``.
    """
    wanted = {key for person in people for key in person.keys if key[1]}
    known, clients = await _hold(uow, wanted)
    matches = []
    for person in people:
        await _stand_apart(uow, person, known, clients)
        owner, contested = await _owner(uow, person, known)
        changed = owner is None
        if owner is None:
            client = await _create(uow, person)
            clients[client.id] = client
        else:
            client = clients[owner]
        fresh = [key for key in person.keys if key[1] and key not in known]
        for key in fresh:
            known[key] = await _add(
                uow,
                client,
                key,
                verified=changed and person.proven and key == person.keys[0],
            )
        for address in contested:
            await _pair(uow, client, address)
        if changed:
            await _tell(uow, client, ClientCreated)
        elif any([await _proves(uow, person, known), _learns(client, person), fresh]):
            await _tell(uow, client, ClientChanged)
        matches.append(Match(client, known[person.keys[0]]))
    return matches


async def find(uow: UnitOfWork, kind: str, value: str) -> Match | None:
    """Find the client of a normalised address."""
    address = await uow.session.scalar(
        select(Address).where(Address.kind == kind, Address.value == value)
    )
    if address is None:
        return None
    return Match(await uow.session.get_one(Client, address.client_id), address)


async def _hold(
    uow: UnitOfWork, wanted: set[tuple[str, str]]
) -> tuple[dict[tuple[str, str], Address], dict[int, Client]]:
    """Read the known addresses, and hold their clients, in one order for everybody.

    Otherwise two messages of one client would each open a conversation. The clients
    are held first: whoever merges or parts them is waited for, and what is read then
    stays so. An address that changed hands meanwhile is looked at again.
    """
    if not wanted:
        return {}, {}
    # Arrays, so that the statement is the same one for a batch of any size.
    keys = select(
        func.unnest(cast([kind for kind, _ in wanted], ARRAY(Text))),
        func.unnest(cast([value for _, value in wanted], ARRAY(Text))),
    )
    asked = tuple_(Address.kind, Address.value).in_(keys)
    owners: Select[int] | set[int] = select(Address.client_id).where(asked)
    clients: dict[int, Client] = {}
    while True:
        clients |= await identity.hold_all(uow, owners)
        rows = await uow.session.scalars(
            select(Address).where(asked).execution_options(populate_existing=True)
        )
        known = {(row.kind, row.value): row for row in rows}
        owners = {row.client_id for row in known.values()} - clients.keys()
        if not owners:
            return known, clients


async def _owner(
    uow: UnitOfWork, person: Person, known: dict[tuple[str, str], Address]
) -> tuple[int | None, list[Address]]:
    """Find whose client he is, and what he typed that another client has typed."""
    used, *also = (known.get(key) for key in person.keys)
    if used is not None:
        return used.client_id, []
    contested = []
    for address in also:
        if address is None:
            continue
        if not await claims.is_anothers(uow, address, person.kind):
            return address.client_id, []
        contested.append(address)
    return None, contested


async def _pair(uow: UnitOfWork, client: Client, address: Address) -> None:
    await duplicates.pair(
        uow, client.id, address.client_id, reason="typed", detail=address.display
    )


async def _stand_apart(
    uow: UnitOfWork,
    person: Person,
    known: dict[tuple[str, str], Address],
    clients: dict[int, Client],
) -> None:
    """Make somebody who writes from an address that another typed his own client."""
    address = known.get(person.keys[0])
    if (
        address is None
        or not person.proven
        or await claims.stands(uow, address, typed_for=person.typed_for)
    ):
        return
    typed_by = clients[address.client_id]
    others = await claims.rivals(uow, address)
    client = await _create(uow, person)
    clients[client.id] = client
    address.client_id = client.id
    address.verified_at = uow.now
    await uow.session.flush()
    await _tell(uow, client, ClientCreated)
    await _tell(uow, typed_by, ClientChanged)
    for other in (typed_by.id, *others):
        await duplicates.pair(
            uow, client.id, other, reason="typed", detail=address.display
        )


async def _create(uow: UnitOfWork, person: Person) -> Client:
    client = Client(
        name=person.name or addresses.display(person.kind, person.value),
        locale=person.locale,
        attributes={},
        created_at=uow.now,
    )
    uow.session.add(client)
    await uow.session.flush()
    return client


async def _add(
    uow: UnitOfWork, client: Client, key: tuple[str, str], *, verified: bool
) -> Address:
    kind, value = key
    address = Address(
        client_id=client.id,
        kind=kind,
        value=value,
        display=addresses.display(kind, value),
        verified_at=uow.now if verified else None,
        created_at=uow.now,
    )
    uow.session.add(address)
    await uow.session.flush()
    return address


async def _proves(
    uow: UnitOfWork, person: Person, known: dict[tuple[str, str], Address]
) -> bool:
    """Verify the first address that a client really used, if none was verified yet."""
    address = known[person.keys[0]]
    if not person.proven or address.verified_at is not None:
        return False
    others = await uow.session.scalar(
        select(Address.id)
        .where(Address.client_id == address.client_id, Address.verified_at.is_not(None))
        .limit(1)
    )
    if others is not None:
        return False
    address.verified_at = uow.now
    return True


def _learns(client: Client, person: Person) -> bool:
    """Take over what we did not know yet; never what somebody corrected."""
    learns = False
    if person.locale and client.locale is None:
        client.locale = person.locale
        learns = True
    # A client who was only a number has a name now.
    if person.name and "@" not in person.name and _is_address(client.name):
        client.name = person.name
        learns = True
    return learns


def _is_address(name: str) -> bool:
    return "@" in name or name.startswith("+")


async def _tell(
    uow: UnitOfWork,
    client: Client,
    event: type[ClientCreated] | type[ClientChanged],
) -> None:
    rows = await uow.session.scalars(
        select(Address).where(Address.client_id == client.id)
    )
    uow.record(event(client_id=client.id, state={"client": client_view(client, rows)}))
