"""Open positions in a report for people and for programs."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from nof1_tracker.analyzer.report.season_report import SeasonReport
from nof1_tracker.analyzer.report.sections import Section
from nof1_tracker.records.enums import EquitySource, TradeSide
from nof1_tracker.records.stored import OpenPosition
from nof1_tracker.rendering.html.season_tables import positions_table
from nof1_tracker.rendering.markdown.report import report_markdown
from nof1_tracker.rendering.programs.report.report_object import model_object
from nof1_tracker.rendering.terminal.report.report import model_text
from tests.unit.analyzer.boards import NOW
from tests.unit.analyzer.reports import history, report_of
from tests.unit.rendering.test_terminal_tables import plain

LONG = OpenPosition(
    symbol="BTC",
    side=TradeSide.LONG,
    quantity=Decimal("0.5"),
    entry_price=Decimal(90),
    mark_price=Decimal(100),
    liquidation_price=None,
    stop_loss=Decimal(95),
    profit_target=Decimal(120),
    leverage=Decimal(10),
    confidence=Decimal(65),
    unrealized_pnl=Decimal(5),
    observed_at=NOW,
    source=EquitySource.MODEL_CHAT,
    opened_at=NOW - timedelta(hours=5),
    opened_at_known=False,
    opened_not_earlier_than=NOW - timedelta(hours=9),
)


def held(*positions: OpenPosition) -> SeasonReport:
    return report_of(replace(history("a", equity=[1e4]), positions=positions))


def test_a_terminal_says_how_far_the_mark_is_from_each_level() -> None:
    report = held(LONG)
    text = plain(model_text(report.models[0], report, 140, {Section.TRADES}), 140)

    (line,) = [each for each in text.splitlines() if each.startswith("BTC")]
    assert " ".join(line.split()).startswith(
        "BTC long 0.5 90.000 100.00 +5.00 10x >= 5 h 95.000 (-5.0 %) 120.00 (+20.0 %)"
    )


def test_a_narrow_terminal_shows_fewer_columns() -> None:
    report = held(LONG)
    text = plain(model_text(report.models[0], report, 60, {Section.TRADES}), 60)

    assert max(map(len, text.splitlines())) <= 60
    assert ">= 5 h" in text


def test_without_open_positions_that_is_said() -> None:
    report = held()

    text = plain(model_text(report.models[0], report, 100, {Section.TRADES}), 100)
    assert "No open position is known." in text
    assert positions_table(report) is None
    assert "Open positions" not in report_markdown(report, {Section.TRADES})


def test_markdown_and_html_have_the_same_figures() -> None:
    markdown = report_markdown(held(LONG), {Section.TRADES})
    table = positions_table(held(LONG))

    assert table is not None
    (row,) = table.rows
    assert len(row.cells) == len(table.columns)
    for text in (each.text for each in row.cells):
        assert text.replace(">", "") in markdown.replace("\\", "").replace(">", "")


def test_an_unseen_opening_is_null_beside_both_bounds() -> None:
    (found,) = model_object(held(LONG).models[0])["open_positions"]
    seen = replace(LONG, opened_at_known=True, opened_not_earlier_than=None)
    (known,) = model_object(held(seen).models[0])["open_positions"]

    assert (found["opened_at"], known["opened_not_later_than"]) == (None, None)
    assert found["opened_not_later_than"] == known["opened_at"] is not None
    assert found["opened_not_earlier_than"] is not None
    assert found["held_seconds_at_least"] == 5 * 3600
    assert found["stop_distance"] == -0.05
