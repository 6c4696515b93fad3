"""What a person saves in a browser gives the same tables as a scrape of the site."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from nof1_tracker.clock import SystemClock
from nof1_tracker.demo import Checkpoint, DemoSite
from nof1_tracker.records.enums import RunStatus
from nof1_tracker.scraper.browsing.chromium import LAUNCH_FLAGS, find_browser
from nof1_tracker.scraper.capture import CaptureSource
from nof1_tracker.scraper.fetch import SourceOptions
from nof1_tracker.services.collect import Collector
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.worlds import World, arena_of, differences, engine_on, facts_in, midday

pytestmark = needs_a_browser

ARENA = arena_of()
SEEN = ("/api/conversations", "/api/analytics", "/api/trades", "/api/account-totals")


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite(ARENA, speed=0, at=midday(ARENA)) as running:
        yield running


def saved_by_a_person(site: DemoSite, har: Path) -> None:
    """Opens the site under its real name, passes the check, and saves what was seen."""
    rule = f"--host-resolver-rules=MAP nof1.ai {site.url.removeprefix('http://')}"
    path = find_browser(SourceOptions("http://127.0.0.1"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*LAUNCH_FLAGS, rule]
        )
        context = browser.new_context(
            record_har_path=har, record_har_content="embed", record_har_mode="full"
        )
        page = context.new_page()
        page.goto("http://nof1.ai/")
        page.wait_for_function("document.title.includes('Simulated arena')")
        with page.expect_request_finished(lambda r: "conversations" in r.url):
            page.get_by_text("MODELCHAT").click()
        # A second tab: what a page fetched last may be lost where it is left at once.
        board = context.new_page()
        with board.expect_request_finished(lambda r: "analytics" in r.url):
            board.goto("http://nof1.ai/leaderboard")
        board.wait_for_selector("#rows tr")
        context.close()
        browser.close()


def test_a_har_file_gives_the_tables_of_a_scrape(
    site: DemoSite, migrated_sqlite: Path, tmp_path: Path
) -> None:
    # A body that is left at once may be lost to the file.
    site.guard(Checkpoint(clears_after=1))
    har = tmp_path / "site.har"
    saved_by_a_person(site, har)
    assert "Vercel Security Checkpoint" in har.read_text()
    assert set(SEEN) < set(site.requests)
    site.behave()
    for name in ("imported", "scraped"):
        shutil.copy(migrated_sqlite, tmp_path / f"{name}.db")
    with engine_on(f"sqlite:///{tmp_path}/imported.db") as engine:
        collector = Collector(engine, SystemClock())
        summary = collector.import_payloads(CaptureSource([har]).payloads(), "site.har")
        assert summary.status is RunStatus.COMPLETE, summary
        imported = facts_in(engine)
    with engine_on(f"sqlite:///{tmp_path}/scraped.db") as engine:
        assert World(site, engine).scrape().status is RunStatus.COMPLETE
        scraped = facts_in(engine)
    assert differences(scraped, imported) == []
    assert len(imported["model_chats"]) == 100
