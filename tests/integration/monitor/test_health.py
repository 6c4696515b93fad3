"""/healthz and /readyz over real HTTP, on both databases."""

import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Engine, make_url, text

from nof1_tracker.database import models
from nof1_tracker.database.connection import create_db_engine
from nof1_tracker.demo import DemoSite
from nof1_tracker.errors import ConfigurationError
from nof1_tracker.monitor.health import http_server
from nof1_tracker.monitor.health.endpoints import HealthServer
from nof1_tracker.monitor.health.http_server import MOST_CONNECTIONS
from nof1_tracker.records.enums import Kind, RunStatus
from tests.databases import as_text
from tests.fakes import FakeClock
from tests.integration.monitor.served import INTERVAL, Served, serving_health
from tests.integration.monitor.test_process import wait_until
from tests.integration.reading.boards import NOW, Board, ago
from tests.loopback import Gate
from tests.worlds import World, arena_of, midday


def run(board: Board, minutes: float, *kinds: str, **changes: object) -> None:
    """A run that ended so long ago, having stored rows of these kinds."""
    fields = {
        "started_at": ago(minutes=minutes + 1),
        "finished_at": ago(minutes=minutes),
        "transport": "http",
        "origin": "https://nof1.ai",
        "status": RunStatus.COMPLETE,
        "counts": [
            {"kind": kind, "source": "account_totals", "inserted": 1, "rejected": 0}
            for kind in kinds
        ],
    }
    board.add(models.ScrapeRun(**(fields | changes)))


def test_health_is_good_while_every_kind_succeeded_within_three_intervals(
    served: Served, board: Board
) -> None:
    run(board, 40, "leaderboard", "trades")
    run(board, 10, "model_chat")
    status, told = served.get("/healthz")
    assert (status, told["healthy"], told["stale"]) == (200, True, [])
    assert told["max_age_seconds"] == 3 * INTERVAL
    assert told["kinds"]["trades"]["age_seconds"] == pytest.approx(40 * 60 + 10)


def test_health_names_the_stale_kind_and_its_age(served: Served, board: Board) -> None:
    run(board, 44, "leaderboard", "trades")
    run(board, 10, "model_chat")
    assert served.get("/healthz")[0] == 200
    served.clock.advance(60)
    status, told = served.get("/healthz")
    assert (status, told["stale"]) == (503, ["leaderboard", "trades"])
    assert told["kinds"]["trades"] == {
        "last_success": "2025-10-28T06:16:00Z",
        "age_seconds": 44 * 60 + 80,
        "stale": True,
        "newest_observation": None,
        "silent": False,
    }


def test_what_never_succeeded_is_not_healthy(served: Served) -> None:
    status, told = served.get("/healthz")
    assert status == 503
    assert told["kinds"]["trades"]["age_seconds"] is None


def test_failed_killed_and_imported_runs_prove_nothing(
    served: Served, board: Board
) -> None:
    run(board, 5, status=RunStatus.FAILED)
    run(board, 5, finished_at=None, status=RunStatus.RUNNING, counts=None)
    run(board, 5, *Kind, transport="capture")
    run(board, -60, *Kind)  # a clock that was set back since
    assert served.get("/healthz")[1]["stale"] == list(Kind)


def test_rows_prove_what_a_killed_run_could_not_note(
    served: Served, board: Board
) -> None:
    board.snapshot("alpha", "10000", ago(minutes=20))
    board.trade("alpha", "leg", closed_at=ago(minutes=30))
    board.chat("alpha", "chat", timestamp=ago(minutes=2))
    assert served.get("/healthz")[0] == 200


def test_a_row_from_the_future_proves_nothing(served: Served, board: Board) -> None:
    board.chat("alpha", "past", timestamp=ago(hours=3))
    board.chat("alpha", "future", timestamp=NOW + timedelta(days=9))
    chat = served.get("/healthz")[1]["kinds"]["model_chat"]
    assert chat["last_success"] == "2025-10-28T04:00:00Z"


def test_a_site_that_repeats_itself_for_days_is_silent_and_not_stale(
    engine: Engine,
) -> None:
    arena = arena_of()
    with DemoSite(arena, speed=0, at=midday(arena)) as site:
        World(site, engine).scrape()
        # Long after, the frozen site answers 304 or with what is known already.
        later = FakeClock(site.now + timedelta(days=2))
        world = World(site, engine)
        world.clock = later  # type: ignore[assignment]  # it counts its sleeps too
        assert world.scrape().status is RunStatus.COMPLETE
        server = HealthServer(engine, later, INTERVAL, tuple(Kind))
        host, port = server.start("127.0.0.1:0")
        try:
            answer = httpx.get(f"http://{host}:{port}/healthz")
        finally:
            server.stop()
    told = answer.json()
    assert (answer.status_code, told["healthy"]) == (503, False)
    assert (told["stale"], told["silent"]) == ([], ["leaderboard", "model_chat"])


def test_it_is_ready_with_the_right_schema_only(served: Served, engine: Engine) -> None:
    assert served.get("/readyz")[0] == 200
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    status, told = served.get("/readyz")
    assert (status, told["ready"], told["schema"]) == (503, False, "0000")


@pytest.fixture
def gate(migrated_url: str) -> Gate:
    """The way to the database server."""
    url = make_url(migrated_url)
    if url.get_backend_name() == "sqlite":
        pytest.skip("a file has no server to stop")
    return Gate((url.host or "127.0.0.1", url.port or 5432))


def gated(url: str, gate: Gate) -> Engine:
    through = make_url(url).set(host="127.0.0.1", port=gate.port)
    return create_db_engine(as_text(through))


@pytest.mark.postgresql
def test_a_stopped_server_is_told_at_once_and_health_lives_on_what_is_known(
    migrated_url: str, board: Board, gate: Gate
) -> None:
    run(board, 5, *Kind)
    engine = gated(migrated_url, gate)
    with serving_health(engine) as served:
        assert served.get("/readyz")[0] == 200
        assert served.get("/healthz")[0] == 200
        gate.close()
        before = time.monotonic()
        status, told = served.get("/readyz")
        assert time.monotonic() - before < 5
        assert (status, told["ready"], told["schema"]) == (503, False, None)
        assert "The database says" in told["error"]
        assert (make_url(migrated_url).password or "-none-") not in str(told)
        assert served.get("/healthz")[0] == 200
        served.clock.advance(3 * INTERVAL)
        status, told = served.get("/healthz")
        assert (status, told["stale"]) == (503, list(Kind))
        assert "error" in told
    engine.dispose()


@pytest.mark.postgresql
def test_a_silent_server_holds_up_no_answer_and_is_found_again(
    migrated_url: str, board: Board, gate: Gate
) -> None:
    board.snapshot("alpha", "10000", ago(minutes=20))
    engine = gated(migrated_url, gate)
    with serving_health(engine) as served:
        assert served.value("nof1_equity_usd", model="alpha") == 10000
        gate.fall_silent()
        before = time.monotonic()
        assert served.get("/readyz")[0] == 503
        assert time.monotonic() - before < 6  # 3 are waited
        before = time.monotonic()
        assert served.value("nof1_database_up") == 0
        assert time.monotonic() - before < 10  # 5 are waited; Prometheus gives 10
        assert "no answer within" in served.get("/readyz")[1]["error"]
        gate.speak()
        deadline = time.monotonic() + 20
        while served.get("/readyz")[0] != 200:
            assert time.monotonic() < deadline
        assert served.value("nof1_equity_usd", model="alpha") == 10000
    gate.close()
    engine.dispose()


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "broken.db"
    file.write_bytes(b"this is not a database" * 100)
    engine = create_db_engine(f"sqlite:///{file}")
    with serving_health(engine) as served:
        status, told = served.get("/readyz")
        assert (status, "not a database" in told["error"]) == (503, True)
        assert served.get("/healthz")[0] == 503
        assert served.value("nof1_database_up") == 0
    engine.dispose()


# --- the server ---------------------------------------------------------------


def test_other_paths_are_not_found_and_name_those_that_are(served: Served) -> None:
    status, told = served.get("/admin")
    assert (status, told["paths"]) == (404, ["/healthz", "/readyz", "/metrics"])


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
def test_a_probe_by_head_gets_the_status_alone(served: Served, path: str) -> None:
    answer = httpx.head(served.url + path)
    assert (answer.status_code, answer.content) == (
        httpx.get(served.url + path).status_code,
        b"",
    )


def test_it_stops_at_once_though_a_client_says_nothing(engine: Engine) -> None:
    server = HealthServer(engine, FakeClock(NOW), INTERVAL, tuple(Kind))
    address = server.start("127.0.0.1:0")
    with socket.create_connection(address):
        before = time.monotonic()
        server.stop()
        server.stop()
        assert time.monotonic() - before < 2
        with pytest.raises(OSError, match=r"refused"):
            socket.create_connection(address, timeout=5)
    assert "http" not in {thread.name for thread in threading.enumerate()}


def test_an_address_in_use_is_a_wrong_setting(served: Served, engine: Engine) -> None:
    taken = served.url.removeprefix("http://")
    other = HealthServer(engine, FakeClock(NOW), INTERVAL, tuple(Kind))
    with pytest.raises(ConfigurationError, match=r"in use.*--listen"):
        other.start(taken)


@pytest.fixture
def many_files() -> Iterator[None]:
    """Room for the sockets of a thousand clients in this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 3000:
        pytest.skip("the system allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 3000), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_files")
def test_a_thousand_slow_clients_take_little_and_keep_nobody_out(
    served: Served,
) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    threads = threading.active_count()
    with ExitStack() as ends:
        for number in range(1000):
            slow = socket.create_connection((host, int(port)), timeout=10)
            ends.callback(slow.close)
            slow.sendall(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
            if number % 250 == 0:
                assert served.get("/healthz")[0] == 503
        assert served.get("/healthz")[0] == 503
        assert served.metrics()
        wait_until(lambda: threading.active_count() <= threads + MOST_CONNECTIONS + 3)


def test_a_client_that_is_slow_for_too_long_is_left(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "DEADLINE", 0.3)
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as slow:
        slow.sendall(b"GET /healthz HTTP/1.1\r\n")
        assert slow.recv(1) == b""
    assert served.get("/healthz")[0] == 503
