"""The commands that ask what would have been."""

import typer

from nof1_tracker.cli.options import (
    CompetitionOption,
    ModelsArgument,
    ModelsOption,
    SeasonOption,
    both,
)
from nof1_tracker.cli.output.output_formats import (
    FileOption,
    JsonOption,
    ObjectFormat,
    ObjectFormatOption,
    choose_format,
    write_report,
    write_text,
)
from nof1_tracker.clock import utc_now
from nof1_tracker.records.asking.written_values import parse_season

whatif_app = typer.Typer(
    no_args_is_help=True,
    help="Ask what trading beside the models would have brought; nothing is traded.",
)


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(whatif_app, name="whatif")


@whatif_app.command(epilog="Example: nof1-tracker whatif check deepseek --season 1")
def check(
    models: ModelsArgument = None,
    model: ModelsOption = None,
    season: SeasonOption = None,
    competition: CompetitionOption = None,
    output: ObjectFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """Replay the models' own orders, and compare each leg with the record.

    Fees follow from rate and role, net PnL from the fills, liquidation prices from margin
    and leverage: this shows how far the engine's arithmetic is that of the record.
    """
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.output import to_json
    from nof1_tracker.rendering.programs.play_objects import replay_object
    from nof1_tracker.rendering.terminal.play.replay_table import replay_report
    from nof1_tracker.services.play.replay_record import replay_record

    chosen = choose_format(output, ObjectFormat.TABLE, file, as_json=as_json)
    found = replay_record(
        open_engine(),
        utc_now(),
        season=parse_season(season),
        models=both(models, model),
        competition=competition,
    )
    if chosen is ObjectFormat.JSON:
        write_text(to_json(replay_object(found)), file)
    else:
        write_report(lambda _: replay_report(found), file)
