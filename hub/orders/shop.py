"""What an order's texts and links need to know of the hub."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config import Settings
from hub.access.secret import derive
from hub.orders.links import link_key, make_token
from hub.orders.views import OrderView
from hub.storage.tables import Client, Order

#: The purpose of the key that signs links to cases.
CASE_LINK = "case-link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The company that sells, as its clients know it."""

    company: str
    #: The hub's address as clients see it, without a slash at the end.
    base_url: str
    #: The language for clients whose own is unknown.
    locale: str
    timezone: ZoneInfo
    #: Signs links to orders.
    link_key: bytes = field(repr=False)
    link_for: timedelta
    #: Signs links to cases, for who wrote by a form.
    case_key: bytes = field(repr=False)
    #: Keys the hashes of sign-in codes.
    code_key: bytes = field(repr=False)
    #: How long a sign-in link or code is good.
    sign_in_for: timedelta
    #: The channel that reaches each kind of address, for those that can be reached:
    #: ``{"phone": "sms", "email": "email"}``.
    channels: Mapping[str, str]

    def link(self, order: Order | OrderView, *, now: datetime) -> str:
        """Give the address of an order's page for whoever holds it."""
        token = make_token(
            self.link_key,
            order_id=order.id,
            client_id=order.client_id,
            now=now,
            good_for=self.link_for,
        )
        return f"{self.base_url}/portal/o/{token}"

    def locale_of(self, client: Client) -> str:
        """Give the language in which a client is written to."""
        return client.locale if client.locale in {"uk", "en"} else self.locale


def shop_of(settings: Settings, secret: bytes, channels: Mapping[str, str]) -> Shop:
    """Read the company from the settings.

    Args:
        settings: The configuration.
        secret: The hub's secret.
        channels: See ``Shop.channels``.
    """
    return Shop(
        company=settings.company,
        base_url=settings.base_url,
        locale=settings.locale,
        timezone=ZoneInfo(settings.timezone),
        link_key=link_key(secret),
        link_for=timedelta(days=settings.access.order_link_days),
        case_key=derive(secret, CASE_LINK),
        code_key=derive(secret, "portal-code"),
        sign_in_for=timedelta(minutes=settings.access.portal_link_minutes),
        channels=channels,
    )
