"""What a backup says of itself."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

#: The form of the file; another one is refused.
FORMAT = 1


class BackupError(RuntimeError):
    """A backup cannot be taken or brought back; the message says why.

    It leaves the tree of ``hub.errors`` on purpose: it is said to whoever runs a
    command, not to a caller of the hub.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the file, or all parts of one kind."""

    count: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The last part of a backup: where it comes from, and what must be in it."""

    format: int
    #: The program that took it.
    made_by: str
    #: The moment that it shows, by the database's clock.
    taken_at: datetime
    #: Of the schema.
    revision: str
    #: PostgreSQL's version number, such as 180004.
    server: int
    #: The major version of ``pg_dump``.
    tool: int
    #: The schema that the tables are in.
    schema: str
    #: The number of the newest event.
    seq: int
    #: Rows by table.
    counts: dict[str, int]
    database: Part
    #: Contents of files; the hash is over the line "name size sha256" of each.
    files: Part
    #: Contents that were missing or damaged already when it was taken.
    lost: tuple[str, ...]
    #: None: the hub's secret is not in it.
    secret: Part | None

    def encode(self) -> bytes:
        """Write it as JSON."""
        return orjson.dumps(self, option=orjson.OPT_INDENT_2)


def decode(raw: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        BackupError: It is none, or of a form that this program does not know.
    """
    try:
        given: dict[str, Any] = orjson.loads(raw)
        if given["format"] != FORMAT:
            raise BackupError(
                f"The backup has form {given['format']}; this program knows "
                f"form {FORMAT}. A newer Rozmova made it."
            )
        secret = given["secret"]
        return Manifest(
            **{
                **given,
                "taken_at": datetime.fromisoformat(given["taken_at"]).astimezone(UTC),
                "database": Part(**given["database"]),
                "files": Part(**given["files"]),
                "lost": tuple(given["lost"]),
                "secret": Part(**secret) if secret else None,
            }
        )
    except (ValueError, TypeError, KeyError) as error:
        raise BackupError("The backup's manifest cannot be read.") from error
