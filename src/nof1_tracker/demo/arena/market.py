"""Prices of the simulated arena: one random walk per instrument, minute by minute."""

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MINUTE = 60.0
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Instrument:
    """A perpetual that the models may trade.

    Attributes:
        symbol: As spelled in trades and positions, e.g. "BTC" or "xyz:NVDA".
        ticker: As spelled in the prices, e.g. "NVDA".
        first_price: USD at the start of the season.
        decimals: Decimals of a mid price; a fill has one decimal (half a tick) less.
        lot: Smallest tradable quantity; an integer lot is served as an integer.
        volatility: Standard deviation of the return of one minute.
    """

    symbol: str
    ticker: str
    first_price: float
    decimals: int
    lot: float
    volatility: float


COINS = (
    Instrument("BTC", "BTC", 107_000.0, 1, 0.01, 0.00050),
    Instrument("ETH", "ETH", 3_840.0, 2, 0.01, 0.00075),
    Instrument("SOL", "SOL", 184.0, 3, 0.01, 0.00090),
    Instrument("BNB", "BNB", 1_085.0, 2, 0.01, 0.00080),
    Instrument("DOGE", "DOGE", 0.187, 6, 1.0, 0.00095),
    Instrument("XRP", "XRP", 2.34, 5, 1.0, 0.00085),
)
STOCKS = (
    Instrument("xyz:TSLA", "TSLA", 404.0, 2, 0.01, 0.00070),
    Instrument("xyz:XYZ100", "XYZ100", 24_600.0, 1, 0.001, 0.00030),
    Instrument("xyz:NVDA", "NVDA", 186.0, 3, 0.01, 0.00060),
    Instrument("xyz:MSFT", "MSFT", 487.0, 2, 0.01, 0.00035),
    Instrument("xyz:AMZN", "AMZN", 222.0, 3, 0.01, 0.00045),
    Instrument("xyz:GOOGL", "GOOGL", 292.0, 2, 0.01, 0.00045),
    Instrument("xyz:PLTR", "PLTR", 165.0, 3, 0.01, 0.00085),
)


def noise(*keys: int) -> float:
    """A number in [0, 1) that depends only on the keys, not on the order of calls."""
    mixed = 0x9E3779B97F4A7C15
    for key in keys:
        mixed = ((mixed ^ key) * 0xBF58476D1CE4E5B9) & _MASK
        mixed ^= mixed >> 31
        mixed = (mixed * 0x94D049BB133111EB) & _MASK
        mixed ^= mixed >> 29
    return mixed / (_MASK + 1)


def number(value: float) -> int | float:
    """The value as JSON.stringify writes it: whole numbers have no fraction."""
    whole = int(value)
    return whole if whole == value else value


class Market:
    """Mid and fill prices at any instant; seconds count from the season's start."""

    def __init__(
        self, seed: int, instruments: Sequence[Instrument], minutes: int
    ) -> None:
        self.instruments = {each.symbol: each for each in instruments}
        self.paths = {
            each.symbol: _walk(random.Random(seed * 1009 + index), each, minutes)
            for index, each in enumerate(instruments)
        }

    def only(self, symbols: Iterable[str]) -> "Market":
        """The same prices, restricted to those instruments."""
        part = Market.__new__(Market)
        part.instruments = {symbol: self.instruments[symbol] for symbol in symbols}
        part.paths = self.paths
        return part

    def mid(self, symbol: str, seconds: float) -> float:
        """USD, to half a tick, interpolated between the minutes."""
        path = self.paths[symbol]
        place = min(max(seconds / MINUTE, 0.0), len(path) - 1.001)
        minute = int(place)
        here, after = path[minute], path[minute + 1]
        decimals = self.instruments[symbol].decimals
        step = 5 * 10.0**-decimals
        price = here + (after - here) * (place - minute)
        return round(round(price / step) * step, decimals)

    def fill(self, symbol: str, seconds: float, direction: int) -> float:
        """The fill price, USD: a tick worse than the mid. A `direction` of +1 buys."""
        decimals = self.instruments[symbol].decimals - 1
        tick = 10.0**-decimals
        return round(self.mid(symbol, seconds) + direction * tick * 0.51, decimals)

    def first_crossing(
        self, symbol: str, after: float, before: float, low: float, high: float
    ) -> float | None:
        """Seconds of the first minute at which the price has left (low, high)."""
        path = self.paths[symbol]
        first = int(after / MINUTE) + 1
        last = min(int(before / MINUTE), len(path) - 1)
        for minute in range(first, last):
            if not low < path[minute] < high:
                return minute * MINUTE
        return None


def _walk(rng: random.Random, instrument: Instrument, minutes: int) -> list[float]:
    """Log prices with a slow drift that changes direction every few hours."""
    log_price = math.log(instrument.first_price)
    volatility = instrument.volatility
    path = []
    drift = 0.0
    for minute in range(minutes + 2):
        if minute % 240 == 0:
            drift = rng.gauss(0.0, volatility * 0.05)
        path.append(math.exp(log_price))
        log_price += drift + rng.gauss(0.0, volatility)
    return path
