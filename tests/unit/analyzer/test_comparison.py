"""Two models side by side: what chance cannot explain, and what it can."""

import pytest

from nof1_tracker.analyzer.report.comparison import Comparison, Lead, compare_models
from tests.unit.analyzer.reports import history, report_of, short_season


def compared(first: str, second: str) -> Comparison:
    report = short_season()
    models = {each.account.account_id: each for each in report.models}
    return compare_models(report, models[first], models[second])


def test_each_difference_has_both_figures_its_interval_and_what_it_tells() -> None:
    mean, wins, total, sharpe = compared("alpha", "beta").differences

    assert (mean.name, mean.first) == ("trades.avg_net_pnl", 93.0)
    assert mean.second == pytest.approx(-70 / 6)
    assert mean.difference == pytest.approx(93 + 70 / 6)
    assert mean.interval is not None
    assert mean.interval.low < 93 + 70 / 6 < mean.interval.high
    assert mean.lead is Lead.FIRST
    assert (wins.name, wins.lead) == ("trades.win_rate", Lead.OPEN)
    assert wins.probability == pytest.approx(0.5, abs=0.02)
    assert (total.lead, sharpe.lead) == (Lead.FIRST, Lead.FIRST)


def test_seen_from_the_other_side_the_second_is_ahead() -> None:
    mean, *_ = compared("beta", "alpha").differences

    assert mean.lead is Lead.SECOND
    assert mean.probability is not None
    assert mean.probability < 0.05


def test_returns_are_compared_over_the_steps_that_both_have() -> None:
    comparison = compared("alpha", "beta")

    assert comparison.paired is not None
    assert comparison.paired.periods == 80
    *_, total, _ = comparison.differences
    assert comparison.first.equity is not None
    assert total.first != comparison.first.equity.total_return


def test_a_model_without_trades_leaves_the_differences_of_trades_unknown() -> None:
    mean, wins, *_ = compared("alpha", "gamma").differences

    assert (mean.lead, wins.lead) == (Lead.UNKNOWN, Lead.UNKNOWN)
    assert mean.second is None
    assert mean.interval is None
    assert mean.probability is None


def test_two_models_without_anything_are_compared_without_a_claim() -> None:
    report = report_of(history("a"), history("b"))
    comparison = compare_models(report, *report.models)

    assert {each.lead for each in comparison.differences} == {Lead.UNKNOWN}
    assert comparison.paired is None
