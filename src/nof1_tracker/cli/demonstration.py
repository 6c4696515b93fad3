"""The whole job against the simulated arena, in a database of its own."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from nof1_tracker.cli.collecting import Transport


def demonstrate(
    season: str, days: float, seed: int, transport: Transport, *, serve: bool
) -> None:
    """Serves the arena on loopback, scrapes it, prints standings and trades."""
    from nof1_tracker.demo import Arena, DemoSite

    arena = Arena(seed=seed, season="1.5" if season == "1.5" else "1", days=days)
    with DemoSite(arena, speed=0) as site:
        _label(site.url, season, days, seed)
        _scrape(site.url, transport)
        _read_back(site.now)
        if serve:
            _serve(site.url)


def _label(url: str, season: str, days: float, seed: int) -> None:
    typer.secho("SIMULATED ARENA - invented data, no real money", bold=True)
    typer.echo(f"Season {season} format, {days:g} days, seed {seed}, served at {url}\n")


def _database() -> str:
    """A fresh file beside the embedded database, never the configured one."""
    from nof1_tracker.database.config import embedded_url

    url = embedded_url("simulated-arena")
    file = Path(url.removeprefix("sqlite:///"))
    for each in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
        each.unlink(missing_ok=True)
    return url


def _scrape(url: str, transport: Transport) -> None:
    from nof1_tracker.cli.collecting import run_scrape
    from nof1_tracker.records import Kind

    os.environ["NOF1_DATABASE_URL"] = _database()
    run_scrape(list(Kind), url, transport)


def _read_back(now: datetime) -> None:
    from nof1_tracker.cli.reading import print_leaderboard, print_trades

    print_leaderboard(now=now.astimezone(UTC))
    print_trades(limit=10, now=now.astimezone(UTC))


def _serve(url: str) -> None:
    typer.echo(f"\nServing {url} until Ctrl-C.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        typer.echo("Stopped.")
