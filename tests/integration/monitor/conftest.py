"""A board to write rows on, and a server that tells of them."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.integration.monitor.served import Served, serving_health
from tests.integration.reading.boards import Board


@pytest.fixture
def board(engine: Engine) -> Board:
    return Board(engine)


@pytest.fixture
def served(engine: Engine) -> Iterator[Served]:
    with serving_health(engine) as served:
        yield served
