"""A clock, tables and a receiver for every test of alerts."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.fakes import FakeClock
from tests.integration.alerts.tables import Tables
from tests.receiver import Receiver, receiving


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def tables(engine: Engine, clock: FakeClock) -> Tables:
    return Tables(engine, clock)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as each:
        yield each
