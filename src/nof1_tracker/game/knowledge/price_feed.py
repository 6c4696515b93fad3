"""Prices in the order in which they became known. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime

from nof1_tracker.records.play.quotes import Quote


class PriceFeed:
    """The only door to prices: asked as of a moment, it knows nothing later."""

    def __init__(self, quotes: Iterable[Quote]) -> None:
        """Takes quotes in any order; of one instant, symbol and order decide."""
        self._quotes = sorted(quotes, key=_order)
        self._times = [quote.known_at for quote in self._quotes]

    def known_by(self, moment: datetime) -> Sequence[Quote]:
        """What is known at that moment, oldest first."""
        return self._quotes[: bisect_right(self._times, moment)]

    def between(self, after: datetime, until: datetime) -> Sequence[Quote]:
        """What became known later than `after`, up to and at `until`."""
        first = bisect_right(self._times, after)
        return self._quotes[first : max(first, bisect_right(self._times, until))]

    def last(self, symbol: str, moment: datetime) -> Quote | None:
        """The newest price of a symbol that is known at that moment."""
        known = reversed(self.known_by(moment))
        return next((quote for quote in known if quote.symbol == symbol), None)


def _order(quote: Quote) -> tuple[object, ...]:
    return quote.known_at, quote.starts_at, quote.symbol, quote.source, quote.close
