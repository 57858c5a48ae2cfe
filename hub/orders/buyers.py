"""Whose order it is.

The shop knows: what it says of a buyer's addresses counts as verified. An address that
somebody only typed into a form does not make him the owner of an order. If the shop
names such an address, it goes to the buyer; otherwise whoever types another's phone
number into a form would be shown that person's orders.
"""

from dataclasses import dataclass

from sqlalchemy import select, tuple_

from hub.clients import addresses, identity
from hub.clients.events import ClientChanged, ClientCreated
from hub.clients.views import client_view
from hub.errors import InvalidError
from hub.storage.tables import Address, Client
from hub.storage.unit import UnitOfWork

LOCALES = ("uk", "en")
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """What the shop says of a client: who he is to us, or how he is reached."""

    client_id: int | None = None
    email: str = ""
    phone: str = ""
    name: str = ""
    locale: str | None = None


async def client_of(uow: UnitOfWork, buyer: Buyer, *, country: str) -> Client:
    """Find or make the client of an order, and keep what the shop says of him.

    Raises:
        InvalidError: Nobody can be told by it.
    """
    keys = _keys(buyer, country)
    known = await _known(uow, keys)
    client = await _owner(uow, buyer, keys, known)
    fresh = client is None
    if client is None:
        client = await _create(uow, buyer, keys[0])
    else:
        client = await identity.hold(uow, client.id)
    losers = await _take(uow, client, keys, known)
    learns = not fresh and _learn(client, buyer)
    if fresh:
        await _tell(uow, client, ClientCreated)
    elif learns or losers is not None:
        await _tell(uow, client, ClientChanged)
    for loser in losers or ():
        await _tell(uow, loser, ClientChanged)
    return client


async def address_of(
    uow: UnitOfWork, buyer: Buyer, client: Client, *, country: str
) -> int | None:
    """Give the address that the shop knows this client by, if it is his by now.

    It tells whose the order is when two clients were taken for one.
    """
    known = await _known(uow, keys := _keys(buyer, country))
    return next(
        (
            known[key].id
            for key in keys
            if key in known and known[key].client_id == client.id
        ),
        None,
    )


def _keys(buyer: Buyer, country: str) -> list[Key]:
    """Give the addresses that can be used, the mail first.

    Shops keep whatever was typed at their checkout. One address that is none does not
    refuse an order whose buyer is known by the other.
    """
    keys, errors = [], {}
    for kind, written in (("email", buyer.email), ("phone", buyer.phone)):
        if not written.strip():
            continue
        try:
            keys.append((kind, addresses.check(kind, written, country=country)))
        except InvalidError:
            errors[f"client.{kind}"] = "is not one that can be used"
    if not keys and buyer.client_id is None:
        errors = errors or {"client": "needs a client_id, an email or a phone"}
        raise InvalidError("client", errors=errors)
    return keys


async def _known(uow: UnitOfWork, keys: list[Key]) -> dict[Key, Address]:
    if not keys:
        return {}
    rows = await uow.session.scalars(
        select(Address).where(tuple_(Address.kind, Address.value).in_(keys))
    )
    return {(row.kind, row.value): row for row in rows}


async def _owner(
    uow: UnitOfWork, buyer: Buyer, keys: list[Key], known: dict[Key, Address]
) -> Client | None:
    if buyer.client_id is not None:
        client = await uow.session.get(Client, buyer.client_id)
        if client is None or client.erased_at is not None:
            raise InvalidError("client", errors={"client.client_id": "no such client"})
        return client
    for key in keys:
        if key in known and known[key].verified_at is not None:
            return await uow.session.get_one(Client, known[key].client_id)
    return None


async def _create(uow: UnitOfWork, buyer: Buyer, key: Key) -> Client:
    client = Client(
        name=buyer.name.strip() or addresses.display(*key),
        locale=_locale(buyer.locale),
        attributes={},
        created_at=uow.now,
    )
    uow.session.add(client)
    await uow.session.flush()
    return client


async def _take(
    uow: UnitOfWork, client: Client, keys: list[Key], known: dict[Key, Address]
) -> list[Client] | None:
    """Make the addresses the client's own, and verified.

    Returns:
        Other clients who lost one; None when nothing changed at all.
    """
    changed = False
    losers = []
    for kind, value in keys:
        row = known.get((kind, value))
        if row is None:
            uow.session.add(_address(uow, client, kind, value))
        elif row.verified_at is not None:
            # His, or surely another's: then it stays where it is.
            continue
        else:
            if row.client_id != client.id:
                losers.append(await uow.session.get_one(Client, row.client_id))
                row.client_id = client.id
            row.verified_at = uow.now
        changed = True
    await uow.session.flush()
    return losers if changed else None


def _address(uow: UnitOfWork, client: Client, kind: str, value: str) -> Address:
    return Address(
        client_id=client.id,
        kind=kind,
        value=value,
        display=addresses.display(kind, value),
        verified_at=uow.now,
        created_at=uow.now,
    )


def _learn(client: Client, buyer: Buyer) -> bool:
    """Take over what we did not know yet; never what somebody corrected."""
    learns = False
    name = buyer.name.strip()
    if name and ("@" in client.name or client.name.startswith("+")):
        client.name = name
        learns = True
    if client.locale is None and (locale := _locale(buyer.locale)):
        client.locale = locale
        learns = True
    return learns


def _locale(written: str | None) -> str | None:
    language = (written or "").replace("_", "-").partition("-")[0].lower()
    return language if language in LOCALES else None


async def _tell(
    uow: UnitOfWork, client: Client, event: type[ClientCreated] | type[ClientChanged]
) -> None:
    rows = await uow.session.scalars(
        select(Address).where(Address.client_id == client.id)
    )
    uow.record(event(client_id=client.id, state={"client": client_view(client, rows)}))
