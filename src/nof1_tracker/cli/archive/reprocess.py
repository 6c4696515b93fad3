"""The command that parses again with the current code: reprocess."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nof1_tracker.cli.options import (
    TIMES,
    encodable,
)
from nof1_tracker.cli.output.run_summary import print_summary
from nof1_tracker.cli.scrape import (
    JsonOption,
    QuietOption,
    VerboseOption,
    progress,
)
from nof1_tracker.cli.session import (
    configured_engine,
    open_engine,
    start_logging,
)
from nof1_tracker.clock import utc_now
from nof1_tracker.records.asking.written_values import parse_time

if TYPE_CHECKING:
    from nof1_tracker.services.reprocess.archived_bodies import Archives

_EPILOG = (
    "Example: nof1-tracker reprocess\n\n"
    "Example: nof1-tracker reprocess --all --since 3d\n\n"
    "Example: nof1-tracker reprocess --all --into sqlite:///rebuilt.db"
)
PARTLY = 3
"""Exit code where something could not be understood, or not be read."""


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command(epilog=_EPILOG)(reprocess)


def reprocess(
    everything: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Read the archive and all stored rows again, not only the rejected"
            " ones.",
        ),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help=f"With --all: what was served since then: {TIMES}."
        ),
    ] = None,
    into: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            callback=encodable,
            help="With --all: make the tables of this new database out of the archive;"
            " the configured one is left alone.",
        ),
    ] = None,
    archive: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="With --all: read this archive instead; may be given several times.",
        ),
    ] = None,
    adopt: Annotated[
        bool,
        typer.Option(
            "--adopt",
            help="With --all: take archives that the database does not know, or that"
            " are of different sites.",
        ),
    ] = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Parse rejected rows again with the current code, and store what now passes.

    Run it after an upgrade. --all also reads again every body in the archive, in
    the order in which they were served, and the stored rows that older code
    read: today's code wins, and each value that changes is listed by
    `nof1-tracker revisions`. Nothing is deleted: rows that today's code does not
    make out of the archive stay and are counted, and so do seasons and names that
    you corrected; --into makes a database without them. No alerts are sent.

    If some rows still cannot be understood, they stay rejected and the exit code
    is 3; the same if a body in the archive is damaged or cannot be read.
    """
    from nof1_tracker.errors import ConfigurationError

    if not everything and (since or into or archive or adopt):
        raise ConfigurationError(
            "--since, --into, --archive and --adopt belong to --all.", "Add --all."
        )
    start_logging(verbose, quiet=quiet)
    archives = None
    if everything:
        is_needed = into is not None or since is not None
        archives = _archives(archive, since, adopt=adopt, is_needed=is_needed)
    if into is not None and archives is not None:
        _rebuild(into, archives, as_json=as_json, quiet=quiet)
    else:
        _read_again(archives, as_json=as_json, quiet=quiet)


def _archives(
    folders: list[Path] | None, since: str | None, *, adopt: bool, is_needed: bool
) -> Archives:
    from nof1_tracker.services.archive import archives_to_read
    from nof1_tracker.services.reprocess.archived_bodies import Archives

    found = archives_to_read(
        configured_engine(), folders or [], adopt=adopt, is_needed=is_needed
    )
    return Archives(found, parse_time(since, utc_now()), adopt)


def _read_again(archives: Archives | None, *, as_json: bool, quiet: bool) -> None:
    """Reads rejected rows again; with archives, if only of none, all that is stored."""
    from nof1_tracker.clock import SystemClock
    from nof1_tracker.services.reprocess.rejected_rows import reprocess as run

    is_whole = archives is not None and archives.since is None
    engine, clock = open_engine(), SystemClock()
    with progress(quiet or as_json) as report:
        done = run(engine, clock, report, everything=is_whole, archives=archives)
    if not (quiet or as_json):
        typer.echo(f"Now accepted: {done.passed:,}; still rejected: {done.left:,}.")
    if done.passed or archives is not None or as_json:
        print_summary(done.summary, as_json=as_json, quiet=quiet)
    if done.left or done.summary.failures:
        raise typer.Exit(PARTLY)


def _rebuild(url: str, archives: Archives, *, as_json: bool, quiet: bool) -> None:
    """Makes the tables of the database at this URL."""
    from nof1_tracker.cli.maintain import engine_named_by
    from nof1_tracker.clock import SystemClock
    from nof1_tracker.services.reprocess.archived_bodies import rebuild

    engine = engine_named_by("--into", url)
    try:
        with progress(quiet or as_json) as report:
            summary = rebuild(engine, SystemClock(), archives, report)
    finally:
        engine.dispose()
    print_summary(summary, as_json=as_json, quiet=quiet)
    if summary.failures:
        raise typer.Exit(PARTLY)
