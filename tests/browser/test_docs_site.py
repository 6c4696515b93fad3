"""The documentation in a real Chromium: it draws its diagrams and asks nobody else."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.docs_site import built_site

pytestmark = needs_a_browser

WIDTHS = (1440, 390)
DOCS = Path(__file__).parents[2] / "docs"


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def address(shared_folder: Path) -> Iterator[str]:
    handler = partial(_Silent, directory=str(built_site(shared_folder)))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def _visited(
    chromium: Browser,
    address: str,
    path: str,
    width: int = 1440,
    scheme: Literal["light", "dark"] = "light",
) -> tuple[Page, list[str]]:
    """The page, and a list that grows by what it asks of others or complains of."""
    page = chromium.new_page(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    amiss: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((address, "data:", "blob:")):
            amiss.append(request.url)

    page.on("request", note)
    page.on("pageerror", lambda error: amiss.append(str(error)))
    page.goto(address + path)
    return page, amiss


@pytest.mark.parametrize(
    "path", ["reference/schema/", "explanation/architecture/"], ids=["schema", "rooms"]
)
def test_diagrams_are_drawn_without_a_network(
    chromium: Browser, address: str, path: str
) -> None:
    page, amiss = _visited(chromium, address, path)
    page.locator("div.mermaid").first.wait_for()
    drawn = page.locator("div.mermaid").all()
    boxes = [each.bounding_box() for each in drawn]
    source = (DOCS / f"{path.rstrip('/')}.md").read_text("utf-8")
    assert len(drawn) == source.count("```mermaid") > 0
    assert all(box and box["height"] > 100 for box in boxes)
    assert page.locator("pre.mermaid").count() == 0
    assert not amiss
    page.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", ["", "reference/cli/", "reference/report/"])
def test_pages_fit_a_desk_and_a_phone(
    chromium: Browser, address: str, path: str, width: int
) -> None:
    page, amiss = _visited(chromium, address, path, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not amiss
    page.close()


def test_a_dark_system_gets_dark_pages(chromium: Browser, address: str) -> None:
    page, _ = _visited(chromium, address, "", scheme="dark")
    colour = "getComputedStyle(document.body).backgroundColor"
    levels = [int(each) for each in page.evaluate(f"{colour}.match(/\\d+/g)")[:3]]
    assert max(levels) < 64
    page.close()


def test_the_search_finds_a_setting(chromium: Browser, address: str) -> None:
    page, amiss = _visited(chromium, address, "")
    # Words that come before the page listens are lost.
    ready = page.locator(".md-search-result__meta", has_text="Type to start searching")
    ready.wait_for(state="attached")
    # The page listens to keys: a text that is put there at once it may never read.
    page.locator(".md-search__input").press_sequentially("NOTIFY_QUIET_HOURS")
    settings = ".md-search-result__link[href*='reference/settings/']"
    expect(page.locator(settings).first).to_be_visible(timeout=30_000)
    assert not amiss
    page.close()
