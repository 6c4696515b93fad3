"""Equity drawn on a terminal."""

from dataclasses import replace

import pytest

from nof1_tracker.rendering.terminal.report.equity_chart import MOST, equity_chart
from tests.unit.analyzer.reports import history, report_of
from tests.unit.analyzer.walks import walking_season
from tests.unit.rendering.test_terminal_tables import plain


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_chart_fits_the_width_and_names_its_curves(width: int) -> None:
    report = walking_season(3, hours=60)

    lines = plain(equity_chart(report, width), width).splitlines()

    assert max(map(len, lines)) <= width
    assert sum(" | " in line and "\u2800" in line for line in lines) >= 15
    names = [model.account.name for model in report.models]
    assert all(any(name in line for line in lines) for name in names)
    drawn = "".join(line.partition(" | ")[2] for line in lines)
    assert {"1", "2", "3"} <= set(drawn)


def test_of_many_curves_the_best_are_drawn_and_the_others_counted() -> None:
    report = walking_season(MOST + 3, hours=20)

    text = plain(equity_chart(report, 80), 80)

    drawn = len(report.models)
    assert f"The {MOST} best of {drawn} are drawn; name others to see them." in text
    legend = [line for line in text.splitlines() if line[:1].isdigit()]
    assert len(legend) == MOST


def test_without_a_curve_there_is_a_word() -> None:
    report = walking_season(1, hours=20)
    empty = replace(report, models=())

    assert "No equity curve is stored." in plain(equity_chart(empty, 80), 80)


def test_an_aggregate_is_the_mean_of_the_accounts_of_a_model() -> None:
    """10,000 and 12,000 at first, 11,000 and 9,000 at last: from 11,000 to 10,000."""
    report = report_of(
        history("a@1", equity=[10_000, 11_000], name="A - One", variant="One"),
        history("a@2", equity=[12_000, 9_000], name="A - Two", variant="Two"),
    )
    models = tuple(
        replace(each, account=replace(each.account, base_model="a"))
        for each in report.models
    )

    text = plain(
        equity_chart(replace(report, models=models), 80, is_aggregate=True), 80
    )

    # The returns are +10 % and -10 % of the 10,000 that each began with.
    assert text.splitlines()[-1].split() == ["1", "A", "+0.0", "%"]
    assert "11,0" in text
    assert "12,0" not in text


def test_a_single_observation_is_drawn() -> None:
    report = report_of(history("a", equity=[10_000]))

    assert "1  A" in plain(equity_chart(report, 80), 80)
