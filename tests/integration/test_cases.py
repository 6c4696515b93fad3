"""Small inputs that failed once: right at the first import, and at the next."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from nof1_tracker.records.enums import TradeStatus
from nof1_tracker.records.run_summary import RunSummary, SummaryLine
from nof1_tracker.scraper.capture import CaptureSource
from nof1_tracker.services.collect import Collector
from nof1_tracker.services.read import read_condition
from nof1_tracker.services.report import read_report
from tests.fakes import FakeClock
from tests.integration.served_versions import NOW
from tests.worlds import rows_in

CASES = Path(__file__).resolve().parents[1] / "cases"
Import = Callable[..., RunSummary]


@pytest.fixture
def imports(engine: Engine) -> Import:
    """Imports folders of cases, one after the other; returns the last summary."""

    def run(*names: str) -> RunSummary:
        collector = Collector(engine, FakeClock(NOW + timedelta(days=60)))
        for name in names:
            source = CaptureSource([CASES / name])
            summary = collector.import_payloads(source.payloads(), name)
            assert all(tally_adds_up(line) for line in summary.lines), summary.lines
        return summary

    return run


def tally_adds_up(line: SummaryLine) -> bool:
    return min(line.inserted, line.updated, line.unchanged) >= 0


def column(engine: Engine, table: str, key: str, name: str) -> dict[str, Any]:
    return {row[key]: row[name] for row in rows_in(engine)[table]}


def test_only_an_object_with_content_and_true_mean_liquidated(
    engine: Engine, imports: Import
) -> None:
    imports("09-liquidation")
    status = column(engine, "trades", "trade_id", "status")
    liquidated = {k[-3:] for k, v in status.items() if v is TradeStatus.LIQUIDATED}
    assert liquidated == {"008", "009"}
    assert len(status) == 11


def test_a_bad_optional_figure_costs_itself_alone(
    engine: Engine, imports: Import
) -> None:
    imports("12-optional-field-kills-row")
    rows = rows_in(engine)
    equities = sorted(row["total_assets"] for row in rows["leaderboard_snapshots"])
    wanted = (*range(10100, 10900, 100), 10900, 10950)
    assert equities == [Decimal(each) for each in wanted]
    legs = [row for row in rows["trades"] if row["exit_price"] is not None]
    assert [row["pnl"] for row in legs] == [Decimal(95)] * 7
    assert len(rows["model_chats"]) == 13
    # A decision without a signal decides nothing: that one is rejected.
    assert len(rows["chat_decisions"]) == 12
    stops = [row["stop_loss"] for row in rows["chat_decisions"]]
    assert stops.count(None) == 3
    assert {each for each in stops if each is not None} == {Decimal(100000)}
    assert any(row["is_partial"] for row in rows["rejected_payloads"])


RESTATED = "gpt-5_00000000-0000-0000-0000-000000000001"
ORDERS = ["123", "132", "213", "231", "312", "321"]


@pytest.mark.parametrize("order", ORDERS)
def test_the_newest_statement_of_a_leg_stands_in_any_order(
    engine: Engine, imports: Import, order: str
) -> None:
    imports(*(f"18-trade-restated/{each}" for each in order))
    rows = rows_in(engine)
    (leg,) = [row for row in rows["trades"] if row["trade_id"] == RESTATED]
    assert leg["pnl"] == Decimal(-300)
    revised = [(r["field"], r["old"], r["new"]) for r in rows["revisions"]]
    assert ("pnl", "95.000000000000", "-300.000000000000") in [
        (field, _padded(old), _padded(new)) for field, old, new in revised
    ]


def _padded(value: Any) -> Any:
    is_number = isinstance(value, str) and value.lstrip("-").replace(".", "").isdigit()
    return f"{Decimal(value):.12f}" if is_number else value


def test_implausible_legs_are_stored_marked_and_left_out_of_the_time_held(
    engine: Engine, imports: Import
) -> None:
    imports("24-misc-trades")
    rows = rows_in(engine)
    assert len(rows["trades"]) == 14
    assert any("exit before entry" in (r["oddity"] or "") for r in rows["trades"])
    condition = read_condition(engine, NOW + timedelta(days=60))
    assert condition.implausible
    (model,) = read_report(engine, NOW + timedelta(days=60)).models
    assert model.trades.avg_holding_seconds is not None
    assert model.trades.avg_holding_seconds > 0


def test_an_hour_of_zero_between_healthy_ones_spoils_no_figure(
    engine: Engine, imports: Import
) -> None:
    imports("26-zero-glitch")
    zero = [
        r for r in rows_in(engine)["leaderboard_snapshots"] if not r["total_assets"]
    ]
    assert len(zero) == 1
    report = read_report(engine, NOW + timedelta(days=60))
    for model in report.models:
        assert model.equity is not None
        assert model.equity.drawdown is not None
        assert model.equity.drawdown.max_drawdown > -0.5
    assert read_condition(engine, NOW + timedelta(days=60)).glitches


def test_a_decision_stays_when_it_is_served_again_with_a_bad_figure(
    engine: Engine, imports: Import
) -> None:
    imports("27-negative-unchanged/1")
    before = rows_in(engine)
    imports("27-negative-unchanged/2", "27-negative-unchanged/1")
    after = rows_in(engine)
    for table, names in (
        ("chat_decisions", ("signal", "quantity", "stop_loss", "leverage")),
        ("model_chats", ("decision", "symbol", "confidence", "content")),
    ):
        assert len(after[table]) == 1
        for name in names:
            assert after[table][0][name] == before[table][0][name], name
    (kept,) = after["rejected_payloads"]
    assert "N/A" in kept["payload"]
    assert kept["is_partial"]
