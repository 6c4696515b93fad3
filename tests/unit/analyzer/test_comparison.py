"""Two models side by side: what chance cannot explain, and what it can."""

import pytest

from nof1_tracker.analyzer.equity.equity_metrics import Withheld
from nof1_tracker.analyzer.report.comparison import Comparison, Lead, compare_models
from tests.unit.analyzer.reports import history, report_of, short_season


def compared(first: str, second: str) -> Comparison:
    report = short_season()
    models = {each.account.account_id: each for each in report.models}
    return compare_models(report, models[first], models[second])


def test_each_difference_has_both_figures_its_interval_and_what_it_tells() -> None:
    mean, wins, total, sharpe = compared("alpha", "beta").differences

    assert (mean.name, mean.first) == ("trades.avg_net_pnl", 93.0)
    assert mean.second == pytest.approx(-140 / 12)
    assert mean.difference == pytest.approx(93 + 70 / 6)
    assert mean.interval is not None
    assert mean.interval.low < 93 + 70 / 6 < mean.interval.high
    assert mean.probability == pytest.approx(0.958, abs=5e-4)
    assert mean.lead is Lead.OPEN
    assert (wins.name, wins.lead) == ("trades.win_rate", Lead.OPEN)
    assert wins.probability == 0.5
    assert total.first == pytest.approx(0.4)
    assert (total.lead, sharpe.lead) == (Lead.UNKNOWN, Lead.UNKNOWN)


def test_seen_from_the_other_side_the_second_is_ahead() -> None:
    ours, theirs = compared("alpha", "gamma"), compared("gamma", "alpha")

    for one, other in zip(ours.differences, theirs.differences, strict=True):
        assert (one.first, one.second) == (other.second, other.first)
    report = report_of(
        history("a", nets=[5, 7] * 6), history("b", nets=[-5, 7, -9] * 6)
    )
    a, b = report.models
    mean, *_ = compare_models(report, b, a).differences
    assert mean.lead is Lead.SECOND
    assert mean.probability is not None
    assert mean.probability < 0.05


def test_returns_are_compared_over_the_time_in_which_both_are_known() -> None:
    found = compared("alpha", "beta")

    # Twenty hours of beta are not known, and the change across them is one return.
    assert found.common is not None
    assert len(found.common.first) == len(found.common.second) == 81
    assert found.common.withheld is Withheld.FEW_RETURNS
    assert found.paired is None


def test_a_comparison_and_a_report_have_one_return_for_a_model() -> None:
    found = compared("alpha", "beta")
    *_, total, _ = found.differences

    for model, ours in ((found.first, total.first), (found.second, total.second)):
        assert model.equity is not None
        assert ours == pytest.approx(model.equity.total_return)


def test_enough_common_returns_tell_who_is_ahead() -> None:
    restless = [10_000 + 100 * (hour % 2) for hour in range(1, 241)]
    gains = [each + 20 * hour for hour, each in enumerate(restless)]
    report = report_of(
        history("a", equity=[float(each) for each in gains]),
        history("b", equity=[float(each) for each in restless]),
    )
    *_, total, sharpe = compare_models(report, *report.models).differences

    assert (total.lead, sharpe.lead) == (Lead.FIRST, Lead.FIRST)


def test_an_outage_is_no_skill() -> None:
    """Ten steady days, with six unobserved hours in which 30 % were lost."""
    restless = [10_000 + 100 * (hour % 2) for hour in range(1, 241)]
    gains = [each + 8 * hour for hour, each in enumerate(restless)]
    hours = [*range(1, 121), *range(126, 241)]
    level = [gains[hour - 1] * (0.7 if hour > 120 else 1.0) for hour in hours]
    report = report_of(
        history("a", equity=level, hours=hours),
        history("b", equity=[each * 0.8 for each in restless]),
    )
    models = {each.account.account_id: each for each in report.models}
    loser = models["a"]
    assert loser.equity is not None
    assert loser.equity.total_return is not None
    assert loser.uncertainty.returns is not None
    interval = loser.uncertainty.returns.total_return
    assert interval is not None
    assert interval.low < loser.equity.total_return < 0 < interval.high
    *_, total, sharpe = compare_models(report, models["a"], models["b"]).differences
    assert (total.lead, sharpe.lead) == (Lead.OPEN, Lead.OPEN)


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
