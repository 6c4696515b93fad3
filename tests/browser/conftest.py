"""A bare browser for viewing this project's pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from nof1_tracker.scraper.browsing.chromium import LAUNCH_FLAGS, find_browser
from nof1_tracker.scraper.fetch import SourceOptions


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = find_browser(SourceOptions("http://127.0.0.1"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=list(LAUNCH_FLAGS)
        )
        yield browser
        browser.close()
