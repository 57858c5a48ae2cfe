"""Which conversation a message belongs to. Pure.

In this order: the messages that it answers, by their ids; the signed address it was
sent to; the matter that is under way with this client. What says it is about something
else is a new matter: a fresh mail or form with another subject, and an answer under a
wholly new one. Whoever names a conversation that is not his gets one of his own; the two
are linked, so that a person sees both. So does a mail that is forged, whatever it names.
"""

import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: Hex digits of the token's signature: 64 bits, and a wrong guess opens nothing but
#: a conversation of the guesser's own address.
_SIGNED = 16
_TOKEN = re.compile(r"^c(\d{1,18})s([0-9a-f]{16})$")
#: "Re:", "Fwd:", "Відп:", "[list]" and so on, any number of them.
_PREFIX = re.compile(
    r"^\s*(?:(?:re|fwd?|aw|wg|sv|vs|odp|відп|вдп|пересл|пер)\s*(?:\[\d+\])?\s*:"
    r"|\[[^\]]{1,40}\])\s*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
#: Shorter words stand in every subject.
_TELLING = 3
#: Channels on which a fresh message names its matter.
_NAMES_ITS_MATTER = frozenset({"email", "webform"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A conversation of the client that the message might belong to."""

    id: int
    state: str
    subject: str
    last_at: datetime
    #: Of the author's own client; else he only takes part in it.
    own: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What a message says of where it belongs."""

    channel: str
    subject: str = ""
    #: From the signed reply address, already checked.
    token_id: int | None = None
    #: Conversations of the messages that it answers, nearest first.
    answered_ids: tuple[int, ...] = ()
    #: Subjects of those messages, and of what else was said there.
    subjects: tuple[str, ...] = ()
    #: It begins a matter of its own if its subject is wholly new.
    splits: bool = False
    #: It begins a matter of its own in any case: its author is not who he says.
    stands_alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where a message belongs."""

    #: None: into a new conversation.
    id: int | None
    #: The conversation that it named and is not put into, and why.
    linked_id: int | None = None
    reason: str = ""


def place(
    incoming: Incoming,
    candidates: Sequence[Candidate],
    *,
    now: datetime,
    reopen_within: timedelta,
) -> Placed:
    """Tell where a message belongs, and what it has to do with beside.

    Args:
        incoming: The message.
        candidates: Conversations that its author may write in, in any order: his
            client's, and those in which he takes part.
        now: The present.
        reopen_within: A resolved matter older than that is not taken up again by a
            message that does not name it.
    """
    known = {one.id: one for one in candidates}
    named = [(one, "quoted") for one in incoming.answered_ids]
    if incoming.token_id is not None:
        named.append((incoming.token_id, "reply_address"))
    if incoming.stands_alone:
        linked, reason = named[0] if named else (None, "")
        return Placed(id=None, linked_id=linked, reason=reason)
    for one, _ in named:
        if one not in known:
            continue
        there = (known[one].subject, *incoming.subjects)
        if incoming.splits and is_wholly_new(incoming.subject, there):
            return Placed(id=None, linked_id=one, reason="subject")
        return Placed(id=one)
    usual = _under_way(incoming, candidates, now=now, reopen_within=reopen_within)
    if named:
        return Placed(id=usual, linked_id=named[0][0], reason=named[0][1])
    return Placed(id=usual)


def choose(
    incoming: Incoming,
    candidates: Sequence[Candidate],
    *,
    now: datetime,
    reopen_within: timedelta,
) -> int | None:
    """Give the conversation's id, or None for a new one; see ``place``."""
    placed = place(incoming, candidates, now=now, reopen_within=reopen_within)
    return placed.id


def is_wholly_new(subject: str, others: Iterable[str]) -> bool:
    """Tell whether a subject has nothing in common with any of the others.

    One that a program made from another ("Re: …") is not new, whatever follows; nor
    is any beside a matter without a name.
    """
    if _PREFIX.match(subject) is not None:
        return False
    mine = _words(subject)
    return bool(mine) and all(
        (theirs := _words(other)) and mine.isdisjoint(theirs) for other in others
    )


def _words(subject: str) -> set[str]:
    """Give the words that tell a subject from others."""
    return {word for word in _WORD.findall(bare(subject)) if len(word) >= _TELLING}


def _under_way(
    incoming: Incoming,
    candidates: Sequence[Candidate],
    *,
    now: datetime,
    reopen_within: timedelta,
) -> int | None:
    """Give the client's own matter that a message takes up without naming it."""
    mine = (one for one in candidates if one.own)
    newest_first = sorted(mine, key=lambda one: (one.last_at, one.id))[::-1]
    live = [one for one in newest_first if one.state != "resolved"]
    if incoming.channel in _NAMES_ITS_MATTER:
        matter = bare(incoming.subject)
        # A matter that began by phone or SMS has no name yet; this gives it one.
        fits = (one for one in live if bare(one.subject) in {matter, ""})
        return next((one.id for one in fits), None)
    if live:
        return live[0].id
    recent = (one for one in newest_first if now - one.last_at <= reopen_within)
    return next((one.id for one in recent), None)


def bare(subject: str) -> str:
    """Strip what mail programs put before a subject, for comparison."""
    return " ".join(unprefixed(subject).split()).casefold()


def unprefixed(subject: str) -> str:
    """Strip "Re:", "Fwd:" and the like, any number of them."""
    while (match := _PREFIX.match(subject)) is not None:
        subject = subject[match.end() :]
    return subject


def reply_token(conversation_id: int, key: bytes) -> str:
    """Make the part of a reply address that leads back to the conversation.

    Digits and lower-case letters only: some programs fold an address's case.
    """
    return f"c{conversation_id}s{_sign(conversation_id, key)}"


def read_token(token: str | None, key: bytes) -> int | None:
    """Give the conversation of a reply token, or None for one that is not ours."""
    match = _TOKEN.match((token or "").lower())
    if match is None:
        return None
    conversation_id = int(match[1])
    signed = hmac.compare_digest(match[2], _sign(conversation_id, key))
    return conversation_id if signed else None


def _sign(conversation_id: int, key: bytes) -> str:
    return hmac.digest(key, str(conversation_id).encode(), "sha256").hex()[:_SIGNED]
