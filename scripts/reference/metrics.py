"""Generates the page of Prometheus metrics from the collectors themselves."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from prometheus_client import CollectorRegistry, Metric
from scripts.reference.markdown import code, codes, prose, table
from scripts.reference.markdown import page as whole_page

from nof1_tracker.analyzer.freshness import Freshness
from nof1_tracker.analyzer.performance import RecordingHealth, Standing, Standings
from nof1_tracker.clock import SystemClock
from nof1_tracker.monitor.cycle_report import CycleReport
from nof1_tracker.monitor.health.cycle_metrics import CycleMetrics, watch_waiting
from nof1_tracker.monitor.health.latest_reading import LatestReading
from nof1_tracker.monitor.health.stored_metrics import StoredMetrics
from nof1_tracker.records.archive.archive_positions import Waiting
from nof1_tracker.records.enums import EquitySource, Kind
from nof1_tracker.records.parsed import Account

_AT: Final = datetime(2025, 10, 28, tzinfo=UTC)
_SUFFIX: Final = {"counter": "total", "info": "info"}
_OF_HISTOGRAMS: Final = ("le", "quantile")


def page() -> str:
    """The page: a table of everything in `/metrics`."""
    return whole_page(
        "Prometheus metrics",
        "A monitor with `--listen` serves these at `/metrics`. `model` is the site's id"
        " of the account, which stays the same when the name changes; models of past"
        " seasons are left out. On Linux, `process_…` has the memory, CPU time and open"
        " files of the process.",
        table(
            ["metric", "type", "labels", "meaning"],
            [_row(each) for each in sorted(families(), key=lambda one: one.name)],
        ),
    )


def families() -> Iterator[Metric]:
    """Every metric, for a monitor after one cycle and a season with one account."""
    registry = CollectorRegistry()
    cycle = CycleReport(1, _AT, _AT, outcomes=(), lines=())
    CycleMetrics(registry, interval_seconds=900).observe(cycle)
    watch_waiting(registry, Waiting)
    clock = SystemClock()
    health = LatestReading("health", _health, clock)
    drift = LatestReading("drift", lambda: 0.0, clock)
    registry.register(StoredMetrics(health, drift, clock))
    yield from registry.collect()


def _health() -> RecordingHealth:
    account = Account("a-model", "A Model", "A Company", "a-model")
    standing = Standing(
        account=account,
        rank=1,
        equity=Decimal(10_000),
        total_return=Decimal(0),
        unrealized_pnl=None,
        trades=0,
        win_rate=None,
        source=EquitySource.ACCOUNT_TOTALS,
        observed_at=_AT,
        stale_sources=(),
    )
    return RecordingHealth(
        standings=Standings(None, _AT, (standing,)),
        freshness=Freshness(_AT, timedelta(hours=1), {Kind.TRADES: _AT}),
        observations={Kind.TRADES: {"a-model": _AT}},
        missing_cycles={"a-model": 0},
        rejected={},
    )


def _row(family: Metric) -> tuple[str, ...]:
    labels = dict.fromkeys(
        label
        for sample in family.samples
        for label in sample.labels
        if label not in _OF_HISTOGRAMS
    )
    suffix = _SUFFIX.get(family.type)
    name = f"{family.name}_{suffix}" if suffix else family.name
    return code(name), family.type, codes(labels), prose(family.documentation)
