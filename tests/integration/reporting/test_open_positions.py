"""What a report says of positions that are open, on both databases."""

from decimal import Decimal

from sqlalchemy import Engine

from nof1_tracker.analyzer.report.season_report import ModelReport
from nof1_tracker.records.enums import TradeStatus
from nof1_tracker.services.report import read_report
from tests.integration.reading.boards import CHAT, NOW, TOTALS, Board, ago


def only(engine: Engine) -> ModelReport:
    (model,) = read_report(engine, NOW).models
    return model


def test_a_position_has_its_levels_and_its_distance_to_each(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10000", ago(hours=1), open_positions=1)
    board.position(
        "alpha",
        ago(hours=1),
        mark_price=Decimal(100),
        stop_loss=Decimal(95),
        profit_target=Decimal(120),
        liquidation_price=Decimal(80),
    )

    (position,) = only(engine).positions
    assert position.observed_at == ago(hours=1)
    assert position.distance(position.stop_loss) == Decimal("-0.05")
    assert position.distance(position.profit_target) == Decimal("0.2")
    assert position.distance(position.liquidation_price) == Decimal("-0.2")
    assert position.distance(None) is None


def test_its_opening_is_known_or_a_bound(engine: Engine, board: Board) -> None:
    board.snapshot("alpha", "10000", ago(hours=1), open_positions=2)
    for oid, symbol in ((7, "BTC"), (8, "ETH")):
        board.position("alpha", ago(hours=1), symbol=symbol, entry_oid=oid)
        board.trade(
            "alpha",
            f"open {symbol}",
            symbol=symbol,
            entry_oid=oid,
            status=TradeStatus.OPEN,
            opened_at=ago(hours=6),
            opened_at_known=symbol == "BTC",
            opened_not_earlier_than=None if symbol == "BTC" else ago(hours=9),
            closed_at=None,
            exit_price=None,
            pnl=None,
        )

    known, bounded = only(engine).positions
    assert (known.symbol, known.opened_at_known) == ("BTC", True)
    assert known.opened_at == bounded.opened_at == ago(hours=6)
    assert not bounded.opened_at_known
    assert bounded.opened_not_earlier_than == ago(hours=9)
    assert bounded.held == ago(hours=1) - ago(hours=6)


def test_only_the_newest_observation_of_the_best_source_counts(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10000", ago(hours=1), open_positions=1)
    board.position("alpha", ago(hours=2), symbol="SOL", entry_oid=1)
    board.position("alpha", ago(hours=1), symbol="BTC", entry_oid=2, source=TOTALS)
    board.position("alpha", ago(hours=1), symbol="ETH", entry_oid=3, source=CHAT)

    assert [each.symbol for each in only(engine).positions] == ["BTC"]


def test_where_a_later_observation_counts_none_none_is_open(
    engine: Engine, board: Board
) -> None:
    board.position("alpha", ago(hours=2))
    board.snapshot("alpha", "10000", ago(hours=1), open_positions=0)

    assert only(engine).positions == ()
