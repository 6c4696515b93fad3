"""Serves the monitor's HTTP endpoints: /healthz, /readyz and /metrics."""

import json
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, make_wsgi_app

from nof1_tracker.analyzer.freshness import Freshness
from nof1_tracker.clock import Clock
from nof1_tracker.database.connection import Engine
from nof1_tracker.database.engine.schema import SCHEMA_HEAD, current_revision
from nof1_tracker.monitor.cycle_report import CycleReport
from nof1_tracker.monitor.health.cycle_metrics import CycleMetrics, watch_waiting
from nof1_tracker.monitor.health.http_server import Address, HttpServer, parse_address
from nof1_tracker.monitor.health.latest_reading import LatestReading
from nof1_tracker.monitor.health.stored_metrics import StoredMetrics
from nof1_tracker.records.archive.archive_positions import Waiting
from nof1_tracker.records.enums import STALE_INTERVALS, Kind
from nof1_tracker.rendering.programs.freshness import freshness_object
from nof1_tracker.services.read import read_freshness, read_health

log = logging.getLogger(__name__)

DEFAULT_ADDRESS = "127.0.0.1:9464"
_METRICS_MAX_AGE = 5
"""Seconds: several Prometheus servers that ask together cost one reading."""
_METRICS_DEADLINE = 5
"""Seconds: a million snapshots and half a million conversations take one."""

Body = tuple[HTTPStatus, Mapping[str, Any]]


class HealthServer:
    """Answers health checks and Prometheus in a thread beside the loop.

    Everything it reports about recording comes from the database, so that a standby
    monitor reports the success of the one that scrapes, as `status --check` does. No
    answer waits for the database for more than a few seconds.

    Args:
        interval_seconds: Interval of the loop; a kind is stale after three of them.
        kinds: The watched kinds.
        waiting: Returns what is recorded and not stored; None where nothing is recorded.
        drift: Returns how many changes of the source were noted recently; called in
            the same way as the database is read.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        interval_seconds: float,
        kinds: Collection[Kind],
        *,
        waiting: Callable[[], Waiting] | None = None,
        drift: Callable[[], float] = lambda: 0,
    ) -> None:
        self._waiting = waiting
        self._clock = clock
        max_age = timedelta(seconds=STALE_INTERVALS * interval_seconds)
        self._freshness = LatestReading(
            "health",
            lambda: read_freshness(engine, clock.now(), kinds, max_age),
            clock,
        )
        self._never = Freshness(clock.now(), max_age, dict.fromkeys(kinds))
        self._revision = LatestReading(
            "schema", lambda: current_revision(engine), clock, max_age=1
        )
        self._stored = LatestReading(
            "metrics",
            lambda: read_health(engine, clock.now(), kinds, max_age),
            clock,
            max_age=_METRICS_MAX_AGE,
            deadline=_METRICS_DEADLINE,
        )
        registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._cycles = CycleMetrics(registry, interval_seconds)
        drift_reading = LatestReading("drift", drift, clock, max_age=_METRICS_MAX_AGE)
        registry.register(StoredMetrics(self._stored, drift_reading, clock))
        if waiting is not None:
            watch_waiting(registry, waiting)
        self._metrics = make_wsgi_app(registry)
        self._server: HttpServer | None = None

    def start(self, address: str = DEFAULT_ADDRESS) -> Address:
        """Listens on HOST:PORT; returns the address. Port 0 takes a free port.

        Raises:
            ConfigurationError: The address is not valid, or cannot be listened on.
        """
        self._server = HttpServer(parse_address(address), self._answer)
        host, port = self._server.address
        log.info("Health is served at http://%s:%s", host, port)
        return host, port

    def stop(self) -> None:
        """Stops listening. May be called twice, and before `start`."""
        server, self._server = self._server, None
        if server is not None:
            server.stop()

    def cycle_ended(self, report: CycleReport) -> None:
        """Counts a cycle; what it stored is read at the next request."""
        self._cycles.observe(report)
        self._freshness.expire()
        self._stored.expire()

    def _answer(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """The WSGI application."""
        is_head = environ["REQUEST_METHOD"] == "HEAD"
        if is_head:
            environ = {**environ, "REQUEST_METHOD": "GET"}
        pages = {"/healthz": self._health, "/readyz": self._readiness}
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            body = self._metrics(environ, start_response)
        else:
            body = _write_json(pages.get(path, _not_found)(), start_response)
        return () if is_head else body

    def _health(self) -> Body:
        reading = self._freshness.get()
        freshness = replace(reading.value or self._never, at=self._clock.now())
        status = _status(is_good=freshness.is_healthy)
        told = freshness_object(freshness) | _trouble(reading.error)
        return status, told if self._waiting is None else told | self._archive()

    def _archive(self) -> dict[str, Any]:
        """What is recorded, and not stored yet."""
        waiting = self._waiting() if self._waiting is not None else Waiting()
        since = waiting.since and waiting.since.isoformat(timespec="seconds")
        return {"archive": {"waiting": waiting.count, "since": since}}

    def _readiness(self) -> Body:
        reading = self._revision.get()
        is_ready = reading.error is None and reading.value == SCHEMA_HEAD
        content = {
            "ready": is_ready,
            "schema": reading.value if reading.error is None else None,
            "schema_wanted": SCHEMA_HEAD,
        }
        return _status(is_good=is_ready), content | _trouble(reading.error)


def _status(*, is_good: bool) -> HTTPStatus:
    return HTTPStatus.OK if is_good else HTTPStatus.SERVICE_UNAVAILABLE


def _trouble(error: str | None) -> dict[str, str]:
    return {} if error is None else {"error": error}


def _not_found() -> Body:
    return HTTPStatus.NOT_FOUND, {"paths": ["/healthz", "/readyz", "/metrics"]}


def _write_json(body: Body, start_response: Callable[..., Any]) -> list[bytes]:
    status, content = body
    headers = [
        ("Content-Type", "application/json"),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response(f"{status.value} {status.phrase}", headers)
    return [json.dumps(content, indent=2).encode() + b"\n"]
