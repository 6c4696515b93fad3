"""Reports of odd seasons, worked by hand: undefined is None, and nothing is made up."""

from datetime import timedelta

import numpy as np
import pytest

from nof1_tracker.analyzer.report.season_report import ModelReport, SeasonReport
from tests.unit.analyzer.boards import season
from tests.unit.analyzer.columns import START, at, snapshots, times, trades
from tests.unit.analyzer.reports import history, report_of, reported

FULL_DAY = [10_000 + 100.0 * hour for hour in range(1, 25)]
"""An equity each hour: 10,100 USD to 12,400 USD."""


def only(report: SeasonReport) -> ModelReport:
    (model,) = report.models
    return model


def model_of(report: SeasonReport, account_id: str) -> ModelReport:
    return next(m for m in report.models if m.account.account_id == account_id)


# --- where time begins and ends -----------------------------------------------------


def test_a_season_begins_with_its_initial_equity_and_ends_with_what_was_last_seen() -> (
    None
):
    report = report_of(history("a", equity=FULL_DAY))

    assert (report.start, report.end) == (START, at(24))
    equity = only(report).equity
    assert equity is not None
    assert equity.initial_equity == 10_000
    assert equity.total_return == pytest.approx(0.24)
    assert (equity.periods, equity.gaps) == (24, 0)


def test_it_begins_with_the_first_inception_that_the_site_states() -> None:
    report = report_of(
        history("a", equity=FULL_DAY, started_at=at(2)),
        history("b", equity=FULL_DAY, started_at=at(1)),
        history("c", equity=FULL_DAY, started_at=at(-9)),  # of an earlier season
    )
    assert report.start == at(1)


def test_without_a_known_start_it_begins_with_what_was_first_seen() -> None:
    report = report_of(
        history("a", equity=[20_000, 25_000], hours=[5, 6]),
        span=season(start=None, end=None),
    )

    assert (report.start, report.end) == (at(5), at(6))
    equity = only(report).equity
    assert equity is not None
    assert equity.initial_equity == 20_000
    assert equity.total_return == pytest.approx(0.25)


def test_a_window_opens_with_the_equity_that_it_finds() -> None:
    report = report_of(history("a", equity=FULL_DAY, nets=range(24)), since=at(20))

    model = only(report)
    assert (report.start, report.end) == (at(20), at(24))
    assert model.equity is not None
    assert model.equity.initial_equity == 12_000
    assert model.equity.total_return == pytest.approx(12_400 / 12_000 - 1)
    # Legs close at the hours 1 to 24: five of them at 20 or later.
    assert model.trades.total_trades == 5
    assert model.trades.trades_per_day == pytest.approx(5 * 24 / 4)
    assert model.coverage.stored == 24


def test_a_window_from_before_the_season_is_the_season() -> None:
    whole = report_of(history("a", equity=FULL_DAY, nets=[5, -3]))
    early = report_of(history("a", equity=FULL_DAY, nets=[5, -3]), since=at(-50))

    assert early.start == whole.start == START
    assert only(early).equity == only(whole).equity
    assert only(early).trades == only(whole).trades


def test_a_window_that_opens_in_a_gap_has_trades_and_no_equity() -> None:
    equity = history("a", equity=[11_000, 12_000], hours=[1, 20], nets=[7] * 20)
    model = only(report_of(equity, since=at(10)))

    assert model.equity is None
    assert model.curve is None
    assert model.against_benchmark is None
    assert model.uncertainty.returns is None
    assert model.trades.total_trades == 11
    assert model.trades.realized_leverage is None


def test_a_window_after_all_that_was_seen_is_empty() -> None:
    report = report_of(history("a", equity=FULL_DAY, nets=[5]), since=at(100))

    assert report.start == report.end == at(100)
    assert only(report).trades.total_trades == 0
    assert only(report).trades.net_pnl == 0
    assert only(report).trades.trades_per_day is None
    assert only(report).equity is None


# --- who is in it --------------------------------------------------------------------


def late_season() -> SeasonReport:
    """An account that opens at hour 10 and gains 5 % by hour 24, beside two others."""
    late = [10_000.0] * 13 + [10_500.0]
    return report_of(
        history("early", equity=FULL_DAY, nets=[1] * 24, started_at=START),
        history(
            "late",
            equity=late,
            hours=range(11, 25),
            legs=trades([40, 60], closed_at=times([12, 24])),
            started_at=at(10) + timedelta(minutes=20),
        ),
        history("hold", equity=FULL_DAY, started_at=START, is_benchmark=True),
    )


def test_a_late_starter_begins_with_its_own_opening() -> None:
    model = model_of(late_season(), "late")

    assert model.curve is not None
    assert model.equity is not None
    assert np.isnan(model.curve.equity[:10]).all()
    assert model.curve.equity[10] == 10_000
    assert model.equity.total_return == pytest.approx(0.05)
    assert (model.equity.periods, model.equity.excluded_periods) == (14, 0)
    assert model.equity.gaps == 0
    assert model.trades.trades_per_day == pytest.approx(2 * 24 / 14)


def test_a_late_starter_is_held_against_the_benchmark_from_its_opening() -> None:
    against = model_of(late_season(), "late").against_benchmark

    assert against is not None
    assert against.periods == 14
    assert against.total_return == pytest.approx(0.05)
    assert against.benchmark_return == pytest.approx(12_400 / 11_000 - 1)


def test_the_curves_of_all_accounts_lie_on_one_grid() -> None:
    report = late_season()
    lengths = {len(each.curve.times) for each in report.models if each.curve}
    assert lengths == {25}


def test_a_benchmark_alone_is_reported_and_not_ranked() -> None:
    report = report_of(history("hold", equity=FULL_DAY, is_benchmark=True))

    assert report.competitors == ()
    assert report.benchmark == only(report).account.name
    assert only(report).equity is not None
    assert only(report).against_benchmark is None
    assert report.ranking.verdict.leader is None
    assert report.ranking.trades_needed is None


def test_one_model_leads_nobody() -> None:
    ranking = report_of(history("a", equity=FULL_DAY, nets=[3, -1, 4])).ranking

    assert ranking.matrix.names == ("a",)
    assert ranking.verdict.leader == "a"
    assert ranking.verdict.leader_probability is None
    assert not ranking.verdict.leader_supported
    assert ranking.trades_needed is None


def test_a_season_without_accounts_has_an_empty_report() -> None:
    report = report_of()

    assert report.models == ()
    assert report.benchmark is None
    assert report.ranking.verdict.leader is None


def test_thirty_two_accounts_are_ranked_by_equity() -> None:
    accounts = [
        history(f"a{n}", equity=[10_000 + n, 10_001 + n], nets=[n, -n, 2 * n])
        for n in range(32)
    ]
    report = report_of(*accounts)

    order = [each.account.account_id for each in report.models]
    assert order == [f"a{n}" for n in reversed(range(32))]
    assert report.ranking.matrix.names == tuple(order)
    assert len(report.ranking.verdict.adjacent) == 31


# --- what is not known ----------------------------------------------------------------


def test_without_snapshots_only_trades_are_known() -> None:
    model = only(report_of(history("a", nets=[30, -10])))

    assert model.standing is None
    assert model.trades.net_pnl == 20
    assert model.trades.realized_leverage == pytest.approx(0.2)
    assert model.equity is not None
    assert model.equity.observations == 0
    assert model.equity.total_return is None
    assert model.equity.sharpe_ratio is None
    assert model.equity.exposure is None


def test_nothing_but_wins_proves_no_certainty() -> None:
    model = only(report_of(history("a", equity=FULL_DAY, nets=[10, 20, 30] * 4)))

    assert model.trades.win_rate == 1
    assert model.trades.biggest_loss is None
    assert model.trades.profit_factor is None
    assert model.trades.payoff_ratio is None
    assert model.uncertainty.win_rate is not None
    assert model.uncertainty.win_rate.low < 0.8
    assert model.uncertainty.expectancy is not None


def test_nothing_but_losses_has_no_biggest_win() -> None:
    model = only(report_of(history("a", equity=FULL_DAY, nets=[-10, -20])))

    assert model.trades.win_rate == 0
    assert model.trades.biggest_win is None
    assert model.trades.profit_factor == 0
    assert model.trades.payoff_ratio is None


def test_one_trade_has_a_mean_and_no_spread() -> None:
    model = only(report_of(history("a", equity=FULL_DAY, nets=[10])))

    assert model.trades.avg_net_pnl == 10
    assert model.trades.std_net_pnl is None
    assert model.uncertainty.trades is None
    assert model.uncertainty.expectancy is None


def test_a_leg_without_an_outcome_is_stored_and_no_trade() -> None:
    model = only(
        report_of(
            history(
                "a",
                equity=FULL_DAY,
                nets=[10, float("nan")],
                reported=reported("a", 2),
            )
        )
    )

    assert (model.coverage.stored, model.coverage.reported) == (2, 2)
    assert not model.coverage.is_partial
    assert model.trades.total_trades == 1
    assert model.trades.net_pnl == 10


# --- the benchmark ----------------------------------------------------------------------


def test_without_a_benchmark_nothing_is_held_against_one() -> None:
    report = report_of(history("a", equity=FULL_DAY))

    assert report.benchmark is None
    assert only(report).against_benchmark is None


def test_prices_of_btc_stand_in_for_an_account_that_holds() -> None:
    report = report_of(
        history("a", equity=FULL_DAY),
        btc_prices=snapshots([100_000, 103_000, 105_000], [0, 12, 24]),
    )
    against = only(report).against_benchmark

    assert report.benchmark == "BTC price"
    assert against is not None
    # Twelve hours without a price are a gap; at hour 24 it is known again.
    assert against.benchmark_return == pytest.approx(0.05)
    assert against.excess_return == pytest.approx(0.24 - 0.05)


def test_prices_that_begin_long_after_the_season_are_no_benchmark() -> None:
    report = report_of(
        history("a", equity=FULL_DAY), btc_prices=snapshots([100_000], [12])
    )
    assert report.benchmark is None


def test_a_benchmark_that_was_never_seen_gives_way_to_prices() -> None:
    report = report_of(
        history("a", equity=FULL_DAY),
        history("hold", is_benchmark=True),
        btc_prices=snapshots([100_000, 101_000], [0, 1]),
    )
    assert report.benchmark == "BTC price"


def test_a_ruined_account_has_no_returns_after_its_ruin() -> None:
    model = only(report_of(history("a", equity=[5_000, 0, 0, -10])))

    assert model.equity is not None
    assert model.equity.ruined_at == at(2)
    assert model.equity.total_return == pytest.approx(-1.001)
    assert model.equity.periods == 2
    assert model.uncertainty.returns is None or (
        model.uncertainty.returns.total_return is None
    )


def test_a_flat_account_has_no_ratio() -> None:
    model = only(report_of(history("a", equity=[10_000.0] * 48)))

    assert model.equity is not None
    assert model.equity.total_return == 0
    assert model.equity.sharpe_ratio is None
    assert model.equity.sortino_ratio is None
    assert model.equity.calmar_ratio is None
    assert model.uncertainty.returns is None
    assert model.equity.best_day is not None
    assert model.equity.best_day.day == START.date()
