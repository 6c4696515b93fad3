"""Prices as somebody who trades learns of them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


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
