"""Trade metrics: hand-worked arithmetic, edges and laws."""

import math
from dataclasses import astuple, fields
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nof1_tracker.analyzer.metrics import (
    is_loss,
    is_win,
    mean,
    median,
    sample_std,
    split_outcomes,
)
from nof1_tracker.analyzer.trades.trade_formulas import outcomes_of
from nof1_tracker.analyzer.trades.trade_metrics import (
    GroupMetrics,
    TradeMetrics,
    trade_metrics,
)
from tests.unit.analyzer.columns import times, trades

CENTS = st.integers(-(10**7), 10**7).map(lambda cents: cents / 100)
NETS = st.lists(CENTS, max_size=40)
SOME_NETS = st.lists(CENTS, min_size=1, max_size=40)


# --- by hand ------------------------------------------------------------------


def test_five_legs_worked_by_hand() -> None:
    found = trade_metrics(trades([300, -100, 0, 100, -50]))

    assert (found.total_trades, found.wins, found.losses, found.breakevens) == (
        5,
        2,
        2,
        1,
    )
    assert found.win_rate == 0.4
    assert (found.net_pnl, found.gross_pnl, found.fees) == (250, 750, 500)
    assert (found.biggest_win, found.biggest_loss) == (300, -100)
    assert found.profit_factor == 400 / 150
    assert found.payoff_ratio == 200 / 75
    assert found.expectancy == found.avg_net_pnl == 50
    squares = 250**2 + 150**2 + 50**2 + 50**2 + 100**2
    assert found.std_net_pnl == math.sqrt(squares / 4)
    assert found.turnover == 5 * 2 * (1000 + 1100)


def test_sizes_and_times_worked_by_hand() -> None:
    found = trade_metrics(
        trades(
            [1, 2, -3],
            entry_price=[10.0, 20.0, 60.0],
            quantity=[-1.0, 2.0, 1.0],
            opened_at=times([0, 0, 0]),
            closed_at=times([1, 2, 6]),
            is_long=[False, True, True],
        ),
        span=timedelta(hours=12),
    )

    assert found.avg_notional == 110 / 3
    assert (found.median_notional, found.long_share) == (40, 2 / 3)
    assert (found.avg_holding_seconds, found.median_holding_seconds) == (10800, 7200)
    assert found.std_holding_seconds == math.sqrt((7200**2 + 3600**2 + 10800**2) / 2)
    assert found.trades_per_day == 6
    assert (found.longs.count, found.shorts.count) == (2, 1)
    assert (found.longs.avg_net_pnl, found.shorts.avg_notional) == (-0.5, 10)
    assert (found.winners.avg_holding_seconds, found.losers.avg_net_pnl) == (5400, -3)


def test_holding_times_keep_their_microseconds() -> None:
    opened = np.array(["2025-10-20T00:00:00.000001"], "datetime64[us]")
    closed = np.array(["2025-11-03T22:00:00.999999"], "datetime64[us]")
    held = trades([1], opened_at=opened, closed_at=closed).holding_seconds

    assert held[0] == 14 * 86400 + 22 * 3600 + 0.999998


def test_fees_as_a_share_of_the_gross_profit_of_the_legs_that_made_one() -> None:
    found = trade_metrics(trades([1, 1, 1], gross_pnl=[400.0, 600.0, -900.0]))

    assert found.fees_share_of_gross_profit == 0.3


def test_fees_have_no_share_of_a_gross_profit_that_never_was() -> None:
    found = trade_metrics(trades([-1], gross_pnl=[-5.0]))

    assert found.fees_share_of_gross_profit is None


def test_streaks_follow_the_order_of_closing_and_a_breakeven_ends_them() -> None:
    in_order = [1, 1, 0, 1, 1, 1, -1, -1, 0, -1]
    shuffled = [3, 0, 9, 6, 1, 4, 8, 2, 5, 7]
    found = trade_metrics(
        trades(
            [in_order[i] for i in shuffled],
            opened_at=times([-each * each % 7 for each in shuffled]),
            closed_at=times(shuffled),
        )
    )

    assert (found.longest_winning_streak, found.longest_losing_streak) == (3, 2)


def test_legs_of_one_entry_are_one_position() -> None:
    found = trade_metrics(trades([1, 2, 3], entry_oid=[7, 7, 8]))

    assert (found.total_trades, found.positions) == (3, 2)


def test_without_an_order_id_legs_opened_together_in_one_symbol_are_one_position() -> (
    None
):
    found = trade_metrics(
        trades(
            [1, 2, 3, 4, 5],
            entry_oid=[-1, -1, -1, -1, 7],
            symbol=["BTC", "BTC", "ETH", "BTC", "BTC"],
            opened_at=times([0, 0, 0, 1, 0]),
        )
    )

    assert found.positions == 4


def test_realized_leverage_adds_up_the_legs_of_a_position() -> None:
    columns = trades(
        [1, 2, 3],
        entry_oid=[7, 7, 8],
        entry_price=[1000.0, 1000.0, 500.0],
        quantity=[10.0, 20.0, 20.0],
    )
    found = trade_metrics(columns, entry_equity=np.array([1e4, 1e4, 2e4]))

    assert found.realized_leverage == (3 + 0.5) / 2
    assert found.max_realized_leverage == 3


def test_leverage_is_not_known_without_equity_and_not_defined_in_debt() -> None:
    known = np.array([np.nan, -5.0, 0.0])

    assert trade_metrics(trades([1, 2, 3])).realized_leverage is None
    found = trade_metrics(trades([1, 2, 3]), entry_equity=known)
    assert (found.realized_leverage, found.max_realized_leverage) == (None, None)


def test_stated_leverage_is_averaged_over_the_legs_that_have_one() -> None:
    found = trade_metrics(trades([1, 2, 3], leverage=[10.0, np.nan, 20.0]))

    assert (found.avg_leverage, found.leverage_known) == (15, 2)


def test_slices_by_symbol_and_by_side_add_up_to_the_whole() -> None:
    found = trade_metrics(
        trades(
            [10, -4, 6, -1],
            symbol=np.array(["ETH", "BTC", "ETH", "xyz:NVDA"], dtype=object),
            is_long=[True, False, False, True],
        )
    )

    assert [each.name for each in found.by_symbol] == ["BTC", "ETH", "xyz:NVDA"]
    assert [each.net_pnl for each in found.by_symbol] == [-4, 16, -1]
    assert [each.win_rate for each in found.by_symbol] == [0, 1, 0]
    assert [(each.name, each.net_pnl) for each in found.by_side] == [
        ("long", 9),
        ("short", 2),
    ]


def test_liquidations_are_counted() -> None:
    assert trade_metrics(trades([-9, 1], liquidated=[True, False])).liquidations == 1


# --- edges ----------------------------------------------------------------------


def _numbers(found: TradeMetrics | GroupMetrics) -> list[float]:
    """Every number in it, however deep."""
    flat: list[Any] = [astuple(found)]
    numbers: list[float] = []
    while flat:
        value = flat.pop()
        if isinstance(value, tuple):
            flat += value
        elif isinstance(value, int | float):
            numbers.append(value)
    return numbers


def test_no_legs_give_zero_sums_and_no_ratio() -> None:
    found = trade_metrics(trades([]), span=timedelta(days=1))

    zeros = {each.name for each in fields(found) if getattr(found, each.name) == 0}
    assert zeros == {
        "total_trades",
        "positions",
        "wins",
        "losses",
        "breakevens",
        "net_pnl",
        "gross_pnl",
        "fees",
        "longest_winning_streak",
        "longest_losing_streak",
        "turnover",
        "leverage_known",
        "holding_known",
        "implausible",
        "trades_per_day",
        "liquidations",
    }
    assert found.win_rate is found.expectancy is found.profit_factor is None
    assert found.winners == GroupMetrics(
        count=0,
        avg_net_pnl=None,
        std_net_pnl=None,
        avg_notional=None,
        std_notional=None,
        avg_holding_seconds=None,
        std_holding_seconds=None,
    )
    assert found.by_symbol == found.by_side == ()


def test_one_leg_has_means_but_no_deviation() -> None:
    found = trade_metrics(trades([5]))

    assert (found.avg_net_pnl, found.avg_notional) == (5, 2000)
    assert found.std_net_pnl is found.std_notional is found.winners.std_net_pnl is None
    assert found.median_holding_seconds == 3600


def test_all_wins_have_no_profit_factor_and_no_biggest_loss() -> None:
    found = trade_metrics(trades([5, 6]))

    assert found.win_rate == 1
    assert found.profit_factor is found.payoff_ratio is found.biggest_loss is None


def test_all_losses_have_a_profit_factor_of_zero_and_no_biggest_win() -> None:
    found = trade_metrics(trades([-5, -6]))

    assert (found.win_rate, found.profit_factor) == (0, 0)
    assert found.payoff_ratio is found.biggest_win is None


def test_breakevens_are_neither_won_nor_lost() -> None:
    found = trade_metrics(trades([0, -0.0]))

    assert (found.breakevens, found.win_rate, found.std_net_pnl) == (2, 0, 0)
    assert found.winners.count == found.losers.count == 0
    assert found.profit_factor is found.biggest_win is found.biggest_loss is None


def test_a_quantity_of_zero_is_no_size_but_its_net_counts() -> None:
    found = trade_metrics(trades([1, 2, 3], quantity=[0.0, 2.0, 4.0]))

    assert (found.avg_notional, found.median_notional) == (3000, 3000)
    assert (found.net_pnl, found.total_trades) == (6, 3)
    assert trade_metrics(trades([1], quantity=[0.0])).avg_notional is None


def test_reversed_and_unknown_times_are_no_time_held() -> None:
    found = trade_metrics(
        trades(
            [1, 2, 3],
            opened_at=times([0, 5, 0]),
            closed_at=np.append(times([2, 4]), np.datetime64("NaT", "us")),
            implausible=[False, True, True],
        )
    )

    assert (found.avg_holding_seconds, found.std_holding_seconds) == (7200, None)
    assert (found.holding_known, found.implausible) == (1, 2)
    assert (found.net_pnl, found.winners.avg_holding_seconds) == (6, 7200)


def test_a_leg_without_net_pnl_is_left_out_of_everything() -> None:
    equity = np.array([1e4, 1e4, 1e4])
    found = trade_metrics(trades([5, np.nan, -5]), entry_equity=equity)

    assert found.total_trades == 2
    assert (found.fees, found.positions, found.turnover) == (200, 2, 8400)


def test_one_unknown_fee_leaves_the_fees_undefined_and_the_rest_alone() -> None:
    found = trade_metrics(trades([5, -5], fees=[1.0, np.nan]))

    assert found.fees is found.avg_fees is found.std_fees is None
    assert found.fees_share_of_gross_profit is None
    assert found.gross_pnl == 200


def test_unknown_prices_and_times_never_show_as_numbers() -> None:
    found = trade_metrics(
        trades(
            [5, -5],
            gross_pnl=[np.nan, np.inf],
            entry_price=[np.nan, -np.inf],
            exit_price=[np.inf, -np.inf],
            closed_at=np.array(["NaT", "2025-10-20"], "datetime64[us]"),
        ),
        entry_equity=np.array([np.inf, np.nan]),
    )

    assert found.gross_pnl is found.turnover is found.median_notional is None
    assert found.avg_holding_seconds is None
    assert all(math.isfinite(number) for number in _numbers(found))


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="different lengths"):
        trades([1, 2], fees=[1.0])


# --- laws -----------------------------------------------------------------------


@given(NETS)
def test_every_number_is_finite(nets: list[float]) -> None:
    assert all(
        math.isfinite(number) for number in _numbers(trade_metrics(trades(nets)))
    )


@given(SOME_NETS, st.randoms())
def test_the_order_of_the_rows_changes_nothing(nets: list[float], dice: Any) -> None:
    columns = trades(nets)
    order = list(range(len(nets)))
    dice.shuffle(order)
    permuted = columns.where(np.array(order))

    assert trade_metrics(permuted) == trade_metrics(columns)


@given(NETS)
def test_groups_split_the_legs_without_rest(nets: list[float]) -> None:
    sides = np.arange(len(nets)) % 2 == 0
    found = trade_metrics(trades(nets, is_long=sides))

    assert (found.winners.count, found.losers.count) == (found.wins, found.losses)
    assert found.wins + found.losses + found.breakevens == found.total_trades
    assert found.longs.count + found.shorts.count == found.total_trades
    assert sum(each.total_trades for each in found.by_symbol) == found.total_trades


@given(SOME_NETS)
def test_expectancy_is_what_its_parts_make(nets: list[float]) -> None:
    found = trade_metrics(trades(nets))
    won = found.wins * (found.winners.avg_net_pnl or 0)
    lost = found.losses * (found.losers.avg_net_pnl or 0)

    assert found.expectancy == pytest.approx((won + lost) / len(nets), abs=1e-6)


@given(SOME_NETS, st.sampled_from([0.125, 2.0, 1024.0]))
def test_ratios_do_not_depend_on_the_currency(nets: list[float], rate: float) -> None:
    ours = trade_metrics(trades(nets))
    theirs = trade_metrics(trades([net * rate for net in nets]))

    assert theirs.profit_factor == ours.profit_factor
    assert theirs.payoff_ratio == ours.payoff_ratio
    assert theirs.win_rate == ours.win_rate
    assert theirs.net_pnl == (ours.net_pnl or 0) * rate


@given(SOME_NETS)
def test_mirrored_outcomes_swap_wins_and_losses(nets: list[float]) -> None:
    ours, theirs = trade_metrics(trades(nets)), trade_metrics(
        trades([-n for n in nets])
    )

    assert (theirs.wins, theirs.losses) == (ours.losses, ours.wins)
    assert theirs.longest_losing_streak == ours.longest_winning_streak
    if ours.profit_factor and theirs.profit_factor:
        assert theirs.profit_factor == pytest.approx(1 / ours.profit_factor)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20))
def test_means_and_deviations_of_any_floats_are_numbers_or_none(
    values: list[float],
) -> None:
    for found in (mean(values), median(values), sample_std(values)):
        assert found is None or math.isfinite(found)


@given(st.floats(-1e6, 1e6), st.integers(2, 50))
def test_equal_values_do_not_deviate(value: float, count: int) -> None:
    assert sample_std([value] * count) == 0


@given(SOME_NETS)
def test_arrays_and_numbers_are_split_by_the_same_rule(nets: list[float]) -> None:
    array = np.array(nets)

    assert is_win(array).tolist() == [is_win(net) for net in nets]
    assert is_loss(array).tolist() == [is_loss(net) for net in nets]
    assert outcomes_of(array) == split_outcomes(nets)
