"""A comparison as a table, as Markdown and for programs."""

import re

import pytest

from nof1_tracker.analyzer.report.comparison import compare_models
from nof1_tracker.rendering.markdown.comparison import comparison_markdown
from nof1_tracker.rendering.programs.report.comparison_object import comparison_object
from nof1_tracker.rendering.terminal.comparison import comparison_text
from tests.unit.analyzer.reports import history, report_of
from tests.unit.analyzer.test_comparison import compared
from tests.unit.rendering.test_terminal_tables import plain


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_the_table_says_what_can_be_told_apart(width: int) -> None:
    text = " ".join(plain(comparison_text(compared("alpha", "beta"), width)).split())

    assert "Alpha 1 against Beta 2 Pro" in text
    assert "At 95 %: nothing. Chance may explain: Mean net, Win rate." in text
    assert "Too little is stored for: Return, Sharpe." in text
    assert "10 and 12 trades" in text
    assert "Beta 2 Pro 12 of 28 trades (43 %)" in text


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_the_table_fits_the_width(width: int) -> None:
    lines = plain(comparison_text(compared("alpha", "beta"), width), width)

    assert max(map(len, lines.splitlines())) <= width
    assert "…" not in lines


def test_a_difference_of_two_shares_is_in_percentage_points() -> None:
    text = plain(comparison_text(compared("alpha", "beta"), 100))

    # Newcombe: the intervals of 5/10 and 6/12 reach 0.2634 and 0.2462 to either side.
    assert re.search(r"Win rate\*? .*\+0\.0 pp +-36\.1 to \+36\.1 pp", text)


def test_what_rests_on_a_part_of_trades_or_equity_is_marked_on_its_side() -> None:
    text = plain(comparison_text(compared("alpha", "beta"), 100))

    (net,) = re.findall(r"^Net \$.*$", text, re.MULTILINE)
    assert net.split() == ["Net", "$", "+930.00", "-140.00*"]
    (depth,) = re.findall(r"^Drawdown  .*$", text, re.MULTILINE)
    assert depth.split() == ["Drawdown", "-2.6", "%", "-15.0", "%°"]


def test_markdown_has_the_same_and_a_footnote() -> None:
    text = comparison_markdown(compared("alpha", "beta"))

    assert "| Mean net (USD)\\* | +93.00 | -11.67 | +104.67 |" in text
    assert "Chance may explain: Mean net, Win rate." in text
    assert "\n\\* Only part of the trades is stored" in text


def test_the_object_holds_both_models_whole() -> None:
    found = comparison_object(compared("alpha", "gamma"))

    assert found["first"]["model_id"] == "alpha"
    assert found["second"]["trades"]["total_trades"] == 0
    assert found["differences"][0]["telling"] == "unknown"
    assert found["differences"][0]["interval"] is None


def test_two_models_without_anything_are_told_to_have_too_little_stored() -> None:
    report = report_of(history("a"), history("b"))
    comparison = compare_models(report, *report.models)

    text = plain(comparison_text(comparison, 100))
    assert "Too little is stored for: Mean net, Win rate, Return, Sharpe." in text
    assert comparison_object(comparison)["paired"] is None
