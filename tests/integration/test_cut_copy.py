"""A server that ends the session in the midst of a COPY."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from sqlalchemy import Column, MetaData, Numeric, Table

from nof1_tracker.database.columns.bulk_load import staged
from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.errors import DatabaseError
from tests.integration.monitor.test_leadership import end_sessions
from tests.worlds import engine_on

pytestmark = pytest.mark.postgresql

PRICES = Table(
    "prices_to_be", MetaData(), Column("price", Numeric), Column("spread", Numeric)
)
ROW = {"price": Decimal(1), "spread": Decimal(0)}


@dataclass
class Cut:
    """A value that ends the session of its writer when it is written."""

    url: str

    def __str__(self) -> str:
        assert end_sessions(self.url, "nof1-tracker") == 1
        return "1"


class Wrong:
    """A value that cannot be written."""

    def __str__(self) -> str:
        return str(1 / 0)


def copy(url: str, value: object) -> None:
    """Copies many rows, one of which has that value in the midst of the others."""
    rows: list[dict[str, object]] = [dict(ROW) for _ in range(100_000)]
    rows[20_000]["price"] = value
    with (
        engine_on(url) as engine,
        UnitOfWork(engine, writes=True) as unit,
        staged(unit.session.connection(), PRICES, rows),
    ):
        pass


def test_it_is_a_failure_of_the_database_and_prints_nothing(
    postgresql_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DatabaseError) as caught:
        copy(postgresql_url, Cut(postgresql_url))
    assert ".read()" not in caught.value.message
    assert capfd.readouterr() == ("", "")


def test_an_error_of_ours_is_not_one_of_the_database(postgresql_url: str) -> None:
    with pytest.raises(ZeroDivisionError):
        copy(postgresql_url, Wrong())
