"""A model copied later, with other fees, larger or the other way round."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.game.engine.ledger_replay import replayed
from nof1_tracker.game.engine.played_columns import legs_of
from nof1_tracker.game.whatif.attribution import (
    DELAYS,
    delay_curve,
    equity_by_delay,
    explained_copy,
    is_surely_withheld,
)
from nof1_tracker.game.whatif.copy_run import CopiedSpan, copy_model
from nof1_tracker.game.whatif.hold_run import hold
from nof1_tracker.records.play.copy_scenario import FeeChoice, Scenario
from nof1_tracker.records.play.quotes import Quote
from nof1_tracker.records.play.recorded_legs import RecordedOrder
from tests.unit.game.market import NOON, at, tick

MINUTE = timedelta(minutes=1)
OWN = Scenario()


def _order(
    minutes: float, units: int, price: int, *, closes: bool = False
) -> RecordedOrder:
    """A taker's order of the model at 4 bp."""
    size, paid = Decimal(units), Decimal(price)
    fee = abs(size) * paid * Decimal("0.0004")
    lever = None if closes else Decimal(10)
    return RecordedOrder(
        at(minutes), "BTC", size, paid, fee, closes, is_taker=True, leverage=lever
    )


ROUND_TRIP = (_order(1, 10, 100), _order(11, -10, 110, closes=True))


def _span(
    orders: Sequence[RecordedOrder] = ROUND_TRIP, quotes: Sequence[Quote] = ()
) -> CopiedSpan:
    """The model's afternoon; a price a minute, rising by 1, unless others are given."""
    seen = quotes or [tick(minute, 100 + minute) for minute in range(31)]
    return CopiedSpan(NOON, at(30), orders, seen)


def test_a_copy_at_the_models_own_fills_is_the_model() -> None:
    found = explained_copy(_span(), OWN)
    # 10 x (110 - 100) less 4 bp of 1,000 and of 1,100.
    assert found.model.equity == found.copy.equity == Decimal("10099.16")
    assert found.copy.fees == Decimal("0.84")
    (leg,) = legs_of(found.copy.engine.entries)
    assert leg.net_pnl == Decimal("99.16")
    assert found.attribution.total == 0


def test_a_copy_fills_at_the_first_price_after_its_own_order() -> None:
    found = explained_copy(_span(), replace(OWN, delay=MINUTE))
    opened, closed = (e for e in found.copy.engine.entries if e.kind.trades)
    # Ordered at minute 2 and 12, seen at 3 and 13.
    assert (opened.price, closed.price) == (Decimal(103), Decimal(113))
    assert (opened.at, closed.at) == (at(3), at(13))


def test_the_difference_is_divided_among_its_causes() -> None:
    scenario = Scenario(
        delay=MINUTE,
        fees=FeeChoice.NONE,
        slippage=Decimal("0.001"),
        size=Decimal(2),
    )
    found = explained_copy(_span(), scenario)
    parts = found.attribution
    assert parts.sizing == Decimal("99.16")
    # 20 x 10 as before, but 4 bp of 2,060 and 2,260 instead of 2,000 and 2,200.
    assert parts.delay == Decimal("-0.048")
    # 1 per mille of 2,060 and of 2,260, and 4 bp of 2.06 more and of 2.26 less.
    assert parts.slippage == Decimal("-4.32") + Decimal("0.00008")
    assert parts.fees == Decimal("1.728") - Decimal("0.00008")
    assert found.copy.equity - found.model.equity == parts.total


@pytest.mark.parametrize(
    ("fees", "rate"),
    [(FeeChoice.TAKER, "0.0004"), (FeeChoice.MAKER, "0.00012"), (FeeChoice.NONE, "0")],
)
def test_fees_are_those_that_were_chosen(fees: FeeChoice, rate: str) -> None:
    run = copy_model(_span(), replace(OWN, fees=fees))
    assert run.fees == Decimal(2100) * Decimal(rate)


def test_an_inverse_copy_loses_what_the_model_wins() -> None:
    free = replace(OWN, fees=FeeChoice.NONE)
    assert copy_model(_span(), free).equity == 10_100
    assert copy_model(_span(), replace(free, inverse=True)).equity == 9_900


def test_a_figure_is_withheld_where_prices_come_later_than_the_delay() -> None:
    quotes = [tick(minute, 100) for minute in range(0, 31, 5)]
    curve = delay_curve(
        _span(quotes=quotes), OWN, [timedelta(), MINUTE, timedelta(minutes=10)]
    )
    assert [point.equity is None for point in curve] == [False, True, False]
    assert [point.orders.late for point in curve] == [0, 2, 0]


def test_a_copy_that_is_surely_withheld_need_not_be_made() -> None:
    for every in (1, 4, 20):
        quotes = [tick(minute, 100 + minute) for minute in range(0, 31, every)]
        span = _span(quotes=quotes)
        points = delay_curve(span, OWN)
        assert equity_by_delay(span, OWN) == {e.delay: e.equity for e in points}
        surely = [each for each in DELAYS if is_surely_withheld(span, each)]
        assert surely
        assert {each.equity for each in points if each.delay in surely} == {None}


def test_an_order_after_the_last_price_is_not_filled() -> None:
    run = copy_model(_span([_order(29, 10, 100)]), replace(OWN, delay=MINUTE))
    assert (run.orders.placed, run.orders.unfilled) == (1, 1)
    assert run.equity == 10_000


def test_a_liquidated_copy_does_not_open_what_the_model_closes() -> None:
    quotes = [tick(m, price) for m, price in [(1, 100), (3, 100), (5, 80), (13, 100)]]
    run = copy_model(_span(quotes=quotes), replace(OWN, delay=MINUTE))
    assert run.orders.liquidations == 1
    assert run.engine.state.positions == {}


def test_amounts_with_endless_digits_balance_in_the_ledger() -> None:
    opened, closed = ROUND_TRIP
    third = replace(opened, price=Decimal(100) / 3, fee=Decimal(1) / 3)
    parts = [third, replace(closed, units=Decimal(-10) / 3), closed]
    run = copy_model(_span(parts), replace(OWN, size=Decimal(1) / 7))
    assert run.engine.state.positions == {}
    assert replayed(run.engine.entries) == run.engine.state


def test_orders_beyond_the_cash_are_counted() -> None:
    run = copy_model(_span(), replace(OWN, size=Decimal(200)))
    assert run.orders.unsecured == 1  # a tenth of 200,000 is margin


@given(
    st.lists(
        st.tuples(st.integers(1, 25), st.integers(-20, 20).filter(bool), st.booleans()),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([timedelta(), MINUTE, timedelta(minutes=7)]),
    st.sampled_from(list(FeeChoice)),
    st.booleans(),
)
def test_the_parts_of_the_difference_add_up(
    rows: list[tuple[int, int, bool]],
    delay: timedelta,
    fees: FeeChoice,
    inverse: bool,
) -> None:
    orders = sorted(
        (_order(m, units, 100 + m, closes=closes) for m, units, closes in rows),
        key=lambda order: order.at,
    )
    scenario = Scenario(
        delay=delay,
        fees=fees,
        slippage=Decimal("0.0002"),
        size=Decimal("0.5"),
        inverse=inverse,
    )
    found = explained_copy(_span(orders), scenario)
    difference = found.copy.equity - found.model.equity
    assert abs(found.attribution.total - difference) < Decimal("1e-18")


def test_a_coin_is_bought_with_all_the_money_at_the_first_price() -> None:
    quotes = [tick(0, 90), tick(1, 100), tick(15, 110)]
    run = hold(quotes, NOON, at(30), slippage=Decimal("0.001"))
    assert run is not None
    assert (run.bought_at, run.price) == (at(1), Decimal("100.1"))
    # 10,000 / (100.1 x 1.0004) units at 110.
    assert abs(run.equity - Decimal("10984.62")) < Decimal("0.01")
    assert hold([tick(0, 90)], NOON, at(30)) is None
