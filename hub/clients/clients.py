"""Find, make and change clients."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.attributes import definitions, values
from hub.clients import addresses, identity, matching
from hub.clients.events import ClientChanged, ClientCreated
from hub.clients.matching import Person
from hub.clients.views import ClientView, client_view
from hub.collaboration.asking import look_again
from hub.errors import ConflictError, InvalidError, NotFoundError
from hub.storage.tables import Address, Client, PortalCode
from hub.storage.tables.tags import EDITORS
from hub.storage.unit import UnitOfWork

MAX_NAME = 200
#: Characters of all attributes of one client, as JSON.
MAX_ATTRIBUTES = 20_000
LOCALES = ("uk", "en")


async def access_client(session: AsyncSession, client_id: int) -> ClientView:
    """Hand out one client; for one who was merged, whom he goes on as.

    Raises:
        NotFoundError: There is none.
    """
    client_id = await identity.root(session, client_id)
    client = await session.get_one(Client, client_id)
    rows = await session.scalars(select(Address).where(Address.client_id == client_id))
    return client_view(client, rows)


async def search(
    session: AsyncSession, text: str, *, limit: int, after: tuple[str, int] | None
) -> list[ClientView]:
    """Find clients by a part of their name or of an address, in order of names."""
    query = (
        select(Client)
        .where(Client.merged_into.is_(None), Client.erased_at.is_(None))
        .order_by(Client.name, Client.id)
        .limit(limit)
    )
    if text:
        digits = "".join(letter for letter in text if letter.isdigit())
        value = digits if len(digits) >= len(text.strip()) / 2 and digits else text
        owners = select(Address.client_id).where(
            Address.value.icontains(value, autoescape=True)
        )
        query = query.where(
            Client.name.icontains(text, autoescape=True) | Client.id.in_(owners)
        )
    if after is not None:
        query = query.where(
            (Client.name > after[0])
            | ((Client.name == after[0]) & (Client.id > after[1]))
        )
    clients = list(await session.scalars(query))
    rows = await session.scalars(
        select(Address).where(Address.client_id.in_([one.id for one in clients]))
    )
    owned: dict[int, list[Address]] = {}
    for row in rows:
        owned.setdefault(row.client_id, []).append(row)
    return [client_view(one, owned.get(one.id, [])) for one in clients]


async def create(
    uow: UnitOfWork,
    *,
    name: str,
    locale: str | None,
    ways: Sequence[tuple[str, str]],
    country: str,
) -> ClientView:
    """Make a client that an agent knows of; his addresses are vouched for.

    Args:
        uow: The agent's unit.
        name: As he is called.
        locale: His language.
        ways: (kind, address as written) of each way to reach him.
        country: How numbers without a country are read.

    Raises:
        InvalidError: A name, language or address will not do.
        ConflictError: An address is another client's.
    """
    client = Client(
        name=_name(name), locale=_locale(locale), attributes={}, created_at=uow.now
    )
    uow.session.add(client)
    await uow.session.flush()
    rows = [await _own(uow, client, kind, text, country) for kind, text in ways]
    view = client_view(client, rows)
    uow.record(ClientCreated(client_id=client.id, state={"client": view}))
    return view


async def change(
    uow: UnitOfWork,
    client_id: int,
    given: Mapping[str, Any],
    *,
    editors: Collection[str] = EDITORS,
) -> ClientView:
    """Change a client's ``name``, ``locale`` or ``attributes``, whichever is given.

    Args:
        uow: The unit.
        client_id: Whom.
        given: What is to be other.
        editors: As what attributes are changed; see ``AttributeView.editors``.

    Raises:
        NotFoundError: There is none.
        InvalidError: A value will not do.
    """
    client = await identity.hold(uow, client_id)
    if "name" in given:
        client.name = _name(given["name"])
    if "locale" in given:
        client.locale = _locale(given["locale"])
    if "attributes" in given:
        client.attributes = await _attributes(
            uow, client.attributes, given["attributes"], editors
        )
        await look_again(uow, client.id)
    return await tell(uow, client)


async def add_address(
    uow: UnitOfWork, client_id: int, kind: str, written: str, *, country: str
) -> ClientView:
    """Add an address that an agent vouches for, or vouch for one that is his.

    Raises:
        NotFoundError: There is no such client.
        InvalidError: It is no address.
        ConflictError: It is another client's.
    """
    client = await identity.hold(uow, client_id)
    await _own(uow, client, kind, written, country)
    return await tell(uow, client)


async def remove_address(
    uow: UnitOfWork, client_id: int, address_id: int
) -> ClientView:
    """Take an address from a client; what came from it stays on his timeline.

    Raises:
        NotFoundError: There is no such client, or it is not his address.
    """
    client = await identity.hold(uow, client_id)
    address = await uow.session.get(Address, address_id)
    if address is None or address.client_id != client.id:
        raise NotFoundError(f"address {address_id} of client {client_id}")
    await uow.session.execute(
        delete(PortalCode).where(PortalCode.address_id == address_id)
    )
    await uow.session.delete(address)
    await uow.session.flush()
    return await tell(uow, client)


async def of_address(uow: UnitOfWork, written: str, *, country: str) -> int:
    """Give the client of a typed address; make one for an address that is new.

    Raises:
        InvalidError: It is neither a mail address nor a phone number.
    """
    kind = "email" if "@" in written else "phone"
    value = addresses.check(kind, written, country=country)
    found = await matching.match(uow, [Person(kind=kind, value=value)])
    return found[0].client.id


async def _own(
    uow: UnitOfWork, client: Client, kind: str, written: str, country: str
) -> Address:
    value = addresses.check(kind, written, country=country)
    row = await uow.session.scalar(
        select(Address).where(Address.kind == kind, Address.value == value)
    )
    if row is not None and row.client_id != client.id:
        raise ConflictError("this address is another client's", client_id=row.client_id)
    if row is None:
        row = Address(
            client_id=client.id,
            kind=kind,
            value=value,
            display=addresses.display(kind, value),
            created_at=uow.now,
        )
        uow.session.add(row)
    row.verified_at = row.verified_at or uow.now
    await uow.session.flush()
    return row


async def tell(uow: UnitOfWork, client: Client) -> ClientView:
    """Write into the log how a (held) client is now."""
    rows = await uow.session.scalars(
        select(Address).where(Address.client_id == client.id)
    )
    view = client_view(client, rows)
    uow.record(ClientChanged(client_id=client.id, state={"client": view}))
    return view


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= MAX_NAME:
        raise InvalidError("name", errors={"name": f"1 to {MAX_NAME} letters"})
    return name


def _locale(locale: str | None) -> str | None:
    if locale is not None and locale not in LOCALES:
        raise InvalidError("locale", errors={"locale": f"one of {', '.join(LOCALES)}"})
    return locale


async def _attributes(
    uow: UnitOfWork,
    before: Mapping[str, Any],
    given: Mapping[str, Any],
    editors: Collection[str],
) -> dict[str, Any]:
    if len(orjson.dumps(given)) > MAX_ATTRIBUTES:
        raise InvalidError(
            "attributes", errors={"attributes": f"at most {MAX_ATTRIBUTES} letters"}
        )
    defined = await definitions.by_name(uow.session)
    kept, wrong = values.changed(before, given, defined, editors)
    if wrong:
        raise InvalidError(
            "attributes",
            errors={f"attributes.{name}": word for name, word in wrong.items()},
        )
    return kept
