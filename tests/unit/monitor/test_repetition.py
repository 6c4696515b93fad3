"""A site that repeats itself is logged once, and so is its first news."""

from datetime import UTC, datetime, timedelta

import pytest

from nof1_tracker.analyzer.freshness import Freshness
from nof1_tracker.monitor.cycle_report import CycleReport
from nof1_tracker.monitor.health.repetition import RepetitionWatch
from nof1_tracker.records.enums import Kind

NOW = datetime(2025, 10, 28, 7, tzinfo=UTC)


def recorded(hours_without_news: float) -> Freshness:
    """ModelChat that was fetched just now, and has had no news for so long."""
    newest = NOW - timedelta(hours=hours_without_news)
    return Freshness(
        at=NOW,
        max_age=timedelta(minutes=45),
        successes={Kind.MODEL_CHAT: NOW},
        news={Kind.MODEL_CHAT: newest},
        news_within=timedelta(hours=3),
    )


def test_repetition_is_logged_once_and_so_is_its_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    found = iter(map(recorded, (1, 37, 38, 0, 0)))
    watch = RepetitionWatch(lambda: next(found))
    for number in range(1, 6):
        watch.cycle_ended(CycleReport(number, NOW, NOW, (), ()))
    assert [(each.levelname, each.message) for each in caplog.records] == [
        (
            "WARNING",
            (
                "model_chat: fetched, but without news for 37 h, since 2025-10-26 18:00 UTC:"
                " the site repeats itself."
            ),
        ),
        ("INFO", "model_chat: there is news again."),
    ]
