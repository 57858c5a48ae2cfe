"""Every setting of the hub, with its default and what it is for.

``rozmova.toml`` names them as tables (``[access]``); the environment as
``ROZMOVA_ACCESS__SESSION_DAYS``. Sections of channels are checked by the channels
themselves, because only they know what they need.
"""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    Field,
    SecretStr,
    field_validator,
)

from config.section import Seconds, Section
from config.work import (
    CallSettings,
    CollaborationSettings,
    ConversationSettings,
    ListSettings,
    NoticeSettings,
    PrivacySettings,
    QueueSettings,
    RetentionSettings,
    SearchSettings,
)


def _postgres(value: SecretStr) -> SecretStr:
    scheme, there, rest = value.get_secret_value().partition("://")
    if scheme not in {"postgres", "postgresql"} or not there or not rest:
        raise ValueError("should look like postgresql://user:password@host/name")
    return value


#: Not shown anywhere: it may hold a password.
DatabaseUrl = Annotated[SecretStr, AfterValidator(_postgres)]


class AccessSettings(Section):
    """Signing in."""

    session_days: int = Field(14, ge=1, le=365)
    """A sign-in ends after so many days without use."""
    sign_in_tries: int = Field(10, ge=1)
    """Wrong passwords per address and per account in ``sign_in_window``."""
    sign_in_window: Seconds = timedelta(minutes=15)
    """The span that tries are counted in."""
    password_min_length: int = Field(10, ge=8)
    """Letters of a new password, at least."""
    token_days: int = Field(365, ge=1)
    """How long a new API token lives unless its maker says less."""
    invitation_days: int = Field(7, ge=1, le=90)
    """How long the link to an invited colleague is good."""
    password_link_minutes: int = Field(60, ge=5, le=1440)
    """How long the link to a new password is good."""
    password_asks: int = Field(5, ge=1)
    """Links to a new password for one address in ``sign_in_window``."""
    portal_link_minutes: int = Field(30, ge=1)
    """How long a mailed sign-in link or an SMS code of the portal is good."""
    portal_session_days: int = Field(30, ge=1, le=365)
    """A client's sign-in ends after so many days without use."""
    portal_code_tries: int = Field(5, ge=1)
    """Wrong codes before a new one must be asked for."""
    portal_asks: int = Field(5, ge=1)
    """Sign-in links and codes sent to one address in ``sign_in_window``."""
    portal_messages: int = Field(30, ge=1)
    """Messages that one client may write in the portal in ``sign_in_window``."""
    order_link_days: int = Field(90, ge=1)
    """How long a signed link to one order's page is good."""


class DeliverySettings(Section):
    """How messages leave. The policy itself is ``hub/delivery/retries.py``."""

    give_up_after: Seconds = timedelta(hours=48)
    """A message that was refused for so long has failed, and its author is told."""
    first_retry: Seconds = timedelta(seconds=30)
    """The pause after the first refusal; doubled with each."""
    longest_retry: Seconds = timedelta(hours=4)
    """No pause is longer."""
    lease: Seconds = timedelta(minutes=2)
    """A worker that says nothing for so long has lost its row to another."""
    workers: int = Field(4, ge=1, le=64)
    """Messages in flight at once in one process."""
    media_link: Seconds = Field(timedelta(hours=4), ge=timedelta(minutes=1))
    """How long a provider (Twilio) may fetch a picture of ours at its address."""
    automatic_per_hour: int = Field(20, ge=1)
    """Messages that machines of ours write to one address in an hour, at most. What
    ends two machines that answer each other."""


class AttachmentSettings(Section):
    """Files that come and go with messages."""

    max_bytes: int = Field(25 * 1024 * 1024, ge=1024)
    """The largest single file."""
    max_per_message: int = Field(20, ge=1)
    """Files of one message."""
    thumbnail_pixels: int = Field(320, ge=16, le=2048)
    """The longer side of a small picture."""
    max_image_pixels: int = Field(50_000_000, ge=10_000)
    """Images of more pixels get no thumbnail: they would eat the memory."""


class RemoteImageSettings(Section):
    """Pictures that a mail does not carry but names, fetched by the hub when asked."""

    enabled: bool = True
    """Agents may ask for them; off: they are never loaded."""
    max_bytes: int = Field(5 * 1024 * 1024, ge=1024)
    """The largest one; nothing is kept of a larger one."""
    timeout: Seconds = timedelta(seconds=10)
    """For one picture, from asking for it to its last byte."""


class FormSettings(Section):
    """Web forms, beside what ``[channels.webform]`` says of them."""

    max_forms: int = Field(500, ge=1)
    """So many forms there may be."""
    max_questions: int = Field(60, ge=1, le=200)
    """So many questions a form may ask."""
    max_files: int = Field(10, ge=1, le=100)
    """Files of one question, at the most; a form may say less."""
    max_file_bytes: int = Field(10_000_000, ge=1000)
    """The largest file that a form takes; a form may say less."""
    max_total_bytes: int = Field(25_000_000, ge=1000)
    """All files of one submission together."""
    window: Seconds = timedelta(minutes=10)
    """The span that submissions are counted in."""
    per_place: int = Field(120, ge=1)
    """Submissions from one place (an address, an IPv6 network) in ``window``."""
    per_showing: int = Field(10, ge=1)
    """Submissions from one page that was opened, in ``window``."""
    per_server: int = Field(3000, ge=1)
    """Submissions that a site's own server passes on with its key, in ``window``."""
    per_form: int = Field(5000, ge=1)
    """Submissions into one form, from everywhere, in ``window``."""
    suspicious_per_place: int = Field(20, ge=1)
    """What is like spam and is set aside, from one place in ``window``."""
    suspicious_per_form: int = Field(200, ge=1)
    """What is like spam and is set aside, into one form in ``window``."""
    confirmations: int = Field(3, ge=0)
    """Confirmation mails to one address in ``confirmation_window``. 0: none."""
    confirmation_window: Seconds = timedelta(days=1)
    """The span that confirmation mails are counted in."""
    case_link_days: int = Field(90, ge=1)
    """How long the link to a case in a confirmation mail is good."""


class LiveSettings(Section):
    """The live screens."""

    poll: Seconds = timedelta(seconds=1)
    """The log is looked at this often even when nobody nudges."""
    notify: bool = True
    """Processes nudge each other by LISTEN and NOTIFY. Off behind a pooler that passes
    neither: then the poll alone brings what other processes did."""
    max_behind: int = Field(10_000, ge=100)
    """Events a screen may be behind before it must load afresh."""
    max_pending: int = Field(512, ge=8)
    """Frames waiting for one slow connection before it is cut off."""
    max_frame_bytes: int = Field(256 * 1024, ge=1024)
    """Events are put into one frame up to this size; a larger event goes alone."""
    max_message_bytes: int = Field(64 * 1024, ge=1024)
    """The largest message that a screen may send; a larger one ends its connection."""
    tick: Seconds = timedelta(milliseconds=20)
    """Under load, what happened within this span goes out as one frame."""
    cursor_every: Seconds = timedelta(seconds=5)
    """A screen for which nothing happened is told so often how far the log is."""
    ping: Seconds = Field(timedelta(seconds=20), ge=timedelta(seconds=1))
    """How often a connection is asked whether it is alive."""
    pong: Seconds = Field(timedelta(seconds=15), ge=timedelta(seconds=1))
    """One that does not answer for so long is cut."""
    join_within: Seconds = timedelta(seconds=30)
    """A connection that has not signed in by then is cut."""
    recheck: Seconds = timedelta(minutes=1)
    """How often the right of an open connection is looked at again."""
    heartbeat: Seconds = timedelta(seconds=30)
    """How often it is recorded whose screens are alive."""
    announce: Seconds = timedelta(seconds=10)
    """How often a process tells the others who looks at what; three times missed, and
    it is taken for dead."""
    typing: Seconds = timedelta(seconds=6)
    """How long "is writing" stands without a new key press."""


class WebhookSettings(Section):
    """Events sent to addresses of others."""

    timeout: Seconds = Field(timedelta(seconds=10), gt=timedelta(0))
    """For one request, from the connection to the end of the answer."""
    patience: Seconds = Field(timedelta(days=3), ge=timedelta(minutes=1))
    """An endpoint that takes nothing for so long is turned off."""
    overlap: Seconds = timedelta(days=1)
    """A secret that was made anew signs so long beside the new one."""
    rest: Seconds = timedelta(milliseconds=200)
    """Events within this span wake the endpoints together."""
    most: int = Field(50, ge=1)
    """So many endpoints there may be."""
    near: tuple[str, ...] = ()
    """Places of the own network (``host:port``) that may be sent to though they are
    not public, by http too. Whoever may make webhooks may then reach them."""


class ApiSettings(Section):
    """The REST interface."""

    page: int = Field(50, ge=1, le=500)
    """Rows of a page when nothing else is asked for."""
    max_page: int = Field(200, ge=1, le=1000)
    """Rows of a page, at the most."""
    max_body_bytes: int = Field(1024 * 1024, ge=1024)
    """A larger JSON body is refused."""
    idempotency_hours: int = Field(24, ge=1)
    """How long the answer to an Idempotency-Key is kept."""


class SimulatorSettings(Section):
    """What plays the providers; only with ``demo``."""

    anywhere: bool = False
    """Play them even where others can reach the hub. Its sign-ins are known to all."""
    smtp_listen: str = Field("127.0.0.1:2525", pattern=r"^\S+:\d{1,5}$")
    """Where the hub takes mail in by SMTP, unless ``[channels.email]`` says so. On
    another ``port`` than the usual one these three stand right beside it."""
    lmtp_listen: str = Field("127.0.0.1:2524", pattern=r"^\S+:\d{1,5}$")
    """Likewise by LMTP."""
    relay: str = Field("127.0.0.1:2526", pattern=r"^\S+:\d{1,5}$")
    """Where the played relay takes the hub's own mail."""
    trickle: Seconds = timedelta(seconds=30)
    """Somebody new gets in touch about this often. 0: nobody does by himself."""
    trickle_for: Seconds = timedelta(hours=8)
    """So long after the start nobody new gets in touch any more."""


class CheckSettings(Section):
    """Trying whether channels work (Settings → Channels, ``rozmova doctor``)."""

    patience: Seconds = Field(timedelta(seconds=8), gt=timedelta(0))
    """How long a server may take for one answer."""
    round_trip: Seconds = timedelta(seconds=60)
    """How long a test message may take to come back."""
    name_servers: tuple[str, ...] = ()
    """Name servers (``192.0.2.53``, or with ``:port``) to ask for the records of the
    mail domain. Empty: those of this machine."""


class LogSettings(Section):
    """What is written about the hub's own work."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Lines below it are not written."""
    format: Literal["auto", "console", "json"] = "auto"
    """``auto``: for people at a terminal, JSON elsewhere."""


class Settings(Section):
    """The whole configuration."""

    host: str = "127.0.0.1"
    """Where to listen."""
    port: int = Field(8080, ge=0, le=65535)
    """The one port of everything: pages, API, sockets, webhooks."""
    public_url: AnyHttpUrl | None = None
    """The hub's address as clients and providers see it (https in production).
    Without it, what ``host`` and ``port`` say."""
    trusted_proxies: int = Field(0, ge=0)
    """Proxies in front, whose X-Forwarded-For is believed. 0: none."""
    data_dir: Path = Path("data")
    """Files, and the embedded database unless ``database_url`` is set."""
    database_url: DatabaseUrl | None = None
    """PostgreSQL 15 or newer, as ``postgresql://user:password@host/name``."""
    database_pool: int = Field(10, ge=2, le=200)
    """Connections that one process holds at the most."""
    secret: SecretStr | None = None
    """Signs links and tokens. Without it one is made and kept in ``data_dir``."""
    company: str = Field("Rozmova", min_length=1)
    """The name that clients see."""
    country: str = Field("UA", pattern="^[A-Z]{2}$")
    """How phone numbers without a country are read."""
    timezone: str = "Europe/Kyiv"
    """The company's time zone, for days and working hours."""
    locale: Literal["uk", "en"] = "uk"
    """The language for clients whose own is unknown."""
    demo: bool = False
    """Play the providers and show /simulator. Never in production."""
    shutdown_grace: Seconds = timedelta(seconds=20)
    """How long work under way may take to finish when the hub is stopped."""

    access: AccessSettings = AccessSettings()
    conversations: ConversationSettings = ConversationSettings()
    lists: ListSettings = ListSettings()
    privacy: PrivacySettings = PrivacySettings()
    retention: RetentionSettings = RetentionSettings()
    delivery: DeliverySettings = DeliverySettings()
    attachments: AttachmentSettings = AttachmentSettings()

    remote_images: RemoteImageSettings = RemoteImageSettings()
    forms: FormSettings = FormSettings()
    queues: QueueSettings = QueueSettings()
    notices: NoticeSettings = NoticeSettings()
    calls: CallSettings = CallSettings()
    collaboration: CollaborationSettings = CollaborationSettings()
    live: LiveSettings = LiveSettings()
    api: ApiSettings = ApiSettings()
    webhooks: WebhookSettings = WebhookSettings()
    search: SearchSettings = SearchSettings()
    checks: CheckSettings = CheckSettings()
    log: LogSettings = LogSettings()
    simulator: SimulatorSettings = SimulatorSettings()
    # Not shown anywhere: its secrets are told from the rest by the channels alone.
    channels: dict[str, dict[str, Any]] = Field(default_factory=dict, repr=False)
    """One table a channel; see docs/channels."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415

        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"unknown time zone {value!r}") from error
        return value

    @property
    def base_url(self) -> str:
        """The public address, without a slash at the end."""
        if self.public_url is not None:
            return str(self.public_url).rstrip("/")
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        return (
            f"http://[{host}]:{self.port}"
            if ":" in host
            else f"http://{host}:{self.port}"
        )
