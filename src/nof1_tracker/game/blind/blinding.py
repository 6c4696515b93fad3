"""The names, prices and clock of a window, changed so that memory is of no use.

It hides from memory and not from programs: one that holds the record can find the window
by the shape of its curves. So results of programs are ranked on their own.

The game itself is played on the real market. Blinding is at its door: what goes out is
blinded, and what comes in is mapped back. Prices are multiplied by a factor for each
symbol and quantities divided by it, so that every amount of money stays the same.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Context, Decimal
from typing import Final

from nof1_tracker.errors import ConfigurationError

LOWEST_PRICE: Final = Decimal(50)
HIGHEST_PRICE: Final = Decimal(500)
"""The first price of every symbol is blinded into [lowest, highest)."""
LEAST_SECRET: Final = 16
"""Bytes."""
COLOURS: Final = (
    "#2f7fbf",
    "#b8651b",
    "#2e8b57",
    "#c0504d",
    "#7a6fb5",
    "#8c6d46",
    "#c2569a",
    "#6f7f32",
    "#1f8f96",
    "#7f7f7f",
)
"""Told apart on white and on black; beyond ten accounts they repeat."""
_EXACT: Final = Context(prec=60)
_TWOS: Final = range(-9, 10)
_FIVES: Final = range(-6, 7)


@dataclass(frozen=True, slots=True)
class BlindSymbol:
    """A symbol as it is shown.

    Attributes:
        factor, inverse: What prices and quantities are multiplied by; both are exact.
    """

    alias: str
    factor: Decimal
    inverse: Decimal


@dataclass(frozen=True, slots=True)
class BlindAccount:
    """A competing account as it is shown; the colour is #rrggbb."""

    alias: str
    colour: str


@dataclass(frozen=True, slots=True)
class Blinding:
    """How one window is blinded.

    Attributes:
        start: When the window starts; times are shown as what has passed since.
        highest_leverage: The least of the symbols' maxima, which holds for all: the
            maxima themselves would name the symbols.
    """

    start: datetime
    symbols: Mapping[str, BlindSymbol]
    accounts: Mapping[str, BlindAccount]
    highest_leverage: int

    def price(self, symbol: str, price: Decimal) -> Decimal:
        """A real price as it is shown, USD per unit."""
        return _EXACT.multiply(price, self._shown(symbol).factor)

    def quantity(self, symbol: str, quantity: Decimal) -> Decimal:
        """A real quantity as it is shown, units."""
        return _EXACT.multiply(quantity, self._shown(symbol).inverse)

    def elapsed(self, at: datetime) -> timedelta:
        """A real time as it is shown."""
        return at - self.start

    def real_symbol(self, alias: str) -> str:
        """The symbol that is shown under that name.

        Raises:
            ConfigurationError: There is none.
        """
        for symbol, shown in self.symbols.items():
            if shown.alias == alias:
                return symbol
        raise _unknown(alias, (each.alias for each in self.symbols.values()))

    def real_price(self, alias: str, price: Decimal) -> Decimal:
        """A shown price, such as that of a limit order, as it really is.

        Raises:
            ConfigurationError: There is no such symbol.
        """
        shown = self._shown(self.real_symbol(alias))
        return _EXACT.multiply(price, shown.inverse)

    def real_quantity(self, alias: str, quantity: Decimal) -> Decimal:
        """A shown quantity as it really is.

        Raises:
            ConfigurationError: There is no such symbol.
        """
        shown = self._shown(self.real_symbol(alias))
        return _EXACT.multiply(quantity, shown.factor)

    def real_time(self, elapsed: timedelta) -> datetime:
        """A shown time as it really is."""
        return self.start + elapsed

    def _shown(self, symbol: str) -> BlindSymbol:
        if symbol not in self.symbols:
            raise _unknown(symbol, self.symbols)
        return self.symbols[symbol]


def draw_blinding(
    secret: bytes,
    window_id: str,
    start: datetime,
    first_prices: Mapping[str, Decimal],
    highest_leverages: Mapping[str, int],
    accounts: Iterable[str],
) -> Blinding:
    """The blinding of a window: the same for everybody who plays it, and every time.

    Args:
        secret: Known to the server alone; without it the draw cannot be repeated.
        first_prices: The first price of each symbol in the window, USD per unit, > 0.
        highest_leverages: The maximum leverage of each of these symbols.
        accounts: Ids of the competing accounts.

    Raises:
        ValueError: The secret is too short, or there is no symbol.
    """
    if len(secret) < LEAST_SECRET:
        raise ValueError(f"the secret must have at least {LEAST_SECRET} bytes")
    if not first_prices:
        raise ValueError(f"the window {window_id} has no symbol")

    def drawn(what: str) -> int:
        digest = hmac.digest(secret, f"{window_id}\0{what}".encode(), "sha256")
        return int.from_bytes(digest)

    symbols = _in_drawn_order(first_prices, lambda each: drawn(f"symbol\0{each}"))
    traders = _in_drawn_order(accounts, lambda each: drawn(f"account\0{each}"))
    return Blinding(
        start=start,
        symbols={
            symbol: _blind_symbol(
                place, first_prices[symbol], drawn(f"factor\0{symbol}")
            )
            for place, symbol in enumerate(symbols)
        },
        accounts={
            account: BlindAccount(f"Trader {place + 1}", COLOURS[place % len(COLOURS)])
            for place, account in enumerate(traders)
        },
        highest_leverage=min(highest_leverages[symbol] for symbol in symbols),
    )


def _in_drawn_order(names: Iterable[str], drawn: Callable[[str], int]) -> Sequence[str]:
    return sorted(set(names), key=lambda each: (drawn(each), each))


def _blind_symbol(place: int, first_price: Decimal, number: int) -> BlindSymbol:
    pairs = _factors_for(first_price)
    factor, inverse = pairs[number % len(pairs)]
    return BlindSymbol(f"Market {_letters(place)}", factor, inverse)


def _factors_for(first_price: Decimal) -> Sequence[tuple[Decimal, Decimal]]:
    """The factors that bring a price into the common range, with their inverses.

    They are products of twos and fives, so that both are finite decimals and nothing is
    rounded on the way back. Powers of ten are left out: they would keep the digits.

    Raises:
        ValueError: The price is so far off that none does.
    """
    found = [
        (_power(twos, fives), _power(-twos, -fives))
        for twos in _TWOS
        for fives in _FIVES
        if twos != fives
        and LOWEST_PRICE <= first_price * _power(twos, fives) < HIGHEST_PRICE
    ]
    if not found:
        raise ValueError(f"a price of {first_price} cannot be blinded")
    return found


def _power(twos: int, fives: int) -> Decimal:
    """2 to the power of `twos` times 5 to that of `fives`, exactly."""
    two = _EXACT.power(Decimal(2) if twos >= 0 else Decimal("0.5"), abs(twos))
    five = _EXACT.power(Decimal(5) if fives >= 0 else Decimal("0.2"), abs(fives))
    return _EXACT.multiply(two, five)


def _letters(place: int) -> str:
    """A to Z, then AA, AB, ..."""
    rest, letter = divmod(place, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("A") + letter)


def _unknown(name: str, known: Iterable[str]) -> ConfigurationError:
    return ConfigurationError(
        f"There is no {name!r} in this window.",
        f"There are {', '.join(sorted(known))}.",
    )
