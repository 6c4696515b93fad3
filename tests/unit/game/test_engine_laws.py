"""What holds for any orders at any prices."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.game.engine.ledger_replay import replayed
from nof1_tracker.game.engine.played_columns import legs_of
from nof1_tracker.game.engine.trading_engine import TradingEngine
from nof1_tracker.game.engine.trading_rules import TradingRules
from nof1_tracker.records.play.ledger import EntryKind
from nof1_tracker.records.play.orders import Order, OrderKind
from nof1_tracker.records.play.quotes import Quote, QuoteSource
from tests.unit.game.market import NOON, at, order

_PRICES = st.integers(min_value=40, max_value=160).map(Decimal)
_UNITS = st.integers(min_value=-400, max_value=400).filter(bool)
_SLIPPED = TradingRules(slippage=Decimal("0.0005"))


@st.composite
def _quotes(draw: st.DrawFn, minutes: int) -> Quote:
    length = draw(st.sampled_from([0, 2]))
    prices = draw(st.lists(_PRICES, min_size=4, max_size=4))
    if not length:
        prices = [prices[0]] * 4
    return Quote(
        "BTC",
        at(minutes),
        at(minutes + length),
        prices[0],
        max(prices),
        min(prices),
        prices[-1],
        QuoteSource.CANDLE,
        draw(st.sampled_from([None, Decimal("0.0001"), Decimal("-0.0002")])),
    )


@st.composite
def _orders(draw: st.DrawFn, number: int, minutes: int) -> Order:
    kind = draw(st.sampled_from(list(OrderKind)))
    asked = {} if kind is OrderKind.MARKET else {"price": draw(_PRICES)}
    return order(
        number,
        draw(_UNITS),
        minutes,
        kind=kind,
        leverage=Decimal(draw(st.integers(min_value=1, max_value=40))),
        reduce_only=draw(st.booleans()),
        **asked,
    )


@st.composite
def _afternoons(draw: st.DrawFn) -> list[Order | Quote]:
    events: list[Order | Quote] = []
    minutes = 0
    for number in range(1, draw(st.integers(min_value=1, max_value=25))):
        minutes += draw(st.sampled_from([3, 5, 40, 90]))
        is_order = draw(st.booleans())
        events.append(
            draw(_orders(number, minutes)) if is_order else draw(_quotes(minutes))
        )
    return events


def _played(
    events: list[Order | Quote], rules: TradingRules = _SLIPPED
) -> TradingEngine:
    engine = TradingEngine(NOON, rules)
    for event in events:
        if isinstance(event, Order):
            engine.place(event)
        else:
            engine.observe(event)
    return engine


@given(_afternoons())
def test_cash_margin_and_unrealized_pnl_are_what_came_in_and_what_was_earned(
    events: list[Order | Quote],
) -> None:
    engine = _played(events)
    earned = sum((entry.pnl - entry.fee for entry in engine.entries), Decimal(10_000))
    unrealized = engine.state.unrealized_pnl(engine.marks)
    assert engine.state.cash + engine.state.margin == earned
    assert engine.state.cash >= 0
    assert engine.state.equity(engine.marks) == earned + unrealized


@given(_afternoons())
def test_replaying_the_ledger_or_the_events_gives_the_same_account(
    events: list[Order | Quote],
) -> None:
    engine = _played(events)
    assert replayed(engine.entries) == engine.state
    assert _played(events).entries == engine.entries


@given(_afternoons(), _PRICES)
def test_no_order_of_events_makes_money_while_the_price_stands_still(
    events: list[Order | Quote], price: Decimal
) -> None:
    still = [
        (
            replace(
                each, open=price, high=price, low=price, close=price, funding_rate=None
            )
            if isinstance(each, Quote)
            # At a price of their own, limits trade where nothing moved.
            else replace(each, price=None if each.price is None else price)
        )
        for each in events
    ]
    engine = _played(still)
    assert engine.state.equity(engine.marks) <= 10_000


@given(_afternoons())
def test_no_fill_is_better_than_what_was_observed(
    events: list[Order | Quote],
) -> None:
    quotes = [event for event in events if isinstance(event, Quote)]
    for entry in _played(events).entries:
        if entry.kind is not EntryKind.FILL or not entry.is_taker:
            continue
        (quote,) = [each for each in quotes if each.known_at == entry.at][-1:]
        best = quote.low if entry.units > 0 else quote.high
        assert (entry.price - best) * entry.units >= 0


@given(_afternoons(), st.sampled_from([Decimal("0.5"), Decimal(4)]))
def test_prices_and_units_that_are_scaled_against_each_other_change_nothing(
    events: list[Order | Quote], factor: Decimal
) -> None:
    scaled: list[Order | Quote] = [
        (
            replace(
                each,
                open=each.open * factor,
                high=each.high * factor,
                low=each.low * factor,
                close=each.close * factor,
            )
            if isinstance(each, Quote)
            else replace(
                each,
                price=None if each.price is None else each.price * factor,
                quantity=each.quantity / factor,
            )
        )
        for each in events
    ]
    first, second = _played(events), _played(scaled)
    assert abs(
        first.state.equity(first.marks) - second.state.equity(second.marks)
    ) < Decimal("1e-6")


@given(_afternoons())
def test_legs_net_what_the_ledger_earned_but_for_what_is_open(
    events: list[Order | Quote],
) -> None:
    events = [each for each in events if isinstance(each, Quote) or not each.price]
    engine = _played(events)
    paid_in = sum(
        (e.pnl for e in engine.entries if e.kind is EntryKind.FUNDING), Decimal(10_000)
    )
    if not engine.state.positions:
        net = sum((leg.net_pnl for leg in legs_of(engine.entries)), Decimal(0))
        assert abs(engine.state.cash - paid_in - net) < Decimal("1e-6")
