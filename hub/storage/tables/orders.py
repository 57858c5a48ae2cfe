"""Orders, their lines and the steps that they have come."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.storage.tables.base import Base, Key, one_of

#: What an order has come to; ``hub/orders/path.py`` says in which order.
ORDER_STATUSES = (
    "placed",
    "paid",
    "packed",
    "shipped",
    "delivered",
    "done",
    "cancelled",
    "returned",
)


class Order(Base):
    """What a client ordered, as the shop tells it."""

    __tablename__ = "orders"

    id: Mapped[Key]
    #: The shop's own number, as clients know it.
    number: Mapped[str] = mapped_column(unique=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"))
    #: The address that the shop knows the buyer by, if it is his.
    address_id: Mapped[int | None] = mapped_column(
        ForeignKey("addresses.id", ondelete="SET NULL"), index=True
    )
    title: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str]
    #: ISO 4217; amounts are in its minor unit.
    currency: Mapped[str]
    total: Mapped[int]
    paid: Mapped[bool] = mapped_column(server_default=text("false"))
    placed_at: Mapped[datetime]
    #: When the thing is expected to be at the client's, if the shop says.
    expected_at: Mapped[datetime | None]
    tracking_number: Mapped[str] = mapped_column(server_default="")
    carrier: Mapped[str] = mapped_column(server_default="")
    #: The shop's time of the newest update that was taken.
    updated_at: Mapped[datetime]

    __table_args__ = (
        one_of("status", ORDER_STATUSES),
        Index(None, "client_id", "placed_at"),
    )


class OrderLine(Base):
    """One thing that was ordered."""

    __tablename__ = "order_lines"

    id: Mapped[Key]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    position: Mapped[int]
    name: Mapped[str]
    quantity: Mapped[float] = mapped_column(Numeric(12, 3, asdecimal=False))
    amount: Mapped[int]

    __table_args__ = (UniqueConstraint("order_id", "position"),)


class OrderStep(Base):
    """A status that an order has reached."""

    __tablename__ = "order_steps"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), primary_key=True)
    status: Mapped[str] = mapped_column(primary_key=True)
    #: When it was reached, by the shop's clock.
    at: Mapped[datetime]
    #: When the client was told of it; None while he was not, or needs not be.
    notified_at: Mapped[datetime | None]

    __table_args__ = (one_of("status", ORDER_STATUSES),)
