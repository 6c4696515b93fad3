"""Copies a model's orders through the engine, and says what that came to. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from nof1_tracker.game.engine.bookkeeping import Execution, closing_units
from nof1_tracker.game.engine.fees import rates_at
from nof1_tracker.game.engine.margin import most_leverage
from nof1_tracker.game.engine.played_columns import EquityLevel, EquityRecorder
from nof1_tracker.game.engine.trading_engine import TradingEngine
from nof1_tracker.game.engine.trading_rules import TradingRules
from nof1_tracker.records.play.copy_scenario import CopiedOrders, FeeChoice, Scenario
from nof1_tracker.records.play.ledger import EntryKind
from nof1_tracker.records.play.orders import Order, side_of
from nof1_tracker.records.play.quotes import Quote, single_price
from nof1_tracker.records.play.recorded_legs import RecordedOrder

_NONE = Decimal(0)


@dataclass(frozen=True)
class CopiedSpan:
    """What a copy is made of.

    Attributes:
        orders: The model's, oldest first.
        quotes: In the order in which they became known, up to `until`.
    """

    since: datetime
    until: datetime
    orders: Sequence[RecordedOrder]
    quotes: Sequence[Quote]

    @cached_property
    def known_at(self) -> Mapping[str, Sequence[datetime]]:
        """When the prices of each symbol became known, oldest first."""
        found: dict[str, list[datetime]] = defaultdict(list)
        for quote in self.quotes:
            found[quote.symbol].append(quote.known_at)
        return found


@dataclass(frozen=True, slots=True)
class CopyRun:
    """An account that copied.

    Attributes:
        equity: USD at the end, positions at their last observed price.
        fees: USD paid.
        levels: Its equity through time; empty where it was not asked for.
    """

    engine: TradingEngine
    equity: Decimal
    fees: Decimal
    orders: CopiedOrders
    levels: Sequence[EquityLevel]


def copy_model(
    span: CopiedSpan, scenario: Scenario, *, with_levels: bool = False
) -> CopyRun:
    """The account of somebody who copied the model so."""
    return _Copy(span, scenario, with_levels=with_levels).run()


class _Copy:
    """One run over the events of a span."""

    def __init__(
        self, span: CopiedSpan, scenario: Scenario, *, with_levels: bool
    ) -> None:
        self._span = span
        self._scenario = scenario
        rules = TradingRules(
            slippage=scenario.slippage, requires_margin=False, fee_rate=self._rate
        )
        self._engine = TradingEngine(span.since, rules)
        recorder = EquityRecorder(self._engine, span.since) if with_levels else None
        self._recorder = recorder
        self._sign = -1 if scenario.inverse else 1

    def run(self) -> CopyRun:
        due = self._due()
        waiting = next(due, None)
        for quote in self._span.quotes:
            # Of one instant, quotes come first: an order is filled by a later one.
            while waiting is not None and waiting[0] < quote.known_at:
                self._trade(*waiting)
                waiting = next(due, None)
            self._note(quote.known_at)
            self._see(quote)
        while waiting is not None:
            self._trade(*waiting)
            waiting = next(due, None)
        if self._recorder:
            self._recorder.note_now(self._span.until)
        engine = self._engine
        return CopyRun(
            engine=engine,
            equity=engine.state.equity(engine.marks),
            fees=sum((entry.fee for entry in engine.entries), _NONE),
            orders=self._counts(),
            levels=self._recorder.levels if self._recorder else (),
        )

    def _due(self) -> Iterator[tuple[datetime, int, RecordedOrder]]:
        """The orders, numbered, at the times at which the copy places them."""
        for number, order in enumerate(self._span.orders, start=1):
            at = order.at + self._scenario.delay
            if at <= self._span.until:
                yield at, number, order

    def _note(self, at: datetime) -> None:
        if self._recorder:
            self._recorder.up_to(at)

    def _see(self, quote: Quote) -> None:
        if self._scenario.delay:
            self._engine.observe(quote)
        else:
            self._engine.carry(quote)

    def _trade(self, at: datetime, number: int, recorded: RecordedOrder) -> None:
        self._note(at)
        order = self._order(number, recorded)
        if self._scenario.delay:
            self._engine.place(order)
        else:
            self._follow(order, recorded)

    def _order(self, number: int, recorded: RecordedOrder) -> Order:
        units = recorded.units * self._scenario.size * self._sign
        lever = recorded.leverage
        if lever is not None:
            lever = max(Decimal(1), min(lever, most_leverage(recorded.symbol)))
        return Order(
            order_id=number,
            placed_at=recorded.at + self._scenario.delay,
            symbol=recorded.symbol,
            side=side_of(units),
            quantity=abs(units),
            leverage=None if recorded.closes else lever,
            reduce_only=recorded.closes,
        )

    def _follow(self, order: Order, recorded: RecordedOrder) -> None:
        """Trades at the model's own fill."""
        engine, units = self._engine, order.quantity * order.direction
        if order.reduce_only:
            units = closing_units(engine.state.positions.get(order.symbol), units)
            if not units:
                return
        price = engine.rules.slipped(recorded.price, order.direction)
        rate = self._rate(order, recorded.at, recorded.is_taker)
        fee = None
        if self._scenario.fees is FeeChoice.OWN:
            fee = recorded.fee * (units / recorded.units * self._sign)
        engine.execute(
            Execution(
                order, recorded.at, units, price, rate, recorded.is_taker, fee=fee
            )
        )
        engine.mark(single_price(order.symbol, recorded.at, recorded.price))

    def _rate(self, order: Order, at: datetime, is_taker: bool) -> Decimal:
        choice, rates = self._scenario.fees, rates_at(at)
        if choice is FeeChoice.NONE:
            return _NONE
        if choice is FeeChoice.MAKER:
            return rates.maker
        if choice is FeeChoice.OWN and order.order_id:
            own = self._span.orders[order.order_id - 1]
            return own.fee / (abs(own.units) * own.price)
        return rates.of(is_taker=is_taker or choice is FeeChoice.TAKER)

    def _counts(self) -> CopiedOrders:
        delay, entries = self._scenario.delay, self._engine.entries
        unfilled = len(self._engine.state.orders)
        first: dict[int, datetime] = {}
        cash, unsecured = _NONE, 0
        for entry in entries:
            cash += entry.cash
            if entry.kind is EntryKind.FILL and entry.order is not None:
                first.setdefault(entry.order.order_id, entry.at)
                unsecured += cash < 0 and entry.margin > 0
        late = sum(
            at - entry.order.placed_at > delay
            for entry in entries
            if entry.kind is EntryKind.PLACED and entry.order is not None
            for at in [first.get(entry.order.order_id, entry.at)]
        )
        return CopiedOrders(
            placed=sum(1 for _ in self._due()),
            late=late + unfilled,
            unfilled=unfilled,
            unsecured=unsecured,
            liquidations=sum(e.kind is EntryKind.LIQUIDATION for e in entries),
        )
