"""The command that shows the real figures that come with the package."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import typer

from nof1_tracker.cli.output.output_formats import (
    JsonOption,
    RowsFormat,
    RowsFormatOption,
    choose_format,
    write_rows,
)

if TYPE_CHECKING:
    from nof1_tracker.analyzer.performance import Standings
    from nof1_tracker.services.dataset.load import LoadedDataset


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command(epilog="Example: nof1-tracker sample")(sample)


def sample(
    output: RowsFormatOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show real standings of the past seasons, without network, site or browser.

    Edition 0 comes with the package: figures that survive in public captures. They are
    loaded into a database of their own, which other commands can read.
    """
    from nof1_tracker.cli.session import use_database
    from nof1_tracker.clock import utc_now
    from nof1_tracker.database.config import embedded_url
    from nof1_tracker.database.connection import get_engine
    from nof1_tracker.services.dataset.sample import fill_with_sample
    from nof1_tracker.services.reading.origin import SAMPLE
    from nof1_tracker.services.standings import standings_by_season

    chosen = choose_format(output, RowsFormat.TABLE, None, as_json=as_json)
    url = embedded_url(SAMPLE)
    use_database(url)
    loaded = fill_with_sample(get_engine())
    found = standings_by_season(get_engine(), utc_now())
    if chosen is RowsFormat.TABLE:
        _print(loaded, found, url)
    else:
        _write(chosen, found)


def _print(loaded: LoadedDataset, found: list[Standings], url: str) -> None:
    from functools import partial

    from nof1_tracker.rendering.terminal.console import print_report
    from nof1_tracker.rendering.terminal.standings import standings_table
    from nof1_tracker.services.dataset.sample import EDITION

    typer.secho("SAMPLE - real figures of the past, not live", bold=True)
    typer.echo(f"{loaded.title}\n")
    for standings in found:
        print_report(partial(standings_table, standings))
        typer.echo("")
    typer.secho("What is missing", bold=True)
    for sentence in loaded.missing:
        typer.echo(f"- {sentence}")
    typer.echo(f"Sources and licences: {EDITION / 'README.md'}\n")
    typer.secho("Go on with it", bold=True)
    setting = shlex.quote(f"NOF1_DATABASE_URL={url}")
    for command in ("report --season 1", "trades --limit 20", "report -o sample.html"):
        typer.echo(f"  env {setting} nof1-tracker {command}")


def _write(output: RowsFormat, found: list[Standings]) -> None:
    from nof1_tracker.rendering.programs.standings import COLUMNS, standings_rows

    rows = [
        {"sample": True, "season": str(standings.season.number), **row}
        for standings in found
        if standings.season is not None
        for row in standings_rows(standings)
    ]
    write_rows(output, ("sample", "season", *COLUMNS), rows, None)
