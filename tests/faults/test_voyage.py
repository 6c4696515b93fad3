"""The real loop in any weather: all that was served is stored once, nothing leaks."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from tests.faults.outages import migrate
from tests.faults.voyage import Figures, Taken, sail

pytestmark = pytest.mark.faults


def _is_exact(figures: Figures) -> None:
    assert figures.lost == []
    assert figures.twice == []
    assert figures.invented == []
    assert figures.wrong == []


def test_whatever_the_site_does_what_it_served_is_stored_once(
    migrated_url: str,
) -> None:
    figures = sail(migrated_url, cycles=30, seed=1)
    _is_exact(figures)
    assert len(figures.served.conversations) > 500
    assert len(figures.served.trades) > 50
    assert figures.statuses["failed"] > 0
    least, most = figures.range(Taken.FILES)
    assert most - least <= 4


def test_the_windows_of_every_competition_are_stored_once_too(sqlite_url: str) -> None:
    migrate(sqlite_url)
    figures = sail(sqlite_url, cycles=8, seed=2, season="1.5", begin=timedelta(hours=2))
    _is_exact(figures)
    assert len(figures.served.conversations) > 1000


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    assert "CEST" in time.tzname
    yield
    monkeypatch.undo()
    time.tzset()


BEFORE_AUTUMN = timedelta(days=7, hours=23, minutes=20)
"""From the season's start to 100 minutes before Berlin's clocks go back."""
TO_SPRING = datetime(2026, 3, 29) - datetime(2025, 10, 26)  # noqa: DTZ001
"""From the night in which they go back to that in which they go forward."""


@pytest.mark.usefixtures("in_berlin")
@pytest.mark.parametrize("away", [timedelta(0), TO_SPRING], ids=["back", "forward"])
def test_summer_time_repeats_no_hour_and_loses_none(
    sqlite_url: str, away: timedelta
) -> None:
    """Both at 01:00 UTC; in spring our own clock is five months ahead of the site."""
    migrate(sqlite_url)
    figures = sail(sqlite_url, cycles=8, seed=4, begin=BEFORE_AUTUMN, wall_error=away)
    _is_exact(figures)
    assert len(figures.served.conversations) > 100
