"""The database goes away in the midst of a cycle; the monitor stays."""

from collections.abc import Iterator

import pytest

from tests.faults.outages import (
    NoServerError,
    Server,
    cut_connections,
    private_server,
    stop_and_start,
)

pytestmark = [pytest.mark.faults, pytest.mark.postgresql]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    try:
        with private_server() as server:
            yield server
    except NoServerError as error:
        pytest.skip(f"NO PRIVATE POSTGRESQL: {error}")


def test_a_server_that_is_stopped_and_started_costs_no_row(server: Server) -> None:
    figures = stop_and_start(server, times=2, seed=1)
    assert figures.missing == []
    assert figures.exit_code == 0


def test_connections_that_are_cut_cost_no_row(migrated_postgresql_url: str) -> None:
    figures = cut_connections(migrated_postgresql_url, times=4, seed=2)
    assert figures.missing == []
    assert figures.ended >= 4
    assert figures.exit_code == 0
