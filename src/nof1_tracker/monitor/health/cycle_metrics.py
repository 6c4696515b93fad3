"""Prometheus metrics of what this process did, counted by cycle."""

import platform
from collections.abc import Callable
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    disable_created_metrics,
)

from nof1_tracker import __version__
from nof1_tracker.database.engine.schema import SCHEMA_HEAD
from nof1_tracker.monitor.cycle_report import CycleReport
from nof1_tracker.records.archive.archive_positions import Waiting
from nof1_tracker.records.enums import Kind, RowKind, RunStatus
from nof1_tracker.records.run_summary import SummaryLine

_OUTCOMES = ("inserted", "updated", "unchanged", "rejected")
_TRIED = (RunStatus.COMPLETE, RunStatus.PARTIAL, RunStatus.FAILED)
_STANDBY, _IDLE = "standby", "idle"
_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600)
"""Upper bounds of the buckets: a quiet HTTP cycle takes tenths of a second, retries
take minutes."""


class CycleMetrics:
    """Counters that start at 0 with the process; `observe` adds one cycle.

    Every series known in advance is exported from the start, so that its first
    increase is seen as an increase.
    """

    def __init__(self, registry: CollectorRegistry, interval_seconds: float) -> None:
        # No second series per counter with the time of its creation.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        _tell_build(registry, interval_seconds)
        self._cycles = Counter(
            "nof1_cycles",
            "Cycles of this monitor: complete, partial, failed, idle (nothing was due)"
            " or standby (another monitor scrapes).",
            ("status",),
            registry=registry,
        )
        self._seconds = Histogram(
            "nof1_cycle_duration_seconds",
            "Duration of a cycle, standby excluded.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._runs = Counter(
            "nof1_kind_runs",
            "Attempts to record a kind, by their result.",
            ("kind", "status"),
            registry=registry,
        )
        self._run_seconds = Histogram(
            "nof1_kind_duration_seconds",
            "Time taken to record a kind, retries included.",
            ("kind",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._rows = Counter(
            "nof1_rows",
            "Rows, by the effect of storing them.",
            ("kind", "outcome"),
            registry=registry,
        )
        self._leader = Gauge(
            "nof1_leader",
            "1 while this monitor is the one that scrapes; 0 before its first cycle.",
            registry=registry,
        )
        self._ended = Gauge(
            "nof1_last_cycle_timestamp_seconds",
            "When the last cycle ended, whatever its status; absent before the first.",
            registry=None,  # joins with the first cycle: 0 would be 1970
        )
        self._registry, self._has_ended = registry, False
        self._begin_at_zero()

    def observe(self, report: CycleReport) -> None:
        """Counts a completed cycle."""
        self._leader.set(report.is_leader)
        if not self._has_ended:
            self._registry.register(self._ended)
            self._has_ended = True
        self._ended.set(report.finished_at.timestamp())
        status = cycle_status(report)
        self._cycles.labels(status).inc()
        if status != _STANDBY:
            took = (report.finished_at - report.started_at).total_seconds()
            self._seconds.observe(max(took, 0))  # the clock may have been set back
        for outcome in report.outcomes:
            if outcome.status is not None:
                self._runs.labels(outcome.kind, outcome.status).inc()
                self._run_seconds.labels(outcome.kind).observe(outcome.seconds)
        for line in report.lines:
            self._count_rows(line)

    def _count_rows(self, line: SummaryLine) -> None:
        for outcome in _OUTCOMES:
            count = getattr(line, outcome)
            self._rows.labels(line.kind.label, outcome).inc(count)

    def _begin_at_zero(self) -> None:
        for status in (*_TRIED, _IDLE, _STANDBY):
            self._cycles.labels(status)
        for kind in Kind:
            self._run_seconds.labels(kind)
            for status in _TRIED:
                self._runs.labels(kind, status)
        for rows in RowKind:
            for outcome in _OUTCOMES:
                self._rows.labels(rows.label, outcome)


def watch_waiting(registry: CollectorRegistry, waiting: Callable[[], Waiting]) -> None:
    """Exports how many bodies are recorded and not stored, and since when."""
    count = Gauge(
        "nof1_archive_waiting",
        "Bodies that are recorded, and not stored in the database yet.",
        registry=registry,
    )
    count.set_function(lambda: waiting().count)
    since = Gauge(
        "nof1_archive_waiting_since_timestamp_seconds",
        "When the first of them was received; 0 if none waits.",
        registry=registry,
    )
    since.set_function(lambda: _timestamp(waiting().since))


def _timestamp(at: datetime | None) -> float:
    return 0 if at is None else at.timestamp()


def cycle_status(report: CycleReport) -> str:
    """The outcome of the cycle as a whole, as the label of its counter."""
    if not report.is_leader:
        return _STANDBY
    tried = {each.status for each in report.outcomes if each.status is not None}
    if not tried:
        return _IDLE
    return tried.pop() if len(tried) == 1 else RunStatus.PARTIAL


def _tell_build(registry: CollectorRegistry, interval_seconds: float) -> None:
    build = Info(
        "nof1_build", "The program that exports these metrics.", registry=registry
    )
    python = platform.python_version()
    build.info({"version": __version__, "python": python, "schema": SCHEMA_HEAD})
    Gauge(
        "nof1_interval_seconds",
        "Time from the start of one cycle to the start of the next.",
        registry=registry,
    ).set(interval_seconds)
