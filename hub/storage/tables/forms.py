"""Forms, every version of them, and what was sent by them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key


class Form(Base):
    """A form as it is now."""

    __tablename__ = "forms"

    id: Mapped[Key]
    #: In its address; never changed, because it stands on other people's pages.
    name: Mapped[str] = mapped_column(unique=True)
    #: Counts the changes; who changes the form names the one that he saw.
    version: Mapped[int]
    #: Off: nobody is shown it any more; what was open still comes in.
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    #: See ``hub/forms/definitions.py``.
    definition: Mapped[dict[str, Any]]
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queues.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    updated_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class FormVersion(Base):
    """A form as it once was: whoever has it open still answers this one."""

    __tablename__ = "form_versions"

    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    definition: Mapped[dict[str, Any]]
    #: When the next one took its place.
    ended_at: Mapped[datetime]


class FormAnswer(Base):
    """An entry of the timeline that came by a form."""

    __tablename__ = "form_answers"

    item_id: Mapped[int] = mapped_column(
        ForeignKey("timeline.id"), primary_key=True, autoincrement=False
    )
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    #: The version that its sender saw.
    version: Mapped[int]
    at: Mapped[datetime]

    __table_args__ = (Index(None, "form_id", "at"),)
