"""Prices and words of a season, as its page has them."""

from decimal import Decimal

from sqlalchemy import Engine

from nof1_tracker.analyzer.report.build_report import empty_report
from nof1_tracker.analyzer.report.season_report import ReportRules
from nof1_tracker.database import models
from nof1_tracker.database.exchange_models import CandleRow
from nof1_tracker.records.enums import ChatDecision
from nof1_tracker.records.reading.prices_and_chats import SeasonWords
from nof1_tracker.services.reading.season_words import read_season_words
from nof1_tracker.services.report import read_report
from tests.integration.reading.boards import NOW, Board, ago


def _candle(board: Board, interval: str, hours: tuple[int, int], close: str) -> None:
    price = {name: Decimal(close) for name in ("open", "high", "low", "close")}
    board.add(
        CandleRow(
            symbol="BTC",
            interval=interval,
            opened_at=ago(hours=hours[0]),
            closed_at=ago(hours=hours[1]),
            volume=Decimal(1),
            trades=1,
            **price,
        )
    )


def test_the_finest_candles_of_a_symbol_stand_before_observed_prices(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10100", ago(hours=5))
    board.trade("alpha", "alpha_1")
    board.trade("alpha", "alpha_2", symbol="ETH")
    for symbol in ("BTC", "ETH", "SOL"):
        board.add(
            models.Price(symbol=symbol, observed_at=ago(hours=2), price=Decimal(7))
        )
    _candle(board, "4h", (4, 0), "90")
    _candle(board, "1h", (3, 2), "101")
    _candle(board, "1h", (2, 1), "102")

    prices = read_season_words(engine, read_report(engine, NOW)).prices

    assert set(prices) == {"BTC", "ETH"}
    assert prices["BTC"].prices.tolist() == [101, 102]
    assert prices["BTC"].opens is not None
    assert prices["ETH"].prices.tolist() == [7]
    assert prices["ETH"].opens is None


def test_conversations_come_newest_first_and_those_that_acted_with_their_words(
    engine: Engine, board: Board
) -> None:
    board.snapshot("alpha", "10100", ago(hours=5))
    board.chat("alpha", "held", timestamp=ago(minutes=9), content="Nothing to do.")
    opened = board.chat(
        "alpha", "opened", timestamp=ago(minutes=8), decision=ChatDecision.BUY
    )
    board.chat("alpha", "unread", timestamp=ago(minutes=7), decision=None)
    board.chat("alpha", "later", timestamp=ago(minutes=1))
    board.add(
        models.ChatDecisionRow(
            model_chat_id=opened, symbol="BTC", signal="buy_to_enter"
        )
    )

    words = read_season_words(engine, read_report(engine, NOW, until=ago(minutes=2)))

    assert [(each.conversation_id, each.content) for each in words.chats] == [
        ("unread", None),
        ("opened", "I think."),
        ("held", None),
    ]
    (decision,) = words.decisions["opened"]
    assert decision.signal == "buy_to_enter"


def test_a_database_without_a_season_has_no_words(engine: Engine) -> None:
    empty = empty_report(NOW, ReportRules())
    assert read_season_words(engine, empty) == SeasonWords()
