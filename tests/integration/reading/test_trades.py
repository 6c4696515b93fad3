"""Which trades the trades command lists."""

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from nof1_tracker.errors import ConfigurationError
from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.stored import TradeFilter
from nof1_tracker.services.read import read_trades
from tests.integration.reading.boards import (
    NOW,
    Board,
    Run,
    ago,
)


def trade_ids(engine: Engine, *models: str, **wanted: Any) -> list[Any]:
    report = read_trades(engine, NOW, TradeFilter(**wanted), models=models)
    return [row.trade_id for row in report.rows]


def test_trades_are_newest_first_by_closing_else_opening(
    engine: Engine, board: Board
) -> None:
    board.trade("alpha", "old", closed_at=ago(hours=9))
    board.trade("alpha", "new", closed_at=ago(hours=1))
    board.trade("alpha", "open", closed_at=None, opened_at=ago(hours=4))

    assert trade_ids(engine) == ["new", "open", "old"]
    assert trade_ids(engine, limit=1) == ["new"]
    assert trade_ids(engine, since=ago(hours=4), until=ago(hours=1)) == ["open"]


def test_trades_are_narrowed_by_symbol_side_and_status(
    engine: Engine, board: Board
) -> None:
    board.trade("alpha", "btc")
    board.trade("alpha", "nvda", symbol="xyz:NVDA", side=TradeSide.SHORT)
    board.trade("alpha", "vda", symbol="xyz:VDA", status=TradeStatus.LIQUIDATED)

    assert trade_ids(engine, symbols=("nvda",)) == ["nvda"]
    assert trade_ids(engine, symbols=("XYZ:nvda",)) == ["nvda"]
    assert trade_ids(engine, symbols=("%",)) == []
    assert trade_ids(engine, symbols=("vda", "btc")) == ["vda", "btc"]
    assert trade_ids(engine, side=TradeSide.SHORT) == ["nvda"]
    assert trade_ids(engine, status=TradeStatus.LIQUIDATED) == ["vda"]


def test_what_has_no_exit_tells_when_it_was_last_observed(
    engine: Engine, board: Board
) -> None:
    gone: dict[str, Any] = {"closed_at": None, "exit_price": None}
    board.position("alpha", ago(hours=3))
    board.position("alpha", ago(hours=2))
    board.position("beta", ago(hours=1))
    board.trade("alpha", "open", entry_oid=7, status=TradeStatus.OPEN, **gone)
    board.trade("alpha", "unobserved", entry_oid=7, **gone)
    board.trade("alpha", "leg", entry_oid=7)
    board.trade("alpha", "of another", entry_oid=8, **gone)

    report = read_trades(engine, NOW, TradeFilter())

    assert {row.trade_id: row.last_observed_at for row in report.rows} == {
        "open": ago(hours=2),
        "unobserved": ago(hours=2),
        "leg": None,
        "of another": None,
    }


def test_a_model_is_found_by_id_name_base_model_or_a_part_that_only_one_has(
    engine: Engine, board: Board
) -> None:
    board.model("grok-4", name="Grok 4")
    for variant in ("Monk Mode", "Max Leverage"):
        board.model(
            f"run-{variant[:2]}", name=f"Grok 4.20 - {variant}", base_model="grok-4.20"
        )
        board.trade(f"run-{variant[:2]}", variant)
    board.trade("grok-4", "four")

    assert trade_ids(engine, "GROK-4") == ["four"]
    assert trade_ids(engine, "grok 4") == ["four"]
    assert trade_ids(engine, "monk") == ["Monk Mode"]
    assert set(trade_ids(engine, "grok-4.20")) == {"Monk Mode", "Max Leverage"}
    with pytest.raises(ConfigurationError, match="Several models"):
        trade_ids(engine, "rok")


def test_an_unknown_model_is_refused_with_the_known_ones(
    run: Run, board: Board
) -> None:
    board.model("grok-4", name="Grok 4")

    output = run("trades", "--model", "gpt", code=2)

    assert "No model matches 'gpt'" in output
    assert "grok-4 (Grok 4)" in output


def test_the_number_of_all_wanted_trades_is_told(engine: Engine, board: Board) -> None:
    for number in range(3):
        board.trade("alpha", f"t{number}")

    wanted = TradeFilter(limit=2, side=TradeSide.LONG)
    report = read_trades(engine, NOW, wanted)

    assert (len(report.rows), report.total) == (2, 3)


@pytest.mark.parametrize(("word", "side"), [("buy", "long"), ("SELL", "short")])
def test_sides_may_be_called_buy_and_sell(
    run: Run, board: Board, word: str, side: str
) -> None:
    board.trade("alpha", "l", side=TradeSide.LONG)
    board.trade("alpha", "s", side=TradeSide.SHORT)

    rows = json.loads(run("trades", "--side", word, "--format", "json"))

    assert [row["side"] for row in rows] == [side]


def test_trades_keep_every_digit_in_json_and_csv(run: Run, board: Board) -> None:
    board.trade("alpha", "=danger", pnl=Decimal("-6507.691234567891"))

    assert '"net_pnl": -6507.691234567891,' in run("trades", "--format", "json")
    (row,) = csv.DictReader(io.StringIO(run("trades", "--format", "csv")))
    assert row["net_pnl"] == "-6507.691234567891"
    assert row["trade_id"] == "'=danger"


def test_limit_zero_is_all_and_a_huge_limit_is_no_error(run: Run, board: Board) -> None:
    with board.at_once():
        for number in range(25):
            board.trade("alpha", f"t{number}")

    def count(*words: str) -> int:
        return len(json.loads(run("trades", "--format", "json", *words)))

    assert count() == 20
    assert count("--limit", "0") == 25
    assert count("--limit", str(10**30)) == 25


def test_several_models_and_symbols_may_be_asked_for_at_once(
    run: Run, board: Board
) -> None:
    for name in ("alpha", "beta", "gamma"):
        board.trade(name, f"{name} btc")
        board.trade(name, f"{name} eth", symbol="ETH")
        board.trade(name, f"{name} sol", symbol="SOL")

    words = ("alpha", "-m", "beta", "--symbol", "btc, ETH", "--format", "json")
    rows = json.loads(run("trades", *words))

    assert {row["trade_id"] for row in rows} == {
        "alpha btc",
        "alpha eth",
        "beta btc",
        "beta eth",
    }
