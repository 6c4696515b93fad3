"""The command that reports how models trade, and how sure one can be of it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nof1_tracker.cli.options import (
    CompetitionOption,
    CutOption,
    ModelsArgument,
    ModelsOption,
    NoAggregateOption,
    SeasonOption,
    SinceOption,
    UntilOption,
    both,
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

if TYPE_CHECKING:
    from nof1_tracker.analyzer.report.season_report import SeasonReport
    from nof1_tracker.analyzer.report.sections import Section


class Format(StrEnum):
    """Formats of a report."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    HTML = "html"


class SectionChoice(StrEnum):
    """The sections of a report that --section accepts."""

    TRADES = "trades"
    EQUITY = "equity"
    MIND = "mind"
    UNCERTAINTY = "uncertainty"
    ALL = "all"


FormatOption = Annotated[
    Format | None,
    typer.Option(
        "--format",
        "-f",
        case_sensitive=False,
        help="Output format; by default the ending of FILE, or a table.",
    ),
]
SectionOption = Annotated[
    SectionChoice | None,
    typer.Option(
        "--section",
        case_sensitive=False,
        help="Section to show for each model; by default one model has all sections,"
        " several models have a line each. HTML always has all.",
    ),
]


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command(
        epilog="Examples: nof1-tracker report ; nof1-tracker report deepseek ;"
        " nof1-tracker report -o season.html"
    )(report)


def report(
    models: ModelsArgument = None,
    model: ModelsOption = None,
    season: SeasonOption = None,
    competition: CompetitionOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    at: CutOption = None,
    section: SectionOption = None,
    output: FormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
    _aggregate: NoAggregateOption = False,
) -> None:
    """Report how models trade, whether they beat the benchmark, and how sure that is.

    Several models get a line each; a single model is shown in full. Figures are
    computed from what is stored, and are marked if that is incomplete. Without --season
    it is the newest season with any data, up to its last observation.
    """
    chosen = choose_format(output, Format.TABLE, file, as_json=as_json)
    now = utc_now()
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.services.report import read_report

    number = parse_season(season)
    start, end = parse_window(since, until, now)
    report = read_report(
        open_engine(),
        now,
        season=number,
        models=both(models, model),
        competition=competition,
        since=start,
        until=end,
        cut=require_cut(at),
    )
    _write_report(report, chosen, file, _sections(section))


def _sections(choice: SectionChoice | None) -> frozenset[Section] | None:
    """The sections that were asked for; None if the command may choose."""
    from nof1_tracker.analyzer.report.sections import EVERY_SECTION, Section

    if choice is None:
        return None
    if choice is SectionChoice.ALL:
        return EVERY_SECTION
    return frozenset({Section(choice.value)})


def _write_report(
    report: SeasonReport,
    output: Format,
    file: Path | None,
    sections: frozenset[Section] | None,
) -> None:
    from nof1_tracker.rendering.terminal.report.report import report_text

    if output is not Format.TABLE:
        write_text(_report_text(report, output, sections), file)
        return
    write_report(lambda width: report_text(report, width, sections), file)


def _report_text(
    report: SeasonReport, output: Format, sections: frozenset[Section] | None
) -> str:
    from nof1_tracker.analyzer.report import sections as known
    from nof1_tracker.rendering.programs.output import to_csv, to_json

    wanted = known.EVERY_SECTION if sections is None else sections
    match output:
        case Format.JSON:
            from nof1_tracker.rendering.programs.report.report_object import (
                report_object,
            )

            return to_json(report_object(report, wanted))
        case Format.CSV:
            from nof1_tracker.rendering.programs.report.report_rows import (
                COLUMNS,
                report_rows,
            )

            return to_csv(COLUMNS, report_rows(report, wanted))
        case Format.MARKDOWN:
            from nof1_tracker.rendering.markdown.report import report_markdown

            return report_markdown(report, sections)
        case _:
            from nof1_tracker.database.connection import get_engine
            from nof1_tracker.rendering.html import render_html
            from nof1_tracker.services.play.copied_season import copied_season
            from nof1_tracker.services.reading.origin import (
                holds_sample,
                holds_simulation,
            )
            from nof1_tracker.services.reading.season_stories import (
                read_season_stories,
            )
            from nof1_tracker.services.reading.season_words import read_season_words

            engine = get_engine()
            return render_html(
                report,
                read_season_stories(engine, report),
                read_season_words(engine, report),
                copies=copied_season(engine, report),
                is_simulated=holds_simulation(engine),
                is_sample=holds_sample(engine),
            )
