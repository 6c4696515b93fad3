"""Commands that maintain the database: seasons, models, db, doctor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from nof1_tracker.cli.database import partition, query_role, rebuild_hours
from nof1_tracker.cli.options import encodable
from nof1_tracker.cli.session import open_engine
from nof1_tracker.clock import utc_now
from nof1_tracker.records.asking.written_values import (
    parse_season,
    parse_time,
)
from nof1_tracker.records.enums import SeasonStatus

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from rich.table import Table

    from nof1_tracker.database.connection import Engine
    from nof1_tracker.records.stored import SeasonSpan

seasons_app = typer.Typer(no_args_is_help=True, help="Show and correct seasons.")
models_app = typer.Typer(no_args_is_help=True, help="Show and correct models.")
db_app = typer.Typer(no_args_is_help=True, help="Manage the database.")

_MINUTE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
_SEASON_HEADERS = ("season", "name", "from", "close", "status")
NameOption = Annotated[
    str | None, typer.Option("--name", help="Display name.", callback=encodable)
]


def register(app: typer.Typer) -> None:
    """Adds this module's commands."""
    app.add_typer(seasons_app, name="seasons")
    app.add_typer(models_app, name="models")
    app.add_typer(db_app, name="db")
    app.command(epilog="Example: nof1-tracker doctor")(doctor)


@seasons_app.command("list", epilog="Example: nof1-tracker seasons list")
def list_seasons() -> None:
    """Show every season: its start and official close (UTC), and its rows.

    Figures may run on after the close: `last row` is when the site last dated one.
    """
    from nof1_tracker.services.maintain import last_observations, season_overview

    engine = open_engine()
    last = last_observations(engine)
    _print_table(
        (*_SEASON_HEADERS, "last row", "snapshots", "trades", "chats"),
        [
            (*_season_cells(span), _minute(last.get(span.number)), *counts)
            for span, counts in season_overview(engine)
        ],
        least=6,
    )


@seasons_app.command(
    "set",
    epilog="Example: nof1-tracker seasons set 2 --start 2026-01-12 --name 'Season 2'",
)
def set_season(
    number: Annotated[str, typer.Argument(help="Season number, such as 2 or 1.5.")],
    start: Annotated[
        str | None, typer.Option(metavar="TIME", help="When it starts (UTC).")
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="When it officially closes (UTC); 'none' while it is running.",
        ),
    ] = None,
    name: NameOption = None,
    renumber: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="New number of the season.")
    ] = None,
    status: Annotated[
        SeasonStatus | None, typer.Option(help="Status of the season.")
    ] = None,
) -> None:
    """Add or correct a season; rows move to the season that their time belongs to.

    A row belongs to the season that started last before it, also after the close.
    """
    from nof1_tracker.services.maintain import SeasonChange, change_season

    now = utc_now()
    without_end = end is not None and end.lower() == "none"
    change = SeasonChange(
        number=parse_season(number),
        start=parse_time(start, now),
        end=None if without_end else parse_time(end, now),
        without_end=without_end,
        name=name,
        renumber=parse_season(renumber),
        status=status,
    )
    span = change_season(open_engine(), change)
    _print_table(_SEASON_HEADERS, [_season_cells(span)])


@models_app.command("list", epilog="Example: nof1-tracker models list")
def list_models() -> None:
    """Show every account with its name, provider and model."""
    from nof1_tracker.services.maintain import model_overview

    _print_table(
        ("model_id", "name", "provider", "base model", "variant", "active"),
        model_overview(open_engine()),
    )


@models_app.command(
    "set",
    epilog="Example: nof1-tracker models set mystery-model --provider xAI",
)
def set_model(
    model_id: Annotated[
        str, typer.Argument(help="The site's id of the account.", callback=encodable)
    ],
    name: NameOption = None,
    provider: Annotated[
        str | None, typer.Option(help="Company behind the model.", callback=encodable)
    ] = None,
    wallet: Annotated[
        str | None,
        typer.Option(
            help="Its address at the exchange, for `backfill`.", callback=encodable
        ),
    ] = None,
) -> None:
    """Correct the display name, the provider or the wallet of an account."""
    from nof1_tracker.errors import ConfigurationError
    from nof1_tracker.services.maintain import correct_model

    if name is None and provider is None and wallet is None:
        raise ConfigurationError(
            "Nothing to set.", "Give --name, --provider or --wallet."
        )
    correct_model(open_engine(), model_id, name=name, provider=provider, wallet=wallet)
    typer.echo(f"Corrected {model_id}.")


@db_app.command(epilog="Example: nof1-tracker db upgrade")
def upgrade() -> None:
    """Upgrade the database to this version's schema (like `alembic upgrade head`)."""
    from nof1_tracker.database.connection import get_engine
    from nof1_tracker.database.engine.schema import SCHEMA_HEAD, current_revision
    from nof1_tracker.database.engine.schema import upgrade as upgrade_schema

    before = current_revision(get_engine())
    upgrade_schema(get_engine())
    done = "is already at" if before == SCHEMA_HEAD else "is now at"
    typer.echo(f"The schema {done} {SCHEMA_HEAD}.")


@db_app.command(epilog="Example: nof1-tracker db current")
def current() -> None:
    """Show the database's schema revision."""
    from nof1_tracker.database.connection import get_engine
    from nof1_tracker.database.engine.create_engine import shown_url
    from nof1_tracker.database.engine.schema import SCHEMA_HEAD, current_revision

    engine = get_engine()
    revision = current_revision(engine) or "none"
    fits = "fits" if revision == SCHEMA_HEAD else f"this program needs {SCHEMA_HEAD}"
    typer.echo(f"{revision} ({fits}) in {shown_url(engine)}")


@db_app.command(epilog="Example: nof1-tracker db history")
def history() -> None:
    """Show the schema's revisions, newest first."""
    from nof1_tracker.database.engine.schema import history as revisions

    for revision, title in revisions():
        typer.echo(f"{revision}  {title}")


@db_app.command(epilog="Example: nof1-tracker db copy --from sqlite:///nof1.db")
def copy(
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="URL",
            help="Database to copy into the configured one.",
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="URL",
            help="Database to copy the configured one into.",
        ),
    ] = None,
) -> None:
    """Copy all rows into an empty database, such as from SQLite to PostgreSQL.

    Stop the monitor first: rows stored during the copy are not copied. Either all
    rows are copied or none.
    """
    from nof1_tracker.database.connection import get_engine
    from nof1_tracker.database.engine.create_engine import shown_url
    from nof1_tracker.database.export.copy_database import copy_database
    from nof1_tracker.errors import ConfigurationError

    if (source is None) == (target is None):
        raise ConfigurationError(
            "Give either --from or --to; the other side is the configured database.",
            "See `nof1-tracker db copy --help`.",
        )
    here = get_engine()
    other = engine_named_by("--from" if source else "--to", source or target or "")
    read_from, write_to = (other, here) if source else (here, other)
    try:
        counts = copy_database(read_from, write_to)
    finally:
        other.dispose()
    _print_table(("table", "rows"), list(counts.items()))
    typer.echo(f"Copied into {shown_url(write_to)}.")


def engine_named_by(option: str, url: str) -> Engine:
    """The engine of the database that this option names.

    Raises:
        ConfigurationError: The URL is wrong.
    """
    from nof1_tracker.database.connection import create_db_engine
    from nof1_tracker.errors import ConfigurationError

    try:
        return create_db_engine(url)
    except ConfigurationError as error:
        raise ConfigurationError(error.message, f"Correct {option}.") from None


partition.register(db_app)
rebuild_hours.register(db_app)
query_role.register(db_app)

_MARKS = {True: ("ok", "green"), False: ("!!", "red"), None: ("--", "yellow")}


def doctor() -> None:
    """Check settings, database, schema, browser and site, and say what to fix."""
    from nof1_tracker.services.diagnose import examine

    failed = False
    for finding in examine():
        failed = failed or finding.ok is False
        mark, colour = _MARKS[finding.ok]
        typer.secho(f"{mark}  {finding.subject:<10}", fg=colour, nl=False)
        typer.echo(finding.text)
        if finding.remedy:
            typer.echo(f"    {'':<10}-> {finding.remedy}")
    if failed:
        raise typer.Exit(1)


def _season_cells(span: SeasonSpan) -> tuple[str, str, str, str, str]:
    note = " (provisional)" if span.is_provisional else ""
    return (
        str(span.number),
        span.name,
        _minute(span.start),
        _minute(span.end),
        f"{span.status}{note}",
    )


def _minute(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M}" if time else "-"


def _print_table(
    headers: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    least: int | None = None,
) -> None:
    """Aligns numbers to the right, and everything else to the left and unabridged.

    A narrow terminal shows days instead of times, and of the columns the first `least`.
    """
    from nof1_tracker.rendering.terminal.console import first_fitting, print_report

    dates = [tuple(map(_date, row)) for row in rows]
    print_report(
        lambda width: first_fitting(
            width,
            lambda: _aligned(headers, rows),
            lambda: _aligned(headers, dates),
            lambda: _aligned(headers[:least], [row[:least] for row in dates]),
        )
    )


def _date(value: object) -> object:
    """The day of a time, for a narrow terminal; anything else as it is."""
    return value[:10] if isinstance(value, str) and _MINUTE.fullmatch(value) else value


def _aligned(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> Table:
    from nof1_tracker.rendering.terminal.console import calm_table, cell

    numbers = [
        all(isinstance(value, int) for value in column)
        for column in zip(*rows, strict=True)
    ]
    sides = ["right" if is_number else "fold" for is_number in numbers]
    table = calm_table(*zip(headers, sides or ["fold"] * len(headers), strict=True))
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    return table
