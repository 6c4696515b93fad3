"""The command that runs for months: monitor."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from nof1_tracker.cli.options import KindsOption
from nof1_tracker.cli.output.run_summary import EXIT_CODES
from nof1_tracker.cli.scrape import (
    AdoptOption,
    QuietOption,
    SeasonOption,
    Transport,
    VerboseOption,
)
from nof1_tracker.cli.session import app_settings, start_logging
from nof1_tracker.errors import ConfigurationError, TrackerError
from nof1_tracker.records.asking.written_values import (
    parse_kinds,
    parse_season,
)
from nof1_tracker.records.enums import STALE_INTERVALS, Kind, RunStatus

if TYPE_CHECKING:
    from decimal import Decimal

    from nof1_tracker.clock import Clock
    from nof1_tracker.database.connection import Engine
    from nof1_tracker.monitor.cycle_report import CycleListener, CycleReport
    from nof1_tracker.monitor.loop import Monitor
    from nof1_tracker.monitor.signals import StopSignals
    from nof1_tracker.records.archive.archive_positions import Waiting
    from nof1_tracker.services.recorded.late_opening import LateOpening
    from nof1_tracker.services.recorded.recording import Recording


def register(app: typer.Typer) -> None:
    """Adds this module's command."""
    app.command(epilog="Example: nof1-tracker monitor --interval 15")(monitor)


def monitor(
    interval: Annotated[
        float | None,
        typer.Option(
            metavar="MINUTES",
            help="Minutes from the start of one cycle to the start of the next;"
            " overrides REFRESH_INTERVAL.",
        ),
    ] = None,
    kinds: KindsOption = None,
    once: Annotated[
        bool,
        typer.Option("--once", help="Run one cycle; the exit code says how it went."),
    ] = False,
    max_cycles: Annotated[
        int | None, typer.Option(min=1, help="Stop after this many cycles.")
    ] = None,
    season: SeasonOption = None,
    transport: Annotated[
        Transport,
        typer.Option(help="auto: the browser, or HTTP if there is no browser."),
    ] = Transport.AUTO,
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Address of the site; overrides NOF1_BASE_URL."
        ),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Serve /healthz, /readyz and /metrics at this address, such as"
            " 127.0.0.1:9464.",
        ),
    ] = None,
    adopt: AdoptOption = False,
    verbose: VerboseOption = 0,
    quiet: QuietOption = False,
) -> None:
    """Scrape repeatedly until SIGTERM, SIGHUP or Ctrl-C.

    The first cycle starts at once. ModelChat is fetched more often when its window is
    short. Once a season is over and its figures have ended, one light request an hour
    looks whether anything moves. If several monitors share a database, one of them scrapes, and another
    takes over when it stops. While the database is away, what is fetched is recorded, and stored later. Logs go to stderr (LOG_LEVEL, LOG_FORMAT=json).
    """
    start_logging(verbose, quiet=quiet, default="INFO")
    wanted = _Wanted(
        interval=_seconds(interval),
        kinds=parse_kinds(kinds),
        max_cycles=1 if once else max_cycles,
        season=parse_season(season),
        transport=transport,
        base_url=base_url,
        listen=listen,
        adopt=adopt,
    )
    report, error = _run(wanted)
    if once and error is not None:
        raise error
    if once and report is not None and _exit_code(report):
        raise typer.Exit(_exit_code(report))


def _seconds(interval: float | None) -> float:
    """The interval in seconds.

    Raises:
        ConfigurationError: It is not above 0 and at most a day.
    """
    minutes = app_settings().refresh_interval if interval is None else interval
    if not (math.isfinite(minutes) and 0 < minutes <= 1440):
        raise ConfigurationError(
            f"{minutes:g} minutes is not a valid interval.",
            "Set --interval to more than 0 and at most 1440 (a day).",
        )
    return minutes * 60


def _exit_code(report: CycleReport) -> int:
    """0: all stored (or left to another monitor); 1: nothing; 3: partly."""
    statuses = {each.status for each in report.outcomes if each.status is not None}
    if statuses == {RunStatus.FAILED}:
        return EXIT_CODES[RunStatus.FAILED]
    whole = statuses <= {RunStatus.COMPLETE}
    return EXIT_CODES[RunStatus.COMPLETE if whole else RunStatus.PARTIAL]


@contextmanager
def listeners(
    engine: Engine,
    clock: Clock,
    kinds: Sequence[Kind],
    interval: float,
    listen: str | None,
    waiting: Callable[[], Waiting] | None = None,
) -> Iterator[list[CycleListener]]:
    """The listeners of each cycle, started before the first and stopped at the end.

    Args:
        interval: Seconds.
        listen: HOST:PORT for health checks; None serves none.
        waiting: Returns what is recorded and not stored; None where nothing is recorded.

    Raises:
        ConfigurationError: A setting of alerts is wrong, or the address cannot be used.
    """
    from nof1_tracker.monitor.alerts.listener import AlertListener
    from nof1_tracker.monitor.health.repetition import RepetitionWatch
    from nof1_tracker.services.read import read_freshness
    from nof1_tracker.settings import AlertSettings, load_settings

    with ExitStack() as ends:
        alerts = AlertListener(engine, clock, load_settings(AlertSettings))
        alerts.start()
        ends.callback(alerts.stop)
        longest = STALE_INTERVALS * timedelta(seconds=interval)
        news = RepetitionWatch(
            lambda: read_freshness(engine, clock.now(), kinds, longest)
        )
        started: list[CycleListener] = [alerts, news]
        if listen is not None:
            from nof1_tracker.monitor.health.endpoints import HealthServer
            from nof1_tracker.services.read import count_drift

            health = HealthServer(
                engine,
                clock,
                interval,
                kinds,
                drift=lambda: count_drift(engine, clock.now()),
                waiting=waiting,
            )
            health.start(listen)
            ends.callback(health.stop)
            started.append(health)
        yield started


@dataclass(frozen=True)
class _Wanted:
    """What the command was asked for; `interval` is in seconds."""

    interval: float
    kinds: tuple[Kind, ...]
    max_cycles: int | None
    season: Decimal | None
    transport: Transport
    base_url: str | None
    listen: str | None
    adopt: bool


def _run(wanted: _Wanted) -> tuple[CycleReport | None, TrackerError | None]:
    """Runs the monitor; its last report and error, None if a signal ended it."""
    from nof1_tracker.clock import SystemClock
    from nof1_tracker.database.connection import get_engine
    from nof1_tracker.monitor.processes import kill_children
    from nof1_tracker.monitor.signals import StoppedError, StopSignals

    with StopSignals(kill_children) as signals:
        try:
            with _archive(signals, wanted) as archive:
                told = listeners(
                    get_engine(),
                    SystemClock(),
                    wanted.kinds,
                    wanted.interval,
                    wanted.listen,
                    (lambda: archive.waiting) if archive.is_wanted else None,
                )
                with told as each:
                    return _run_loops(signals, archive, wanted, each)
        except StoppedError:
            _say_stopped()
            return None, None


def _run_loops(
    signals: StopSignals,
    archive: LateOpening,
    wanted: _Wanted,
    told: list[CycleListener],
) -> tuple[CycleReport, TrackerError | None]:
    """Runs a monitor, and another one in its place once the archive can be opened."""
    number = 0
    while True:
        loop = _build(signals, archive, wanted)
        loop.listeners, loop.number = told, number
        with closing(loop):
            report = loop.run()
        number = report.number
        if number == wanted.max_cycles:
            return report, loop.error


def _say_stopped() -> None:

    logging.getLogger("nof1_tracker.monitor").info("Stopped; all stored rows are kept.")


@contextmanager
def _archive(signals: StopSignals, wanted: _Wanted) -> Iterator[LateOpening]:
    """The archive to record into; once a signal has come, nothing waits for sealing.

    Raises:
        ConfigurationError: A setting is wrong.
        ArchiveError: The archive is of another site, or the database does not know it.
    """
    from nof1_tracker.clock import SystemClock
    from nof1_tracker.database.connection import get_engine
    from nof1_tracker.services.reading.origin import holds_simulation
    from nof1_tracker.services.recorded.late_opening import LateOpening
    from nof1_tracker.services.recorded.open_recording import open_recording
    from nof1_tracker.services.source_options import configured_source

    engine = get_engine()

    def open_now() -> Recording | None:
        return open_recording(
            engine,
            SystemClock(),
            configured_source(wanted.base_url).base_url,
            simulated=holds_simulation(engine),
            adopt=wanted.adopt,
            transaction=signals.transaction,
        )

    archive = LateOpening(open_now)
    try:
        archive.begin()
        yield archive
    finally:
        archive.close(wait=not signals.is_stopping)


def _build(signals: StopSignals, archive: LateOpening, wanted: _Wanted) -> Monitor:
    """The monitor, put together but not yet connected to anything.

    Raises:
        ConfigurationError: A setting is wrong.
    """
    from dataclasses import replace

    from nof1_tracker.clock import SystemClock
    from nof1_tracker.database.connection import get_engine
    from nof1_tracker.database.engine.leader_lock import leadership_of
    from nof1_tracker.monitor.chat_watch import ChatWatch
    from nof1_tracker.monitor.cycle import Cycle
    from nof1_tracker.monitor.leadership import LeadersTransactions, lease_of
    from nof1_tracker.monitor.loop import Monitor, longest_cycle
    from nof1_tracker.monitor.season_watch import SeasonWatch
    from nof1_tracker.monitor.source_lifetime import site_sources
    from nof1_tracker.services.collect import Collector
    from nof1_tracker.services.recorded.backlog import Backlog
    from nof1_tracker.services.source_options import source_to_open

    clock, options = SystemClock(), source_to_open(wanted.base_url)
    engine, recording = get_engine(), archive.recording
    leadership = leadership_of(engine, lease_of(options.timeout))
    transactions = LeadersTransactions(
        leadership,
        signals.transaction,
        [] if recording is None else [recording.lock],
    )
    collector = Collector(
        engine,
        clock,
        wanted.season,
        persistent=True,
        transaction=transactions.begin,
        recording=recording,
        unopened=archive.trouble,
    )
    # What waits in its own archive is stored by a monitor that stands by, too.
    waiting = replace(collector, transaction=signals.transaction)
    backlog = None if recording is None else Backlog(recording, clock, waiting.catch_up)
    sources = site_sources(options, wanted.transport.value, engine, clock, recording)
    cycle = Cycle(collector, sources, options.base_url, transactions.renew)
    return Monitor(
        cycle=cycle,
        watch=ChatWatch(engine, wanted.interval, options.rate_limit),
        rest=SeasonWatch(collector, cycle, options.base_url),
        leadership=leadership,
        clock=clock,
        kinds=wanted.kinds,
        interval=wanted.interval,
        backlog=backlog,
        max_cycles=wanted.max_cycles,
        is_outdated=archive.try_again,
        limit=lambda: signals.limit(longest_cycle(options.timeout)),
    )
