"""The whole job in a real browser: fetched, stored, read back, and kept in files."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from nof1_tracker.demo import Arena, DemoSite
from nof1_tracker.main import app
from nof1_tracker.records.enums import EquitySource, RunStatus
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.worlds import Rows, arena_of, engine_on, midday, rows_in

pytestmark = needs_a_browser

FLAGS = ("--leaderboard", "--trades", "--model-chat", "--transport", "browser")


def _first_season() -> tuple[Arena, datetime]:
    arena = arena_of("1", 0.1)
    return arena, midday(arena)


def _middle_season() -> tuple[Arena, datetime]:
    """Soon after its start: 32 accounts talk a lot."""
    arena = arena_of("1.5", 0.05)
    return arena, arena.start + timedelta(minutes=20)


@pytest.fixture(params=[_first_season, _middle_season], ids=["1", "1.5"])
def site(request: pytest.FixtureRequest) -> Iterator[DemoSite]:
    """Either season's site, at an instant."""
    arena, now = request.param()
    with DemoSite(arena, speed=0, at=now) as running:
        yield running


@pytest.fixture
def run(migrated_url: str, site: DemoSite, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command that prints JSON on the database of the test."""
    monkeypatch.setenv("NOF1_DATABASE_URL", migrated_url)
    monkeypatch.setenv("NOF1_BASE_URL", site.url)
    monkeypatch.setenv("SCRAPER_RATE_LIMIT", "100000")

    def invoke(*arguments: str) -> Any:
        told = CliRunner().invoke(app, arguments)
        assert told.exit_code == 0, told.output
        return json.loads(told.stdout)

    return invoke


def test_a_scrape_stores_what_the_site_serves(
    run: Any, site: DemoSite, migrated_url: str, tmp_path: Path
) -> None:
    archive = str(tmp_path / "archive")
    summary = run("scrape", *FLAGS, "--archive", archive, "--json")
    assert (summary["status"], summary["transport"]) == ("complete", "browser")
    with engine_on(migrated_url) as engine:
        rows = rows_in(engine)
    assert [each["status"] for each in rows["scrape_runs"]] == [RunStatus.COMPLETE]
    assert rows["rejected_payloads"] == []
    _legs_are_the_arenas(site, rows)
    _conversations_are_those_shown(site, rows)
    _equities_are_the_arenas(site, rows)
    standings = run("leaderboard", "--at", site.now.isoformat(), "--format", "json")
    ranked = {row["model_id"] for row in standings if row["rank"] is not None}
    assert ranked == {each.key for each in site.arena.talkers()}
    # The leaderboard is dated by our clock, and a folder's name knows only seconds.
    lines = run("import", archive, "--json")["lines"]
    changed = [line for line in lines if line["inserted"] or line["updated"]]
    assert [line for line in changed if line["source"] != "leaderboard"] == []


def _legs_are_the_arenas(site: DemoSite, rows: Rows) -> None:
    arena = site.arena
    known = {
        arena.trade_id(account, leg)
        for account, legs in arena.legs_until(site.now).items()
        for leg in legs
    }
    closed = {r["trade_id"] for r in rows["trades"] if r["exit_price"] is not None}
    assert closed == known


def _conversations_are_those_shown(site: DemoSite, rows: Rows) -> None:
    arena, now = site.arena, site.arena.seconds(site.now)
    shown = arena.newest_turns(now, 100)
    if arena.season == "1.5":
        for competition in (1, 2, 3, 4):
            shown += arena.newest_turns(now, 200, competition)
    stored = {row["conversation_id"] for row in rows["model_chats"]}
    assert stored == {turn.conversation_id for turn in shown}


def _equities_are_the_arenas(site: DemoSite, rows: Rows) -> None:
    names = {row["id"]: row["model_id"] for row in rows["llm_models"]}
    snapshots = [
        row
        for row in rows["leaderboard_snapshots"]
        if row["source"] is EquitySource.ACCOUNT_TOTALS
    ]
    assert {names[row["model_id"]] for row in snapshots} == set(site.arena.accounts)
    for row in snapshots:
        truth = site.arena.equity(names[row["model_id"]], row["timestamp"])
        assert float(row["total_assets"]) == pytest.approx(truth, abs=1e-5)
