"""Commands that look after the archive: list, verify, pack, prune, forget."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nof1_tracker.cli.options import (
    TIMES,
    UntilOption,
    encodable,
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
from nof1_tracker.cli.session import configured_engine
from nof1_tracker.clock import utc_now
from nof1_tracker.records.asking.written_values import (
    parse_age,
    parse_time,
)

if TYPE_CHECKING:
    from nof1_tracker.archive.packing.wacz import Packed

archive_app = typer.Typer(
    no_args_is_help=True,
    help="Show, verify, pack and prune the archive: the bodies as they were served.",
)
DAMAGED = 1
"""Exit code of `archive verify` and `archive pack` where records are damaged."""


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.add_typer(archive_app, name="archive")


@archive_app.command("list", epilog="Example: nof1-tracker archive list")
def list_contents(
    output: ObjectFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """Show what the archive holds by day and kind, and which databases read it.

    Bodies that repeat an earlier one are kept as a reference to it. A day is
    the one on which the bodies were served.
    """
    from nof1_tracker.rendering.programs.archive import archive_object
    from nof1_tracker.rendering.programs.output import to_json
    from nof1_tracker.rendering.terminal.archive import archive_report
    from nof1_tracker.services.archive import read_archive

    kind = choose_format(output, ObjectFormat.TABLE, file, as_json=as_json)
    report = read_archive(configured_engine())
    if kind is ObjectFormat.JSON:
        write_text(to_json(archive_object(report)), file)
    else:
        write_report(lambda _width: archive_report(report), file)


@archive_app.command(epilog="Example: nof1-tracker archive verify")
def verify(
    output: ObjectFormatOption = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """Read the whole archive and name what is damaged. Exit code 1 if anything is.

    Each record, each sealed segment and the chain of the manifest are checked.
    Reading goes on after damage, so that all of it is named.
    """
    from nof1_tracker.rendering.programs.archive import verification_object
    from nof1_tracker.rendering.programs.output import to_json
    from nof1_tracker.rendering.terminal.archive import verification_lines
    from nof1_tracker.services.archive import verify_archive

    kind = choose_format(output, ObjectFormat.TABLE, file, as_json=as_json)
    path, found = verify_archive(configured_engine())
    if kind is ObjectFormat.JSON:
        write_text(to_json(verification_object(found)), file)
    else:
        lines = verification_lines(found, path)
        write_text("".join(f"{each}\n" for each in lines), file)
    if not found.is_whole:
        raise typer.Exit(DAMAGED)


@archive_app.command(
    epilog="Example: nof1-tracker archive pack --since 2025-10-27 --until 2025-10-28"
    " -o day.wacz"
)
def pack(
    target: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="New file to write, such as day.wacz.",
        ),
    ],
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help=f"Served from this time on: {TIMES}."),
    ] = None,
    until: UntilOption = None,
) -> None:
    """Pack what was served in a span as WACZ, a file that web archives replay.

    It holds the records as they are, an index and the SHA-256 of each part.
    pywb and ReplayWeb.page open it, and `nof1-tracker import` reads it. Damaged
    records are named and left out, and the exit code is then 1.
    """
    from nof1_tracker.services.archive import pack_archive

    now = utc_now()
    span = (parse_time(since, now), parse_time(until, now))
    packed = pack_archive(configured_engine(), target, *span)
    _print_packed(packed, target)
    if packed.damage:
        raise typer.Exit(DAMAGED)


def _print_packed(packed: Packed, target: Path) -> None:
    from nof1_tracker.records.sanitize import clean
    from nof1_tracker.rendering.text import size, whole

    for each in packed.damage:
        typer.echo(f"Left out: {clean(str(each))}.", err=True)
    typer.echo(
        f"Written to {clean(str(target))} ({size(packed.size)}): bodies:"
        f" {whole(packed.exchanges)}, segments: {whole(packed.segments)}."
    )


@archive_app.command(epilog="Example: nof1-tracker archive prune --dry-run")
def prune(
    older_than: Annotated[
        str,
        typer.Option(
            metavar="AGE",
            help="Drop only what was sealed longer ago than this, such as 30d or 12h.",
        ),
    ] = "30d",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be dropped; drop nothing.")
    ] = False,
) -> None:
    """Drop old segments that every registered database has stored.

    Segments are dropped whole, and the manifest says which ones. What was
    dropped can no longer be read by newer code, packed, or stored into another
    database.
    """
    from nof1_tracker.rendering.standard_output import write
    from nof1_tracker.rendering.terminal.archive import pruning_lines
    from nof1_tracker.services.archive import prune_archive

    kept = parse_age(older_than)
    done = prune_archive(configured_engine(), utc_now(), kept, dry_run=dry_run)
    write("".join(f"{each}\n" for each in pruning_lines(done, dry_run=dry_run)))


@archive_app.command(epilog="Example: nof1-tracker archive forget sqlite:///old.db")
def forget(
    database: Annotated[
        str,
        typer.Argument(
            help="Name or id of the database, as `archive list` shows it.",
            callback=encodable,
        ),
    ],
) -> None:
    """Take a database that is no longer used out of the archive.

    `archive prune` then no longer waits for it. A database that is used again
    registers again.
    """
    from nof1_tracker.records.sanitize import clean
    from nof1_tracker.services.archive import forget_database

    found = forget_database(configured_engine(), database)
    typer.echo(f"Forgot {clean(found.name)}: `archive prune` no longer waits for it.")
