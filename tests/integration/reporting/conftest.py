"""A board to write rows on."""

import pytest
from sqlalchemy import Engine

from tests.integration.reading.boards import Board


@pytest.fixture
def board(engine: Engine) -> Board:
    return Board(engine)
