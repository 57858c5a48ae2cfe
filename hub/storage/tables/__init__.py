"""The tables, by family. Importing this module knows them all."""

from hub.storage.tables.access import (
    Account,
    ApiToken,
    Notification,
    PortalCode,
    PortalSession,
    Role,
    Session,
    Throttle,
)
from hub.storage.tables.base import Base
from hub.storage.tables.calls import Call
from hub.storage.tables.canned import CannedAnswer, CannedUse, Macro, MacroRun
from hub.storage.tables.clients import Address, Client, ClientPair, Home, Merge
from hub.storage.tables.collaboration import CalendarFeed, Task
from hub.storage.tables.consents import Consent
from hub.storage.tables.conversations import (
    Conversation,
    ConversationLink,
    Draft,
    IntakeKey,
    Move,
    QuarantineItem,
    ReadMark,
    TimelineItem,
)
from hub.storage.tables.delivery import DueRow, IdempotencyKey
from hub.storage.tables.erasures import Erasure, KeptRefusal
from hub.storage.tables.files import Attachment, StoredFile
from hub.storage.tables.forms import Form, FormAnswer, FormVersion
from hub.storage.tables.invitations import Invitation
from hub.storage.tables.kept import KeptValue
from hub.storage.tables.letters import LetterPart, Participant, Signature
from hub.storage.tables.lists import BulkAction, BulkChange, SavedView
from hub.storage.tables.log import EventRow, LogHead
from hub.storage.tables.notices import (
    NoticeProgress,
    NoticeWishes,
    PushSubscription,
)
from hub.storage.tables.orders import Order, OrderLine, OrderStep
from hub.storage.tables.queues import (
    AgentState,
    BusinessCalendar,
    ChannelWeight,
    FirstResponse,
    Offer,
    Queue,
    QueueMember,
)
from hub.storage.tables.retention import RetentionRule
from hub.storage.tables.search import SearchEntry, SearchProgress, SearchWord
from hub.storage.tables.setup import ChannelCheck, TrialNews
from hub.storage.tables.tags import AttributeDefinition, Tag
from hub.storage.tables.webhooks import Webhook, WebhookTry

__all__ = [
    "Account",
    "Address",
    "AgentState",
    "ApiToken",
    "Attachment",
    "AttributeDefinition",
    "Base",
    "BulkAction",
    "BulkChange",
    "BusinessCalendar",
    "CalendarFeed",
    "Call",
    "CannedAnswer",
    "CannedUse",
    "ChannelCheck",
    "ChannelWeight",
    "Client",
    "ClientPair",
    "Consent",
    "Conversation",
    "ConversationLink",
    "Draft",
    "DueRow",
    "Erasure",
    "EventRow",
    "FirstResponse",
    "Form",
    "FormAnswer",
    "FormVersion",
    "Home",
    "IdempotencyKey",
    "IntakeKey",
    "Invitation",
    "KeptRefusal",
    "KeptValue",
    "LetterPart",
    "LogHead",
    "Macro",
    "MacroRun",
    "Merge",
    "Move",
    "NoticeProgress",
    "NoticeWishes",
    "Notification",
    "Offer",
    "Order",
    "OrderLine",
    "OrderStep",
    "Participant",
    "PortalCode",
    "PortalSession",
    "PushSubscription",
    "QuarantineItem",
    "Queue",
    "QueueMember",
    "ReadMark",
    "RetentionRule",
    "Role",
    "SavedView",
    "SearchEntry",
    "SearchProgress",
    "SearchWord",
    "Session",
    "Signature",
    "StoredFile",
    "Tag",
    "Task",
    "Throttle",
    "TimelineItem",
    "TrialNews",
    "Webhook",
    "WebhookTry",
]
