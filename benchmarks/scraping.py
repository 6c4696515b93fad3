"""Measures a scrape of everything and a monitor's round, on the simulated site."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from benchmarks.databases import new_store
from benchmarks.measure import Comparison, Target, by_turns
from benchmarks.startup import APP
from benchmarks.workshop import Child, Workshop, child
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.scraper.browsing.chromium import (
    LAUNCH_FLAGS,
    find_browser,
    may_use_sandbox,
)
from nof1_tracker.scraper.fetch import SourceOptions

ENDPOINTS = [str(e) for e in Endpoint if e is not Endpoint.RENDERED_LEADERBOARD]
THREE = [
    str(e) for e in (Endpoint.ACCOUNT_TOTALS, Endpoint.TRADES, Endpoint.CONVERSATIONS)
]
ROUND_SECONDS = 900
"""Simulated seconds between two rounds of a monitor."""
LARGE = 18
"""Days of a season, of which three quarters are over: 5.1 MB of account totals."""
_SETTLED = 5
"""Rounds after which a monitor has created everything that it keeps for months."""


def scrape(workshop: Workshop) -> Iterator[Comparison]:
    """Measures a cold scrape in the browser, in whole processes."""
    with _site(workshop) as (_, url), _fresh(workshop) as databases:
        order = _order(url, stay=False)
        yield workshop.compare(
            "scrape, in the browser",
            "bare Playwright",
            lambda: _scrape(workshop, url, next(databases), "browser"),
            lambda: workshop.run(["-m", "benchmarks.floors.pages", order]),
            Target(ratio=1.75),
        )


def monitor(workshop: Workshop) -> Iterator[Comparison]:
    """Measures later rounds of a monitor with an open browser; the site has news."""
    with (
        _site(workshop) as (site, url),
        _fresh(workshop) as databases,
        child(workshop, "benchmarks.rounds", url, str(next(databases))) as ours,
        child(workshop, "benchmarks.floors.pages", _order(url, stay=True)) as floor,
    ):

        def with_news() -> float:
            site.ask(str(ROUND_SECONDS))
            return ours.time()

        for _ in range(_SETTLED):
            with_news()
            floor.time()
        yield workshop.compare(
            "round of a monitor",
            "bare page loads",
            with_news,
            floor.time,
            Target(ratio=1.5),
        )


def recorded(workshop: Workshop) -> Iterator[Comparison]:
    """Measures rounds that are recorded first, and the same rounds stored alone.

    A difference of a few hundredths needs more rounds than the others.
    """
    with (
        _site(workshop, LARGE) as (site, url),
        _fresh(workshop) as databases,
        child(workshop, "benchmarks.rounds", url, str(next(databases))) as ours,
        child(
            workshop, "benchmarks.rounds", url, str(next(databases)), "unrecorded"
        ) as floor,
    ):

        def with_news(monitor: Child) -> float:
            site.ask(str(ROUND_SECONDS))
            return monitor.time()

        for _ in range(_SETTLED):
            with_news(ours)
            with_news(floor)
        recorded_first, alone = by_turns(
            lambda: with_news(ours),
            lambda: with_news(floor),
            rounds=3 * workshop.rounds,
        )
    what = "round of a monitor, 5 MB of totals, recorded first"
    target = Target(ratio=1.05)
    yield Comparison(what, "stored alone", recorded_first, alone, target)


def memory(workshop: Workshop) -> Iterator[Comparison]:
    """Measures the Python process of a running monitor, round after round."""
    with (
        _site(workshop) as (site, url),
        _fresh(workshop) as databases,
        child(workshop, "benchmarks.rounds", url, str(next(databases))) as monitor,
    ):

        def after(rounds: int) -> float:
            for _ in range(rounds):
                site.ask(str(ROUND_SECONDS))
                monitor.time()
            return float(monitor.ask("megabytes"))

        early = [after(10), *(after(1) for _ in range(1, workshop.rounds))]
        late = [after(30), *(after(1) for _ in range(1, workshop.rounds))]
        yield Comparison(
            "monitor: memory 30 rounds later",
            "from round 10 on",
            tuple(late),
            tuple(early),
            Target(ratio=1.05, megabytes=150),
            unit="MB",
        )


def http(workshop: Workshop) -> Iterator[Comparison]:
    """Measures a cold scrape without a browser, in whole processes."""
    with _site(workshop) as (_, url), _fresh(workshop) as databases:
        urls = [f"{url}/api/{name}" for name in ENDPOINTS]
        three = [f"{url}/api/{name}" for name in THREE]
        ours, gets, stored = workshop.by_turns(
            lambda: _scrape(workshop, url, next(databases), "http"),
            lambda: workshop.run(["-m", "benchmarks.floors.requests", *urls]),
            lambda: workshop.run(
                ["-m", "benchmarks.gets_and_store", str(next(databases)), *three]
            ),
        )
    what = "scrape --transport http"
    yield Comparison(what, "bare GETs", ours, gets, Target())
    yield Comparison(what, "3 bare GETs and the store", ours, stored, Target(ratio=2))


def _scrape(workshop: Workshop, url: str, database: Path, transport: str) -> float:
    arguments = ["scrape", "--base-url", url, "--transport", transport]
    return workshop.run([*APP, *arguments], NOF1_DATABASE_URL=f"sqlite:///{database}")


@contextmanager
def _site(workshop: Workshop, days: int = 10) -> Iterator[tuple[Child, str]]:
    with child(workshop, "benchmarks.site", str(days)) as site:
        yield site, site.hear()


@contextmanager
def _fresh(workshop: Workshop) -> Iterator[Iterator[Path]]:
    """An endless supply of new SQLite databases, already migrated."""
    with new_store(workshop, "sqlite") as store:
        template = Path(str(store.engine.url.database))
        store.empty()
    yield (
        Path(shutil.copy(template, workshop.folder / f"{template.stem}_{number}.db"))
        for number in count()
    )


def _order(url: str, *, stay: bool) -> str:
    """The order for benchmarks.floors.pages: our browser with our flags."""
    return json.dumps(
        {
            "url": url,
            "browser": str(find_browser(SourceOptions(url))),
            "flags": LAUNCH_FLAGS,
            "sandbox": may_use_sandbox(),
            "endpoints": ENDPOINTS,
            "stay": stay,
        }
    )
