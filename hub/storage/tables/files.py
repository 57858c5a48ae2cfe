"""Files and where they are attached."""

from datetime import datetime

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key


class StoredFile(Base):
    """One content, stored once however often it came."""

    __tablename__ = "files"

    #: SHA-256 of the content, in hex.
    hash: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    #: As the content itself shows it, not as anybody claims.
    media_type: Mapped[str]
    has_thumbnail: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime]


class Attachment(Base):
    """A file under a name, on a timeline entry or waiting in a composer."""

    __tablename__ = "attachments"

    id: Mapped[Key]
    hash: Mapped[str] = mapped_column(ForeignKey("files.hash"), index=True)
    name: Mapped[str]
    content_id: Mapped[str | None]
    item_id: Mapped[int | None] = mapped_column(ForeignKey("timeline.id"), index=True)
    #: Who uploaded it, for one that no entry carries yet.
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    #: The ready answer that it goes along with.
    canned_id: Mapped[int | None] = mapped_column(
        ForeignKey("canned_answers.id"), index=True
    )
    #: It is the whole message as it came, and none of the files in it.
    original: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime]
