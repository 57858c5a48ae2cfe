"""The settings of what agents work with: conversations, queues, calls, tasks, search."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from config.section import Seconds, Section


class ConversationSettings(Section):
    """How conversations behave."""

    free_tags: bool = True
    """Whoever tags a conversation may make a tag by typing it. Off: only who manages
    tags does."""
    undo_window: Seconds = timedelta(seconds=10)
    """A reply waits so long before it leaves, so that its author can take it back."""
    thanks_keeps_resolved: bool = True
    """A late "thank you" does not reopen a resolved conversation."""
    reopen_within: Seconds = timedelta(days=14)
    """A message without a thread joins its client's conversation of that age."""
    new_subject_splits: bool = True
    """An answer under a wholly new subject begins a conversation of its own."""
    typed_for: Seconds = timedelta(days=7)
    """So long after somebody typed an address into a form, who writes from it is taken
    for him. Later he is a client of his own, and a person is told."""
    max_text: int = Field(100_000, ge=1000)
    """Characters of a message that are kept; what is longer is an attachment."""
    keep_originals: bool = True
    """A mail is also kept as it came, and can be downloaded."""
    max_draft: int = Field(50_000, ge=1000)
    """Characters of a draft."""
    quote_history: bool = False
    """A mail quotes the message that it answers, unless its author says otherwise."""
    max_recipients: int = Field(50, ge=1, le=1000)
    """People whom one mail goes to beside the client."""
    forward_to: tuple[str, ...] = ()
    """Who may be forwarded to: addresses, domains or patterns such as
    ``*@courier.example``. None: anybody."""


class ListSettings(Section):
    """Lists of conversations: views, counts, actions on many."""

    at_risk: Seconds = timedelta(minutes=30)
    """A first answer that is due so soon, or late, is in the view "At risk"."""
    max_views: int = Field(50, ge=1, le=1000)
    """Views that one person keeps for himself, and views that are shared."""
    max_conditions: int = Field(50, ge=1, le=500)
    """Conditions and groups of one view's filter."""
    max_depth: int = Field(5, ge=1, le=20)
    """Groups within groups of a filter."""
    count_to: int = Field(1000, ge=10, le=100_000)
    """Views with a filter are counted so far; what is more is shown as "999+"."""
    max_bulk: int = Field(10_000, ge=1, le=100_000)
    """Conversations that one action may change."""
    bulk_batch: int = Field(50, ge=1, le=500)
    """Conversations that are changed by one transaction."""
    bulk_kept: Seconds = timedelta(days=7)
    """How long an action on many conversations can be undone."""


class QueueSettings(Section):
    """Defaults for a new queue; each queue may say otherwise."""

    capacity: int = Field(5, ge=1)
    """Conversations that an agent handles at once unless his account says so."""
    first_response: Seconds = timedelta(hours=1)
    """The client waits at most so long for the first answer."""
    vanish_after: Seconds = timedelta(seconds=90)
    """An agent whose screens are all gone for so long is no longer present."""
    service_goal: float = Field(0.8, gt=0, le=1)
    """The share that should be answered in time, for the wall."""
    break_reasons: tuple[str, ...] = ("lunch", "training", "meeting")
    """Why an agent may say he has a break; ``lunch``, ``training``, ``meeting``,
    ``call_back``, ``paperwork`` and ``technical`` are shown in each one's language."""
    away_after: Seconds = timedelta(minutes=15)
    """An available agent who does nothing at his screen for so long has a break, until
    he does something again. 0: never."""
    offer_again: Seconds = Field(timedelta(minutes=2), ge=timedelta(seconds=5))
    """Who lets an offer go is not offered the same again for so long."""
    return_after: Seconds = timedelta(minutes=10)
    """A conversation that is reopened while its agent is away goes back to its queue
    after so long."""
    returns: bool = True
    """It does so at all."""
    break_limit: Seconds = timedelta(minutes=15)
    """The wall warns of an agent whose break is longer."""
    wrap_limit: Seconds = timedelta(minutes=5)
    """The wall warns of an agent whose wrap-up is longer."""


class NoticeSettings(Section):
    """How agents are told what concerns them; each says the rest for himself."""

    rest: Seconds = timedelta(milliseconds=200)
    """What happens within this span is told together."""
    risk_share: float = Field(0.3, ge=0, lt=1)
    """An answer is due soon when this share of its time is left. 0: nobody is told."""
    push_after: Seconds = timedelta(seconds=10)
    """What is read in the desk within this time is not pushed to browsers."""
    push_good_for: Seconds = Field(timedelta(hours=4), ge=timedelta(minutes=1))
    """A push waits so long for a browser that is off."""
    push_patience: Seconds = timedelta(seconds=15)
    """How long a push service may take to answer."""


class CallSettings(Section):
    """Incoming calls."""

    ring_timeout: Seconds = timedelta(seconds=20)
    """An agent's phone rings so long."""
    ring_tries: int = Field(3, ge=1, le=10)
    """Agents rung one after the other before the voicemail."""
    voicemail_limit: Seconds = timedelta(minutes=3)
    """A message on the voicemail is at most so long."""
    longest: Seconds = timedelta(hours=4)
    """A talk whose end nobody told is taken as over after so long."""
    max_recording_bytes: int = Field(100 * 1024 * 1024, ge=1024)
    """The largest recording that is kept: about 50 minutes with both sides apart."""


class DaySettings(Section):
    """A day of a client's that one of his attributes tells, such as his birthday."""

    repeats: Literal["yearly", "once"] = "yearly"
    """Every year, or on that day alone."""
    ahead_days: int = Field(3, ge=0, le=365)
    """The team is reminded so many days ahead."""


class CollaborationSettings(Section):
    """Tasks, promises, planned contacts and clients' days."""

    promise_ahead: Seconds = timedelta(minutes=30)
    """A promise reminds its owner so long before its time. 0: not by itself."""
    late_after: Seconds = timedelta(minutes=15)
    """A task is late so long after its time; a promise is at once."""
    usual_time: str = Field("18:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """When something is due that names a day and no hour."""
    morning: str = Field("09:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """When clients' days remind, by the client's clock if it is known."""
    days: dict[str, DaySettings] = Field(
        {
            "birthday": DaySettings(),
            "contract_until": DaySettings(repeats="once", ahead_days=30),
        }
    )
    """Attributes of clients that are days (``1990-05-21``, ``21.05.1990``, or
    ``05-21`` without a year), each with how it reminds."""
    zone_attribute: str = "timezone"
    """The attribute that tells a client's time zone (``Europe/Kyiv``)."""
    calendar_refresh: Seconds = timedelta(minutes=30)
    """How often calendar programs are asked to fetch an agent's calendar."""
    kept_shown: Seconds = timedelta(days=7)
    """Clients see promises that were kept for so long in the portal."""


class SearchSettings(Section):
    """Search over all that was said."""

    patience: Seconds = Field(timedelta(seconds=2), gt=timedelta(0))
    """A search that takes longer gives what it has found by then, and says so."""
    max_words: int = Field(300_000, ge=1000)
    """Different words that are known, for those that are begun or mistyped; what comes
    beyond is found only as it is written."""
    rest: Seconds = timedelta(milliseconds=200)
    """What happens within this span is taken in together."""
    behind: Seconds = timedelta(seconds=2)
    """While messages come in a flood, search leaves the machine to them for so long at
    a time; what they say is found that much later. 0: it never does."""


Kept = Annotated[int | None, Field(ge=1, le=36_500)]


class RetentionSettings(Section):
    """How long things are kept, in days; without a number for ever.

    Who has the right ``retention`` may choose otherwise under Settings, and then that
    counts. What is under a conversation that is not resolved always stays.
    """

    bodies_days: Kept = None
    """What was said in resolved conversations: texts, notes, files."""
    recordings_days: Kept = None
    """Recordings of calls."""
    mails_days: Kept = None
    """Mails as they came, beside what is read of them."""
    quarantine_days: Kept = None
    """Raw deliveries that somebody has filed or dismissed."""
    drafts_days: Kept = None
    """Drafts that nobody went on with."""
    notices_days: Kept = None
    """Notices that their readers have read."""
    log_days: Annotated[int | None, Field(ge=30, le=36_500)] = None
    """Names and words in the log's events about clients; the events themselves stay."""
    files_days: Kept = None
    """Contents on the disk that nothing refers to, such as a crash leaves behind."""
    at: str = Field("03:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """When the hub looks for what may go, by the company's clock."""
    batch: int = Field(20, ge=1, le=500)
    """Conversations, files or drafts that one transaction lets go."""
    log_batch: int = Field(1000, ge=100, le=100_000)
    """Events of the log that one transaction writes over, or notices that it drops."""


class PrivacySettings(Section):
    """What a person may ask for: what is kept of him, and that it is erased."""

    batch: int = Field(100, ge=1, le=1000)
    """Entries, conversations or orders that one transaction of an erasure writes over."""
    log_batch: int = Field(5000, ge=100, le=100_000)
    """Events of the log that one transaction of an erasure looks through."""
    portal_export: bool = True
    """Clients who are signed in to the portal may fetch what is kept of them."""
    portal_exports: int = Field(5, ge=1)
    """So often one client may do so in ``access.sign_in_window``."""
