"""The command that fills in what the site no longer serves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from nof1_tracker.cli.options import (
    SeasonOption,
    SinceOption,
    UntilOption,
)
from nof1_tracker.cli.output.run_summary import EXIT_CODES, exit_code_of, print_summary
from nof1_tracker.cli.scrape import AdoptOption, progress
from nof1_tracker.cli.session import open_engine, recording_from
from nof1_tracker.clock import SystemClock, utc_now
from nof1_tracker.errors import SourceError
from nof1_tracker.records.asking.written_values import (
    parse_season,
    parse_time,
)
from nof1_tracker.records.enums import BackfillSource, RunStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nof1_tracker.database.connection import Engine
    from nof1_tracker.records.history.backfills import BackfillSpan, BackfillSummary
    from nof1_tracker.services.backfill.wayback_backfill import WaybackPlan

_PARTLY = EXIT_CODES[RunStatus.PARTIAL]
_BY_GRAVITY = (EXIT_CODES[RunStatus.COMPLETE], _PARTLY, EXIT_CODES[RunStatus.FAILED])

SourceArgument = Annotated[
    BackfillSource, typer.Argument(help="Where to fill in from.", case_sensitive=False)
]
DryRunOption = Annotated[
    bool,
    typer.Option("--dry-run", help="Show what would be asked for, and ask nothing."),
]


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command(epilog="Example: nof1-tracker backfill hyperliquid --season 1")(
        backfill
    )


def backfill(
    source: SourceArgument = BackfillSource.ALL,
    season: SeasonOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    dry_run: DryRunOption = False,
    adopt: AdoptOption = False,
) -> None:
    """Fill in from elsewhere what the site no longer serves.

    `wayback` has what the Wayback Machine kept of the site's answers, and of pages with the
    leaderboard's table. It is asked at most 24 times a minute; a body that was fetched is
    not fetched again.

    `hyperliquid` has the fills, funding, transfers and candles of each account whose
    wallet is known; legs follow from them where the site's own are missing. The wallets
    of season 1 are known; give others with `models set MODEL_ID --wallet ADDRESS`.

    What is stored stays, and no source overwrites another. A backfill that was
    stopped goes on where it was.
    """
    from nof1_tracker.services.backfill.backfill_span import span_of

    now = utc_now()
    engine = open_engine()
    span = span_of(
        engine,
        now,
        season=parse_season(season),
        since=parse_time(since, now),
        until=parse_time(until, now),
    )
    runs: list[Callable[[], int]] = []
    if source in (BackfillSource.WAYBACK, BackfillSource.ALL):
        runs.append(
            lambda: _from_web_archive(engine, span, dry_run=dry_run, adopt=adopt)
        )
    if source in (BackfillSource.HYPERLIQUID, BackfillSource.ALL):
        runs.append(lambda: _from_exchange(engine, span, dry_run=dry_run, adopt=adopt))
    if code := _worst_of(runs):
        raise typer.Exit(code)


def _worst_of(runs: Sequence[Callable[[], int]]) -> int:
    """Runs each, also where the source of another one failed; the worst exit code.

    Raises:
        SourceError: No source could be used.
    """
    codes: list[int] = []
    errors: list[SourceError] = []
    for run in runs:
        try:
            codes.append(run())
        except SourceError as error:
            errors.append(error)
    if not codes:
        raise errors.pop()
    for failed in errors:
        codes.append(_PARTLY)
        typer.secho(f"Failed: {failed.message}", fg=typer.colors.RED, err=True)
    return max(codes, key=_BY_GRAVITY.index)


def _from_web_archive(
    engine: Engine, span: BackfillSpan, *, dry_run: bool, adopt: bool
) -> int:
    """Fills in, or shows what it would fetch; returns the exit code."""
    from nof1_tracker.services.backfill.wayback_backfill import (
        WaybackBackfill,
        open_web_archive,
    )
    from nof1_tracker.services.source_options import configured_source
    from nof1_tracker.settings import HistorySettings, load_settings

    clock, address = SystemClock(), load_settings(HistorySettings).wayback_url
    with progress(False) as report, open_web_archive(address, clock) as archive:
        backfill = WaybackBackfill(engine, clock, archive, report)
        if dry_run:
            _tell(backfill.plan(span.since, span.until))
            return 0
        site = configured_source().base_url
        with recording_from(site, clock, simulated=False, adopt=adopt) as (_, kept, _):
            backfill = replace(backfill, recording=kept)
            summary = backfill.run(backfill.plan(span.since, span.until))
    print_summary(summary, as_json=False)
    return exit_code_of(summary)


def _tell(plan: WaybackPlan) -> None:
    """Prints what would be fetched."""
    from nof1_tracker.rendering.text import moment

    if plan.wanted:
        first, last = plan.wanted[0].captured_at, plan.wanted[-1].captured_at
        counts = (f"{number:,} {name}" for name, number in plan.by_endpoint.items())
        typer.echo(
            f"To fetch: {len(plan.wanted):,} captures from {moment(first)} to"
            f" {moment(last)} UTC ({', '.join(counts)})."
        )
    else:
        typer.echo("Nothing to fetch.")
    typer.echo(
        f"Fetched earlier: {plan.known:,}; repetitions: {plan.repeated:,};"
        f" errors, redirects and other pages: {plan.useless:,}."
    )


def _from_exchange(
    engine: Engine, span: BackfillSpan, *, dry_run: bool, adopt: bool
) -> int:
    """Fills in, or shows what it would ask for; returns the exit code."""
    from nof1_tracker.services.backfill.answer_store import AnswerStore
    from nof1_tracker.services.backfill.configured_exchange import configured_exchange
    from nof1_tracker.services.backfill.exchange_backfill import ExchangeBackfill
    from nof1_tracker.services.backfill.exchange_plan import exchange_plan
    from nof1_tracker.services.backfill.wallets import (
        known_wallets,
        store_season_1_wallets,
    )
    from nof1_tracker.services.source_options import configured_source

    if dry_run:
        for line in exchange_plan(engine, span):
            typer.echo(line)
        return 0
    store_season_1_wallets(engine, span)
    clock, site = SystemClock(), configured_source().base_url
    with (
        configured_exchange(clock) as client,
        recording_from(site, clock, simulated=False, adopt=adopt) as begun,
    ):
        store = AnswerStore(engine, clock, begun.recording)
        filling = ExchangeBackfill(store, client, span, report=_report)
        summary = filling.run(known_wallets(engine))
    _print_filled(summary)
    return _PARTLY if summary.rejected else 0


def _report(step: str) -> None:
    """Shows progress; on stderr, as results are on stdout."""
    typer.echo(step, err=True)


def _print_filled(summary: BackfillSummary) -> None:
    for kind, tally in summary.rows.items():
        typer.echo(f"{kind}: {tally.inserted:,} new, {tally.updated:,} changed")
    for note in summary.notes:
        typer.echo(note)
