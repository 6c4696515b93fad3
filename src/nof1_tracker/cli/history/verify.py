"""The command that checks what is stored against everything else that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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
from nof1_tracker.cli.scrape import progress
from nof1_tracker.clock import utc_now
from nof1_tracker.records.asking.written_values import parse_season

if TYPE_CHECKING:
    from nof1_tracker.records.history.verification import Verification

INCOMPLETE, CONTRADICTED = 3, 1


def register(app: typer.Typer) -> None:
    """Adds this module's command."""
    app.command(epilog="Example: nof1-tracker verify --season 1")(verify)


def verify(
    models: ModelsArgument = None,
    season: SeasonOption = None,
    model: ModelsOption = None,
    competition: CompetitionOption = None,
    by_day: Annotated[
        bool, typer.Option("--days", help="List every day of the table.")
    ] = False,
    tables: Annotated[
        bool,
        typer.Option(
            "--tables/--no-tables",
            help="Make all tables out of the archive again, and compare each row; that"
            " takes as long as storing them did.",
        ),
    ] = True,
    output: ObjectFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """Check what is stored of a season, and say what is missing; the newest by default.

    Hours, conversations and completed legs are counted per account and day, and compared
    with what is known to have been: hours since the account's start, the numbers of its
    conversations, the site's own count of legs.

    Each leg is compared with its fills, where fills of the account are stored (see
    `backfill hyperliquid`). The archive is read for damage, and every row that it accounts
    for is compared with what the archive says, read by the code of today.

    Exit code 0: everything is held; 3: something is missing, or nobody knows; 1: the exchange
    or the archive contradicts what is stored, or the archive is damaged.
    """
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.rendering.programs.output import to_json
    from nof1_tracker.rendering.programs.verification_object import verification_object
    from nof1_tracker.rendering.terminal.coverage import verification_report
    from nof1_tracker.services.verify.season_verification import verify as check

    kind = choose_format(output, ObjectFormat.TABLE, file, as_json=as_json)
    engine = open_engine()
    with progress(kind is ObjectFormat.JSON) as report:
        found = check(
            engine,
            utc_now(),
            season=parse_season(season),
            models=both(models, model),
            competition=competition,
            with_tables=tables,
            report=report,
        )
    if kind is ObjectFormat.JSON:
        write_text(to_json(verification_object(found)), file)
    else:
        write_report(lambda _: verification_report(found, by_day=by_day), file)
    if code := _exit_code(found):
        raise typer.Exit(code)


def _exit_code(found: Verification) -> int:
    if found.is_contradicted:
        return CONTRADICTED
    return 0 if found.is_complete else INCOMPLETE
