"""What happens to webhooks, as facts. They are for the audit, and are sent nowhere."""

from dataclasses import dataclass
from typing import ClassVar

from hub.log.events import ADMINS, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent(Event):
    """Something concerns one endpoint."""

    webhook_id: int
    name: str

    def topics(self) -> tuple[str, ...]:
        """For the audit alone."""
        return (ADMINS,)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChanged(WebhookEvent):
    """An endpoint is new, other than it was, or gone."""

    kind: ClassVar[str] = "webhook.changed"
    #: ``created``, ``removed``, ``secret``, ``replayed``, or names of fields.
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDisabled(WebhookEvent):
    """Nothing is sent to an endpoint any more, and no person decided it."""

    kind: ClassVar[str] = "webhook.disabled"
    #: ``failed`` for too long, or ``gone``: it asked for no more.
    because: str
