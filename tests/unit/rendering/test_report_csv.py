"""A report for spreadsheets: a row per figure, with its unit."""

import csv
import io
from typing import Any

import pytest

from nof1_tracker.analyzer.report.build_report import empty_report
from nof1_tracker.analyzer.report.season_report import ReportRules
from nof1_tracker.analyzer.report.sections import Section
from nof1_tracker.rendering.programs.output import to_csv
from nof1_tracker.rendering.programs.report.report_object import report_object
from nof1_tracker.rendering.programs.report.report_rows import COLUMNS, report_rows
from tests.unit.analyzer.boards import NOW
from tests.unit.analyzer.columns import trades
from tests.unit.analyzer.reports import history, report_of, short_season


def rows(**options: Any) -> list[dict[str, str]]:
    """What a spreadsheet reads."""
    text = to_csv(COLUMNS, report_rows(short_season(), **options))
    return list(csv.DictReader(io.StringIO(text)))


def row(model: str, section: str, metric: str) -> dict[str, str]:
    (found,) = (
        each
        for each in rows()
        if (each["model_id"], each["section"], each["metric"])
        == (model, section, metric)
    )
    return found


@pytest.mark.parametrize(
    ("section", "metric", "value", "unit"),
    [
        ("trades", "net_pnl", "930.0", "USD"),
        ("trades", "win_rate", "0.5", "fraction"),
        ("trades", "winners.avg_holding_seconds", "3600.0", "s"),
        ("trades", "by_symbol.BTC.wins", "5", "count"),
        ("equity", "drawdown.peak_at", "2025-10-20T04:00:00Z", "UTC"),
        ("equity", "sharpe_ratio", None, "ratio"),
        ("mind", "decisions.counts.hold", "24", "count"),
        ("mind", "decisions.per_day.hold", None, "1/day"),
        ("mind", "calibration.bins.0.5-0.6.count", "2", "count"),
        ("uncertainty", "win_rate.low", None, "fraction"),
        ("uncertainty", "expectancy.high", None, "USD"),
        ("standing", "equity", "14000", "USD"),
        ("coverage", "is_partial", "false", ""),
        ("ranking", "probability_over.beta", None, "fraction"),
    ],
)
def test_a_row_is_one_figure_with_its_unit(
    section: str, metric: str, value: str | None, unit: str
) -> None:
    found = row("alpha", section, metric)

    assert found["season"] == "1"
    assert found["unit"] == unit
    assert found["value"] != ""
    assert value is None or found["value"] == value


def test_what_is_undefined_is_empty() -> None:
    assert row("gamma", "trades", "win_rate")["value"] == ""


def test_rows_without_a_model_are_about_the_season() -> None:
    assert row("", "season", "benchmark")["value"] == "BTC Buy & Hold"
    assert row("", "rules", "step_seconds")["value"] == "3600.0"
    assert row("", "ranking", "leader")["value"] == "alpha"
    assert row("", "ranking", "leader_supported")["value"] == "false"


def test_figures_of_nof1_have_the_units_of_ours() -> None:
    found = row("beta", "reported_by_nof1", "avg_holding_seconds")

    assert (found["value"], found["unit"]) == ("5400.0", "s")
    assert row("beta", "reported_by_nof1", "winners.avg_net_pnl")["unit"] == "USD"


@pytest.mark.parametrize(
    ("model", "section", "metric", "partial"),
    [
        ("beta", "trades", "net_pnl", "true"),
        ("beta", "uncertainty", "expectancy.low", "true"),
        ("beta", "equity", "total_return", "true"),
        ("beta", "reported_by_nof1", "win_rate", "false"),
        ("alpha", "trades", "net_pnl", "false"),
        ("alpha", "equity", "total_return", "false"),
        ("alpha", "mind", "decisions.total", "true"),
        ("alpha", "uncertainty", "sharpe_ratio.low", "false"),
        ("gamma", "mind", "flips.flips", "false"),
    ],
)
def test_a_figure_says_whether_it_rests_on_a_part(
    model: str, section: str, metric: str, partial: str
) -> None:
    assert row(model, section, metric)["partial"] == partial


def test_no_two_rows_are_about_the_same_figure() -> None:
    keys = [(each["model_id"], each["section"], each["metric"]) for each in rows()]

    assert len(keys) == len(set(keys))


def test_every_figure_of_the_json_has_its_row() -> None:
    report = short_season()
    of_alpha = [each for each in report_rows(report) if each["model_id"] == "alpha"]

    def leaves(value: Any) -> int:
        if isinstance(value, dict):
            return sum(map(leaves, value.values()))
        if isinstance(value, list):
            return sum(map(leaves, value))
        return 1

    shape = dict(report_object(report)["models"][0])
    others = len(report.ranking.matrix.names) - 1
    for nothing in ("reported_by_nof1", "at_close", "at_last", "sharpe_ratio_by_nof1"):
        assert shape.pop(nothing) is None
    assert len(of_alpha) == leaves(shape) + others


def test_a_section_alone_leaves_the_others_out() -> None:
    found = {each["section"] for each in rows(sections={Section.TRADES})}

    assert {"trades", "reported_by_nof1", "standing", "coverage"} <= found
    assert not {"equity", "mind", "uncertainty"} & found


def test_no_name_of_the_site_is_a_formula() -> None:
    report = report_of(
        history("=HYPERLINK(1)", legs=trades([1.0], symbol=["@SUM(A1)"]), name="+1")
    )

    text = to_csv(COLUMNS, report_rows(report))

    for cells in csv.reader(io.StringIO(text)):
        for each in cells[1:4]:
            assert not each.startswith(("=", "+", "@"))


def test_an_empty_database_has_the_rules_alone() -> None:
    found = report_rows(empty_report(NOW, ReportRules()))

    assert {each["section"] for each in found} == {"season", "rules", "ranking"}
    assert {each["model_id"] for each in found} == {None}
