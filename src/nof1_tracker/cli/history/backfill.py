"""The command that fills in what the site no longer serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from nof1_tracker.cli.options import (
    SeasonOption,
    SinceOption,
    UntilOption,
    parse_season,
    parse_time,
)
from nof1_tracker.cli.session import open_engine
from nof1_tracker.clock import SystemClock, utc_now
from nof1_tracker.records.history.backfills import BackfillSource

if TYPE_CHECKING:
    from nof1_tracker.database.connection import Engine
    from nof1_tracker.records.history.backfills import BackfillSpan, BackfillSummary

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
) -> None:
    """Fill in from elsewhere what the site no longer serves.

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
    if source in (BackfillSource.HYPERLIQUID, BackfillSource.ALL):
        _from_exchange(engine, span, dry_run=dry_run)


def _from_exchange(engine: Engine, span: BackfillSpan, *, dry_run: bool) -> None:
    from nof1_tracker.services.backfill.configured_exchange import configured_exchange
    from nof1_tracker.services.backfill.exchange_backfill import ExchangeBackfill
    from nof1_tracker.services.backfill.exchange_plan import exchange_plan
    from nof1_tracker.services.backfill.wallets import (
        known_wallets,
        store_season_1_wallets,
    )

    if dry_run:
        for line in exchange_plan(engine, span):
            typer.echo(line)
        return
    store_season_1_wallets(engine, span)
    clock = SystemClock()
    with configured_exchange(clock) as client:
        filling = ExchangeBackfill(engine, clock, client, span, report=_report)
        _print_summary(filling.run(known_wallets(engine)))


def _report(step: str) -> None:
    """Shows progress; on stderr, as results are on stdout."""
    typer.echo(step, err=True)


def _print_summary(summary: BackfillSummary) -> None:
    for kind, tally in summary.rows.items():
        typer.echo(f"{kind}: {tally.inserted:,} new, {tally.updated:,} changed")
    for note in summary.notes:
        typer.echo(note)
