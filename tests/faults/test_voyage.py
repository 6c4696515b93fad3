"""The real loop in any weather: all that was served is stored once, nothing leaks."""

import os
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.faults.outages import migrate
from tests.faults.voyage import Figures, sail

pytestmark = pytest.mark.faults


def _is_exact(figures: Figures) -> None:
    assert figures.lost == []
    assert figures.twice == []
    assert figures.invented == []
    assert figures.wrong == []


def test_whatever_the_site_does_what_it_served_is_stored_once(
    migrated_url: str,
) -> None:
    figures = sail(migrated_url, cycles=40, seed=1)
    _is_exact(figures)
    assert len(figures.served.conversations) > 1000
    assert len(figures.served.trades) > 100
    assert figures.statuses["failed"] > 0
    least, most = figures.range(lambda each: each.files)
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
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_berlin")
def test_the_end_of_summer_time_repeats_no_hour_and_loses_none(sqlite_url: str) -> None:
    """At 01:00 UTC on 2025-10-26 the clocks of Berlin went back by an hour."""
    assert os.environ["TZ"] == "Europe/Berlin"
    migrate(sqlite_url)
    before = timedelta(days=7, hours=22, minutes=35)
    figures = sail(sqlite_url, cycles=14, seed=4, begin=before)
    _is_exact(figures)
