"""Reads prices as of a moment: from the site, prompts, candles and the arena's fills."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from nof1_tracker.database.exchange.exchange_tables import stored_candle
from nof1_tracker.database.exchange_models import CandleRow, FillRow
from nof1_tracker.database.models import Price, Trade
from nof1_tracker.database.read.filters import is_symbol
from nof1_tracker.records.enums import PriceSource
from nof1_tracker.records.play.quotes import (
    SERIES_STEP,
    Quote,
    QuoteSource,
    quote_of_candle,
    quote_of_series,
    single_price,
)

_SOURCES = {
    PriceSource.CRYPTO_PRICES: QuoteSource.SITE,
    PriceSource.MODEL_CHAT: QuoteSource.PROMPT,
}


class KnownPriceQueries:
    """Queries of prices by when they became known; nothing later is ever read."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def quotes(
        self, symbols: Sequence[str], since: datetime, moment: datetime
    ) -> Sequence[Quote]:
        """The prices that became known from `since` up to and at the moment.

        In no order. Candles are those of the shortest interval that is stored.

        Args:
            symbols: As served, or without a venue; empty for all.
        """
        sources = (self._prices, self._series, self._fills, self._ends, self._candles)
        return [quote for each in sources for quote in each(symbols, since, moment)]

    def symbols(self, since: datetime, moment: datetime) -> Sequence[str]:
        """The symbols with a price in that time, by name."""
        return sorted({each.symbol for each in self.quotes((), since, moment)})

    def _rows(
        self,
        query: Select[*tuple[Any, ...]],
        symbol: InstrumentedAttribute[str],
        known_at: ColumnElement[datetime] | InstrumentedAttribute[Any],
        asked: tuple[Sequence[str], datetime, datetime],
    ) -> Iterator[Any]:
        symbols, since, moment = asked
        query = query.where(known_at >= since, known_at <= moment)
        if symbols:
            query = query.where(is_symbol(symbol, symbols))
        yield from self._session.execute(query)

    def _prices(
        self, symbols: Sequence[str], since: datetime, moment: datetime
    ) -> Iterator[Quote]:
        query = select(
            Price.symbol,
            Price.observed_at,
            Price.price,
            Price.source,
            Price.funding_rate,
        ).where(Price.source != PriceSource.MODEL_CHAT_SERIES)
        asked = (symbols, since, moment)
        for row in self._rows(query, Price.symbol, Price.observed_at, asked):
            source = _SOURCES[row.source]
            yield single_price(
                row.symbol, row.observed_at, row.price, source, row.funding_rate
            )

    def _series(
        self, symbols: Sequence[str], since: datetime, moment: datetime
    ) -> Iterator[Quote]:
        query = select(Price.symbol, Price.observed_at, Price.price).where(
            Price.source == PriceSource.MODEL_CHAT_SERIES
        )
        # What began within the last three minutes is not known yet.
        asked = (symbols, since - SERIES_STEP, moment - SERIES_STEP)
        for row in self._rows(query, Price.symbol, Price.observed_at, asked):
            yield quote_of_series(row.symbol, row.observed_at, row.price)

    def _fills(
        self, symbols: Sequence[str], since: datetime, moment: datetime
    ) -> Iterator[Quote]:
        query = select(FillRow.symbol, FillRow.filled_at, FillRow.price)
        asked = (symbols, since, moment)
        for row in self._rows(query, FillRow.symbol, FillRow.filled_at, asked):
            yield _filled(row.symbol, row.filled_at, row.price)

    def _ends(
        self, symbols: Sequence[str], since: datetime, moment: datetime
    ) -> Iterator[Quote]:
        """The two ends of the legs that the site served: they are fills as well."""
        asked = (symbols, since, moment)
        ends: tuple[tuple[Any, Any], ...] = (
            (Trade.opened_at, Trade.entry_price),
            (Trade.closed_at, Trade.exit_price),
        )
        for at, price in ends:
            query = select(Trade.symbol, at.label("at"), price.label("price")).where(
                price > 0, Trade.opened_at_known, Trade.oddity.is_(None)
            )
            for row in self._rows(query, Trade.symbol, at, asked):
                yield _filled(row.symbol, row.at, row.price)

    def _candles(
        self, symbols: Sequence[str], since: datetime, moment: datetime
    ) -> Iterator[Quote]:
        interval = self._shortest_interval()
        if interval is None:
            return
        query = select(CandleRow).where(
            CandleRow.interval == interval,
            CandleRow.closed_at >= since,
            CandleRow.closed_at <= moment,
        )
        if symbols:
            query = query.where(is_symbol(CandleRow.symbol, symbols))
        for row in self._session.scalars(query):
            yield quote_of_candle(stored_candle(row))

    def _shortest_interval(self) -> str | None:
        stored: Collection[str] = self._session.scalars(
            select(CandleRow.interval).distinct()
        ).all()
        return min(stored, key=_minutes, default=None)


_UNITS = {"m": 1, "h": 60, "d": 1440, "w": 10_080, "M": 43_200}


def _minutes(interval: str) -> int:
    """The length of a candle as the exchange writes it: 15m, 1h, 1d."""
    return int(interval[:-1]) * _UNITS[interval[-1]]


def _filled(symbol: str, at: datetime, price: Decimal) -> Quote:
    return single_price(symbol, at, price, QuoteSource.FILL)
