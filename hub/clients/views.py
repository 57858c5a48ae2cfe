"""Clients as the outside sees them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.storage.tables import Address, Client


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressView:
    """One way to reach a client."""

    id: int
    kind: str
    value: str
    display: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientView:
    """A client with his addresses."""

    id: int
    name: str
    locale: str | None
    attributes: dict[str, Any]
    created_at: datetime
    addresses: list[AddressView]
    #: Who he goes on as, since he was merged; nothing is his any more.
    merged_into: int | None = None
    #: When he was erased and by which colleague; he has no name nor address any more.
    erased_at: datetime | None = None
    erased_by: str | None = None


def client_view(client: Client, addresses: Iterable[Address]) -> ClientView:
    """Show a client with these addresses, the oldest first."""
    return ClientView(
        id=client.id,
        name=client.name,
        locale=client.locale,
        attributes=client.attributes,
        created_at=client.created_at,
        addresses=[
            AddressView(
                id=one.id,
                kind=one.kind,
                value=one.value,
                display=one.display,
                verified=one.verified_at is not None,
            )
            for one in sorted(addresses, key=lambda one: one.id)
        ],
        merged_into=client.merged_into,
        erased_at=client.erased_at,
        erased_by=client.erased_by,
    )
