"""The same with a real Chromium, which is killed now and then."""

import pytest

from tests.browser.test_browser_source import pytestmark as needs_a_browser
from tests.faults.outages import migrate
from tests.faults.voyage import sail

pytestmark = [*needs_a_browser, pytest.mark.faults]


def test_with_a_browser_too_what_was_served_is_stored_once(sqlite_url: str) -> None:
    migrate(sqlite_url)
    figures = sail(sqlite_url, cycles=10, seed=3, transport="browser")
    assert (figures.lost, figures.twice) == ([], [])
    assert (figures.invented, figures.wrong) == ([], [])
    assert len(figures.served.conversations) > 300
