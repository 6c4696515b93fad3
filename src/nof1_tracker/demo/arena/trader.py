"""How a model fills its book: it decides at its own cycles, fills follow in seconds."""

import heapq
import math
import random
import uuid
from dataclasses import dataclass

from nof1_tracker.demo.arena.book import Book, Holding, Leg, Lot, Plan
from nof1_tracker.demo.arena.market import MINUTE, Instrument, Market, noise
from nof1_tracker.demo.arena.roster import Entrant

TAKER_FEE = 0.00045
MAKER_FEE = 0.00015
INTERVAL = 131.0
MAX_MARGIN_SHARE = 0.13
"""Share of equity per position, so that positions in all symbols still leave cash."""

_WAYS_TO_EXIT = ("whole", "two orders", "reduced", "stacked")
_EXIT_WEIGHTS = (70, 12, 10, 8)


@dataclass(frozen=True, slots=True)
class Cycles:
    """When a model is asked and when it answers: one cycle every 2.2 minutes.

    Seconds count from the season's start. Cycle 1 is the first.
    """

    seed: int
    account: int
    end: float

    @property
    def count(self) -> int:
        """Number of cycles in the whole season."""
        return self.until(self.end)

    def answered(self, cycle: int) -> float:
        """The conversation's timestamp."""
        jitter = noise(self.seed, self.account, cycle) * 20 - 10
        return 75 + noise(self.seed, self.account) * 50 + cycle * INTERVAL + jitter

    def asked(self, cycle: int) -> float:
        """The prompt's "current time", 15 to 85 s before the answer."""
        return self.answered(cycle) - 15 - 70 * noise(self.seed, self.account, cycle, 1)

    def served(self, cycle: int) -> float:
        """When the site begins to serve the conversation (`inserted_at`)."""
        return self.answered(cycle) + 2 + noise(self.seed, self.account, cycle, 2)

    def until(self, at: float) -> int:
        """The newest cycle served at that instant; 0 before the first."""
        cycle = max(int((at - 100) / INTERVAL) - 1, 0)
        while self.served(cycle + 1) <= at:
            cycle += 1
        return cycle

    def first_asked_after(self, at: float) -> int:
        """The first cycle that is asked at that instant or later."""
        cycle = max(int((at - 150) / INTERVAL) - 1, 1)
        while self.asked(cycle) < at:
            cycle += 1
        return cycle


@dataclass(frozen=True, slots=True)
class Action:
    """A decision other than hold, made at one cycle.

    Attributes:
        signal: buy_to_enter, sell_to_enter or close_position.
        quantity: As the model states it: positive, even to close a short.
    """

    cycle: int
    holding: Holding
    signal: str
    quantity: float


class Trader:
    """Simulates one account over the whole season."""

    def __init__(
        self, entrant: Entrant, market: Market, cycles: Cycles, rng: random.Random
    ) -> None:
        self.book = Book(market)
        self.actions: dict[int, list[Action]] = {}
        self._entrant = entrant
        self._market = market
        self._cycles = cycles
        self._rng = rng

    def trade(self) -> None:
        """Opens and closes positions in order of time, until the season ends."""
        last = self._cycles.count
        order = list(self._market.instruments)
        due = [(self._pause(scale=0.15), symbol) for symbol in order]
        heapq.heapify(due)
        while due:
            cycle, symbol = heapq.heappop(due)
            if cycle >= last:
                continue
            free = self._enter(symbol, cycle)
            if free is not None:
                heapq.heappush(due, (free + self._pause(), symbol))

    def _pause(self, scale: float = 1.0) -> int:
        mean = self._entrant.style.flat_minutes * MINUTE / INTERVAL * scale
        return 1 + int(self._rng.expovariate(1 / mean))

    def _enter(self, symbol: str, cycle: int) -> int | None:
        """Opens a position; returns the cycle of its exit, None if it stays open."""
        style, rng = self._entrant.style, self._rng
        minutes = 10 + rng.expovariate(1 / style.hold_minutes)
        direction = 1 if rng.random() < style.long_bias else -1
        plan, size = self._plan(symbol, cycle, direction, minutes)
        if size <= 0:
            return cycle
        lot = self._buy(symbol, cycle, direction * size)
        holding = Holding(symbol, plan, lot.oid + 31, lot.oid + 67, [lot])
        exit_cycle = self._exit_cycle(holding, minutes)
        way = rng.choices(_WAYS_TO_EXIT, _EXIT_WEIGHTS)[0]
        self._note(holding, cycle, _entry_signal(direction), size)
        self._close(holding, cycle, exit_cycle, way)
        self.book.add(holding)
        return exit_cycle if exit_cycle < self._cycles.count else None

    def _plan(
        self, symbol: str, cycle: int, direction: int, minutes: float
    ) -> tuple[Plan, float]:
        style, rng = self._entrant.style, self._rng
        instrument = self._market.instruments[symbol]
        asked = self._cycles.asked(cycle)
        price, equity = self._market.mid(symbol, asked), self.book.equity(asked)
        swing = instrument.volatility * math.sqrt(minutes)
        stop = min(max(swing * rng.uniform(1.1, 1.8), 0.004), 0.08)
        target = stop * rng.uniform(1.2, 2.4)
        leverage = rng.choice(style.leverages)
        notional = min(equity * style.risk / stop, equity * leverage * MAX_MARGIN_SHARE)
        affordable = self.book.available_cash(asked) * leverage * 0.9
        size = _floor(min(notional, affordable) / price, instrument)
        digits = instrument.decimals
        plan = Plan(
            leverage=leverage,
            confidence=rng.choice(style.confidences),
            risk_usd=round(size * price * stop, rng.choice((0, 2, 4))),
            profit_target=round(price * (1 + direction * target), digits),
            stop_loss=round(price * (1 - direction * stop), digits),
            invalidation_condition=_invalidation(rng, price, direction, digits),
        )
        return plan, size

    def _exit_cycle(self, holding: Holding, minutes: float) -> int:
        plan, opened = holding.plan, holding.opened
        low, high = sorted((plan.stop_loss, plan.profit_target))
        deadline = min(opened + minutes * MINUTE, self._cycles.end)
        crossed = self._market.first_crossing(
            holding.symbol, opened, deadline, low, high
        )
        return self._cycles.first_asked_after(deadline if crossed is None else crossed)

    def _close(self, holding: Holding, start: int, end: int, way: str) -> None:
        """Schedules the holding's remaining actions, up to the season's end."""
        instrument = self._market.instruments[holding.symbol]
        size = abs(holding.lots[0].quantity)
        half = _floor(size * self._rng.uniform(0.3, 0.6), instrument)
        middle = (start + end) // 2
        roomy = start < middle < end and 0 < half < size
        direction = 1 if holding.is_long else -1
        over = end >= self._cycles.count
        if way == "stacked" and roomy:
            holding.lots.append(self._buy(holding.symbol, middle, direction * half))
            self._note(holding, middle, _entry_signal(direction), half)
        elif way == "reduced" and roomy:
            self._sell(holding, middle, [half])
            if not over:
                self._sell(holding, end, [size - half])
            return
        if not over:
            fills = [size - half, half] if way == "two orders" and roomy else []
            self._sell(holding, end, fills)

    def _buy(self, symbol: str, cycle: int, quantity: float) -> Lot:
        at = round(self._cycles.answered(cycle) + self._rng.uniform(2.5, 6), 3)
        price = self._market.fill(symbol, at, 1 if quantity > 0 else -1)
        return Lot(
            oid=self._order_id(at),
            tid=self._rng.getrandbits(50),
            at=at,
            price=price,
            quantity=quantity,
            fee=round(abs(quantity) * price * TAKER_FEE, 6),
            cycle=cycle,
        )

    def _sell(self, holding: Holding, cycle: int, sizes: list[float]) -> None:
        """Exits by one order, fully; with `sizes`, by an order for each of them."""
        at = round(self._cycles.answered(cycle) + self._rng.uniform(2.5, 5), 3)
        price = self._market.fill(holding.symbol, at, -1 if holding.is_long else 1)
        oid, tid = self._order_id(at), self._rng.getrandbits(50)
        crossed = self._rng.random() < 0.8
        direction = 1 if holding.is_long else -1
        portions = [(lot, lot.quantity) for lot in holding.lots]
        if sizes:
            portions = [(holding.lots[0], direction * size) for size in sizes]
        for index, (lot, quantity) in enumerate(portions):
            later = 4.1 * index if sizes else 0.0
            holding.legs.append(
                Leg(
                    uuid=str(uuid.UUID(int=self._rng.getrandbits(128), version=4)),
                    symbol=holding.symbol,
                    lot=lot,
                    at=round(at + later, 3),
                    price=price,
                    quantity=quantity,
                    # The site cuts a leg of each pair of orders, not of fills.
                    oid=oid if not sizes else oid + index,
                    tid=tid if not sizes else tid + index,
                    **_settle(holding, lot, price, quantity, at, crossed),
                    crossed=crossed,
                )
            )
        self._note(holding, cycle, "close_position", abs(sum(q for _, q in portions)))

    def _order_id(self, at: float) -> int:
        return 204_600_000_000 + int(at * 11_700) + self._rng.randrange(9_000)

    def _note(self, holding: Holding, cycle: int, signal: str, quantity: float) -> None:
        action = Action(cycle, holding, signal, quantity)
        self.actions.setdefault(cycle, []).append(action)


def hold_forever(market: Market, symbol: str) -> Book:
    """The benchmark's book: one position with all its equity, from the first minute."""
    price = market.fill(symbol, 0.0, 1)
    lot = Lot(1, 1, 0.0, price, round(10_000 / price, 6), 0.0, 0)
    plan = Plan(1, 1.0, 10_000, round(price * 10), 0, "None")
    book = Book(market)
    book.add(Holding(symbol, plan, -1, -1, [lot]))
    return book


def _settle(
    holding: Holding,
    lot: Lot,
    price: float,
    quantity: float,
    at: float,
    crossed: bool,
) -> dict[str, float]:
    exit_fee = abs(quantity) * price * (TAKER_FEE if crossed else MAKER_FEE)
    exit_fee = round(exit_fee, 6)
    distance = price - holding.entry_price(at)
    return {
        "entry_fee": round(lot.fee * quantity / lot.quantity, 8),
        "exit_fee": exit_fee,
        "closed_pnl": round(distance * quantity - exit_fee, 8),
    }


def _entry_signal(direction: int) -> str:
    return "buy_to_enter" if direction > 0 else "sell_to_enter"


def _floor(quantity: float, instrument: Instrument) -> float:
    units = math.floor(quantity / instrument.lot)
    return round(units * instrument.lot, 3) if units > 0 else 0.0


def _invalidation(rng: random.Random, price: float, direction: int, digits: int) -> str:
    beyond = "below" if direction > 0 else "above"
    level = round(price * (1 - direction * rng.uniform(0.01, 0.03)), max(digits - 2, 0))
    return rng.choice(
        (
            f"A 4-hour candle closes {beyond} {level}",
            f"The 4-hour MACD turns {'negative' if direction > 0 else 'positive'}",
            f"Price trades {beyond} {level} for two consecutive cycles",
            f"Price closes {beyond} the 20-period EMA on the 4-hour chart",
        )
    )
