"""The section ``[channels.email]``, with what each setting means."""

import ipaddress
from pathlib import Path
from typing import Annotated, Literal, Self

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, SecretStr, model_validator

from channels.email.settings_oauth import OAuthSettings, Part, Seconds
from channels.email.settings_senders import SenderSettings, Writer, judges_of


def parse_endpoint(value: str) -> tuple[str, int]:
    """Split ``host:port``; an IPv6 host stands in brackets.

    Raises:
        ValueError: It is not one.
    """
    host, colon, port = value.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:  # noqa: PLR2004 - the largest port
        raise ValueError(f"{value!r} is not host:port, such as 127.0.0.1:2525")
    return host, int(port)


def _endpoint(value: str) -> str:
    parse_endpoint(value)
    return value.strip()


def _address(value: str) -> str:
    try:
        # "test" domains and bare hosts are fine inside of a company's own network.
        found = validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(f"{value!r} is not a mail address: {error}") from None
    if "+" in found.local_part:
        raise ValueError(f"{value!r}: the part after + is ours, for reply addresses")
    return found.normalized


def _recipient(value: str) -> str:
    cleaned = value.strip().lower().removeprefix("@")
    if not cleaned or any(char.isspace() for char in cleaned):
        raise ValueError(f"{value!r} is neither a domain nor an address")
    return cleaned


Endpoint = Annotated[str, AfterValidator(_endpoint)]
MailAddress = Annotated[str, AfterValidator(_address)]
Recipient = Annotated[str, AfterValidator(_recipient)]
Port = Annotated[int, Field(ge=1, le=65535)]

Security = Literal["none", "starttls", "tls"]
#: A relay next door may speak TLS or not.
RelaySecurity = Literal["none", "opportunistic", "starttls", "tls"]
Reports = Literal["none", "failures", "all"]
#: What is said in the clear, or may be.
_OPEN = frozenset({"none", "opportunistic"})


class _Login(Part):
    """A server that we sign in to."""

    host: str = Field(min_length=1, description="Name or address of the server.")
    username: str | None = Field(None, description="Who signs in; empty for nobody.")
    password: SecretStr | None = Field(None, description="The password of username.")
    oauth: OAuthSettings | None = Field(
        None, description="Instead of a password: tokens, for Gmail and Microsoft 365."
    )
    #: Each kind of server has its usual way, so its default stands there.
    tls: RelaySecurity

    @model_validator(mode="after")
    def _keeps_the_password_safe(self) -> Self:
        secret = self.password or self.oauth
        if self.password and self.oauth:
            raise ValueError("password or oauth, and not both")
        if (self.username is None) != (secret is None):
            raise ValueError(
                "username and password (or oauth) are given together or not at all"
            )
        if secret and self.tls in _OPEN and not _is_local(self.host):
            raise ValueError("a password is not sent in the clear: use starttls or tls")
        return self


class SmtpSettings(_Login):
    """The relay that takes our mail."""

    port: Port = Field(587, description="Usually 587 (starttls), 465 (tls) or 25.")
    tls: RelaySecurity = Field(
        "starttls",
        description="none, opportunistic (TLS if the server has it), starttls (refused"
        " if the server lacks it), or tls at once.",
    )
    ca_file: Path | None = Field(
        None,
        description="Certificates (PEM) that are trusted besides the system's, for a"
        " relay of one's own.",
    )
    verify: bool = Field(
        default=True,
        description="Check the relay's certificate. With opportunistic it is not.",
    )
    timeout: Seconds = Field(30.0, description="Seconds for each answer of the relay.")
    connections: int = Field(
        4, ge=1, le=100, description="Connections to the relay at once, at most."
    )
    keep: float = Field(
        60.0,
        ge=0,
        le=3600,
        description="Seconds an unused connection is kept for the next mail; 0: none.",
    )
    mails_per_connection: int = Field(
        100, ge=1, description="Mails after which a connection is made anew."
    )
    reports: Reports = Field(
        "failures",
        description="What the relay is asked to report (DSN) where it can: none,"
        " failures (and delays), or all, so that arrivals are shown as well.",
    )
    greylist_pause: Seconds = Field(
        300.0,
        description="Seconds until a mail is tried again that was greylisted, if the"
        " server does not say how long.",
    )
    sent_folder: str = Field(
        "",
        description="Folder of the IMAP mailbox where the provider keeps what was sent"
        " ([Gmail]/Sent Mail, Sent Items). A mail whose fate is unknown is looked for"
        " there.",
    )


class ImapSettings(_Login):
    """A mailbox that we read new mail from."""

    port: Port = Field(993, description="Usually 993 (tls) or 143 (starttls).")
    tls: Security = Field("tls", description="none, starttls, or tls at once.")
    folder: str = Field("INBOX", min_length=1, description="The folder that is read.")
    idle: Seconds = Field(
        60.0,
        description="Seconds after which waiting for news (IDLE) is started anew.",
    )
    poll: Seconds = Field(
        2.0, description="Seconds between looks where the server has no IDLE."
    )
    first: Literal["new", "unread", "all"] = Field(
        "unread",
        description="What the first connection takes of what is there already: new"
        " (nothing), unread (what nobody has read), or all; never more than"
        " first_days. Later all mail is taken that comes, read or not.",
    )
    first_days: int = Field(
        1,
        ge=0,
        description="How many days the first connection looks back; 0: to the beginning.",
    )
    mark_read: bool = Field(
        default=True, description="Mark a mail as read once it is kept."
    )
    afterwards: Literal["leave", "delete", "move"] = Field(
        "leave",
        description="What becomes of a mail in the mailbox once it is kept.",
    )
    move_to: str = Field("", description="The folder for move.")
    batch: int = Field(
        50, ge=1, le=500, description="Mails that are fetched at a time, at most."
    )
    ca_file: Path | None = Field(
        None,
        description="Certificates (PEM) that are trusted instead of the system's, for a"
        " server of one's own.",
    )
    timeout: Seconds = Field(60.0, description="Seconds for each answer.")
    trust_results: tuple[Writer, ...] | None = Field(
        None,
        description="Whose Authentication-Results are believed in this mailbox. Not set:"
        " those of Gmail or Microsoft 365 in theirs, else senders.trust_results.",
    )
    retry: Seconds = Field(
        5.0, description="Seconds before the first try to connect again; then doubled."
    )
    retry_at_most: Seconds = Field(
        300.0, description="Seconds between tries to connect, at most."
    )

    @property
    def where(self) -> str:
        """Name the folder, so that no other has the same name."""
        return f"{self.username or ''}@{self.host}:{self.port}/{self.folder}"

    @model_validator(mode="after")
    def _knows_where_to(self) -> Self:
        if (self.afterwards == "move") != bool(self.move_to):
            raise ValueError("afterwards = move and move_to are given together")
        if self.move_to == self.folder:
            raise ValueError("move_to is the folder that is read")
        return self


class ListenTls(Part):
    """The certificate that our listeners show."""

    certificate: Path = Field(
        description="The certificate with its chain (PEM). A renewed one is used at once."
    )
    key: Path = Field(description="Its private key (PEM).")
    required: bool = Field(
        default=False,
        description="Take mail only over TLS. Ports open to the world: no.",
    )


class Settings(Part):
    """``[channels.email]``."""

    address: MailAddress = Field(
        description="Our own address, such as support@example.com."
    )
    sender_name: str = Field(
        "", description="The name beside the address; the company's if empty."
    )
    mark_automatic_as_list: bool = Field(
        default=True,
        description="Notices that a machine writes carry a List-Id, so that programs"
        " sort them and do not answer.",
    )
    plus_addressing: bool = Field(
        default=True,
        description="Answers go to support+token@; off where the provider has no +.",
    )
    smtp_listen: Endpoint | None = Field(
        None, description="host:port on which mail is taken by SMTP, or nothing."
    )
    lmtp_listen: Endpoint | None = Field(
        None, description="host:port on which mail is taken by LMTP, or nothing."
    )
    listen_tls: ListenTls | None = Field(
        None, description="Offer STARTTLS on smtp_listen and lmtp_listen."
    )
    imap: ImapSettings | None = Field(None, description="A mailbox to read, if any.")
    mailboxes: tuple[ImapSettings, ...] = Field(
        (),
        description="Further mailboxes, or folders of the same one, with the settings of"
        " imap each.",
    )
    smtp: SmtpSettings | None = Field(
        None, description="The relay for mail that leaves; none: nothing can be sent."
    )
    accept_recipients: tuple[Recipient, ...] = Field(
        (),
        description="Domains or addresses that mail is taken for, plus parts included;"
        " empty: only our own address.",
    )
    max_message_bytes: int = Field(
        25 * 1024 * 1024, ge=64 * 1024, description="The largest mail that is taken."
    )
    max_line_bytes: int = Field(
        1024 * 1024,
        ge=1000,
        description="The longest line of a mail; the standard's 998 is often broken.",
    )
    max_connections: int = Field(
        200, ge=1, description="SMTP and LMTP connections at once, each."
    )
    max_recipients: int = Field(
        100, ge=1, description="Recipients of one mail by SMTP or LMTP."
    )
    idle_timeout: Seconds = Field(
        300.0, description="Seconds after which a silent SMTP client is cut off."
    )
    mail_timeout: Seconds = Field(
        1800.0,
        description="Seconds that the sending of one mail's content may take.",
    )
    shutdown_timeout: Seconds = Field(
        20.0, description="Seconds a mail in flight may take when the hub stops."
    )
    max_received: int = Field(
        30,
        ge=5,
        description="Received lines from which on a mail is taken for a loop, and"
        " not answered by a machine.",
    )
    senders: SenderSettings = Field(
        SenderSettings(), description="Whether a mail's sender is who he says."
    )
    hook_secret: SecretStr | None = Field(
        None,
        min_length=16,
        description="Key of the HMAC-SHA256 that signs mails posted to /hooks/email;"
        " without it every posted mail is refused.",
    )

    @property
    def inboxes(self) -> tuple[ImapSettings, ...]:
        """All mailboxes that are read."""
        return (*((self.imap,) if self.imap else ()), *self.mailboxes)

    @model_validator(mode="after")
    def _reads_each_folder_once(self) -> Self:
        named = [one.where for one in self.inboxes]
        if twice := {one for one in named if named.count(one) > 1}:
            raise ValueError(f"read twice: {', '.join(sorted(twice))}")
        return self

    @property
    def checks_senders(self) -> bool:
        """Whether we look ourselves at mail that nobody trusted has judged."""
        if self.senders.check is not None:
            return self.senders.check
        # Whoever takes mail from the world has nobody before him who looks.
        listens = self.smtp_listen and parse_endpoint(self.smtp_listen)[0]
        return bool(listens) and not _is_local(str(listens))

    def judges_of(self, imap: ImapSettings) -> tuple[str, ...]:
        """Name whose results are believed in a mailbox."""
        if imap.trust_results is not None:
            return imap.trust_results
        return judges_of(imap.host) or self.senders.trust_results

    @property
    def local_part(self) -> str:
        """What stands before the @ of our own address."""
        return self.address.rpartition("@")[0]

    @property
    def domain(self) -> str:
        """What stands behind the @ of our own address."""
        return self.address.rpartition("@")[2]

    def accepts(self, recipient: str) -> bool:
        """Tell whether mail for ``recipient`` is for us."""
        local, at, domain = recipient.strip().lower().rpartition("@")
        if not at or not local:
            return False
        bare = f"{local.partition('+')[0]}@{domain}"
        listed = self.accept_recipients or (self.address.lower(),)
        return domain in listed or bare in listed or self.is_own(recipient)

    def is_own(self, address: str) -> bool:
        """Tell whether ``address`` is our own, with or without a plus part."""
        local, _, domain = address.strip().lower().rpartition("@")
        return f"{local.partition('+')[0]}@{domain}" == self.address.lower()


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
