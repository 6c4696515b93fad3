"""Prices in the order in which they became known. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from nof1_tracker.records.play.quotes import Quote


class PriceFeed:
    """The only door to prices: asked as of a moment, it knows nothing later."""

    def __init__(self, quotes: Iterable[Quote]) -> None:
        """Takes quotes in any order; of one instant, symbol and order decide."""
        self._quotes = sorted(quotes, key=_order)
        self._times = [quote.known_at for quote in self._quotes]
        self._by_symbol: dict[str, _OfSymbol] = {}
        for quote in self._quotes:
            self._by_symbol.setdefault(quote.symbol, _OfSymbol()).add(quote)

    @property
    def symbols(self) -> Collection[str]:
        """All symbols that ever have a price."""
        return self._by_symbol.keys()

    def of_symbol(self, symbol: str) -> Sequence[Quote]:
        """All prices of a symbol, the oldest first, whenever they became known."""
        found = self._by_symbol.get(symbol)
        return found.quotes if found else ()

    def known_by(self, moment: datetime) -> Sequence[Quote]:
        """What is known at that moment, oldest first."""
        return self._quotes[: bisect_right(self._times, moment)]

    def between(self, after: datetime, until: datetime) -> Sequence[Quote]:
        """What became known later than `after`, up to and at `until`."""
        first = bisect_right(self._times, after)
        return self._quotes[first : max(first, bisect_right(self._times, until))]

    def last(self, symbol: str, moment: datetime) -> Quote | None:
        """The newest price of a symbol that is known at that moment."""
        found = self._by_symbol.get(symbol)
        return None if found is None else found.at(bisect_right(found.times, moment))

    def last_before(self, symbol: str, moment: datetime) -> Quote | None:
        """The newest price of a symbol that was known before that moment."""
        found = self._by_symbol.get(symbol)
        return None if found is None else found.at(bisect_left(found.times, moment))

    def last_rate(self, symbol: str, moment: datetime) -> Quote | None:
        """As `last`, of those with a funding rate."""
        found = self._by_symbol.get(symbol)
        if found is None:
            return None
        place = bisect_right(found.rated_times, moment)
        return found.rated[place - 1] if place else None


class _OfSymbol:
    """The prices of one symbol, and those of them that come with a funding rate."""

    def __init__(self) -> None:
        self.quotes: list[Quote] = []
        self.times: list[datetime] = []
        self.rated: list[Quote] = []
        self.rated_times: list[datetime] = []

    def add(self, quote: Quote) -> None:
        self.quotes.append(quote)
        self.times.append(quote.known_at)
        if quote.funding_rate is not None:
            self.rated.append(quote)
            self.rated_times.append(quote.known_at)

    def at(self, count: int) -> Quote | None:
        return self.quotes[count - 1] if count else None


def _order(quote: Quote) -> tuple[object, ...]:
    return quote.known_at, quote.starts_at, quote.symbol, quote.source, quote.close
