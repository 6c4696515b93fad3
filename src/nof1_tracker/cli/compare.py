"""The command that compares two models."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from nof1_tracker.cli.options import (
    CutOption,
    SeasonOption,
    SinceOption,
    UntilOption,
    parse_season,
    parse_time,
    require_cut,
)
from nof1_tracker.cli.report import model_name
from nof1_tracker.clock import utc_now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport


class ComparisonFormat(StrEnum):
    """How a comparison is written."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"


ComparisonFormatOption = Annotated[
    ComparisonFormat,
    typer.Option("--format", "-f", case_sensitive=False, help="Output format."),
]
ComparedArgument = Annotated[
    str, typer.Argument(help="A model's id or name, or any unique part of it.")
]


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command(epilog="Example: nof1-tracker compare deepseek qwen3-max")(compare)


def compare(
    first: ComparedArgument,
    second: ComparedArgument,
    season: SeasonOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    at: CutOption = None,
    output: ComparisonFormatOption = ComparisonFormat.TABLE,
) -> None:
    """Compare two models, and say which of their differences may be chance.

    Mean net and win rate are compared over trades. Return and Sharpe ratio are
    compared over the time in which both models are known, and their errors are taken
    together because both models trade the same market.
    """
    now = utc_now()
    from nof1_tracker.analyzer.report.comparison import compare_models
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.markdown.comparison import comparison_markdown
    from nof1_tracker.rendering.programs.output import to_json
    from nof1_tracker.rendering.programs.report.comparison_object import (
        comparison_object,
    )
    from nof1_tracker.rendering.standard_output import write
    from nof1_tracker.rendering.terminal.comparison import comparison_text
    from nof1_tracker.rendering.terminal.console import print_report
    from nof1_tracker.services.report import read_report

    number = parse_season(season)
    start, end = parse_time(since, now), parse_time(until, now)
    names = [model_name(first), model_name(second)]
    report = read_report(
        open_engine(),
        now,
        season=number,
        since=start,
        until=end,
        cut=require_cut(at),
    )
    comparison = compare_models(report, *_two_models(report, names))
    if output is ComparisonFormat.JSON:
        write(to_json(comparison_object(comparison)))
    elif output is ComparisonFormat.MARKDOWN:
        write(comparison_markdown(comparison))
    else:
        print_report(lambda width: comparison_text(comparison, width))


def _two_models(
    report: SeasonReport, names: Sequence[str]
) -> tuple[ModelReport, ModelReport]:
    """The two models that the names stand for.

    Raises:
        ConfigurationError: A name matches no account or several, or both names match
            the same one.
    """
    from nof1_tracker.errors import ConfigurationError

    first, second = (_one_model(report, name) for name in names)
    if first is second:
        raise ConfigurationError(
            f"{names[0]!r} and {names[1]!r} are the same model.",
            "Give two different models.",
        )
    return first, second


def _one_model(report: SeasonReport, name: str) -> ModelReport:
    from nof1_tracker.errors import ConfigurationError
    from nof1_tracker.services.read import match_accounts

    if not report.models:
        raise ConfigurationError(
            "There is nothing stored to compare.", "Run `nof1-tracker scrape`."
        )
    ids = match_accounts([each.account for each in report.models], name)
    found = [each for each in report.models if each.account.account_id in ids]
    if len(found) > 1:
        known = [f"{m.account.account_id} ({m.account.name})" for m in found]
        raise ConfigurationError(
            f"{name!r} has several accounts.", f"Choose one: {', '.join(known)}."
        )
    return found[0]
