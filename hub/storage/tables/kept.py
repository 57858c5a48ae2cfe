"""What the channels' receivers keep for themselves."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base


class KeptValue(Base):
    """How far a receiver has come, in words of its own."""

    __tablename__ = "kept_values"

    channel: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    at: Mapped[datetime]
