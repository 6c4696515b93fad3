"""The command that runs everything against the simulated arena, in its own database."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nof1_tracker.cli.scrape import Transport, run_scrape
from nof1_tracker.clock import SystemClock

if TYPE_CHECKING:
    from datetime import datetime

    from nof1_tracker.demo import DemoSite


class DemoSeason(StrEnum):
    """Seasons that the simulation knows."""

    FIRST = "1"
    MIDDLE = "1.5"


def register(app: typer.Typer) -> None:
    """Adds this module's command."""
    app.command(epilog="Example: nof1-tracker demo --days 5")(demo)


def demo(
    season: Annotated[
        DemoSeason,
        typer.Option(help="Season whose rules and wire format are simulated."),
    ] = DemoSeason.FIRST,
    days: Annotated[
        float, typer.Option(min=0.1, max=20, help="Number of days to simulate.")
    ] = 3,
    seed: Annotated[
        int, typer.Option(help="Random seed; each seed gives a different season.")
    ] = 7,
    transport: Annotated[
        Transport, typer.Option(help="How to fetch from the simulated site.")
    ] = Transport.AUTO,
    serve: Annotated[
        bool, typer.Option("--serve", help="Keep the site running until Ctrl-C.")
    ] = False,
) -> None:
    """Run everything against a simulated arena on this machine.

    Nothing real is fetched: the standings are invented and are stored in a separate
    database.
    """
    demonstrate(season.value, days, seed, transport, serve=serve)


def demonstrate(
    season: str, days: float, seed: int, transport: Transport, *, serve: bool
) -> None:
    """Serves the arena on loopback, scrapes it, prints standings and trades."""
    from nof1_tracker.demo import Arena, DemoSite

    arena = Arena(seed=seed, season="1.5" if season == "1.5" else "1", days=days)
    with DemoSite(arena, speed=0) as site:
        _label(site.url, season, days, seed)
        with _own_database() as kept:
            _scrape(site, transport)
            _fill_prices(site)
            _read_back(site.now)
        typer.echo(f"\nKept in {kept} (NOF1_DATABASE_URL=sqlite:///{kept}).")
        if serve:
            _serve(site)


def _label(url: str, season: str, days: float, seed: int) -> None:
    typer.secho("SIMULATED ARENA - invented data, no real money", bold=True)
    typer.echo(f"Season {season} format, {days:g} days, seed {seed}, served at {url}\n")


@contextmanager
def _own_database() -> Iterator[Path]:
    """A new database beside the embedded one, which replaces that of the last demo.

    It has a temporary name until it is complete, so that demos that run at the same
    time do not share a file.
    """
    from nof1_tracker.cli.session import use_database
    from nof1_tracker.database.config import embedded_url
    from nof1_tracker.database.connection import reset_engine
    from nof1_tracker.services.reading.origin import SIMULATED_ARENA

    kept = Path(embedded_url(SIMULATED_ARENA).removeprefix("sqlite:///"))
    draft = kept.with_name(f"{kept.stem}-{os.getpid()}.db")
    use_database(f"sqlite:///{draft}")
    try:
        yield kept
        reset_engine()
        draft.replace(kept)
        _replace_archive(draft, kept)
    finally:
        reset_engine()
        for each in draft.parent.glob(f"{draft.name}*"):
            _remove(each)


def _replace_archive(draft: Path, kept: Path) -> None:
    """Gives the archive of the draft to the database that is kept."""
    new, old = (file.with_name(f"{file.name}.archive") for file in (draft, kept))
    if old.exists():
        _remove(old)
    if new.exists():
        new.rename(old)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


class ArenaClock(SystemClock):
    """The arena's date and time, with the seconds of this machine."""

    def __init__(self, site: DemoSite) -> None:
        self._site = site

    def now(self) -> datetime:
        return self._site.now


def _scrape(site: DemoSite, transport: Transport) -> None:
    from nof1_tracker.records.enums import Kind

    run_scrape(list(Kind), site.url, transport, clock=ArenaClock(site), simulated=True)


def _fill_prices(site: DemoSite) -> None:
    """Takes the candles of the simulated exchange, so that the season can be played."""
    from nof1_tracker.cli.session import recording_from
    from nof1_tracker.demo.exchange.exchange_server import DemoExchange
    from nof1_tracker.records.history.backfills import BackfillSpan
    from nof1_tracker.services.backfill.answer_store import AnswerStore
    from nof1_tracker.services.backfill.configured_exchange import exchange_at
    from nof1_tracker.services.backfill.exchange_backfill import ExchangeBackfill

    arena, clock = site.arena, ArenaClock(site)
    with (
        DemoExchange(arena) as exchange,
        exchange_at(exchange.url, clock) as client,
        recording_from(site.url, clock, simulated=True, adopt=False) as begun,
    ):
        store = AnswerStore(begun.engine, clock, begun.recording)
        span = BackfillSpan(arena.start, site.now)
        ExchangeBackfill(store, client, span).fill_prices(arena.traded_symbols)


def _read_back(now: datetime) -> None:
    from nof1_tracker.cli.session import open_engine
    from nof1_tracker.records.stored import TradeFilter
    from nof1_tracker.rendering.terminal.console import print_report
    from nof1_tracker.rendering.terminal.standings import standings_table
    from nof1_tracker.rendering.terminal.trades import trades_table
    from nof1_tracker.services.read import read_trades
    from nof1_tracker.services.standings import read_standings

    standings = read_standings(open_engine(), now)
    typer.secho("Standings (simulated)", bold=True)
    print_report(lambda w: standings_table(standings, w))
    newest = read_trades(open_engine(), now, TradeFilter(limit=10))
    typer.secho("\nNewest trades (simulated)", bold=True)
    print_report(lambda w: trades_table(newest, w))


def _serve(site: DemoSite) -> None:
    from nof1_tracker.demo import DemoWebArchive
    from nof1_tracker.demo.exchange.exchange_server import DemoExchange

    with DemoWebArchive(site.arena) as archive, DemoExchange(site.arena) as exchange:
        typer.echo(f"\nServing {site.url} until Ctrl-C.")
        typer.echo(f"Its web archive: NOF1_WAYBACK_URL={archive.url}")
        typer.echo(f"Its exchange: NOF1_HYPERLIQUID_URL={exchange.url}")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            typer.echo("Stopped.")
