"""What is stored and implausible: marked, told, and left out of what it would spoil."""

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from nof1_tracker.analyzer import season_report
from nof1_tracker.database.connection import UnitOfWork
from nof1_tracker.records.enums import TradeStatus
from nof1_tracker.services.report import read_report
from nof1_tracker.services.standings import read_standings
from tests.integration.reading.boards import NOW, Board, Run, ago

SERVED = ago(minutes=30)


@pytest.fixture
def odd(board: Board) -> Board:
    """A sound leg of two hours, and three that are not."""
    board.trade("alpha", "sound", first_observed_at=SERVED)
    board.trade(
        "alpha",
        "reversed",
        opened_at=ago(hours=1),
        closed_at=ago(hours=2),
        oddity="exit before entry",
    )
    board.trade(
        "alpha",
        "future",
        opened_at=ago(hours=8),
        closed_at=NOW + timedelta(days=400),
        first_observed_at=SERVED,
    )
    board.trade(
        "alpha", "empty", size=Decimal(0), pnl=Decimal(0), oddity="quantity is zero"
    )
    return board


def test_their_net_counts_and_their_time_held_does_not(
    engine: Engine, odd: Board
) -> None:
    (model,) = read_report(engine, NOW).models

    assert (model.trades.total_trades, model.trades.net_pnl) == (4, 30)
    assert (model.trades.holding_known, model.trades.implausible) == (2, 3)
    assert model.trades.avg_holding_seconds == 7200
    assert (model.trades.avg_notional, model.trades.turnover) == (100, 630)


def test_an_exit_in_the_future_was_over_when_it_was_served(
    engine: Engine, odd: Board
) -> None:
    odd.snapshot("alpha", "10000", ago(hours=1))

    (before,) = read_report(engine, NOW, until=SERVED).models
    (after,) = read_report(engine, NOW).models
    (row,) = read_standings(engine, NOW).rows

    assert before.trades.total_trades == 3
    assert after.trades.total_trades == row.trades == 4
    assert read_report(engine, NOW).end == ago(hours=1)


def test_they_are_marked_in_trades_and_counted_in_status(odd: Board, run: Run) -> None:
    rows = json.loads(run("trades", "--format", "json"))
    table = run("trades")
    status = json.loads(run("status", "--format", "json"))

    assert {row["trade_id"]: row["implausible"] for row in rows} == {
        "sound": None,
        "reversed": "exit before entry",
        "future": "exit after it was served",
        "empty": "quantity is zero",
    }
    assert rows[0]["trade_id"] == "future"
    assert rows[0]["closed_at"] > "2026"
    assert "! Alpha, long BTC: exit after it was served" in table
    assert status["implausible_legs"] == [
        {"oddity": "exit after it was served", "legs": 1},
        {"oddity": "exit before entry", "legs": 1},
        {"oddity": "quantity is zero", "legs": 1},
    ]
    assert status["newest"][0]["trades"] == "2025-10-28T06:30:00Z"
    assert "exit before entry" in run("status")
    assert "legs with implausible figures" in " ".join(run("report").split()).lower()


def test_a_data_frame_has_no_time_for_them(odd: Board, migrated_url: str) -> None:
    pytest.importorskip("pandas")
    report = season_report(1, until=NOW, database_url=migrated_url)

    frame = report.models[0].trades_frame("pandas")

    assert frame["implausible"].sum() == 3
    assert frame["closed_at"].isna().sum() == 2
    assert frame["holding_seconds"].isna().sum() == 2


def test_an_unknown_opening_is_null_beside_its_bounds(board: Board, run: Run) -> None:
    unseen: dict[str, Any] = {
        "opened_at": ago(hours=5),
        "opened_at_known": False,
        "entry_oid": 7,
        "status": TradeStatus.OPEN,
        "exit_price": None,
        "closed_at": None,
        "pnl": None,
    }
    board.trade("alpha", "bounded", opened_not_earlier_than=ago(hours=7), **unseen)
    board.position("alpha", NOW)

    (row,) = json.loads(run("trades", "--format", "json"))
    (cells,) = csv.DictReader(io.StringIO(run("trades", "--format", "csv")))
    (exported,) = csv.DictReader(io.StringIO(run("export", "trades")))
    bounds = ("2025-10-28T00:00:00Z", "2025-10-28T02:00:00Z")

    assert row["opened_at"] is None
    assert bounds == (row["opened_not_earlier_than"], row["opened_not_later_than"])
    assert (cells["opened_at"], cells["opened_not_later_than"]) == ("", bounds[1])
    assert exported["opened_at"] == ""
    assert exported["opened_not_earlier_than"].startswith("2025-10-28")
    assert exported["opened_not_later_than"].startswith("2025-10-28")
    assert ">= 5 h" in run("trades")


def test_a_known_opening_has_no_bounds(board: Board, run: Run) -> None:
    board.trade("alpha", "known")

    (row,) = json.loads(run("trades", "--format", "json"))

    assert row["opened_at"] == "2025-10-28T04:00:00Z"
    assert row["opened_not_earlier_than"] is row["opened_not_later_than"] is None


def test_an_unknown_opening_is_no_holding_time(engine: Engine, board: Board) -> None:
    board.trade("alpha", "known")
    board.trade("alpha", "unseen", opened_at=ago(hours=1.5), opened_at_known=False)

    (model,) = read_report(engine, NOW).models

    assert (model.trades.total_trades, model.trades.holding_known) == (2, 1)
    assert model.trades.avg_holding_seconds == 7200


def test_events_tell_no_time_held_that_is_not_known(engine: Engine, odd: Board) -> None:
    with UnitOfWork(engine) as unit:
        rows = unit.repositories.changes._trades(0, ())

    assert {row.trade_id: row.holding_period for row in rows} == {
        "sound": timedelta(hours=2),
        "reversed": None,
        "future": None,
        "empty": timedelta(hours=2),
    }
    assert {row.trade_id: row.ended_at for row in rows}["future"] == SERVED


def test_a_glitch_is_named_in_status_and_report(board: Board, run: Run) -> None:
    for hours in range(9, 0, -1):
        board.snapshot("alpha", "0" if hours == 5 else "10100", ago(hours=hours))
        board.snapshot("ruined", "0" if hours < 5 else "10100", ago(hours=hours))

    status = json.loads(run("status", "--format", "json"))
    report = json.loads(run("report", "--format", "json"))
    figures = {
        (row["model_id"], row["section"], row["metric"]): row["value"]
        for row in csv.DictReader(io.StringIO(run("report", "--format", "csv")))
    }

    (found,) = status["suspected_glitches"]
    assert (found["model_id"], found["equity"]) == ("alpha", 0)
    assert found["observed_at"] == "2025-10-28T02:00:00Z"
    models = {each["model_id"]: each for each in report["models"]}
    assert models["alpha"]["suspected_glitches"] == [
        {"observed_at": "2025-10-28T02:00:00Z", "equity": 0}
    ]
    assert models["alpha"]["equity"]["drawdown"]["max_drawdown"] == 0
    assert models["ruined"]["equity"]["drawdown"]["max_drawdown"] == -1
    assert models["ruined"]["suspected_glitches"] == []
    assert figures["alpha", "equity", "glitches"] == "1"
    assert "Alpha $0.00 at 2025-10-28 02:00 UTC" in run("report")
    assert "suspected glitches" in run("status")
