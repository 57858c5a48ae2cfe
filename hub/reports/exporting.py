"""All that a company has here, as JSON Lines that anybody can read.

Everything is read in one moment and passed on as it comes, so a company of any size
takes no more memory than a small one. Secrets (passwords, tokens, sign-ins) are not
exported.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import orjson
from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from hub.access.views import account_view
from hub.clients.views import client_view
from hub.conversations.views import conversation_view, item_view
from hub.errors import ContentLostError
from hub.files.attachments import file_name
from hub.log import feed
from hub.orders.views import order_view
from hub.queues.views import queue_views
from hub.reports.sinks import FolderSink, Sink, ZipSink
from hub.storage.blobs import Blobs
from hub.storage.database import Database
from hub.storage.outfiles import filling, replacing
from hub.storage.tables import (
    Account,
    Address,
    Attachment,
    Client,
    Conversation,
    Order,
    OrderLine,
    OrderStep,
    TimelineItem,
)

#: Rows read at once.
PAGE = 500

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is exported beside the usual."""

    html: bool = False
    events: bool = False
    files: bool = False


@dataclass(slots=True)
class Exported:
    """What was written."""

    #: Lines of each part, files among them.
    counts: dict[str, int] = field(default_factory=dict)
    #: Files whose content is missing or damaged: what they are called.
    lost: list[str] = field(default_factory=list)


async def export(db: Database, blobs: Blobs, target: Path, wanted: Wanted) -> Exported:
    """Write everything to a zip, if ``target`` ends so, else to a new folder.

    Args:
        db: The hub's database.
        blobs: Its files.
        target: It appears there only when all of it is written.
        wanted: What beside the usual.

    Raises:
        OutfileError: It is there already, or cannot be written.
    """
    if target.suffix.lower() == ".zip":
        with (
            replacing(target, force=False) as file,
            ZipFile(file, "w", ZIP_DEFLATED) as archive,
        ):
            return await _write(db, blobs, ZipSink(archive), wanted)
    with filling(target) as folder:
        return await _write(db, blobs, FolderSink(folder), wanted)


async def _write(db: Database, blobs: Blobs, sink: Sink, wanted: Wanted) -> Exported:
    done = Exported()
    async with db.read() as session:
        # Slow disks and large files must not end the one moment that is read.
        await session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        seq = await feed.head(session)
        parts: dict[str, AsyncIterator[Iterable[bytes]]] = {
            "clients": _lines(_clients(session)),
            "conversations": _lines(_conversations(session)),
            "timeline": _lines(_timeline(session, wanted)),
            "orders": _lines(_orders(session)),
            "queues": _lines(_queues(session)),
            "accounts": _lines(_accounts(session)),
        }
        if wanted.events:
            parts["events"] = _events(session)
        for name, pages in parts.items():
            done.counts[name] = 0
            with sink.opened(f"{name}.jsonl") as file:
                async for page in pages:
                    for line in page:
                        file.write(line + b"\n")
                        done.counts[name] += 1
        if wanted.files:
            await _copy_files(session, blobs, sink, done)
        about = {
            "made_by": f"rozmova {version('rozmova')}",
            "taken_at": db.clock(),
            "cursor": seq,
            "counts": done.counts,
            "lost": done.lost,
        }
        with sink.opened("export.json") as file:
            file.write(orjson.dumps(about, option=orjson.OPT_INDENT_2))
    return done


async def _lines(pages: AsyncIterator[Iterable[Row]]) -> AsyncIterator[list[bytes]]:
    async for page in pages:
        yield [orjson.dumps(row, option=orjson.OPT_UTC_Z) for row in page]


async def _pages(
    session: AsyncSession, query: Select[*tuple[Any, ...]]
) -> AsyncIterator[list[Any]]:
    """Read by a cursor of the server's, a page in memory at a time."""
    rows = await session.stream(query.execution_options(yield_per=PAGE))
    async for page in rows.partitions():
        # The session remembers them weakly, so a page that was written is gone.
        yield list(page)


async def _clients(session: AsyncSession) -> AsyncIterator[list[Row]]:
    # Who was merged is in whom he goes on as.
    wanted = select(Client).where(Client.merged_into.is_(None)).order_by(Client.id)
    async for page in _pages(session, wanted):
        clients = [row[0] for row in page]
        owned = await _owned(session, [one.id for one in clients])
        yield [asdict(client_view(one, owned.get(one.id, ()))) for one in clients]


async def _conversations(session: AsyncSession) -> AsyncIterator[list[Row]]:
    query = (
        select(Conversation, Client.name)
        .join(Client, Client.id == Conversation.client_id)
        .order_by(Conversation.id)
    )
    async for page in _pages(session, query):
        yield [
            asdict(conversation_view(row, name))
            | {"first_responded_at": row.first_responded_at}
            for row, name in page
        ]


async def _timeline(session: AsyncSession, wanted: Wanted) -> AsyncIterator[list[Row]]:
    query = select(TimelineItem).order_by(TimelineItem.id)
    if wanted.html:
        query = query.options(undefer(TimelineItem.html))
    async for page in _pages(session, query):
        yield [_item(row[0], wanted) for row in page]


def _item(row: TimelineItem, wanted: Wanted) -> Row:
    view = asdict(item_view(row))
    # A screen is given the beginning of a long text; this is all of it.
    del view["truncated"]
    view |= {"text": row.text, "quoted": row.quoted, "external_id": row.external_id}
    if wanted.html:
        view["html"] = row.html
    if wanted.files:
        view["attachments"] = [
            one | {"file": _path(one["id"], one["name"])} for one in view["attachments"]
        ]
    return view


async def _orders(session: AsyncSession) -> AsyncIterator[list[Row]]:
    query = (
        select(Order, Client)
        .join(Client, Client.id == Order.client_id)
        .order_by(Order.id)
    )
    async for page in _pages(session, query):
        ids = [order.id for order, _ in page]
        lines = await session.scalars(
            select(OrderLine).where(OrderLine.order_id.in_(ids))
        )
        steps = await session.scalars(
            select(OrderStep).where(OrderStep.order_id.in_(ids))
        )
        lines_of = _grouped(lines, "order_id")
        steps_of = _grouped(steps, "order_id")
        owned = await _owned(session, [client.id for _, client in page])
        yield [
            asdict(
                order_view(
                    order, lines_of.get(order.id, ()), steps_of.get(order.id, ())
                )
            )
            # As ``rozmova import orders`` takes it in another hub.
            | {"client": _buyer(client, owned.get(client.id, ()))}
            for order, client in page
        ]


def _buyer(client: Client, owned: Iterable[Address]) -> Row:
    buyer: dict[str, Any] = {"name": client.name, "locale": client.locale}
    for one in owned:
        if one.verified_at is not None:
            buyer.setdefault(one.kind, one.value)
    return buyer


async def _queues(session: AsyncSession) -> AsyncIterator[list[Row]]:
    yield [asdict(view) for view in await queue_views(session)]


async def _accounts(session: AsyncSession) -> AsyncIterator[list[Row]]:
    async for page in _pages(session, select(Account).order_by(Account.id)):
        views = [asdict(account_view(row[0], ())) for row in page]
        yield [
            {key: value for key, value in view.items() if key != "rights"}
            for view in views
        ]


async def _events(session: AsyncSession) -> AsyncIterator[list[bytes]]:
    cursor = 0
    while page := await feed.after(session, cursor, limit=PAGE):
        yield [one.wire.encode() for one in page]
        cursor = page[-1].seq


async def _copy_files(
    session: AsyncSession, blobs: Blobs, sink: Sink, done: Exported
) -> None:
    query = (
        select(Attachment.id, Attachment.name, Attachment.hash)
        .where(Attachment.item_id.is_not(None))
        .order_by(Attachment.id)
    )
    done.counts["files"] = 0
    async for page in _pages(session, query):
        for attachment_id, name, content_name in page:
            path = _path(attachment_id, name)
            try:
                content = await blobs.read(content_name)
            except ContentLostError:
                done.lost.append(path)
                continue
            with sink.opened(path) as file:
                file.write(content)
            done.counts["files"] += 1


def _path(attachment_id: int, name: str) -> str:
    # Two files of one name are two files.
    return f"files/{attachment_id}/{file_name(name)}"


async def _owned(
    session: AsyncSession, client_ids: list[int]
) -> dict[int, list[Address]]:
    rows = await session.scalars(
        select(Address).where(Address.client_id.in_(client_ids)).order_by(Address.id)
    )
    return _grouped(rows, "client_id")


def _grouped(rows: Iterable[Any], by: str) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = {}
    for row in rows:
        groups.setdefault(getattr(row, by), []).append(row)
    return groups
