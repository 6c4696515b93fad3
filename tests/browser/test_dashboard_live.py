"""The dashboard follows what is committed, and recovers from what goes away."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import URL, Engine, make_url, text

from nof1_tracker.database.connection import create_db_engine
from nof1_tracker.demo import DemoSite
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.databases import as_text, unused_port
from tests.integration.web.served import record_of, serving
from tests.worlds import PROGRAM, World, arena_of, engine_on, environment, midday

pytestmark = needs_a_browser
ARENA = arena_of(days=0.4)
TABS = 7


def _record(engine: Engine, share: float) -> None:
    """Scrapes the arena as it is after that share of its time."""
    at = ARENA.start + (midday(ARENA) - ARENA.start) * share
    with DemoSite(ARENA, speed=0, at=at) as site:
        World(site, engine, timeout_ms=30_000).scrape()


@pytest.fixture
def url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """A database with the first half of a season."""
    file = tmp_path / "season.db"
    shutil.copy(migrated_sqlite, file)
    with engine_on(f"sqlite:///{file}") as engine:
        _record(engine, 0.5)
    return f"sqlite:///{file}"


def _wait_for_feed(page: Page) -> None:
    # Not by wait_for_function, which evaluates text: the page's policy forbids it.
    expect(page.locator("html")).to_have_attribute("data-feed", "open")


def test_what_is_committed_is_seen_in_every_tab_by_itself(
    chromium: Browser, url: str
) -> None:
    with engine_on(url) as engine, serving(record_of(engine)) as api:
        context = chromium.new_context()
        tabs = [context.new_page() for _ in range(TABS)]
        for page in tabs:
            page.goto(str(api.base_url.join("/")))
        _wait_for_feed(tabs[0])
        tabs[0].wait_for_selector("#curves-chart canvas")
        said = tabs[0].locator(".kicker").text_content() or ""
        drawn = tabs[0].locator("#curves-chart").get_attribute("data-version") or ""
        _record(engine, 1.0)
        for page in tabs:
            expect(page.locator(".kicker")).not_to_have_text(
                said, timeout=10_000  # it is not the refresh of every half minute
            )
        expect(tabs[0].locator("#curves-chart")).not_to_have_attribute(
            "data-version", drawn
        )
        context.close()


@contextmanager
def _server(url: str, port: int) -> Iterator[None]:
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--port", str(port)],
        env=environment(url),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Serving")
    try:
        yield
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_a_server_that_is_started_again_is_found_with_what_came_meanwhile(
    chromium: Browser, url: str
) -> None:
    port = unused_port()
    page = chromium.new_page()
    with _server(url, port):
        page.goto(f"http://127.0.0.1:{port}/")
        _wait_for_feed(page)
        said = page.locator(".kicker").text_content() or ""
    page.locator("#away").wait_for(state="visible")
    assert "cannot be reached" in page.locator("#away").inner_text()
    with engine_on(url) as engine:
        _record(engine, 1.0)
    with _server(url, port):
        page.locator("#away").wait_for(state="hidden")
        expect(page.locator(".kicker")).not_to_have_text(said, timeout=30_000)
        page.close()


@pytest.mark.postgresql
def test_a_database_that_goes_away_and_comes_back_is_said_and_forgotten(
    chromium: Browser, migrated_postgresql_url: str, postgresql_server: URL
) -> None:
    admin = create_db_engine(as_text(postgresql_server))
    name = make_url(migrated_postgresql_url).database

    def let_in(word: str) -> None:
        with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
            link.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {word}'))
            ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            link.execute(text(f"{ends} WHERE datname = :name"), {"name": name})

    page = chromium.new_page()
    with (
        engine_on(migrated_postgresql_url) as engine,
        serving(record_of(engine)) as api,
    ):
        page.goto(str(api.base_url.join("/")))
        _wait_for_feed(page)
        let_in("false")
        try:
            page.evaluate("htmx.trigger('#refresh', 'refresh')")
            page.locator("#away").wait_for(state="visible")
            assert "The database is away" in page.locator("#away").inner_text()
            other = chromium.new_page()
            other.goto(str(api.base_url.join("/")))
            assert other.locator("h1").inner_text() == "The database is away"
        finally:
            let_in("true")
        page.locator("#away").wait_for(state="hidden")
        other.get_by_text("Nothing is recorded yet").wait_for()
        other.close()
        page.close()
    admin.dispose()
