"""How a form looks to who edits it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.contracts import FormQuestion
from hub.forms.definitions import load
from hub.storage.tables import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """A form as it is now."""

    id: int
    name: str
    version: int
    active: bool
    title: Mapping[str, str]
    intro: Mapping[str, str]
    thanks: Mapping[str, str]
    locale: str
    redirect: str
    subject: str
    queue_id: int | None
    confirms: bool
    origins: tuple[str, ...]
    questions: tuple[FormQuestion, ...]
    created_at: datetime
    updated_at: datetime
    #: How many came in by it, and when the last one did.
    submissions: int
    last_at: datetime | None


def form_view(
    row: Form, *, submissions: int = 0, last_at: datetime | None = None
) -> FormView:
    """Show a form."""
    form = load(
        row.definition,
        name=row.name,
        version=row.version,
        active=row.active,
        queue_id=row.queue_id,
    )
    return FormView(
        id=row.id,
        name=row.name,
        version=row.version,
        active=row.active,
        title=form.title,
        intro=form.intro,
        thanks=form.thanks,
        locale=form.locale,
        redirect=form.redirect,
        subject=form.subject,
        queue_id=row.queue_id,
        confirms=form.confirms,
        origins=form.origins,
        questions=form.questions,
        created_at=row.created_at,
        updated_at=row.updated_at,
        submissions=submissions,
        last_at=last_at,
    )
