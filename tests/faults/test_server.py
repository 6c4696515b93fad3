"""What clients and the database may do to the server, and how it ends all the same."""

import shutil
import signal
import socket
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import Engine, insert, make_url

from nof1_tracker.database.models import Price
from nof1_tracker.records.enums import PriceSource
from tests.integration.reading.boards import ago
from tests.integration.web.served import address_of, started
from tests.loopback import Gate
from tests.worlds import engine_on

pytestmark = pytest.mark.faults
HALF_OPEN = 100
ROWS = 60_000
"""Several megabytes: more than the buffers between two processes hold."""


def _connected(url: str, sent: bytes) -> socket.socket:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    connection = socket.create_connection((parts.hostname, parts.port))
    connection.sendall(sent)
    return connection


@pytest.mark.parametrize("sent", [b"", b"GET /api/v1/seasons HTTP/1.1\r\nHost: loc"])
def test_half_open_connections_keep_nobody_waiting_nor_the_server_from_ending(
    sqlite_url: str, sent: bytes
) -> None:
    with started(sqlite_url, "--port", "0") as process:
        url = address_of(process)
        held = [_connected(url, sent) for _ in range(HALF_OPEN)]
        answer = httpx.get(f"{url}api/v1/seasons", timeout=60)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        for each in held:
            each.close()

    assert answer.status_code == 200
    assert (process.returncode, errors) == (0, "")


def test_who_takes_a_list_slowly_keeps_nobody_waiting_nor_the_server_from_ending(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    file = tmp_path / "prices.db"
    shutil.copy(migrated_sqlite, file)
    url = f"sqlite:///{file}"
    with engine_on(url) as engine:
        _fill(engine)
    asked = b"GET /api/v1/prices?format=jsonl HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with started(url, "--port", "0") as process:
        base = address_of(process)
        slow = _connected(base, asked)
        begun = slow.recv(100)
        answer = httpx.get(f"{base}api/v1/prices?limit=1", timeout=60)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        slow.close()

    assert begun.startswith(b"HTTP/1.1 200")
    assert answer.status_code == 200
    assert process.returncode == 0


@pytest.mark.postgresql
def test_without_its_database_it_says_so_and_ends_well(
    migrated_postgresql_url: str,
) -> None:
    server = make_url(migrated_postgresql_url)
    gate = Gate((server.host or "127.0.0.1", server.port or 5432))
    through = server.set(host="127.0.0.1", port=gate.port)
    with started(
        through.render_as_string(hide_password=False), "--port", "0"
    ) as process:
        url = address_of(process)
        before = httpx.get(f"{url}api/v1/seasons", timeout=60)
        gate.close()
        meanwhile = httpx.get(f"{url}api/v1/seasons", timeout=60)
        alive = httpx.get(f"{url}openapi.json", timeout=60)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)

    assert before.status_code == 200
    assert meanwhile.status_code == 503
    assert int(meanwhile.headers["retry-after"]) > 0
    assert alive.status_code == 200
    assert process.returncode == 0


def _fill(engine: Engine) -> None:
    start = ago(hours=100)
    rows = [
        {
            "symbol": "BTC",
            "source": PriceSource.CRYPTO_PRICES,
            "observed_at": start + timedelta(seconds=number),
            "price": Decimal(number),
        }
        for number in range(1, ROWS)
    ]
    with engine.begin() as connection:
        connection.execute(insert(Price), rows)
