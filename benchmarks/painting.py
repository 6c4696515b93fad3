"""Measures the first paint of the dashboard: its chart, and the last row of standings."""

import json
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Response, sync_playwright

from benchmarks.databases import new_store
from benchmarks.measure import Comparison, Target
from benchmarks.parsed_payloads import ACCOUNTS, season
from benchmarks.serving import ours, same_files
from benchmarks.storing import store_in
from benchmarks.workshop import PATIENCE, Workshop
from nof1_tracker.scraper.browsing.chromium import (
    LAUNCH_FLAGS,
    find_browser,
    may_use_sandbox,
)
from nof1_tracker.scraper.fetch import SourceOptions

HOURS = 17 * 24
"""Of a season."""
_STREAM = "text/event-stream"


def painting(workshop: Workshop) -> Iterator[Comparison]:
    """The page in a browser that has kept nothing, then the same bytes as files."""
    with new_store(workshop, "sqlite") as store:
        store_in(store, season(ACCOUNTS * HOURS))
        with (
            ours(workshop, store) as served,
            _browser(f"http://127.0.0.1:{served.port}") as browser,
        ):
            address = f"http://127.0.0.1:{served.port}/"
            files = workshop.folder / "page.json"
            files.write_text(json.dumps(_bodies(browser, address)))
            with same_files(workshop, files) as floor:
                yield workshop.compare(
                    f"first paint of {ACCOUNTS} accounts, {HOURS} hours",
                    "the same bytes, from memory",
                    _painted(browser, address),
                    _painted(browser, f"http://127.0.0.1:{floor.port}/"),
                    Target(ratio=2),
                )


@contextmanager
def _browser(url: str) -> Iterator[Browser]:
    options = SourceOptions(url)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_browser(options),
            args=LAUNCH_FLAGS,
            chromium_sandbox=may_use_sandbox(),
        )
        yield browser
        browser.close()


def _painted(browser: Browser, address: str) -> Callable[[], float]:
    """Seconds from asking for the page until it is drawn, in a new session."""

    def once() -> float:
        context = browser.new_context()
        page = context.new_page()
        start = time.perf_counter()
        _draw(page, address)
        taken = time.perf_counter() - start
        context.close()
        return taken

    return once


def _draw(page: Page, address: str) -> None:
    page.goto(address, wait_until="commit")
    chart = page.locator("#equity canvas").first
    last = page.locator("#standings tbody tr").nth(ACCOUNTS - 1)
    for each in (last, chart):
        each.wait_for(timeout=PATIENCE * 1000)


def _bodies(browser: Browser, address: str) -> dict[str, tuple[str, str]]:
    """What the page asks for until it is drawn: type and bytes, by path and query."""
    answers: list[Response] = []
    context = browser.new_context()
    page = context.new_page()

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    _draw(page, address)
    found = {}
    for each in answers:
        kind = each.header_value("content-type") or ""
        if each.ok and not kind.startswith(_STREAM):
            where = urlsplit(each.url)
            path = f"{where.path}?{where.query}" if where.query else where.path
            found[path] = (kind, b64encode(each.body()).decode())
    context.close()
    return found
