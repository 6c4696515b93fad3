"""Which positions are shown as open, and how far their levels are."""

import json
import re
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine

from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.stored import OpenPosition
from nof1_tracker.services.reading.open_positions import read_open_positions
from tests.integration.reading.boards import CHAT, NOW, Board, Run, ago


def opened(engine: Engine, at: datetime = NOW, **wanted: Any) -> list[OpenPosition]:
    report = read_open_positions(engine, at, **wanted)
    return [row.position for row in report.rows]


def test_what_an_account_held_when_it_was_last_observed_is_open(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10000", ago(hours=3), open_positions=2)
    board.position("alpha", ago(hours=3))
    board.position("alpha", ago(hours=3), symbol="ETH", entry_oid=8)
    board.snapshot("alpha", "10000", ago(hours=2), open_positions=1)
    board.position("alpha", ago(hours=2), symbol="ETH", entry_oid=8)
    board.snapshot("alpha", "10000", ago(hours=1))

    assert [row.symbol for row in opened(engine)] == ["ETH"]
    assert [row.symbol for row in opened(engine, ago(hours=2.5))] == ["BTC", "ETH"]
    assert opened(engine, ago(hours=4)) == []


def test_an_account_that_was_seen_without_positions_holds_none(
    run: Run, board: Board
) -> None:
    board.snapshot("alpha", "10000", ago(hours=3), open_positions=1)
    board.position("alpha", ago(hours=3))
    board.snapshot("alpha", "10000", ago(hours=2), open_positions=0)

    assert run("positions") == (
        "No position is open (observed 2025-10-28 05:00 UTC).\n"
    )


def test_one_instant_is_shown_as_its_best_source_has_it(
    engine: Engine, board: Board
) -> None:
    for source, mark in ((CHAT, 101), ("account_totals", 102)):
        kept = {"source": source, "mark_price": Decimal(mark)}
        board.position("alpha", ago(hours=1), **kept)
    board.snapshot("alpha", "10000", ago(hours=1), CHAT, open_positions=1)
    board.snapshot("alpha", "10000", ago(hours=1), open_positions=1)

    (row,) = opened(engine)

    assert row.mark_price == 102


def test_distances_are_signed_fractions_of_the_mark(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10000", ago(hours=1), open_positions=1)
    levels = {"stop_loss": Decimal(99), "profit_target": Decimal(132)}
    board.position("alpha", ago(hours=1), side=TradeSide.LONG, **levels)

    (row,) = opened(engine)

    assert row.distance(row.stop_loss) == Decimal("-0.1")
    assert row.distance(row.profit_target) == Decimal("0.2")
    assert row.distance(row.liquidation_price) is None


@pytest.mark.parametrize(
    ("terms", "held", "known"),
    [
        ({"opened_at": ago(hours=6)}, "5 h", "2025-10-28T01:00:00Z"),
        ({"opened_at": ago(hours=6), "opened_at_known": False}, ">= 5 h", None),
    ],
)
def test_the_time_held_is_a_bound_where_nobody_saw_it_opened(
    run: Run, board: Board, terms: dict[str, Any], held: str, known: str | None
) -> None:
    board.snapshot("alpha", "10000", ago(hours=1), open_positions=1)
    board.position("alpha", ago(hours=1))
    still: dict[str, Any] = {"closed_at": None, "exit_price": None, "pnl": None}
    board.trade("alpha", "t", entry_oid=7, status=TradeStatus.OPEN, **terms, **still)

    cells = re.split(r"\s{2,}", run("positions").splitlines()[4])
    assert cells[-4] == held
    (row,) = json.loads(run("positions", "--format", "json"))
    assert row["opened_at"] == known
    later = row["opened_not_later_than"]
    assert later == (None if known else "2025-10-28T01:00:00Z")


def test_a_symbol_without_a_position_says_that_others_have_some(
    run: Run, board: Board
) -> None:
    board.snapshot("alpha", "10000", ago(hours=1), open_positions=1)
    board.position("alpha", ago(hours=1))

    assert "BTC" in run("positions", "alpha", "--symbol", "eth,btc")
    assert run("positions", "--symbol", "SOL") == (
        "No position in that symbol is open; in others: 1.\n"
    )


def test_a_season_without_positions_names_those_that_have_some(
    run: Run, board: Board
) -> None:
    board.snapshot("alpha", "10000", ago(hours=1), open_positions=1)
    board.position("alpha", ago(hours=1))

    assert "Stored: season 1 from 2025-10-28 06:00" in run(
        "positions", "--season", "1.5"
    )
