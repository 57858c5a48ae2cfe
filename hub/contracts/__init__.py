"""The values that cross the boundary between channels and the hub.

Channels know nothing of the hub but this package and ``hub.errors``. Everything here
is frozen; a channel translates a provider's words into these and back.
"""

from hub.contracts.arriving import (
    HARD_CAUSES,
    Attachment,
    DeliveryReceipt,
    DeliveryState,
    Glimpse,
    HookAnswer,
    InboundItem,
    InboundMessage,
    Invitation,
    Outcome,
    Received,
    WebhookRequest,
    Wish,
)
from hub.contracts.calls import (
    CallDirective,
    CallEvent,
    CallMoment,
    HangUp,
    Ring,
    TakeMessage,
)
from hub.contracts.forms import (
    QUESTION_KINDS,
    FormChoice,
    FormConsent,
    FormDefinition,
    FormField,
    FormQuestion,
    FormSubmission,
    Wording,
    worded,
)
from hub.contracts.leaving import (
    Copy,
    OutboundMessage,
    Quote,
    Refusal,
    SendingRules,
    SendResult,
    Template,
)
from hub.contracts.trials import TRIAL_KEY, Finding, Grade, Receiver, Trial

__all__ = [
    "HARD_CAUSES",
    "QUESTION_KINDS",
    "TRIAL_KEY",
    "Attachment",
    "CallDirective",
    "CallEvent",
    "CallMoment",
    "Copy",
    "DeliveryReceipt",
    "DeliveryState",
    "Finding",
    "FormChoice",
    "FormConsent",
    "FormDefinition",
    "FormField",
    "FormQuestion",
    "FormSubmission",
    "Glimpse",
    "Grade",
    "HangUp",
    "HookAnswer",
    "InboundItem",
    "InboundMessage",
    "Invitation",
    "OutboundMessage",
    "Outcome",
    "Quote",
    "Received",
    "Receiver",
    "Refusal",
    "Ring",
    "SendResult",
    "SendingRules",
    "TakeMessage",
    "Template",
    "Trial",
    "WebhookRequest",
    "Wish",
    "Wording",
    "worded",
]
