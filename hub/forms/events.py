"""What happens to forms, as facts."""

from dataclasses import dataclass
from typing import ClassVar

from hub.log.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FormChanged(Event):
    """A form is new, or other than it was."""

    kind: ClassVar[str] = "form.changed"
    form_id: int
    name: str
    version: int
    #: ``created``, ``changed``, ``archived``, ``restored`` or ``removed``.
    how: str
