"""What a person saves from a browser gives what a scrape gives."""

import gzip
import subprocess
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page

from nof1_tracker.demo import DemoSite
from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.worlds import (
    PROGRAM,
    Rows,
    arena_of,
    differences,
    engine_on,
    environment,
    facts_in,
    midday,
)

pytestmark = needs_a_browser

ON_EACH_PAGE = (
    "account-totals",
    "trades",
    "leaderboard",
    "crypto-prices",
    "since-inception-values",
)


def test_a_har_of_the_network_panel_gives_the_tables_of_a_scrape(
    chromium: Browser, tmp_path: Path
) -> None:
    arena = arena_of("1", 0.1)
    har, packed = tmp_path / "site.har", tmp_path / "site.har.gz"
    with DemoSite(arena, speed=0, at=midday(arena)) as site:
        _save(chromium, site, har)
        packed.write_bytes(gzip.compress(har.read_bytes()))
        imported = _tables(tmp_path / "imported.db", site, "import", str(packed))
        scraped = _tables(tmp_path / "scraped.db", site, "scrape")
    assert differences(scraped, imported) == []
    assert scraped["trades"]


def _tables(file: Path, site: DemoSite, *command: str) -> Rows:
    """What a command stores in a database of its own."""
    url = f"sqlite:///{file}"
    limits = {"NOF1_BASE_URL": site.url, "SCRAPER_RATE_LIMIT": "100000"}
    done = subprocess.run(
        (*PROGRAM, *command, "--json"),
        env=environment(url, **limits),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with engine_on(url) as engine:
        return facts_in(engine)


def _save(chromium: Browser, site: DemoSite, har: Path) -> None:
    """Visits the pages, and saves all with content, as a person does."""
    context = chromium.new_context(record_har_path=har, record_har_content="embed")
    home, board = context.new_page(), context.new_page()
    _visit(home, lambda: home.goto(site.url), ON_EACH_PAGE)
    _visit(home, home.get_by_text("MODELCHAT").click, ("conversations",))
    # In a tab of its own, because a page that is left may take its bodies with it.
    _visit(board, lambda: board.goto(f"{site.url}/leaderboard"), ("analytics",))
    context.close()


def _visit(page: Page, act: Callable[[], object], awaited: Iterable[str]) -> None:
    """Does something, after which these answers arrive whole."""
    with ExitStack() as stack:
        answers = [
            stack.enter_context(page.expect_response(f"**/api/{name}*"))
            for name in awaited
        ]
        act()
    for answer in answers:
        answer.value.body()
