"""Prices as they are read from the tables: as of a moment, and nothing later."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.demo.exchange.exchange_server import DemoExchange
from nof1_tracker.records.play.quotes import Quote, QuoteSource
from tests.integration.backfill.exchange_worlds import fill_in
from tests.integration.verify.verified import imported
from tests.worlds import arena_of, write_captures

ARENA = arena_of(days=0.2)


@pytest.fixture
def recorded(engine: Engine, tmp_path: Path) -> Engine:
    """The end of an arena as the site served it, and its whole record of the exchange."""
    write_captures(ARENA, tmp_path, ARENA.end)
    imported(engine, tmp_path)
    with DemoExchange(ARENA) as exchange:
        fill_in(engine, ARENA, exchange)
    return engine


def _read(engine: Engine, minutes: float) -> list[Quote]:
    """All that was known that long before the arena's end."""
    with UnitOfWork(engine) as unit:
        prices = unit.repositories.known_prices
        moment = ARENA.end - timedelta(minutes=minutes)
        return sorted(prices.quotes((), ARENA.start, moment), key=repr)


def test_nothing_that_became_known_later_is_read(recorded: Engine) -> None:
    everything = _read(recorded, 0)
    assert {quote.source for quote in everything} == set(QuoteSource)
    for minutes in (0.5, 2, 3, 10, 59.9, 60.1, 150):
        moment = ARENA.end - timedelta(minutes=minutes)
        assert _read(recorded, minutes) == [
            quote for quote in everything if quote.known_at <= moment
        ]

    with UnitOfWork(recorded) as unit:
        prices = unit.repositories.known_prices
        bitcoin = prices.quotes(("btc",), ARENA.start, ARENA.end)
        assert {quote.symbol for quote in bitcoin} == {"BTC"}
        assert "DOGE" in prices.symbols(ARENA.start, ARENA.end)
