"""How orders are filled: hand-worked, one rule at a time."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from nof1_tracker.game.engine.ledger_replay import LedgerError, replayed
from nof1_tracker.game.engine.margin import liquidation_of
from nof1_tracker.game.engine.played_columns import legs_of, trade_columns
from nof1_tracker.game.engine.trading_rules import TradingRules
from nof1_tracker.records.play.ledger import EntryKind
from tests.unit.game.market import (
    at,
    candle,
    limit,
    order,
    played,
    reasons,
    stop,
    target,
    tick,
    trades,
)


def test_a_market_order_fills_at_the_first_price_observed_after_it() -> None:
    engine = played(tick(0, 100), order(1, 50, 1), tick(1, 101), tick(2, 102))
    (fill,) = trades(engine)
    assert (fill.at, fill.price) == (at(2), Decimal(102))
    # 50 x 102 = 5,100: a tenth is margin, 4 bp are the fee.
    assert fill.margin == 510
    assert fill.fee == Decimal("2.04")
    assert engine.state.cash == Decimal("9487.96")


def test_slippage_makes_a_taker_pay_more_and_get_less() -> None:
    rules = TradingRules(slippage=Decimal("0.0002"))
    engine = played(
        order(1, 50), tick(1, 100), order(2, -50, 2), tick(3, 100), rules=rules
    )
    assert [fill.price for fill in trades(engine)] == [
        Decimal("100.02"),
        Decimal("99.98"),
    ]


def test_a_round_trip_costs_its_fees() -> None:
    engine = played(order(1, 50), tick(1, 100), order(2, -50, 2), tick(3, 110))
    # 50 x (110 - 100) = 500, less 4 bp of 5,000 and of 5,500.
    assert engine.state.cash == Decimal("10495.80")
    (leg,) = legs_of(engine.entries)
    assert (leg.net_pnl, leg.fees) == (Decimal("495.80"), Decimal("4.20"))
    columns = trade_columns(engine.entries)
    assert columns.net_pnl.tolist() == [495.8]
    assert columns.leverage.tolist() == [10]
    assert columns.holding_seconds.tolist() == [120]


def test_what_is_added_is_averaged_and_what_is_closed_takes_its_share() -> None:
    engine = played(
        order(1, 10), tick(1, 100), order(2, 30, 2), tick(3, 120), order(3, -20, 4)
    )
    held = engine.state.positions["BTC"]
    assert held.entry_price == 115  # (10 x 100 + 30 x 120) / 40
    engine.observe(tick(5, 130))
    assert trades(engine)[-1].pnl == 300  # 20 x (130 - 115)
    assert engine.state.positions["BTC"].margin == 230  # half of 460


def test_an_order_against_a_position_closes_it_and_opens_the_rest() -> None:
    engine = played(order(1, 10), tick(1, 100), order(2, -15, 2), tick(3, 110))
    assert engine.state.positions["BTC"].units == -5
    assert [fill.units for fill in trades(engine)] == [10, -10, -5]


def test_a_limit_fills_at_its_price_even_where_a_better_one_is_observed() -> None:
    engine = played(tick(0, 100), limit(1, 10, 95, 1), tick(2, 99), tick(3, 90))
    (fill,) = trades(engine)
    assert (fill.price, fill.is_taker) == (Decimal(95), False)
    assert fill.fee == Decimal("0.114")  # 1.2 bp of 950


def test_a_limit_that_the_first_price_after_it_fills_takes_liquidity() -> None:
    engine = played(tick(0, 100), limit(1, 10, 105, 1), tick(2, 100))
    (fill,) = trades(engine)
    assert (fill.price, fill.is_taker) == (Decimal(105), True)


@pytest.mark.parametrize(("seen", "paid"), [(95, 95), (93, 93)])
def test_a_stop_fills_at_the_observed_price_never_better(seen: int, paid: int) -> None:
    opened = order(1, 10), tick(1, 100), stop(2, -10, 95, 2), tick(3, 96)
    engine = played(*opened, tick(4, seen))
    assert trades(engine)[-1].price == paid
    assert engine.state.positions == {}


def test_a_target_fills_at_its_price_and_the_stop_beside_it_is_cancelled() -> None:
    opened = order(1, 10), tick(1, 100), stop(2, -10, 95, 2), target(3, -10, 110, 2)
    engine = played(*opened, tick(3, 115))
    assert trades(engine)[-1].price == 110
    assert reasons(engine) == [(EntryKind.CANCELLED, "its position is closed")]
    assert engine.state.orders == {}


@pytest.mark.parametrize(
    ("prices", "paid"),
    [
        ((100, 120, 90, 110), 95),  # both in one candle: the stop
        ((94, 120, 90, 110), 94),  # the first price is worse already
        ((100, 120, 99, 110), 110),  # the target alone
    ],
)
def test_where_a_candle_holds_stop_and_target_the_worse_counts(
    prices: tuple[int, int, int, int], paid: int
) -> None:
    opened = order(1, 10), tick(1, 100), stop(2, -10, 95, 2), target(3, -10, 110, 2)
    engine = played(*opened, candle(3, prices))
    assert trades(engine)[-1].price == paid


def test_a_short_is_stopped_by_a_price_above() -> None:
    opened = order(1, -10), tick(1, 100), stop(2, 10, 105, 2), target(3, 10, 90, 2)
    engine = played(*opened, candle(3, (100, 107, 85, 86)))
    assert trades(engine)[-1].price == 105


def test_what_a_limit_opened_meets_the_stop_of_its_candle_and_no_target() -> None:
    bracket = limit(1, 10, 95), stop(2, -10, 92), target(3, -10, 110)
    stopped = played(*bracket, candle(1, (100, 120, 90, 118)))
    assert [fill.price for fill in trades(stopped)] == [95, 92]
    held = played(*bracket, candle(1, (100, 120, 94, 118)))
    assert [fill.price for fill in trades(held)] == [95]


def test_two_limits_of_one_candle_make_no_profit_out_of_its_range() -> None:
    engine = played(
        limit(1, 10, 95), limit(2, -10, 110), candle(1, (100, 120, 90, 100))
    )
    assert [fill.price for fill in trades(engine)] == [95]


def test_an_order_placed_while_a_candle_ran_waits_for_the_next() -> None:
    engine = played(order(1, 10, 2), candle(0, (100, 120, 90, 110)))
    assert trades(engine) == []
    engine.observe(candle(5, (111, 120, 105, 115)))
    (fill,) = trades(engine)
    assert (fill.price, fill.at) == (Decimal(111), at(10))


def test_of_a_candle_that_began_before_a_position_only_the_close_counts() -> None:
    engine = played(
        order(1, 10), tick(1, 100), stop(2, -10, 95), candle(0, (100, 120, 90, 99))
    )
    assert len(trades(engine)) == 1
    assert engine.marks["BTC"] == 99


def test_an_order_waits_across_a_gap() -> None:
    engine = played(tick(0, 100), order(1, 10, 1), tick(600, 130))
    (fill,) = trades(engine)
    assert (fill.price, fill.at, fill.over_gap) == (Decimal(130), at(600), True)


def test_a_position_is_liquidated_where_its_margin_no_longer_secures_it() -> None:
    engine = played(order(1, 100), tick(1, 100))
    level = liquidation_of(engine.state.positions["BTC"])
    # A price of 100 less a margin of 10, over what is left of 1 after an eightieth.
    assert level == Decimal(9000) / Decimal("98.75")
    engine.observe(tick(2, 91))
    _, end = trades(engine)
    assert end.kind is EntryKind.LIQUIDATION
    assert not end.over_gap
    # 100 x 9 = 900 are lost, and 4 bp of 9,100.
    assert end.cash == Decimal(1000) - 900 - Decimal("3.64")
    assert trade_columns(engine.entries).liquidated.tolist() == [True]


def test_liquidated_over_a_gap_the_margin_is_lost_and_the_trade_is_marked() -> None:
    engine = played(order(1, 100), tick(1, 100), tick(300, 91))
    _, end = trades(engine)
    assert end.over_gap
    assert [end.cash, end.margin] == [0, -1000]
    assert legs_of(engine.entries)[0].net_pnl == -1000 - 4  # and the fee of the entry


def test_an_isolated_position_loses_no_more_than_its_margin() -> None:
    engine = played(order(1, 100), tick(1, 100), tick(2, 10))
    assert engine.state.cash == 9000 - 4


def test_a_stop_before_the_liquidation_price_saves_the_rest() -> None:
    opened = order(1, 100), tick(1, 100), stop(2, -100, 95, 2)
    engine = played(*opened, candle(3, (100, 100, 80, 85)))
    assert [fill.kind for fill in trades(engine)] == [EntryKind.FILL] * 2
    assert trades(engine)[-1].price == 95


def test_longs_pay_shorts_an_hours_funding_at_the_full_hour() -> None:
    for units, paid in ((10, "-0.0125"), (-10, "0.0125")):
        opened = order(1, units), tick(1, 100, rate="0.0000125")
        engine = played(*opened, tick(57, 100), tick(60, 101))
        (entry,) = [e for e in engine.entries if e.kind is EntryKind.FUNDING]
        assert entry.pnl == Decimal(paid)
        assert entry.at.minute == 0


def test_funding_that_was_not_observed_is_counted_and_not_invented() -> None:
    engine = played(order(1, 10), tick(1, 100), tick(57, 100), tick(200, 101))
    assert not [e for e in engine.entries if e.kind is EntryKind.FUNDING]
    assert engine.hours_without_funding == 3


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"leverage": Decimal(41)}, "leverage must lie between 1 and 40"),
        ({"leverage": None}, "an order that opens a position needs a leverage"),
        ({"price": 5}, "every order but a market order needs a price"),
    ],
)
def test_an_order_that_cannot_be_is_refused(asked: dict[str, Any], reason: str) -> None:
    engine = played(order(1, 1, **asked))
    assert reasons(engine) == [(EntryKind.REFUSED, reason)]


def test_the_season_may_allow_less_leverage_than_the_coin() -> None:
    rules = TradingRules(season_leverage=Decimal(5))
    engine = played(order(1, 1), rules=rules)
    assert reasons(engine)[0][1] == "leverage must lie between 1 and 5"


def test_an_order_that_the_cash_does_not_secure_is_refused_when_it_is_due() -> None:
    engine = played(order(1, 1001), tick(1, 100))
    assert reasons(engine) == [(EntryKind.REFUSED, "the free cash does not secure it")]
    assert engine.state.cash == 10_000


def test_a_reduce_only_order_opens_nothing() -> None:
    engine = played(order(1, -5, reduce_only=True), tick(1, 100))
    assert trades(engine) == []
    held = played(
        order(1, 5), tick(1, 100), order(2, -9, 2, reduce_only=True), tick(3, 100)
    )
    assert [fill.units for fill in trades(held)] == [5, -5]


def test_a_ledger_that_was_changed_is_found_out() -> None:
    entries = played(order(1, 50), tick(1, 100)).entries
    assert replayed(entries).cash == Decimal("9498.00")
    with pytest.raises(LedgerError, match="does not balance"):
        replayed([*entries[:-1], replace(entries[-1], cash=Decimal(0))])
    with pytest.raises(LedgerError, match="follows entry"):
        replayed([entries[0], *entries[2:]])
