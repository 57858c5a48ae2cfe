"""What each role may do, as one table. Pure.

A route, a socket event and an API token each name a ``Right``; nothing asks for a role.
The roles that a company makes itself are in ``roles.py``; they hold the same rights.
"""

from collections.abc import Collection, Iterable
from enum import StrEnum

from hub.access.views import AccountView
from hub.errors import ForbiddenError, InvalidError
from hub.log.audience import Viewer
from hub.log.events import ADMINS, STAFF, account_topic


class Right(StrEnum):
    """Something that an account may or may not do."""

    #: One's own account: its sign-ins, password, language, notifications.
    SELF = "self"
    #: See clients, conversations, timelines, orders, files, queues and colleagues.
    READ = "read"
    #: Answer clients, write notes, take, move and close conversations, take calls.
    REPLY = "reply"
    #: Make clients and change what is kept about them.
    CLIENTS = "clients"
    #: Erase a person: what is kept of him goes for good.
    ERASE = "erase"
    #: Open, file and dismiss what could not be read.
    QUARANTINE = "quarantine"
    #: Make orders and move them along.
    ORDERS = "orders"
    #: See the wall and the numbers of all.
    WALL = "wall"
    #: Make and change queues, and who serves them.
    QUEUES = "queues"
    #: See how channels are set up and fare, and try them with test messages.
    CHANNELS = "channels"
    #: Share views with everybody, and change those that are shared.
    VIEWS = "views"
    #: Make and change web forms.
    FORMS = "forms"
    #: Make and change the team's ready answers and macros.
    ANSWERS = "answers"
    #: Name, merge and remove the tags that conversations may have.
    TAGS = "tags"
    #: Say what is known of clients, and change what only managers may.
    ATTRIBUTES = "attributes"
    #: Make API tokens, each within one's own rights.
    TOKENS = "tokens"
    #: Have events sent to addresses outside.
    WEBHOOKS = "webhooks"
    #: Read who did what.
    AUDIT = "audit"
    #: Make, change, invite and deactivate accounts.
    ACCOUNTS = "accounts"
    #: Say how long things are kept.
    RETENTION = "retention"


_AGENT = frozenset(
    {Right.SELF, Right.READ, Right.REPLY, Right.CLIENTS, Right.QUARANTINE}
)
_MANAGER = _AGENT | {
    Right.ERASE,
    Right.ORDERS,
    Right.WALL,
    Right.QUEUES,
    Right.VIEWS,
    Right.FORMS,
    Right.CHANNELS,
    Right.ANSWERS,
    Right.TAGS,
    Right.ATTRIBUTES,
    Right.TOKENS,
    Right.AUDIT,
}

#: The table of rights: the built-in roles, by key. Nobody changes these, so that there
#: is always a role that may do everything.
ROLE_RIGHTS: dict[str, frozenset[Right]] = {
    "agent": _AGENT,
    "manager": _MANAGER,
    "admin": frozenset(Right),
}

#: What a right is of no use without, or would let one see by a side door. One's own
#: account everybody has.
NEEDS: dict[Right, Right] = {
    Right.REPLY: Right.READ,
    Right.CLIENTS: Right.READ,
    Right.ERASE: Right.CLIENTS,
    Right.QUARANTINE: Right.READ,
    Right.ORDERS: Right.READ,
    Right.WALL: Right.READ,
    Right.QUEUES: Right.READ,
    Right.CHANNELS: Right.READ,
    Right.VIEWS: Right.READ,
    Right.FORMS: Right.READ,
    Right.ANSWERS: Right.REPLY,
    Right.TAGS: Right.READ,
    Right.ATTRIBUTES: Right.READ,
    # Both carry what is said with clients.
    Right.WEBHOOKS: Right.READ,
    Right.AUDIT: Right.READ,
}


def may(account: AccountView, right: Right) -> bool:
    """Tell whether this account, as it asks now, has the right."""
    return right.value in account.rights


def require(account: AccountView, right: Right) -> None:
    """Go on only with the right.

    Raises:
        ForbiddenError: The account, or the token it asks with, lacks it.
    """
    if not may(account, right):
        raise ForbiddenError(f"this needs the right “{right.value}”", right=right.value)


def effective(
    held: Collection[str], scopes: Iterable[str] | None = None
) -> tuple[str, ...]:
    """Name the rights of a role, or those of them that a token is scoped to.

    Scopes that the role has not, or not any more, give nothing.
    """
    kept = set(held) if scopes is None else set(held).intersection(scopes)
    return tuple(right.value for right in Right if right in kept)


def whole(wanted: Iterable[str]) -> list[str]:
    """Check the rights that a role is to have, and give them in the table's order.

    Raises:
        InvalidError: One is not known, or another one is missing that it needs.
    """
    asked = {Right.SELF.value, *wanted}
    if unknown := asked.difference(Right):
        raise InvalidError(
            "rights", errors=dict.fromkeys(sorted(unknown), "is not a right")
        )
    errors = {
        right.value: f"needs {need.value}"
        for right, need in NEEDS.items()
        if right in asked and need not in asked
    }
    if errors:
        raise InvalidError("rights", errors=errors)
    return list(effective(asked))


def has_all(held: Collection[str], wanted: Iterable[str]) -> bool:
    """Tell whether who holds these rights may give those.

    One's own account is no power over anybody; a program may be without it.
    """
    return {Right.SELF.value, *held}.issuperset(wanted)


def within(account: AccountView, wanted: Iterable[str]) -> None:
    """Go on only if the account, as it asks now, has what it is about to give.

    Raises:
        ForbiddenError: It lacks some of it.
    """
    asked = set(wanted)
    if not has_all(account.rights, asked):
        missing = sorted(asked.difference(account.rights, {Right.SELF.value}))
        raise ForbiddenError(
            "nobody gives or takes what he has not himself", missing=missing
        )


def takes_work(held: Collection[str]) -> bool:
    """Tell whether a role is at work as soon as its screen is open.

    Who watches over all, too, says himself when he wants to be given conversations.
    """
    return Right.REPLY in held and Right.WALL not in held


def scopes_within(account: AccountView, wanted: Iterable[str]) -> list[str]:
    """Check the scopes of a new token: known rights that its maker has himself.

    Raises:
        InvalidError: There are none, or one is not a right.
        ForbiddenError: The maker lacks one.
    """
    asked = set(wanted)
    known = {right.value for right in Right}
    if not asked or asked - known:
        allowed = ", ".join(sorted(known))
        raise InvalidError(
            "scopes", errors={"scopes": f"must be one or more of {allowed}"}
        )
    if missing := asked.difference(account.rights):
        raise ForbiddenError(
            "a token cannot do more than its maker", missing=sorted(missing)
        )
    return sorted(asked)


def viewer_topics(account: AccountView) -> frozenset[str]:
    """Name the topics of the log that this account, as it asks now, may follow.

    A token that is neither for its maker's own matters nor for his work does not learn
    of them: what he is told of (a mention with its words) is among them.
    """
    topics: set[str] = set()
    if may(account, Right.SELF) or may(account, Right.REPLY):
        topics.add(account_topic(account.id))
    if may(account, Right.READ):
        topics.add(STAFF)
    if may(account, Right.AUDIT):
        topics.add(ADMINS)
    return frozenset(topics)


def viewer(account: AccountView) -> Viewer:
    """Give the account as somebody who follows the log."""
    return Viewer(viewer_topics(account))
