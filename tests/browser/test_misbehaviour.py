"""Whatever the site does to a real browser: no harm, no loss, and it is told."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nof1_tracker.demo import DemoSite
from nof1_tracker.demo.site import faults as bad
from nof1_tracker.demo.site.faults import Fault
from nof1_tracker.main import app
from nof1_tracker.records.enums import RunStatus
from nof1_tracker.scraper.browser import BrowserSource
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.loopback import unused_url
from tests.worlds import (
    Rows,
    SiteClock,
    World,
    arena_of,
    differences,
    engine_on,
    facts_in,
    harm,
    midday,
    rows_in,
    without,
)

pytestmark = needs_a_browser

ARENA = arena_of()
NOW = midday(ARENA)
RESTATED = {"raw_data", "raw_digest"}
PROSE = {*RESTATED, "content", "summary", "justification", "invalidation_condition"}
TIMEOUT_MS = 3000

WHOLE, PARTLY, NOTHING = RunStatus.COMPLETE, RunStatus.PARTIAL, RunStatus.FAILED


@pytest.fixture(scope="module")
def site() -> Iterator[DemoSite]:
    with DemoSite(ARENA, speed=0, at=NOW) as running:
        yield running


@pytest.fixture(scope="module")
def browser(site: DemoSite) -> Iterator[BrowserSource]:
    """One browser for all tests of this file."""
    options = World.options_for(site, TIMEOUT_MS)
    source = BrowserSource(options, SiteClock(site))
    try:
        yield source
    finally:
        source.close()


@pytest.fixture(scope="module")
def filled(
    site: DemoSite,
    browser: BrowserSource,
    migrated_sqlite: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A database that has seen one good run."""
    file = tmp_path_factory.mktemp("filled") / "filled.db"
    shutil.copy(migrated_sqlite, file)
    with engine_on(f"sqlite:///{file}") as engine:
        assert World(site, engine, browser).scrape().status is WHOLE
    return file


@pytest.fixture(scope="module")
def truth(filled: Path) -> Rows:
    with engine_on(f"sqlite:///{filled}") as engine:
        return facts_in(engine)


@pytest.fixture
def world(
    site: DemoSite, browser: BrowserSource, filled: Path, tmp_path: Path
) -> Iterator[World]:
    """The site in the browser, and a database that has seen one good run."""
    shutil.copy(filled, tmp_path / "world.db")
    with engine_on(f"sqlite:///{tmp_path}/world.db") as engine:
        yield World(site, engine, browser)
    site.behave()


@pytest.mark.parametrize(
    ("where", "fault", "status", "but"),
    [
        ("*", bad.ServerError(), NOTHING, RESTATED),
        ("*", bad.Challenge(), NOTHING, RESTATED),
        ("*", bad.Truncated(), PARTLY, RESTATED),
        ("*", bad.BadRow(), PARTLY, RESTATED),
        ("*", bad.HostileText(), WHOLE, PROSE),
        ("*", bad.MissingField("timestamp", every=7), PARTLY, RESTATED),
        ("trades", bad.Moved("/api/v2/closed"), WHOLE, RESTATED),
        ("conversations", bad.DeeplyNested(), PARTLY, RESTATED),
        ("/leaderboard", bad.ServerError(), WHOLE, RESTATED),
    ],
)
def test_it_is_told_nothing_is_harmed_and_the_next_run_catches_up(
    world: World,
    truth: Rows,
    where: str,
    fault: Fault,
    status: RunStatus,
    but: set[str],
) -> None:
    before = rows_in(world.engine)
    world.site.misbehave(where, fault)
    summary = world.scrape()
    assert summary.status is status, summary
    assert harm(before, rows_in(world.engine), but) == []
    world.site.behave()
    world.later = timedelta(seconds=1)
    assert world.scrape().status is WHOLE
    facts = facts_in(world.engine)
    # The site serves it empty: a text that it once served there stays.
    changed = {*RESTATED, *({"justification"} & but)}
    assert differences(without(truth, changed), without(facts, changed)) == []


@pytest.mark.parametrize(
    ("where", "fault", "code"),
    [("*", bad.Gone(), 1), ("trades", bad.BadRow(), 3)],
)
def test_the_exit_code_tells(
    site: DemoSite,
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    fault: Fault,
    code: int,
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("NOF1_BASE_URL", site.url)
    monkeypatch.setenv("SCRAPER_TIMEOUT", str(TIMEOUT_MS))
    site.misbehave(where, fault)
    told = CliRunner().invoke(app, ["scrape", "--transport", "browser"])
    site.behave()
    assert told.exit_code == code, told.output
    assert "Traceback" not in told.output


def test_a_site_that_is_not_there_is_exit_code_5(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOF1_DATABASE_URL", sqlite_url)
    arguments = ["scrape", "--transport", "browser", "--base-url", unused_url()]
    told = CliRunner().invoke(app, arguments)
    assert told.exit_code == 5, told.output
    assert told.stderr.startswith("Error: No connection to http://127.0.0.1:")
