"""Commands that read: leaderboard, positions, revisions, status."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from nof1_tracker.cli.options import (
    TIMES,
    AggregateOption,
    AtOption,
    CompetitionOption,
    KindsOption,
    LimitOption,
    ModelsArgument,
    ModelsOption,
    SeasonOption,
    SinceOption,
    SymbolsOption,
    UntilOption,
    both,
)
from nof1_tracker.cli.output.output_formats import (
    FileOption,
    JsonOption,
    ObjectFormat,
    ObjectFormatOption,
    RowsFormat,
    RowsFormatOption,
    choose_format,
    write_report,
    write_rows,
    write_text,
)
from nof1_tracker.clock import utc_now
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.asking.written_values import (
    parse_age,
    parse_cut,
    parse_kinds,
    parse_season,
    parse_symbols,
    parse_time,
    parse_window,
)
from nof1_tracker.records.enums import (
    STALE_INTERVALS,
    Cut,
    Kind,
    RevisedTable,
)

STALE_EXIT = 1
"""Exit code of `status --check` if a kind is stale."""


TableOption = Annotated[
    RevisedTable | None,
    typer.Option("--table", case_sensitive=False, help="Only rows of this table."),
]


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command(epilog="Example: nof1-tracker leaderboard --season 1 --format json")(
        leaderboard
    )
    app.command(epilog="Example: nof1-tracker positions claude --at 2025-10-28")(
        positions
    )
    app.command(epilog="Example: nof1-tracker revisions --table trades --model gpt-5")(
        revisions
    )
    app.command(epilog="Example: nof1-tracker status --check --max-age 45m")(status)


def leaderboard(
    models: ModelsArgument = None,
    model: ModelsOption = None,
    season: SeasonOption = None,
    competition: CompetitionOption = None,
    at: AtOption = None,
    aggregate: AggregateOption = False,
    output: RowsFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """Show who is ahead, by the newest trusted equity of each model.

    Every equity comes with its source and age. If the site's own leaderboard is more
    than 1 % off, a line says so. Without --season it is the newest season with any data.
    If a season was observed after its official close, both equities are shown.
    """
    chosen = choose_format(output, RowsFormat.TABLE, file, as_json=as_json)
    now, cut = utc_now(), parse_cut(at)
    time = now if cut else parse_time(at, now) or now
    number = parse_season(season)

    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.standings import (
        AGGREGATE_COLUMNS,
        aggregate_rows,
        standings_rows,
    )
    from nof1_tracker.rendering.programs.standings import COLUMNS as STANDINGS_COLUMNS
    from nof1_tracker.rendering.terminal.standings import (
        aggregate_table,
        standings_table,
    )
    from nof1_tracker.services.standings import read_standings

    report = read_standings(
        open_engine(),
        time,
        season=number,
        models=both(models, model),
        competition=competition,
        cut=cut or Cut.TIME,
    )
    if chosen is RowsFormat.TABLE:
        table = aggregate_table if aggregate else standings_table
        write_report(lambda width: table(report, width), file)
    elif aggregate:
        write_rows(chosen, AGGREGATE_COLUMNS, aggregate_rows(report), file)
    else:
        write_rows(chosen, STANDINGS_COLUMNS, standings_rows(report), file)


def positions(
    models: ModelsArgument = None,
    model: ModelsOption = None,
    symbol: SymbolsOption = None,
    season: SeasonOption = None,
    competition: CompetitionOption = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help=f"As observed up to: {TIMES}."),
    ] = None,
    output: RowsFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """Show what is open: PnL, mark, and how far stop, target and liquidation are.

    Each account's positions are those of its last observation. Stop and target are as
    the model planned them; distances are those from the mark price.
    """
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.open_positions import COLUMNS, position_rows
    from nof1_tracker.rendering.terminal.open_positions import open_positions_table
    from nof1_tracker.services.reading.open_positions import read_open_positions

    now = utc_now()
    chosen = choose_format(output, RowsFormat.TABLE, file, as_json=as_json)
    report = read_open_positions(
        open_engine(),
        parse_time(at, now) or now,
        season=parse_season(season),
        models=both(models, model),
        competition=competition,
        symbols=parse_symbols(symbol),
    )
    if chosen is RowsFormat.TABLE:
        write_report(lambda width: open_positions_table(report, width), file)
        return
    write_rows(chosen, COLUMNS, position_rows(report), file)


def revisions(
    season: SeasonOption = None,
    competition: CompetitionOption = None,
    models: ModelsArgument = None,
    model: ModelsOption = None,
    table: TableOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    limit: LimitOption = 20,
    output: RowsFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """List stored values that the site served differently later, newest first.

    The cause says why a value gave way: to a newer or a fuller answer of the site, or
    to newer code that reads the same answer. Nothing is lost: see table row_versions.
    """
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.records.stored import RevisionFilter
    from nof1_tracker.rendering.programs.revisions import COLUMNS as REVISION_COLUMNS
    from nof1_tracker.rendering.programs.revisions import revision_rows
    from nof1_tracker.rendering.terminal.revisions import revisions_table
    from nof1_tracker.services.revisions import read_revisions

    chosen = choose_format(output, RowsFormat.TABLE, file, as_json=as_json)
    number = parse_season(season)
    start, end = parse_window(since, until, utc_now())
    wanted = RevisionFilter(table=table, since=start, until=end, limit=limit)
    report = read_revisions(
        open_engine(),
        wanted,
        season=number,
        models=both(models, model),
        competition=competition,
    )
    if chosen is RowsFormat.TABLE:
        write_report(lambda width: revisions_table(report, width), file)
        return
    write_rows(chosen, REVISION_COLUMNS, revision_rows(report.rows), file)


def status(
    output: ObjectFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Print a line for each stale or silent kind, and exit with 1 if there is one.",
        ),
    ] = False,
    max_age: Annotated[
        str | None,
        typer.Option(
            "--max-age",
            metavar="AGE",
            help="With --check: the age beyond which a kind's newest success is stale,"
            " such as 45m or 2h; three times REFRESH_INTERVAL by default.",
        ),
    ] = None,
    kinds: KindsOption = None,
) -> None:
    """Show what is stored, how new it is, and what is missing.

    --check is for cron and container health checks. It prints nothing and exits with 0
    while all kinds (--kinds) are being recorded, by this machine or any other; with 1
    if one is not, or if the site only repeats it (during a season, equity or ModelChat
    without news for three hours); with 2 after wrong usage; with 4 if the database cannot
    be read.
    """
    chosen = choose_format(output, ObjectFormat.TABLE, file, as_json=as_json)
    if check:
        _check_freshness(chosen, file, max_age, parse_kinds(kinds))
        return
    if max_age is not None or kinds is not None:
        raise ConfigurationError(
            "--max-age and --kinds need --check.", "Add --check, or leave them out."
        )

    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.output import to_json
    from nof1_tracker.rendering.programs.status import condition_object
    from nof1_tracker.rendering.terminal.status import condition_report
    from nof1_tracker.services.archive import archive_state
    from nof1_tracker.services.read import read_condition

    with _telling_what_waits():
        engine = open_engine()
        report = read_condition(engine, utc_now(), archive_state(engine))
    if chosen is ObjectFormat.JSON:
        write_text(to_json(condition_object(report)), file)
        return
    write_report(lambda _width: condition_report(report), file)


@contextmanager
def _telling_what_waits() -> Iterator[None]:
    """Tells on stderr what waits in the archive, if the database is away."""
    from nof1_tracker.cli.session import configured_engine
    from nof1_tracker.errors import ArchiveError, DatabaseAwayError
    from nof1_tracker.rendering.terminal.status import waiting_line
    from nof1_tracker.services.archive import waiting_by_archive

    try:
        yield
    except DatabaseAwayError:
        with suppress(ArchiveError):
            waiting = waiting_by_archive(configured_engine())
            if waiting.count:
                line = waiting_line(waiting, utc_now())
                typer.echo(f"In the archive, {line}.", err=True)
        raise


def _check_freshness(
    output: ObjectFormat,
    file: Path | None,
    max_age: str | None,
    kinds: tuple[Kind, ...],
) -> None:
    from nof1_tracker.cli.session import app_settings, open_engine
    from nof1_tracker.rendering.programs.freshness import freshness_object
    from nof1_tracker.rendering.programs.output import to_json
    from nof1_tracker.rendering.terminal.freshness import unhealthy_lines
    from nof1_tracker.services.read import read_freshness

    if max_age is None:
        longest = STALE_INTERVALS * timedelta(minutes=app_settings().refresh_interval)
    else:
        longest = parse_age(max_age)
    is_exact = max_age is not None
    report = read_freshness(open_engine(), utc_now(), kinds, longest, is_exact=is_exact)
    if output is ObjectFormat.JSON:
        write_text(to_json(freshness_object(report)), file)
    else:
        write_text("".join(f"{x}\n" for x in unhealthy_lines(report)), file)
    if not report.is_healthy:
        raise typer.Exit(STALE_EXIT)
