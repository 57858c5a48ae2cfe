"""All that is kept of a client as one ZIP, written as it is read.

A long history needs no more memory than a short one: the JSON, the page and each file
go into the archive piece by piece, and what is ready leaves at once.
"""

import io
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.clients import dossier
from hub.clients.dossier import Dossier
from hub.errors import ContentLostError
from hub.privacy import own_copy
from hub.privacy.words import words
from hub.storage.blobs import Blobs
from hub.storage.tables import Attachment, TimelineItem

#: Bytes that are collected before they leave.
FLUSH = 64 * 1024
#: Files whose names are read at once.
PAGE = 200


class _Pipe(io.RawIOBase):
    """What the archive writes to: it gives out what was written, and cannot go back."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._held += data
        return len(data)

    def take(self, least: int = 1) -> bytes:
        """Give what is ready, if it is so much."""
        if len(self._held) < least:
            return b""
        given, self._held = bytes(self._held), bytearray()
        return given


async def archive(
    session: AsyncSession,
    blobs: Blobs,
    client_id: int,
    *,
    locale: str | None,
    now: datetime,
    own: bool = False,
) -> AsyncIterator[bytes]:
    """Give the bytes of the archive.

    Args:
        session: Of ``Database.read``, so that all parts show one moment.
        blobs: Where the files are.
        client_id: Whose.
        locale: The language of the page.
        now: As of when it is.
        own: It is for the client himself; see ``own_copy.py``.

    Raises:
        NotFoundError: There is no such client.
    """
    found = await dossier.dossier(session, client_id)
    if own:
        found = await own_copy.narrowed(session, found)
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as whole:
        makers = (
            _json(whole, found, _entries(session, found, own=own)),
            _page(
                whole,
                found,
                _entries(session, found, own=own),
                _Look(words(locale), locale, now),
            ),
            _contents(whole, _files(session, found.client.id, own=own), blobs, now),
        )
        for maker in makers:
            async for _ in maker:
                if ready := pipe.take(FLUSH):
                    yield ready
    yield pipe.take()


@dataclass(frozen=True, slots=True)
class _Look:
    """How the page reads."""

    say: Mapping[str, str]
    locale: str | None
    now: datetime


async def _entries(
    session: AsyncSession, found: Dossier, *, own: bool
) -> AsyncIterator[dict[str, Any]]:
    only = own_copy.is_in_it() if own else None
    async for entry in dossier.entries(session, found.client.id, only=only):
        yield _local(own_copy.entry(entry) if own else entry)


async def _json(
    whole: zipfile.ZipFile, found: Dossier, entries: AsyncIterator[dict[str, Any]]
) -> AsyncIterator[None]:
    with whole.open("client.json", "w", force_zip64=True) as part:
        part.write(orjson.dumps(found, default=str)[:-1] + b',"entries":[')
        separator = b""
        async for entry in entries:
            part.write(separator + orjson.dumps(entry, default=str))
            separator = b","
            yield
        part.write(b"]}")


async def _page(
    whole: zipfile.ZipFile,
    found: Dossier,
    entries: AsyncIterator[dict[str, Any]],
    look: _Look,
) -> AsyncIterator[None]:
    with whole.open("index.html", "w", force_zip64=True) as part:
        part.write(_head(found, look).encode())
        async for entry in entries:
            part.write(_entry(entry, look.say).encode())
            yield
        part.write(b"</main></html>")


async def _contents(
    whole: zipfile.ZipFile,
    named: AsyncIterator[tuple[str, str]],
    blobs: Blobs,
    now: datetime,
) -> AsyncIterator[None]:
    async for name, content in named:
        info = zipfile.ZipInfo(name, date_time=now.timetuple()[:6])
        # One lost file must not keep all others from their owner.
        with (
            whole.open(info, "w", force_zip64=True) as part,
            suppress(ContentLostError),
        ):
            async for piece in blobs.chunks(content):
                part.write(piece)
                yield


def file_place(attachment_id: int, name: str) -> str:
    """Name a file's place in the archive; what a mail called it may be a path."""
    plain = "".join("_" if one in '/\\:*?"<>|' or one < " " else one for one in name)
    return f"files/{attachment_id}-{plain.lstrip('.') or 'file'}"


def _local(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {
        "attachments": [
            {**one, "href": file_place(one["id"], one["name"])}
            for one in entry["attachments"]
        ]
    }


async def _files(
    session: AsyncSession, client_id: int, *, own: bool
) -> AsyncIterator[tuple[str, str]]:
    wanted = (
        select(Attachment.id, Attachment.name, Attachment.hash)
        .join(TimelineItem, TimelineItem.id == Attachment.item_id)
        .where(TimelineItem.client_id == client_id)
        .order_by(Attachment.id)
        .limit(PAGE)
    )
    if own:
        # Servers of ours have written into a mail as it came.
        wanted = wanted.where(own_copy.is_in_it(), ~Attachment.original)
    last = 0
    while True:
        rows = list(await session.execute(wanted.where(Attachment.id > last)))
        for row in rows:
            yield file_place(row.id, row.name), row.hash
        if len(rows) < PAGE:
            return
        last = rows[-1].id


def _head(found: Dossier, look: _Look) -> str:
    say, now = look.say, look.now
    client = found.client
    language = "en" if look.locale == "en" else "uk"
    parts = [
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(client.name)}</title><style>{_STYLE}</style><main>",
        f"<h1>{say['title']}</h1><p><b>{escape(client.name)}</b><br>",
        f"{say['of'].format(at=_when(now))}<br>",
        f'<a href="client.json">{say["json"]}</a></p>',
        _list(say, "addresses", [one.display for one in client.addresses]),
        _list(say, "attributes", [f"{k}: {v}" for k, v in client.attributes.items()]),
        _list(
            say,
            "orders",
            [
                f"{one.number} · {_when(one.placed_at)} · {one.title} · "
                f"{one.total / 100:.2f} {one.currency} · {one.status}"
                for one in found.orders
            ],
        ),
        _list(
            say,
            "consents",
            [
                f"{_when(one.at)} · {one.value} · {one.channel or one.purpose} · "
                f"{one.state} · {one.wording}"
                for one in found.consents
            ],
        ),
        _list(
            say,
            "tasks",
            [
                " · ".join(
                    one
                    for one in (
                        _when(task.due_at) if task.due_at else "",
                        task.title,
                        task.state,
                    )
                    if one
                )
                for task in found.tasks
            ],
        ),
        _list(
            say,
            "conversations",
            [
                f"{_when(one.created_at)} · {one.subject or one.channel}"
                for one in found.conversations
            ],
        ),
        f"<h2>{say['entries']}</h2>",
    ]
    return "".join(parts)


def _entry(entry: dict[str, Any], say: Mapping[str, str]) -> str:
    author = entry["author"]
    who = author["name"] or (say["you"] if author["kind"] == "client" else say["us"])
    files = "".join(
        f'<li><a href="{escape(one["href"])}">{escape(one["name"])}</a></li>'
        for one in entry["attachments"]
    )
    head = " · ".join(
        one
        for one in (_when(entry["at"]), who, entry["channel"] or entry["kind"])
        if one
    )
    subject = f"<h3>{escape(entry['subject'])}</h3>" if entry["subject"] else ""
    text = f"<pre>{escape(entry['text'])}</pre>" if entry["text"] else ""
    listed = f"<ul>{files}</ul>" if files else ""
    return f"<section><p>{escape(head)}</p>{subject}{text}{listed}</section>"


def _list(say: Mapping[str, str], name: str, rows: list[str]) -> str:
    shown = "".join(f"<li>{escape(one)}</li>" for one in rows or [say["none"]])
    return f"<h2>{say[name]}</h2><ul>{shown}</ul>"


def _when(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC")


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#1c1c1e;background:#fff}"
    "main{max-width:720px;margin:0 auto;padding:24px 16px}"
    "section{border-top:1px solid #ddd;padding:12px 0}section p{color:#555;margin:0}"
    "h3{font-size:1em;margin:4px 0}pre{font:inherit;white-space:pre-wrap;"
    "overflow-wrap:anywhere;margin:4px 0}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#161618}"
    "section{border-color:#333}section p{color:#aaa}a{color:#8ab4ff}}"
)
