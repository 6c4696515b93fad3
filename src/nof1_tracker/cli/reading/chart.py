"""The command that draws equity on a terminal."""

import typer

from nof1_tracker.cli.options import (
    AggregateOption,
    CompetitionOption,
    CutOption,
    ModelsArgument,
    ModelsOption,
    SeasonOption,
    SinceOption,
    UntilOption,
    both,
)
from nof1_tracker.cli.output.output_formats import (
    FileOption,
    TextFormat,
    choose_format,
    write_report,
)
from nof1_tracker.clock import utc_now
from nof1_tracker.records.asking.written_values import (
    parse_season,
    parse_window,
    require_cut,
)


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command(epilog="Example: nof1-tracker chart deepseek qwen3-max --since 3d")(
        chart
    )


def chart(
    models: ModelsArgument = None,
    model: ModelsOption = None,
    season: SeasonOption = None,
    competition: CompetitionOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    at: CutOption = None,
    aggregate: AggregateOption = False,
    file: FileOption = None,
) -> None:
    """Draw the equity of the models over time, the best eight by default.

    No line is drawn over hours that nobody observed. `report -o season.html` makes a
    chart for a browser.
    """
    choose_format(None, TextFormat.TABLE, file)
    now = utc_now()
    start, end = parse_window(since, until, now)
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.terminal.report.equity_chart import equity_chart
    from nof1_tracker.services.report import read_report

    report = read_report(
        open_engine(),
        now,
        season=parse_season(season),
        models=both(models, model),
        competition=competition,
        since=start,
        until=end,
        cut=require_cut(at),
    )
    write_report(
        lambda width: equity_chart(report, width, is_aggregate=aggregate), file
    )
