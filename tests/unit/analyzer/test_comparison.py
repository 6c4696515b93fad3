"""Two models side by side: what chance cannot explain, and what it can."""

import re

import pytest

from nof1_tracker.analyzer.report.comparison import Comparison, Lead, compare_models
from nof1_tracker.rendering.markdown.comparison import comparison_markdown
from nof1_tracker.rendering.programs.report.comparison_object import comparison_object
from nof1_tracker.rendering.terminal.comparison import comparison_text
from tests.unit.analyzer.reports import history, report_of, short_season
from tests.unit.analyzer.test_render_reports import plain


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


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_the_table_says_what_can_be_told_apart(width: int) -> None:
    text = " ".join(plain(comparison_text(compared("alpha", "beta"), width)).split())

    assert "Alpha 1 against Beta 2 Pro" in text
    assert "At 95 %: Mean net, Return, Sharpe. Chance may explain: Win rate." in text
    assert "10 and 6 trades" in text
    assert "Beta 2 Pro 6 of 14 trades (43 %)" in text


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_the_table_fits_the_width(width: int) -> None:
    lines = plain(comparison_text(compared("alpha", "beta"), width), width)

    assert max(map(len, lines.splitlines())) <= width
    assert "…" not in lines


def test_a_difference_of_two_shares_is_in_percentage_points() -> None:
    text = plain(comparison_text(compared("alpha", "beta"), 100))

    assert re.search(r"Win rate\*? .*\+0\.0 pp +-53\.3 to \+53\.3 pp", text)


def test_what_rests_on_a_part_of_trades_or_equity_is_marked_on_its_side() -> None:
    text = plain(comparison_text(compared("alpha", "beta"), 100))

    (net,) = re.findall(r"^Net \$.*$", text, re.MULTILINE)
    assert net.split() == ["Net", "$", "+930.00", "-70.00*"]
    (depth,) = re.findall(r"^Drawdown.*$", text, re.MULTILINE)
    assert depth.split() == ["Drawdown", "-2.6", "%", "-15.0", "%°"]


def test_markdown_has_the_same_and_a_footnote() -> None:
    text = comparison_markdown(compared("alpha", "beta"))

    assert "| Mean net (USD)\\* | +93.00 | -11.67 | +104.67 |" in text
    assert "Chance may explain: Win rate." in text
    assert "\n\\* Only part of the trades is stored" in text


def test_the_object_holds_both_models_whole() -> None:
    found = comparison_object(compared("alpha", "gamma"))

    assert found["first"]["model_id"] == "alpha"
    assert found["second"]["trades"]["total_trades"] == 0
    assert found["differences"][0]["telling"] == "unknown"
    assert found["differences"][0]["interval"] is None


def test_two_models_without_anything_are_compared_without_a_claim() -> None:
    report = report_of(history("a"), history("b"))
    comparison = compare_models(report, *report.models)

    assert {each.lead for each in comparison.differences} == {Lead.UNKNOWN}
    text = plain(comparison_text(comparison, 100))
    assert "Too little is stored for: Mean net, Win rate, Return, Sharpe." in text
    assert comparison_object(comparison)["paired"] is None
