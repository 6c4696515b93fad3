"""Commands that write: scrape, import."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nof1_tracker.cli.options import encodable
from nof1_tracker.cli.output.run_summary import exit_code_of, print_summary
from nof1_tracker.cli.session import recording_from, start_logging
from nof1_tracker.records.asking.written_values import parse_season
from nof1_tracker.records.enums import Kind

if TYPE_CHECKING:
    from decimal import Decimal

    from nof1_tracker.clock import Clock
    from nof1_tracker.database.connection import Engine
    from nof1_tracker.records.payloads import PayloadSource
    from nof1_tracker.records.run_summary import RunSummary
    from nof1_tracker.scraper.open_source import SourceOpening
    from nof1_tracker.services.recorded.recording import Recording


class Transport(StrEnum):
    """How to fetch from the site."""

    AUTO = "auto"
    BROWSER = "browser"
    HTTP = "http"


SeasonOption = Annotated[
    str | None,
    typer.Option(
        "--season",
        metavar="NUMBER",
        help="Assign all rows to this season regardless of their time"
        " (until `seasons set` next assigns rows by time).",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the summary as one JSON object.")
]
AdoptOption = Annotated[
    bool,
    typer.Option(
        "--adopt",
        help="Take an archive that was made for another database or site, and store"
        " what it holds.",
    ),
]
VerboseOption = Annotated[
    int,
    typer.Option("-v", "--verbose", count=True, help="Log more; -vv logs everything."),
]
QuietOption = Annotated[bool, typer.Option("-q", "--quiet", help="Print errors only.")]


def register(app: typer.Typer) -> None:
    """Adds this module's commands."""
    epilog = "Example: nof1-tracker {}"
    app.command(epilog=epilog.format("scrape --leaderboard --trades --model-chat"))(
        scrape
    )
    app.command("import", epilog=epilog.format("import archive/2025-10-28T065103Z"))(
        import_captures
    )


def scrape(
    leaderboard: Annotated[
        bool, typer.Option("--leaderboard", help="Equity and positions of every model.")
    ] = False,
    trades: Annotated[
        bool,
        typer.Option(
            "--trades", help="Completed legs, open positions and nof1's statistics."
        ),
    ] = False,
    model_chat: Annotated[
        bool, typer.Option("--model-chat", help="Conversations and decisions.")
    ] = False,
    season: SeasonOption = None,
    transport: Annotated[
        Transport,
        typer.Option(help="auto: the browser, or HTTP if there is no browser."),
    ] = Transport.AUTO,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            callback=encodable,
            help="Address of the site; overrides NOF1_BASE_URL.",
        ),
    ] = None,
    attach: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            callback=encodable,
            help="Use a tab of the Chrome that you opened with remote debugging on this"
            " machine, such as http://127.0.0.1:9222.",
        ),
    ] = None,
    archive: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Save every payload, as fetched, in DIR."),
    ] = None,
    adopt: AdoptOption = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Fetch from the site and store the result; all three kinds by default.

    Everything that is fetched is stored. Equity, for example, is also in ModelChat, so
    --leaderboard stores the conversations too.

    If the site is behind a bot checkpoint, the browser leaves that page to do its work,
    once. If the browser is not let in, the command says which ways remain.
    """
    start_logging(verbose, quiet=quiet)
    chosen = zip(Kind, (leaderboard, trades, model_chat), strict=True)
    kinds = [kind for kind, wanted in chosen if wanted] or list(Kind)
    run_scrape(
        kinds,
        base_url,
        transport,
        season=parse_season(season),
        attach=attach,
        archive=archive,
        adopt=adopt,
        as_json=as_json,
        quiet=quiet,
    )


def run_scrape(
    kinds: Sequence[Kind],
    base_url: str | None,
    transport: Transport,
    *,
    season: Decimal | None = None,
    attach: str | None = None,
    archive: Path | None = None,
    clock: Clock | None = None,
    simulated: bool = False,
    adopt: bool = False,
    as_json: bool = False,
    quiet: bool = False,
) -> None:
    """Scrapes into the configured database and prints the summary.

    Args:
        simulated: Whether the site is the simulated arena.
        adopt: See `AdoptOption`.

    Raises:
        typer.Exit: Not all was stored.
        CheckpointError: A bot checkpoint refused us, and nothing was stored.
    """
    from nof1_tracker.clock import SystemClock
    from nof1_tracker.scraper.open_source import SourceOpening
    from nof1_tracker.services.source_options import source_to_open

    clock = clock or SystemClock()
    options = source_to_open(base_url, _attachable(attach, transport))
    with progress(quiet or as_json) as report:
        report(f"opening {options.base_url}")
        with closing(SourceOpening(options, transport.value, clock)) as opening:
            # Imports and the database have their time while the browser starts.
            from nof1_tracker.services.collect import Collector

            begun = recording_from(
                options.base_url, clock, simulated=simulated, adopt=adopt
            )
            with (
                begun as (engine, recording, unopened),
                closing(_opened(opening, engine, archive, recording)) as source,
                _told_as_json(as_json, source.transport, options.base_url),
            ):
                collector = Collector(
                    engine,
                    clock,
                    season,
                    report,
                    recording=recording,
                    unopened=unopened,
                )
                summary = collector.scrape(source, kinds, options.base_url)
    finish(summary, as_json=as_json, quiet=quiet)


def import_captures(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            help="Capture files, or folders that contain them.",
            readable=False,  # a file that may not be read is reported in the summary
        ),
    ],
    season: SeasonOption = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            callback=encodable,
            help="Take answers of this address for the site's, in HAR, WARC and WACZ;"
            " overrides NOF1_BASE_URL.",
        ),
    ] = None,
    adopt: AdoptOption = False,
    as_json: JsonOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Store payloads that were saved earlier, recognised by their content.

    A file may hold one payload or several, wrapped or not, or be JSON Lines, HAR, WARC
    or WACZ; it may be packed as zip, tar, gz, zst, xz or bz2, also within each other. A folder named like 2025-10-28T065103Z gives the time of capture of its files.
    Importing the same files again changes nothing.
    """
    from nof1_tracker.clock import SystemClock
    from nof1_tracker.services.collect import Collector
    from nof1_tracker.services.saved_files import saved_files
    from nof1_tracker.services.source_options import configured_source
    from nof1_tracker.settings import distrust_files_within

    distrust_files_within(paths)
    start_logging(verbose, quiet=quiet)
    number = parse_season(season)
    source = saved_files(paths, configured_source(base_url).base_url)
    clock, site = SystemClock(), configured_source().base_url
    begun = recording_from(site, clock, simulated=False, adopt=adopt)
    with progress(quiet or as_json) as report, begun as (engine, recording, unopened):
        origin = ", ".join(str(path) for path in paths)
        collector = Collector(
            engine, clock, number, report, recording=recording, unopened=unopened
        )
        summary = collector.import_payloads(source.payloads(), origin)
    finish(summary, as_json=as_json, quiet=quiet)


def _opened(
    opening: SourceOpening,
    engine: Engine,
    archive: Path | None,
    recording: Recording | None,
) -> PayloadSource:
    from nof1_tracker.services.collect import known_validators

    # A new segment holds no body yet that a 304 could refer to.
    known = {} if recording is not None else known_validators(engine)
    source = opening.source(known, _warn)
    if archive is None:
        return source
    from nof1_tracker.scraper.capture import ArchivingSource

    return ArchivingSource(source, archive, _warn)


def _attachable(attach: str | None, transport: Transport) -> str | None:
    """The address of the browser to use, if it can be used.

    Raises:
        ConfigurationError: It is not on this machine, or no browser is wanted.
    """
    from nof1_tracker.errors import ConfigurationError
    from nof1_tracker.scraper.browsing.own_browser import loopback_address

    if attach is None:
        return None
    if transport is Transport.HTTP:
        raise ConfigurationError(
            "--attach uses a browser, and --transport http uses none.",
            "Leave out one of them.",
        )
    return loopback_address(attach)


@contextmanager
def _told_as_json(wanted: bool, transport: str, origin: str) -> Iterator[None]:
    """Tells programs too that a checkpoint has refused everything."""
    from nof1_tracker.errors import CheckpointError
    from nof1_tracker.records.run_summary import RunSummary

    try:
        yield
    except CheckpointError as error:
        if wanted:
            refused = RunSummary(transport, origin, failures=[str(error)])
            print_summary(refused, as_json=True)
        raise


def _warn(text: str) -> None:
    from nof1_tracker.records.sanitize import clean

    typer.secho(f"Note: {clean(text)}", fg=typer.colors.YELLOW, err=True)


@contextmanager
def progress(silent: bool) -> Iterator[Callable[[str], None]]:
    """Shows the current step on stderr, if that is a terminal."""
    from rich.console import Console

    from nof1_tracker.records.sanitize import clean

    console = Console(stderr=True)
    if silent or not console.is_terminal:
        yield lambda _: None
        return
    with console.status("starting") as status:
        yield lambda text: status.update(clean(text))


def finish(summary: RunSummary, *, as_json: bool, quiet: bool) -> None:
    """Prints the summary.

    Raises:
        typer.Exit: Not all was stored.
    """
    print_summary(summary, as_json=as_json, quiet=quiet)
    if code := exit_code_of(summary):
        raise typer.Exit(code)
