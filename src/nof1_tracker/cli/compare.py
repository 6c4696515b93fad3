"""The command that compares models: two in detail, or each with each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from nof1_tracker.cli.options import (
    CompetitionOption,
    CutOption,
    NoAggregateOption,
    SinceOption,
    UntilOption,
    all_encodable,
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
from nof1_tracker.records.enums import Cut


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
    list[str],
    typer.Argument(
        metavar="MODEL...",
        callback=all_encodable,
        help="Models, by id, name, or a part of it; two are compared in detail.",
    ),
]
SeasonsOption = Annotated[
    str | None,
    typer.Option(
        "--season",
        metavar="N,...",
        help="Season numbers: 1 or 1,1.5; the newest with data by default.",
    ),
]


_PAIR = 2
"""So many models are compared in detail."""


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command(
        epilog="Examples: nof1-tracker compare deepseek qwen3-max ;"
        " nof1-tracker compare deepseek qwen grok --season 1,1.5"
    )(compare)


def compare(
    models: ComparedArgument,
    season: SeasonsOption = None,
    competition: CompetitionOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    at: CutOption = None,
    output: ComparisonFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
    _aggregate: NoAggregateOption = False,
) -> None:
    """Compare models, and say which of their differences may be chance.

    Mean net and win rate are compared over trades. Return and Sharpe ratio are
    compared over the time in which both models are known, and their errors are taken
    together because both models trade the same market. More than two models, or
    several seasons, give a matrix; for programs, a list of the comparisons of each
    pair. Across seasons only trades are compared.
    """
    chosen = choose_format(output, ComparisonFormat.TABLE, file, as_json=as_json)
    now = utc_now()
    start, end = parse_window(since, until, now)
    seasons = tuple(map(parse_season, (season or "").split(","))) if season else ()
    asked = Asked(competition, start, end, require_cut(at))
    if len(models) == _PAIR and len(seasons) <= 1:
        _compare_two(now, (models[0], models[1]), seasons, asked, chosen, file)
    else:
        _compare_all(now, models, seasons, asked, chosen, file)


class Asked(NamedTuple):
    """What narrows a comparison."""

    competition: str | None
    since: datetime | None
    until: datetime | None
    cut: Cut


def _compare_two(
    now: datetime,
    models: tuple[str, str],
    seasons: Sequence[Decimal],
    asked: Asked,
    chosen: ComparisonFormat,
    file: Path | None,
) -> None:
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.markdown.comparison import comparison_markdown
    from nof1_tracker.rendering.programs.output import to_json
    from nof1_tracker.rendering.programs.report.comparison_object import (
        comparison_object,
    )
    from nof1_tracker.rendering.terminal.comparison import comparison_text
    from nof1_tracker.services.listing.two_models import read_comparison

    comparison = read_comparison(
        open_engine(),
        now,
        models,
        season=next(iter(seasons), None),
        **asked._asdict(),
    )
    if chosen is ComparisonFormat.JSON:
        write_text(to_json(comparison_object(comparison)), file)
    elif chosen is ComparisonFormat.MARKDOWN:
        write_text(comparison_markdown(comparison), file)
    else:
        write_report(lambda width: comparison_text(comparison, width), file)


def _compare_all(
    now: datetime,
    models: Sequence[str],
    seasons: Sequence[Decimal],
    asked: Asked,
    chosen: ComparisonFormat,
    file: Path | None,
) -> None:
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.markdown.comparison import comparison_markdown
    from nof1_tracker.rendering.programs.output import to_json
    from nof1_tracker.rendering.programs.report.comparison_object import (
        comparison_object,
    )
    from nof1_tracker.rendering.terminal.report.compared_models import compared_text
    from nof1_tracker.services.listing.many_models import read_comparisons

    compared = read_comparisons(
        open_engine(), now, models, seasons=seasons, **asked._asdict()
    )
    pairs = compared.pairs.values()
    if chosen is ComparisonFormat.JSON:
        write_text(to_json([comparison_object(each) for each in pairs]), file)
    elif chosen is ComparisonFormat.MARKDOWN:
        write_text("\n".join(map(comparison_markdown, pairs)), file)
    else:
        write_report(lambda width: compared_text(compared, width), file)
