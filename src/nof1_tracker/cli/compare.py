"""The command that compares two models."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from nof1_tracker.cli.options import (
    CompetitionOption,
    CutOption,
    SeasonOption,
    SinceOption,
    UntilOption,
    encodable,
)
from nof1_tracker.cli.output.output_formats import (
    FileOption,
    JsonOption,
    choose_format,
    write_report,
    write_text,
)
from nof1_tracker.clock import utc_now
from nof1_tracker.records.asking.written_values import (
    parse_season,
    parse_window,
    require_cut,
)


class ComparisonFormat(StrEnum):
    """How a comparison is written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


ComparisonFormatOption = Annotated[
    ComparisonFormat | None,
    typer.Option(
        "--format",
        "-f",
        case_sensitive=False,
        help="Output format; by default as FILE ends, or a table.",
    ),
]
ComparedArgument = Annotated[
    str,
    typer.Argument(callback=encodable, help="A model, by id, name, or a part of it."),
]


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command(epilog="Example: nof1-tracker compare deepseek qwen3-max")(compare)


def compare(
    first: ComparedArgument,
    second: ComparedArgument,
    season: SeasonOption = None,
    competition: CompetitionOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    at: CutOption = None,
    output: ComparisonFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """Compare two models, and say which of their differences may be chance.

    Mean net and win rate are compared over trades. Return and Sharpe ratio are
    compared over the time in which both models are known, and their errors are taken
    together because both models trade the same market.
    """
    chosen = choose_format(output, ComparisonFormat.TABLE, file, as_json=as_json)
    now = utc_now()
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.markdown.comparison import comparison_markdown
    from nof1_tracker.rendering.programs.output import to_json
    from nof1_tracker.rendering.programs.report.comparison_object import (
        comparison_object,
    )
    from nof1_tracker.rendering.terminal.comparison import comparison_text
    from nof1_tracker.services.listing.two_models import read_comparison

    number = parse_season(season)
    start, end = parse_window(since, until, now)
    comparison = read_comparison(
        open_engine(),
        now,
        (first, second),
        season=number,
        competition=competition,
        since=start,
        until=end,
        cut=require_cut(at),
    )
    if chosen is ComparisonFormat.JSON:
        write_text(to_json(comparison_object(comparison)), file)
    elif chosen is ComparisonFormat.MARKDOWN:
        write_text(comparison_markdown(comparison), file)
    else:
        write_report(lambda width: comparison_text(comparison, width), file)
