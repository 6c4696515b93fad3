"""Prices as somebody who trades learns of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from nof1_tracker.records.history.hyperliquid import Candle


class QuoteSource(StrEnum):
    """Where a price was observed, the finest first."""

    FILL = "fill"
    """What an account of the arena paid or got."""
    SITE = "site"
    """The site's own list of prices."""
    PROMPT = "prompt"
    """The price in a prompt, at the prompt's own time."""
    SERIES = "series"
    """An earlier price in a prompt, which stands for three minutes."""
    CANDLE = "candle"
    """The prices of the exchange over an interval."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The prices of a symbol from `starts_at` until they were known, USD per unit.

    Of a single price all four are equal, and both times too.

    Attributes:
        starts_at: From when on it was the price: only what was ordered before can be
            filled by it.
        known_at: From when on it is known; of a candle, its close.
        funding_rate: Per hour, as a fraction; longs pay shorts where it is positive.
            None where it was not observed.
    """

    symbol: str
    starts_at: datetime
    known_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    source: QuoteSource
    funding_rate: Decimal | None = None


def single_price(
    symbol: str,
    at: datetime,
    price: Decimal,
    source: QuoteSource = QuoteSource.SITE,
    funding_rate: Decimal | None = None,
) -> Quote:
    """A price, USD per unit, that was observed at an instant."""
    return Quote(symbol, at, at, price, price, price, price, source, funding_rate)


SERIES_STEP = timedelta(minutes=3)
"""How long an earlier price of a prompt stands: it is known when these are over."""


def quote_of_candle(candle: Candle) -> Quote:
    """A candle, of which nothing is known before its close."""
    return Quote(
        symbol=candle.symbol,
        starts_at=candle.opened_at,
        known_at=candle.closed_at,
        open=candle.open,
        high=candle.high,
        low=candle.low,
        close=candle.close,
        source=QuoteSource.CANDLE,
    )


def quote_of_series(symbol: str, began_at: datetime, price: Decimal) -> Quote:
    """An earlier price of a prompt; when in its three minutes it stood is not known."""
    known_at = began_at + SERIES_STEP
    source = QuoteSource.SERIES
    return Quote(symbol, began_at, known_at, price, price, price, price, source)
