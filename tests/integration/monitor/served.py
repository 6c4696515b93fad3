"""A health server on loopback, and what it answers."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from nof1_tracker.monitor.health.endpoints import HealthServer
from nof1_tracker.records.enums import Kind
from tests.fakes import FakeClock
from tests.integration.reading.boards import NOW

INTERVAL = 900
"""Seconds; a kind is stale after three."""

Sample = tuple[str, tuple[tuple[str, str], ...]]


@dataclass
class Served:
    """A running server; its clock stands at NOW until it is advanced."""

    server: HealthServer
    clock: FakeClock
    url: str

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        """The status and the JSON of a page, read anew."""
        self.clock.advance(10)
        response = httpx.get(self.url + path, timeout=30)
        return response.status_code, json.loads(response.text)

    def metrics(self) -> Mapping[Sample, float]:
        """Every sample of /metrics by its name and labels, read anew.

        Fails where one is there twice, as Prometheus would.
        """
        self.clock.advance(10)
        response = httpx.get(self.url + "/metrics", timeout=30)
        assert response.status_code == 200
        found: dict[Sample, float] = {}
        for family in text_string_to_metric_families(response.text):
            for sample in family.samples:
                key = sample.name, tuple(sorted(sample.labels.items()))
                assert key not in found
                found[key] = sample.value
        return found

    def value(self, name: str, **labels: str) -> float | None:
        """One sample of /metrics, read anew; None where it is absent."""
        return self.metrics().get((name, tuple(sorted(labels.items()))))


@contextmanager
def serving_health(engine: Engine, **options: Any) -> Iterator[Served]:
    clock = FakeClock(NOW)
    server = HealthServer(engine, clock, INTERVAL, tuple(Kind), **options)
    host, port = server.start("127.0.0.1:0")
    try:
        yield Served(server, clock, f"http://{host}:{port}")
    finally:
        server.stop()
