"""What a cycle adds to the metrics of the process."""

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from nof1_tracker.monitor.cycle_report import CycleReport, KindOutcome
from nof1_tracker.monitor.health.cycle_metrics import CycleMetrics, cycle_status
from nof1_tracker.records.enums import Kind, RowKind, RunStatus
from nof1_tracker.records.run_summary import SummaryLine

NOW = datetime(2025, 10, 28, 7, tzinfo=UTC)


def report(
    *statuses: RunStatus | None,
    lines: tuple[SummaryLine, ...] = (),
    is_leader: bool = True,
    seconds: float = 4,
) -> CycleReport:
    """A cycle whose kinds ended so, in the order of the kinds."""
    outcomes = tuple(
        KindOutcome(kind, status, 1.5)
        for kind, status in zip(Kind, statuses, strict=False)
    )
    began = NOW - timedelta(seconds=seconds)
    return CycleReport(1, began, NOW, outcomes, lines, is_leader)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> CycleMetrics:
    return CycleMetrics(registry, 900)


COMPLETE, PARTIAL, FAILED = RunStatus.COMPLETE, RunStatus.PARTIAL, RunStatus.FAILED


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((COMPLETE, COMPLETE, None), "complete"),
        ((COMPLETE, FAILED), "partial"),
        ((PARTIAL, COMPLETE), "partial"),
        ((FAILED, FAILED, FAILED), "failed"),
        ((None, None), "idle"),
    ],
)
def test_a_cycle_is_as_good_as_its_kinds_together(
    statuses: tuple[RunStatus | None, ...], expected: str
) -> None:
    assert cycle_status(report(*statuses)) == expected


def test_rows_are_counted_by_kind_and_outcome_over_all_sources(
    registry: CollectorRegistry, metrics: CycleMetrics
) -> None:
    lines = (
        SummaryLine(RowKind.LEADERBOARD, "account_totals", 9, inserted=3, rejected=1),
        SummaryLine(RowKind.LEADERBOARD, "model_chat", inserted=2, unchanged=4),
        SummaryLine(RowKind.OPEN_TRADES, "trades", updated=5),
    )
    metrics.observe(report(COMPLETE, lines=lines))
    metrics.observe(report(COMPLETE, lines=lines))

    def rows(kind: str, outcome: str) -> float | None:
        labels = {"kind": kind, "outcome": outcome}
        return registry.get_sample_value("nof1_rows_total", labels)

    assert rows("leaderboard", "inserted") == 10
    assert rows("leaderboard", "unchanged") == 8
    assert rows("leaderboard", "rejected") == 2
    assert rows("open_trades", "updated") == 10
    assert rows("model_chat", "inserted") == 0


def test_kinds_are_counted_by_how_they_ended_and_timed(
    registry: CollectorRegistry, metrics: CycleMetrics
) -> None:
    metrics.observe(report(COMPLETE, FAILED, None))

    def runs(kind: str, status: str) -> float | None:
        labels = {"kind": kind, "status": status}
        return registry.get_sample_value("nof1_kind_runs_total", labels)

    assert runs("leaderboard", "complete") == 1
    assert runs("trades", "failed") == 1
    assert runs("model_chat", "complete") == 0
    name = "nof1_kind_duration_seconds_sum"
    assert registry.get_sample_value(name, {"kind": "trades"}) == 1.5
    assert registry.get_sample_value(name, {"kind": "model_chat"}) == 0


def test_a_standby_cycle_is_counted_but_not_timed(
    registry: CollectorRegistry, metrics: CycleMetrics
) -> None:
    metrics.observe(report(COMPLETE))
    assert registry.get_sample_value("nof1_leader") == 1
    metrics.observe(report(is_leader=False))
    assert registry.get_sample_value("nof1_leader") == 0
    assert registry.get_sample_value("nof1_cycle_duration_seconds_count") == 1
    standby = registry.get_sample_value("nof1_cycles_total", {"status": "standby"})
    assert standby == 1


def test_a_clock_that_was_set_back_does_not_make_a_negative_time(
    registry: CollectorRegistry, metrics: CycleMetrics
) -> None:
    metrics.observe(report(COMPLETE, seconds=-3600))
    assert registry.get_sample_value("nof1_cycle_duration_seconds_sum") == 0


def test_the_end_of_the_last_cycle_is_not_told_before_there_was_one(
    registry: CollectorRegistry, metrics: CycleMetrics
) -> None:
    name = "nof1_last_cycle_timestamp_seconds"
    assert registry.get_sample_value(name) is None
    metrics.observe(report(None))
    metrics.observe(report(None))
    assert registry.get_sample_value(name) == NOW.timestamp()
