"""One account's book: orders, fills, and its value at any instant.

As on the exchange, an entry costs its fee at once, and an exit credits the difference
from the *average* entry price. So at every instant

    equity = 10,000 + cash events so far + unrealized PnL,

where the cash events are the net PnL of the legs minus the entry fees of positions
that are still open. Seconds count from the season's start, money is USD.
"""

from bisect import bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from nof1_tracker.demo.arena.market import Market
from nof1_tracker.game.engine.margin import most_leverage

INITIAL = 10_000.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What the model states when it enters; every hold repeats it."""

    leverage: int
    confidence: float
    risk_usd: float
    profit_target: float
    stop_loss: float
    invalidation_condition: str


@dataclass(frozen=True, slots=True)
class Lot:
    """A filled entry order; `quantity` is negative for a short."""

    oid: int
    tid: int
    at: float
    price: float
    quantity: float
    fee: float
    cycle: int


@dataclass(frozen=True, slots=True)
class Leg:
    """A filled exit of all or part of one lot: a row of the trades endpoint.

    Attributes:
        closed_pnl: What the exchange credits, USD: relative to the average entry
            price, with the fee deducted.
        entry_fee: This leg's share of the lot's fee, USD.
    """

    uuid: str
    symbol: str
    lot: Lot
    at: float
    price: float
    quantity: float
    oid: int
    tid: int
    entry_fee: float
    exit_fee: float
    closed_pnl: float
    crossed: bool

    @property
    def gross_pnl(self) -> float:
        return (self.price - self.lot.price) * self.quantity

    @property
    def fees(self) -> float:
        return self.entry_fee + self.exit_fee

    @property
    def net_pnl(self) -> float:
        """As the site computes it, from both closed PnLs; not always gross - fees."""
        return -self.entry_fee + self.closed_pnl

    @property
    def is_long(self) -> bool:
        return self.quantity > 0


@dataclass(slots=True)
class Holding:
    """A position from its first entry to its last exit."""

    symbol: str
    plan: Plan
    tp_oid: int
    sl_oid: int
    lots: list[Lot] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)

    @property
    def opened(self) -> float:
        return self.lots[0].at

    @property
    def is_long(self) -> bool:
        return self.lots[0].quantity > 0

    def quantity(self, at: float) -> float:
        """Signed units open at that instant, with float noise like the real site's."""
        entered = sum(lot.quantity for lot in self.lots if lot.at <= at)
        left = entered - sum(leg.quantity for leg in self.legs if leg.at <= at)
        return left if abs(left) > 1e-9 else 0.0

    def entry_price(self, at: float) -> float:
        """The average price of the lots entered so far, USD."""
        lots = [lot for lot in self.lots if lot.at <= at] or self.lots[:1]
        size = sum(lot.quantity for lot in lots)
        return round(sum(lot.price * lot.quantity for lot in lots) / size, 8)

    def unrealized(self, at: float, mid: float) -> float:
        return round((mid - self.entry_price(at)) * self.quantity(at), 6)

    @property
    def closed(self) -> float | None:
        """When it was fully closed; None where it is open at the season's end."""
        if not self.legs:
            return None
        last = max(leg.at for leg in self.legs)
        return None if self.quantity(last) else last

    def liquidation_price(self, at: float) -> float:
        """USD, by the exchange's rule; 0 where the margin covers any loss.

        The maintenance margin is half of that at the coin's highest leverage, or at the
        position's own: the simulated traders may go higher than the real exchange.
        """
        lever, sign = self.plan.leverage, 1 if self.is_long else -1
        maintenance = 1 / (2 * max(lever, float(most_leverage(self.symbol))))
        level = (1 - sign / lever) / (1 - sign * maintenance)
        return round(self.entry_price(at) * level, 8)

    def margin(self, at: float) -> float:
        notional = abs(self.quantity(at)) * self.entry_price(at)
        return round(notional / self.plan.leverage, 6)


class Book:
    """All holdings of one account."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self._holdings: dict[str, list[Holding]] = {}
        self._cash: list[tuple[float, float]] = []
        self.legs: list[Leg] = []

    def add(self, holding: Holding) -> None:
        """Adds a holding with all its fills, including future ones."""
        self._holdings.setdefault(holding.symbol, []).append(holding)
        for lot in holding.lots:
            insort(self._cash, (lot.at, -lot.fee))
        for leg in holding.legs:
            insort(self._cash, (leg.at, leg.closed_pnl))
        self.legs.extend(holding.legs)
        self.legs.sort(key=_exit_order)

    @property
    def holdings(self) -> Iterator[Holding]:
        for held in self._holdings.values():
            yield from held

    def open_at(self, at: float) -> list[Holding]:
        """The holdings that are open at that instant, at most one per symbol."""
        newest = (_newest(held, at) for held in self._holdings.values())
        return [held for held in newest if held is not None and held.quantity(at)]

    def legs_until(self, at: float) -> list[Leg]:
        """Every leg closed so far, oldest exit first."""
        return self.legs[: bisect_right(self.legs, at, key=lambda leg: leg.at)]

    def cash_pnl(self, at: float) -> float:
        end = bisect_right(self._cash, (at, float("inf")))
        return round(sum(amount for _, amount in self._cash[:end]), 6)

    def unrealized(self, at: float) -> float:
        return round(
            sum(
                held.unrealized(at, self._market.mid(held.symbol, at))
                for held in self.open_at(at)
            ),
            6,
        )

    def equity(self, at: float) -> float:
        return round(INITIAL + self.cash_pnl(at) + self.unrealized(at), 6)

    def available_cash(self, at: float) -> float:
        return self.equity(at) - sum(held.margin(at) for held in self.open_at(at))


def _newest(held: list[Holding], at: float) -> Holding | None:
    position = bisect_right(held, at, key=lambda each: each.opened)
    return held[position - 1] if position else None


def _exit_order(leg: Leg) -> tuple[float, int, int]:
    return leg.at, leg.tid, leg.lot.oid
