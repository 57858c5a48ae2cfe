"""What belongs to mails of ours beside their own words."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key


class Signature(Base):
    """What stands below a mail: an agent's own, or that of a queue."""

    __tablename__ = "signatures"

    id: Mapped[Key]
    account_id: Mapped[int | None] = mapped_column(
        ForeignKey("accounts.id"), unique=True
    )
    queue_id: Mapped[int | None] = mapped_column(ForeignKey("queues.id"), unique=True)
    #: With places such as ``{agent.name}``, filled in when a mail is written.
    text: Mapped[str]
    #: The same for programs that show HTML; empty: made from the text.
    html: Mapped[str] = mapped_column(server_default="")
    #: A queue's: it stands below everybody's mails, instead of agents' own.
    overrules: Mapped[bool] = mapped_column(server_default=sql("false"))
    updated_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("num_nonnulls(account_id, queue_id) = 1", name="owner"),
    )


class LetterPart(Base):
    """What goes along with a message by mail, as it stood when it was written."""

    __tablename__ = "letter_parts"

    item_id: Mapped[int] = mapped_column(ForeignKey("timeline.id"), primary_key=True)
    signature: Mapped[str] = mapped_column(server_default="")
    signature_html: Mapped[str] = mapped_column(server_default="")
    #: The earlier message that is quoted below it.
    quotes_id: Mapped[int | None] = mapped_column(ForeignKey("timeline.id"))
    #: The message that it hands on.
    forwards_id: Mapped[int | None] = mapped_column(ForeignKey("timeline.id"))
    #: The message that it answers, for the mail's In-Reply-To.
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("timeline.id"))


class Participant(Base):
    """Somebody who was written to in a conversation and is not its client."""

    __tablename__ = "participants"

    conversation_id: Mapped[int] = mapped_column(
        ForeignKey("conversations.id"), primary_key=True
    )
    #: As addresses are kept: lower case, the domain in ASCII.
    address: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(server_default="")
    added_at: Mapped[datetime]

    __table_args__ = (Index(None, "address"),)
