"""Trades as XP counts them, out of ledgers that the engine wrote."""

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.game.engine.trading_engine import TradingEngine
from nof1_tracker.game.progress.played_trades import GamePlayed, played_trades
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.progress.player_history import PlannedExit, PlayedTrade
from tests.unit.game.histories import SEASON, START
from tests.unit.game.market import at, limit, order, played, stop, target, tick


def counted(
    engine: TradingEngine,
    by_token: Collection[int] = (),
    prices: list[tuple[datetime, Decimal]] | None = None,
) -> tuple[PlayedTrade, ...]:
    """Its trades, with an entry written each second of real time."""
    written = {
        each.number: START + timedelta(seconds=each.number) for each in engine.entries
    }
    game = GamePlayed("g", SEASON, written, by_token, {"BTC": prices or []})
    return played_trades(engine.entries, game)


def test_a_round_trip_is_one_trade_with_its_size_and_its_net() -> None:
    engine = played(order(1, 50), tick(1, 100), order(2, -50, 2), tick(3, 110))
    (trade,) = counted(engine)
    # 5,000 of 10,000; 500 gained less 2.00 and 2.20 of fees; two minutes of the game,
    # and two entries of real time.
    assert trade == PlayedTrade(
        trade_id="g:000003",
        symbol="BTC",
        side=TradeSide.LONG,
        opened_at=START + timedelta(seconds=3),
        size=Decimal("0.5"),
        season=SEASON,
        closed_at=START + timedelta(seconds=5),
        held=timedelta(minutes=2),
        net_pnl=Decimal("495.80"),
    )


def test_a_trade_lasts_until_nothing_of_it_is_left() -> None:
    engine = played(
        *(order(1, -10), tick(1, 100), order(2, -5, 2), tick(3, 100)),
        *(order(3, 8, 4), tick(5, 90), order(4, 7, 6), tick(7, 90)),
    )
    (trade,) = counted(engine)
    # Short of 15 at 100, closed at 90: 150, less 4 bp of 1,500 and of 1,350.
    assert (trade.side, trade.net_pnl) == (TradeSide.SHORT, Decimal("148.86"))
    assert trade.size == Decimal("0.1")


def test_a_position_that_is_turned_round_is_two_trades() -> None:
    engine = played(order(1, 10), tick(1, 100), order(2, -30, 2), tick(3, 100))
    first, second = counted(engine)
    assert (first.side, second.side) == (TradeSide.LONG, TradeSide.SHORT)
    assert first.closed_at is not None
    assert (second.closed_at, second.net_pnl, second.held) == (None, None, None)


def test_stops_targets_and_limits_are_known_by_their_orders() -> None:
    stopped = played(order(1, 10), tick(1, 100), stop(2, -10, 95, 2), tick(3, 94))
    gained = played(order(1, 10), tick(1, 100), target(2, -10, 105, 2), tick(3, 106))
    waited = played(tick(0, 101), limit(1, 10, 100, 1), tick(2, 99))
    by_hand = played(order(1, 10), tick(1, 100), order(2, -10, 2), tick(3, 106))
    exits = [counted(each)[0].planned_exit for each in (stopped, gained, by_hand)]
    assert exits == [PlannedExit.STOP, PlannedExit.TARGET, None]
    assert [counted(each)[0].by_limit for each in (waited, by_hand)] == [True, False]


def test_a_liquidation_ends_a_trade_with_the_loss_of_its_margin() -> None:
    engine = played(order(1, 50), tick(1, 100), stop(2, -50, 60, 1), tick(2, 50))
    (trade,) = counted(engine)
    assert trade.was_liquidated
    assert trade.planned_exit is None
    # A margin of 500, and the fee of 2 for the opening.
    assert trade.net_pnl == Decimal(-502)


def test_funding_is_part_of_the_net() -> None:
    engine = played(
        order(1, 50),
        tick(1, 100, rate="0.001"),
        tick(60, 100),
        order(2, -50, 61),
        tick(62, 100),
    )
    (trade,) = counted(engine)
    # 0.1 % of 5,000 for the full hour, and twice 2.00.
    assert trade.net_pnl == Decimal(-9)


def test_three_positions_make_the_third_trade_diversified() -> None:
    symbols = ("BTC", "ETH", "SOL")
    orders = [order(number, 10, symbol=each) for number, each in enumerate(symbols, 1)]
    engine = played(*orders, *(tick(1, 100, each) for each in symbols))
    assert [each.is_diversified for each in counted(engine)] == [False, False, True]


def test_an_order_of_a_program_is_known_as_one() -> None:
    engine = played(
        order(1, 10), order(2, 10, symbol="ETH"), tick(1, 100), tick(2, 100, "ETH")
    )
    assert [each.by_token for each in counted(engine, by_token={2})] == [False, True]


def test_a_trade_is_volatile_by_the_prices_before_it() -> None:
    engine = played(order(1, 10), tick(1, 100))
    slots = [at(1) - timedelta(minutes=15 * each) for each in range(97)]
    calm = [(each, Decimal(100)) for each in slots]
    wild = [(each, Decimal(100 + number % 2)) for number, each in enumerate(slots)]
    assert [counted(engine, prices=each)[0].is_volatile for each in (calm, wild)] == [
        False,
        True,
    ]
