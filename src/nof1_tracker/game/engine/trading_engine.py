"""Trades one account: takes orders and prices in order of time, writes its ledger.

Within one quote (a candle, or a single price, where all are equal) the worse comes
first: what the first price triggers, then stops and liquidation, nearest first, then
limits, and targets last. What a limit opened meets the stops of the same quote, and
none of its targets.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self

from nof1_tracker.game.engine.bookkeeping import (
    Execution,
    closing_units,
    fill_entries,
    funding_entry,
    liquidation_entry,
    margin_for,
)
from nof1_tracker.game.engine.fees import fee_of
from nof1_tracker.game.engine.ledger_replay import NOTHING, applied, replayed
from nof1_tracker.game.engine.trading_rules import GAP, START, TradingRules
from nof1_tracker.records.play.account_state import AccountState, HeldPosition
from nof1_tracker.records.play.ledger import EntryKind, LedgerEntry
from nof1_tracker.records.play.orders import Order, OrderKind, side_of
from nof1_tracker.records.play.quotes import Quote, single_price

_NONE = Decimal(0)
_HOUR = timedelta(hours=1)
UNSECURED = "the free cash does not secure it"
"""Why an order is refused whose margin and fee exceed the cash that is free."""


class TradingEngine:
    """One account. Deterministic: the same orders and quotes make the same ledger.

    Attributes:
        state: What it holds; the same as its ledger replayed.
        entries: Its ledger.
        marks: The last price of each symbol, USD per unit.
        marked_at: When each of these became known.
        hours_without_funding: Hours of open positions whose rate was not observed;
            nothing was charged for them.
    """

    def __init__(
        self,
        opened_at: datetime,
        rules: TradingRules | None = None,
        start: Decimal = START,
    ) -> None:
        self.rules = rules or TradingRules()
        self.state: AccountState = NOTHING
        self.entries: list[LedgerEntry] = []
        self.marks: dict[str, Decimal] = {}
        self.marked_at: dict[str, datetime] = {}
        self.hours_without_funding = 0
        self._rates: dict[str, tuple[datetime, Decimal]] = {}
        self._levels: dict[str, tuple[HeldPosition, Decimal | None]] = {}
        self._write(
            LedgerEntry(number=1, at=opened_at, kind=EntryKind.DEPOSIT, cash=start)
        )

    @classmethod
    def resumed(
        cls, entries: Sequence[LedgerEntry], rules: TradingRules | None = None
    ) -> Self:
        """The account of a ledger that was kept.

        What it has seen of each symbol, the last price and the last funding rate, is to
        be marked before it goes on.
        """
        engine = cls(entries[0].at, rules, entries[0].cash)
        engine.state, engine.entries = replayed(entries), list(entries)
        return engine

    # --- orders -----------------------------------------------------------------------

    def place(self, order: Order) -> LedgerEntry:
        """Takes an order, or refuses it; see `reason` of the entry."""
        reason = self.why_refused(order)
        kind = EntryKind.REFUSED if reason else EntryKind.PLACED
        return self._note(kind, order, order.placed_at, reason)

    def cancel(self, order_id: int, at: datetime) -> LedgerEntry | None:
        """Takes an order back; None where it does not wait."""
        order = self.state.orders.get(order_id)
        if order is None:
            return None
        return self._note(EntryKind.CANCELLED, order, at, "withdrawn")

    def why_refused(self, order: Order) -> str:
        """Why an order cannot even wait, for a person; empty where it can."""
        most = self.rules.most_leverage(order.symbol)
        if order.quantity <= 0 or (order.price is not None and order.price <= 0):
            return "quantity and price must be above 0"
        if (order.price is None) != (order.kind is OrderKind.MARKET):
            return "every order but a market order needs a price"
        if order.leverage is not None and not 1 <= order.leverage <= most:
            return f"leverage must lie between 1 and {most}"
        if self.rules.requires_margin and not (order.leverage or order.only_reduces):
            return "an order that opens a position needs a leverage"
        return ""

    def _note(
        self, kind: EntryKind, order: Order, at: datetime, reason: str = ""
    ) -> LedgerEntry:
        return self._write(
            LedgerEntry(
                number=self.state.entries + 1,
                at=at,
                kind=kind,
                symbol=order.symbol,
                order=order,
                reason=reason,
            )
        )

    # --- prices -----------------------------------------------------------------------

    def observe(self, quote: Quote) -> None:
        """Lets a quote fill, trigger and liquidate what it can; quotes come in order."""
        over_gap = self._over_gap(quote)
        self._pay_funding(quote)
        if not self._is_quiet(quote):
            _Round(self, self._since_opened(quote), over_gap=over_gap).run()
        self.mark(quote)

    def carry(self, quote: Quote) -> None:
        """Pays funding and values what is held, where fills are known otherwise."""
        self._pay_funding(quote)
        self.mark(quote)

    def mark(self, quote: Quote) -> None:
        """Values what is held at this quote, and does nothing else with it."""
        self.marks[quote.symbol] = quote.close
        self.marked_at[quote.symbol] = quote.known_at
        if quote.funding_rate is not None:
            self._rates[quote.symbol] = quote.known_at, quote.funding_rate

    def _is_quiet(self, quote: Quote) -> bool:
        """Whether the quote can neither fill an order nor liquidate anything."""
        symbol = quote.symbol
        if any(order.symbol == symbol for order in self.state.orders.values()):
            return False
        held = self.state.positions.get(symbol)
        if held is None:
            return True
        known = self._levels.get(symbol)
        if known is None or known[0] is not held:
            known = self._levels[symbol] = held, self.rules.liquidation_of(held)
        level = known[1]
        if level is None:
            return True
        return quote.low > level if held.units > 0 else quote.high < level

    def _since_opened(self, quote: Quote) -> Quote:
        """The quote; of a candle that began before the position, its close alone."""
        held = self.state.positions.get(quote.symbol)
        if held is None or held.opened_at <= quote.starts_at:
            return quote
        return single_price(quote.symbol, quote.known_at, quote.close, quote.source)

    def _over_gap(self, quote: Quote) -> bool:
        before = self.marked_at.get(quote.symbol)
        return before is not None and quote.starts_at - before > GAP

    def _pay_funding(self, quote: Quote) -> None:
        """Charges the full hour since the last quote; longer ago nothing is known."""
        symbol = quote.symbol
        held, before = self.state.positions.get(symbol), self.marked_at.get(symbol)
        if held is None or before is None:
            return
        first = before.replace(minute=0, second=0, microsecond=0) + _HOUR
        if quote.known_at < first:
            return
        rate = self._rate_before(symbol, first)
        hours = (quote.known_at - first) // _HOUR + 1
        self.hours_without_funding += hours - (rate is not None)
        if rate is not None and rate:
            mark = self.marks[symbol]
            self._write(funding_entry(self.state, held, first, mark, rate))

    def _rate_before(self, symbol: str, hour: datetime) -> Decimal | None:
        """The rate that was observed last, if that was in the hour before."""
        observed_at, rate = self._rates.get(symbol, (None, None))
        return rate if observed_at and observed_at >= hour - _HOUR else None

    # --- fills ------------------------------------------------------------------------

    def execute(self, fill: Execution) -> Sequence[LedgerEntry]:
        """Books a fill, and cancels what only reduced a position that is gone."""
        symbol = fill.order.symbol
        before = self.state.positions.get(symbol)
        entries = [self._write(e) for e in fill_entries(self.state, fill)]
        after = self.state.positions.get(symbol)
        if before is not None and (after is None or after.units * before.units < 0):
            self._cancel_reducing(symbol, fill.at)
        return entries

    def refuse(self, order: Order, at: datetime, reason: str) -> None:
        """Ends an order that waited, unfilled."""
        self._note(EntryKind.REFUSED, order, at, reason)

    def liquidate(
        self, held: HeldPosition, at: datetime, price: Decimal, *, over_gap: bool
    ) -> None:
        """Ends a position that its margin no longer secures."""
        order = Order(0, at, held.symbol, side_of(-held.units), abs(held.units))
        rate = self.rules.fee_rate(order, at, True)
        self._write(
            liquidation_entry(self.state, held, at, price, rate, over_gap=over_gap)
        )
        self._cancel_reducing(held.symbol, at)

    def _cancel_reducing(self, symbol: str, at: datetime) -> None:
        for order in waiting(self.state, symbol):
            if order.only_reduces and order.kind is not OrderKind.MARKET:
                self._note(EntryKind.CANCELLED, order, at, "its position is closed")

    def _write(self, entry: LedgerEntry) -> LedgerEntry:
        self.state = applied(self.state, entry)
        self.entries.append(entry)
        return entry


def waiting(state: AccountState, symbol: str) -> list[Order]:
    """The orders of a symbol that wait, in order of placing."""
    return [order for order in state.orders.values() if order.symbol == symbol]


class _Round:
    """One quote's work on one symbol."""

    def __init__(self, engine: TradingEngine, quote: Quote, *, over_gap: bool) -> None:
        self._engine = engine
        self._quote = quote
        self._over_gap = over_gap

    @property
    def _held(self) -> HeldPosition | None:
        return self._engine.state.positions.get(self._quote.symbol)

    def _level(self, held: HeldPosition) -> Decimal | None:
        return self._engine.rules.liquidation_of(held)

    def run(self) -> None:
        self._liquidate_at_open()
        self._fill(self._kind(OrderKind.STOP), self._quote.open)
        self._fill(self._kind(OrderKind.MARKET), self._quote.open)
        held_from_the_start = self._held
        self._meet_the_worst()
        if self._fill_limits():
            self._meet_the_worst()
        if self._held is not None and held_from_the_start is not None:
            self._fill(self._kind(OrderKind.TAKE_PROFIT), None)

    def _kind(self, kind: OrderKind) -> list[Order]:
        """The orders of a kind that were placed before this was the price."""
        return [
            order
            for order in waiting(self._engine.state, self._quote.symbol)
            if order.kind is kind and order.placed_at < self._quote.starts_at
        ]

    def _liquidate_at_open(self) -> None:
        """What the first price finds below its margin is liquidated at that price."""
        held, price = self._held, self._quote.open
        level = None if held is None else self._level(held)
        if held is None or level is None or not _is_worse(held, price, level):
            return
        self._liquidate(held, price, over_gap=self._over_gap)

    def _liquidate(
        self, held: HeldPosition, price: Decimal, *, over_gap: bool = False
    ) -> None:
        at = self._quote.known_at
        self._engine.liquidate(held, at, price, over_gap=over_gap)

    def _fill(self, orders: Iterable[Order], price: Decimal | None) -> None:
        """Fills those that are due; at their own prices where none is given.

        A stop is due at a price as bad as its own, a target once the quote reached it.
        """
        for order in orders:
            if order.order_id not in self._engine.state.orders or not self._due(
                order, price
            ):
                continue
            at = order.price if price is None else price
            if at is not None:
                self._take(order, at)

    def _due(self, order: Order, price: Decimal | None) -> bool:
        if order.kind is OrderKind.MARKET or order.price is None:
            return True
        if closing_units(self._held, order.quantity * order.direction) == 0:
            return False
        if order.kind is OrderKind.STOP and price is not None:
            return (price - order.price) * order.direction >= 0
        return self._reaches(order)

    def _reaches(self, order: Order) -> bool:
        """Whether the quote has a price as good as the order's."""
        quote = self._quote
        best = quote.low if order.direction > 0 else quote.high
        return order.price is not None and (order.price - best) * order.direction >= 0

    def _meet_the_worst(self) -> None:
        """Stops and liquidation between the first price and the worst, nearest first."""
        while (held := self._held) is not None:
            worst = self._quote.low if held.units > 0 else self._quote.high
            level = self._level(held)
            if level is not None and not _is_worse(held, worst, level):
                level = None
            stop = self._nearest_stop(held, worst)
            if stop is not None and (
                level is None or _is_worse(held, level, stop.price or level)
            ):
                self._take(stop, self._not_better_than_open(held, stop.price or worst))
            elif level is not None:
                self._liquidate(held, self._not_better_than_open(held, level))
            else:
                return

    def _not_better_than_open(self, held: HeldPosition, price: Decimal) -> Decimal:
        """The price, or the quote's first where that was worse already."""
        first = self._quote.open
        return first if _is_worse(held, first, price) else price

    def _nearest_stop(self, held: HeldPosition, worst: Decimal) -> Order | None:
        due = [
            order
            for order in self._kind(OrderKind.STOP)
            if order.price is not None
            and order.direction * held.units < 0
            and _is_worse(held, worst, order.price)
        ]
        sign = 1 if held.units > 0 else -1
        return max(due, key=lambda order: (order.price or _NONE) * sign, default=None)

    def _fill_limits(self) -> bool:
        """Fills limits at their own prices; True where one opened something."""
        opened = False
        for order in self._kind(OrderKind.LIMIT):
            closes = bool(closing_units(self._held, order.quantity * order.direction))
            is_due = closes or not order.reduce_only
            if order.price is None or not is_due or not self._reaches(order):
                continue
            if closes and opened:
                continue  # nobody knows that its price came after the other's
            self._execute(order, order.price, is_taker=self._crossed(order))
            opened = opened or not closes
        return opened

    def _crossed(self, order: Order) -> bool:
        """Whether the first price after it could fill it: then it takes liquidity."""
        before = self._engine.marked_at.get(order.symbol)
        is_first = before is None or before <= order.placed_at
        if not is_first or order.price is None:
            return False
        return (order.price - self._quote.open) * order.direction >= 0

    def _take(self, order: Order, price: Decimal) -> None:
        slipped = self._engine.rules.slipped(price, order.direction)
        self._execute(order, slipped, is_taker=True)

    def _execute(self, order: Order, price: Decimal, *, is_taker: bool) -> None:
        engine, at = self._engine, self._quote.known_at
        units = order.quantity * order.direction
        if order.only_reduces:
            units = closing_units(self._held, units)
            if not units:
                engine.refuse(order, at, "it would reduce a position that is not held")
                return
        rate = engine.rules.fee_rate(order, at, is_taker)
        if self._lacks_margin(order, units, price, rate):
            engine.refuse(order, at, UNSECURED)
            return
        fill = Execution(order, at, units, price, rate, is_taker, self._over_gap)
        engine.execute(fill)

    def _lacks_margin(
        self, order: Order, units: Decimal, price: Decimal, rate: Decimal
    ) -> bool:
        """Whether margin and fee of what it opens exceed the cash that is then free."""
        if not self._engine.rules.requires_margin:
            return False
        closing = closing_units(self._held, units)
        opening = abs(units - closing) * price
        if not opening:
            return False
        state = self._engine.state
        if closing:
            part = replace(order, reduce_only=True)
            at = self._quote.known_at
            for entry in fill_entries(
                state, Execution(part, at, closing, price, rate, is_taker=True)
            ):
                state = replace(state, cash=state.cash + entry.cash)
        return margin_for(order, opening) + fee_of(rate, opening) > state.cash


def _is_worse(held: HeldPosition, price: Decimal, level: Decimal) -> bool:
    """Whether the price is at the level, or on the losing side of it."""
    return price <= level if held.units > 0 else price >= level
