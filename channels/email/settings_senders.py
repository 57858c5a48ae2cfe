"""The part ``[channels.email.senders]``: whether a mail's sender is who he says."""

from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Annotated

from pydantic import AfterValidator, Field

from channels.email.settings_oauth import Part, Seconds

#: Stands for results without their writer's name, as Microsoft 365 writes them.
NAMELESS = "microsoft365"
#: Who judges the mail of mailboxes that many have.
_KNOWN = {
    "imap.gmail.com": ("mx.google.com",),
    "imap.googlemail.com": ("mx.google.com",),
    "outlook.office365.com": (NAMELESS,),
}


def _writer(value: str) -> str:
    cleaned = value.strip().lower()
    if not cleaned or any(char.isspace() or char in ';="()' for char in cleaned):
        raise ValueError(f"{value!r} is not a mail server's name, as mx.example.com")
    return cleaned


Writer = Annotated[str, AfterValidator(_writer)]


class SenderSettings(Part):
    """Whose word is taken on it, and what we look at ourselves."""

    trust_results: tuple[Writer, ...] = Field(
        (),
        description="Mail servers whose Authentication-Results are believed, by the name"
        " that they write there (mx.example.com; .example.com: any below it). Only such"
        " as remove results in their own name that come from outside.",
    )
    trusted_relays: tuple[IPv4Network | IPv6Network, ...] = Field(
        (),
        description="Servers of our own that hand mail to smtp_listen, by address or"
        " network. From anybody else's hand no results are believed there.",
    )
    check: bool | None = Field(
        None,
        description="Ask the DNS ourselves (DKIM, SPF, DMARC) about mail that nobody"
        " trusted has judged. Not set: where smtp_listen takes mail from other machines.",
    )
    timeout: Seconds = Field(
        3.0,
        description="Seconds that a mail waits for the DNS; then its sender is unproven.",
    )
    name_servers: tuple[str, ...] = Field(
        (), description="Who is asked, as host or host:port; empty: the machine's own."
    )

    def is_trusted_relay(self, address: str) -> bool:
        """Tell whether mail from there was taken in by a server of our own."""
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        plain = getattr(found, "ipv4_mapped", None) or found
        return any(plain in network for network in self.trusted_relays)


def judges_of(host: str) -> tuple[str, ...]:
    """Name who judges the mail of a mailbox, where that is known."""
    return _KNOWN.get(host.lower().rstrip("."), ())
