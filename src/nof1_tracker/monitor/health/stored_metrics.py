"""Prometheus metrics of what the database holds, read when they are requested."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from nof1_tracker.analyzer.performance import RecordingHealth, Standing
from nof1_tracker.clock import Clock
from nof1_tracker.monitor.health.latest_reading import LatestReading
from nof1_tracker.records.enums import Endpoint
from nof1_tracker.records.sanitize import clean

Samples = Mapping[tuple[str, ...], float | Decimal | None]
"""Values by the values of their labels; None is not exported."""


class StoredMetrics(Collector):
    """Exports what is stored; if it cannot be read, `nof1_database_up` 0 and less.

    Times are still exported when the database does not answer, because they remain
    true. What may have changed meanwhile is left out.
    """

    def __init__(
        self,
        health: LatestReading[RecordingHealth],
        drift: LatestReading[float],
        clock: Clock,
    ) -> None:
        self._health = health
        self._drift = drift
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        """Reads, waiting for a few seconds at most."""
        reading = self._health.get()
        yield _gauge(
            "nof1_database_up",
            "1 while the database can be read.",
            (),
            {(): float(reading.error is None)},
        )
        drift = self._drift.get()
        yield _gauge(
            "nof1_source_drift",
            "Changes in what the source serves, noted in the last day.",
            (),
            {(): drift.value if drift.error is None else None},
        )
        if reading.value is None:
            return
        yield from _times(reading.value, self._clock.now())
        if reading.error is None:
            yield from _amounts(reading.value)


def _times(health: RecordingHealth, now: datetime) -> Iterator[Metric]:
    freshness = replace(health.freshness, at=now)
    yield _gauge(
        "nof1_stale",
        "1 for a kind without a success in three intervals, as in /healthz.",
        ("kind",),
        {(kind.value,): kind in freshness.stale for kind in freshness.successes},
    )
    yield _gauge(
        "nof1_silent",
        "1 for a kind that is fetched and has had no news for too long, as in /healthz.",
        ("kind",),
        {(kind.value,): kind in freshness.silent for kind in freshness.successes},
    )
    yield from _timestamp_and_age(
        "nof1_last_success",
        "a kind was last recorded successfully, by any process",
        ("kind",),
        {(kind.value,): time for kind, time in freshness.successes.items()},
        now,
    )
    yield from _timestamp_and_age(
        "nof1_newest_observation",
        "the site observed the newest stored row of a kind (equity: of a source that"
        " dates its own numbers)",
        ("kind", "model"),
        {
            (kind.value, _label(model)): time
            for kind, times in health.observations.items()
            for model, time in times.items()
        },
        now,
    )


def _amounts(health: RecordingHealth) -> Iterator[Metric]:
    rows = health.standings.rows
    yield _gauge(
        "nof1_equity_usd",
        "Cash and unrealized profit of a model, by its freshest trusted source.",
        ("model",),
        {(_model(row),): row.equity for row in rows},
    )
    yield _gauge(
        "nof1_rank",
        "Rank of a model in its season, 1 is best; benchmarks have none.",
        ("model",),
        {(_model(row),): row.rank for row in rows},
    )
    yield _model_names(rows)
    yield _gauge(
        "nof1_model_chat_missing_cycles",
        "Conversations missing between the first and the last that are stored.",
        ("model",),
        {(_label(model),): count for model, count in health.missing_cycles.items()},
    )
    none_rejected = dict.fromkeys((endpoint.value for endpoint in Endpoint), 0)
    yield _gauge(
        "nof1_rejected_rows",
        "Rows and bodies kept as rejected, with their repetitions.",
        ("endpoint",),
        {
            (_label(endpoint),): count
            for endpoint, count in {**none_rejected, **health.rejected}.items()
        },
    )


def _model_names(rows: Sequence[Standing]) -> GaugeMetricFamily:
    names = ("model", "name", "provider", "variant", "benchmark")
    accounts = {_model(row): row.account for row in rows}
    return _gauge(
        "nof1_model_info",
        "Names of a model, to join on the label `model`.",
        names,
        {
            (
                model,
                _label(account.name),
                _label(account.provider),
                _label(account.variant or ""),
                str(account.is_benchmark).lower(),
            ): 1
            for model, account in accounts.items()
        },
    )


def _timestamp_and_age(
    name: str,
    event: str,
    labels: Sequence[str],
    times: Mapping[tuple[str, ...], datetime | None],
    now: datetime,
) -> Iterator[Metric]:
    """The time of an event, and its age for readers whose clock differs."""
    known = {key: time for key, time in times.items() if time is not None}
    yield _gauge(
        f"{name}_timestamp_seconds",
        f"When {event}, Unix time.",
        labels,
        {key: time.timestamp() for key, time in known.items()},
    )
    yield _gauge(
        f"{name}_age_seconds",
        f"Time since {event}.",
        labels,
        {key: (now - time).total_seconds() for key, time in known.items()},
    )


def _gauge(
    name: str, description: str, labels: Sequence[str], samples: Samples
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, description, labels=labels)
    for key, value in samples.items():
        if value is not None:
            family.add_metric(key, float(value))
    return family


def _model(row: Standing) -> str:
    return _label(row.account.account_id)


def _label(text: str) -> str:
    """A text of the site as a label, safe for terminals and web pages."""
    return clean(text)
