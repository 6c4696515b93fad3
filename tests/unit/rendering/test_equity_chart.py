"""Equity drawn on a terminal."""

from dataclasses import replace

import pytest

from nof1_tracker.rendering.terminal.report.equity_chart import MOST, equity_chart
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
