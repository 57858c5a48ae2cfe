"""What ``rozmova demo`` does and says at its end."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from config import Settings, SettingsError
from hub.access import secret
from hub.orders.shop import shop_of
from hub.storage.blobs import FolderBlobs
from hub.storage.database import Database
from hub.storage.tables import Order
from web.demo.company import FilledError, fill
from web.demo.forms import FORMS
from web.demo.staff import PASSWORD, STAFF
from web.demo.telling import REACHES


async def fill_hub(settings: Settings, folder: Path, db: Database) -> str:
    """Fill an empty hub with the demo company; tell where to look at it.

    A hub that has the demo company already stays as it is.

    Raises:
        SettingsError: It is no demonstration; the company's sign-ins are public.
        FilledError: The hub has somebody else in it.
    """
    if not settings.demo:
        raise SettingsError(
            ["demo: its sign-ins are known to everybody. Set ROZMOVA_DEMO=true."]
        )
    key = secret.load(
        folder, settings.secret.get_secret_value() if settings.secret else None
    )
    try:
        made = await fill(db, settings, FolderBlobs(folder / "files"), secret=key)
    except FilledError as error:
        if not error.details["demo"]:
            raise
        told = "The demo company is here already; nothing was changed."
    else:
        told = (
            f"{made.clients} clients, {made.conversations} conversations and "
            f"{made.orders} orders in {made.seconds:.0f} s."
        )
    return "\n\n".join([told, await summary(settings, key, db)])


async def summary(settings: Settings, key: bytes, db: Database) -> str:
    """Say where everything is, and who can sign in.

    Args:
        settings: The hub's.
        key: The hub's secret, for the link to an order.
        db: The hub's.
    """
    base = settings.base_url
    places = [
        ("Workspace", f"{base}/"),
        ("Wall", f"{base}/wall"),
        ("Portal", f"{base}/portal"),
        *[("An order", link) for link in await _order_links(settings, key, db)],
        ("Be a client", f"{base}/simulator"),
        *[("A form", f"{base}/forms/{name}") for name in FORMS],
    ]
    people = [(one.role.capitalize(), f"{one.email}  {one.name}") for one in STAFF]
    return "\n".join(
        [
            *_table(places),
            "",
            f"Sign in with the password {PASSWORD} as",
            *_table(people),
        ]
    )


async def _order_links(settings: Settings, key: bytes, db: Database) -> list[str]:
    """Give the link to an order that is on its way, if there is one."""
    shop = shop_of(settings, key, {kind: name for name, kind in REACHES.items()})
    async with db.read() as session:
        order = await session.scalar(
            select(Order)
            .where(Order.status == "shipped")
            .order_by(Order.id.desc())
            .limit(1)
        )
    return [] if order is None else [shop.link(order, now=db.clock())]


def _table(rows: Sequence[tuple[str, str]]) -> list[str]:
    width = max(len(name) for name, _ in rows)
    return [f"  {name:<{width}}  {value}" for name, value in rows]
