"""``rozmova import``: clients and orders from elsewhere."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import orjson
import typer
from pydantic import ValidationError

from config import Settings
from hub.clients import lists
from hub.clients.cards import has_nul
from hub.clients.importing import take_cards
from hub.errors import InvalidError
from hub.orders.buyers import Buyer
from hub.orders.given import LineGiven, OrderGiven
from hub.orders.importing import NumberedOrder, take_orders
from hub.storage import batches
from hub.storage.batches import Outcome, Refused, Report
from hub.storage.database import Database
from web.api.orders import OrderIn
from web.commands.base import OPERATOR, with_database

imports = typer.Typer(no_args_is_help=True, help="Take over what is elsewhere.")

DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would happen; change nothing.")
]
Country = Annotated[
    str | None,
    typer.Option(
        help="How phone numbers without a country are read, such as PL; "
        "the country of the settings if not given."
    ),
]
#: What our own export says of an order beside what the shop can say.
OURS = ("id", "client_id", "steps")


@imports.command("clients")
def import_clients(
    file: Annotated[Path, typer.Argument(help="CSV, vCard, or clients.jsonl.")],
    *,
    dry_run: DryRun = False,
    country: Country = None,
    encoding: Annotated[
        str | None,
        typer.Option(help="How its letters are written, such as cp1251, if not found."),
    ] = None,
) -> None:
    """Take clients over; again changes nothing, and nothing known is overwritten."""

    async def work(settings: Settings, _: Path, db: Database) -> Report:
        return await batches.take(
            db,
            lists.read(file, encoding=encoding),
            partial(take_cards, country=country or settings.country),
            actor=OPERATOR,
            dry_run=dry_run,
        )

    _tell(with_database(work), "clients", dry_run=dry_run)


@imports.command("orders")
def import_orders(
    file: Annotated[Path, typer.Argument(help="JSON Lines; see docs/operations.md.")],
    *,
    dry_run: DryRun = False,
    country: Country = None,
    notify: Annotated[
        bool,
        typer.Option(help="Tell the clients of the orders' steps, as the shop would."),
    ] = False,
) -> None:
    """Take orders over, each line as PUT /api/v1/orders/{number} with its number."""

    async def work(settings: Settings, _: Path, db: Database) -> Report:
        read = partial(_order, zone=ZoneInfo(settings.timezone), notify=notify)
        return await batches.take(
            db,
            _lines(file, read),
            partial(take_orders, country=country or settings.country),
            actor=OPERATOR,
            dry_run=dry_run,
        )

    _tell(with_database(work), "orders", dry_run=dry_run)


def _lines(
    file: Path, read: Callable[[str], NumberedOrder | Refused]
) -> Iterator[tuple[int, NumberedOrder | Refused]]:
    try:
        with file.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, read(line)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidError(f"{file} cannot be read: {error}.") from error


def _order(line: str, *, zone: ZoneInfo, notify: bool) -> NumberedOrder | Refused:
    try:
        said = orjson.loads(line)
    except ValueError as error:
        return Refused(f"not JSON: {error}")
    if not isinstance(said, dict) or not isinstance(said.get("number"), str | int):
        return Refused('not a JSON object with a "number"')
    if has_nul(said):
        return Refused("it holds a character that no text can have (NUL)")
    number = str(said.pop("number"))
    given = {key: value for key, value in said.items() if key not in OURS}
    try:
        body = OrderIn.model_validate_json(orjson.dumps(given))
    except ValidationError as error:
        return Refused("; ".join(map(_mistake, error.errors(include_url=False))))
    return NumberedOrder(number=number, given=_given(body, zone, notify=notify))


def _given(body: OrderIn, zone: ZoneInfo, *, notify: bool) -> OrderGiven:
    expected = body.expected_at
    if isinstance(expected, date) and not isinstance(expected, datetime):
        # A day stands for itself as a whole, as in the API.
        expected = datetime.combine(expected, time(), zone)
    return OrderGiven(
        client=Buyer(**body.client.model_dump()),
        lines=tuple(LineGiven(**line.model_dump()) for line in body.lines),
        expected_at=expected,
        notify=notify and body.notify,
        **body.model_dump(exclude={"client", "lines", "expected_at", "notify"}),
    )


def _mistake(one: Any) -> str:
    return f"{'.'.join(map(str, one['loc']))} {one['msg']}"


def _tell(report: Report, what: str, *, dry_run: bool) -> None:
    for line, note in report.notes:
        typer.echo(f"line {line}: left out: {note}", err=True)
    for line, reason in report.refused:
        typer.secho(f"line {line}: refused: {reason}", fg="red", err=True)
    counts = ", ".join(f"{report.counts[one]:,} {_COUNTED[one]}" for one in Outcome)
    would = "It would be" if dry_run else f"{what.capitalize()}:"
    typer.echo(f"{would} {counts}.")
    if report.refused:
        raise typer.Exit(1)


_COUNTED = {
    Outcome.MADE: "made",
    Outcome.UPDATED: "updated",
    Outcome.SAME: "the same",
    Outcome.OLDER: "older than what is here",
    Outcome.REFUSED: "refused",
}
