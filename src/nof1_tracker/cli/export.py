"""The command that writes rows to files: export."""

from pathlib import Path
from typing import Annotated

import typer

from nof1_tracker.cli.options import (
    CompetitionOption,
    ModelsOption,
    SeasonOption,
    SinceOption,
    UntilOption,
)
from nof1_tracker.cli.output.output_formats import choose_format
from nof1_tracker.clock import utc_now
from nof1_tracker.records.asking.written_values import (
    parse_season,
    parse_window,
)
from nof1_tracker.records.export_rows import ExportFilter, ExportKind, FileFormat

_EPILOG = (
    "Example: nof1-tracker export trades --season 1 -o trades.csv\n\n"
    "Example: nof1-tracker export chats --model gpt-5 --since 3d --format jsonl\n\n"
    "Example: nof1-tracker export snapshots --format parquet -o snapshots.parquet"
)

KindArgument = Annotated[
    ExportKind, typer.Argument(case_sensitive=False, help="Which rows to write.")
]
FileFormatOption = Annotated[
    FileFormat | None,
    typer.Option(
        "--format",
        "-f",
        case_sensitive=False,
        help="File format; by default the ending of FILE, or csv."
        " parquet needs pyarrow.",
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write to FILE instead of stdout; an existing file is replaced only once"
        " the new one is complete.",
    ),
]
RawOption = Annotated[
    bool,
    typer.Option("--raw", help="Add each row as the site served it, as JSON."),
]
FloatsOption = Annotated[
    bool,
    typer.Option(
        "--floats",
        help="In Parquet, write decimals as 64-bit floats, for programs that count in"
        " floats.",
    ),
]
ColumnsOption = Annotated[
    bool, typer.Option("--columns", help="List the columns and exit.")
]


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command(epilog=_EPILOG)(export)


def export(
    kind: KindArgument,
    file_format: FileFormatOption = None,
    output: OutputOption = None,
    season: SeasonOption = None,
    competition: CompetitionOption = None,
    model: ModelsOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    raw: RawOption = False,
    floats: FloatsOption = False,
    columns: ColumnsOption = False,
) -> None:
    """Write all rows of one kind to a file, with every digit.

    Numbers keep every stored digit, times are UTC to the microsecond, and rows come
    in the order in which they were stored. All rows are read at one instant.

    In CSV, an apostrophe precedes text that a spreadsheet would run as a formula, and
    control characters and marks that change the direction of writing are left out.
    """
    chosen = choose_format(file_format, FileFormat.CSV, output)
    start, end = parse_window(since, until, utc_now())
    wanted = ExportFilter(
        kind=kind,
        season=parse_season(season),
        since=start,
        until=end,
        with_raw=raw,
    )

    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.services.export import export_rows

    if columns:
        _print_columns(wanted)
        return
    export_rows(
        open_engine(),
        wanted,
        chosen,
        output,
        models=model or (),
        competition=competition,
        floats=floats,
    )


def _print_columns(wanted: ExportFilter) -> None:
    from nof1_tracker.rendering.terminal.console import calm_table, print_report
    from nof1_tracker.services.export import exported_columns

    table = calm_table(("Column", "left"), ("Type", "left"), ("What", "fold"))
    for column in exported_columns(wanted):
        table.add_row(column.name, column.type_name, column.about)
    print_report(lambda _width: table)
