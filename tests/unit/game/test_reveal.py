"""What is said when a game is over: hand-worked, one figure at a time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from nof1_tracker.errors import MoveError
from nof1_tracker.game.session.game_result import game_result
from nof1_tracker.game.session.game_run import GameRun, run_of
from nof1_tracker.game.session.known_market import GameMarket
from nof1_tracker.game.session.moves import finish, next_turn, place_order
from nof1_tracker.game.session.reveal_game import reveal_game
from nof1_tracker.records.play.quotes import Quote, QuoteSource, single_price
from nof1_tracker.records.play.session.games import Game, OrderRequest
from nof1_tracker.records.play.session.model_curves import ModelCurve
from nof1_tracker.records.play.session.revealed_game import Change, Reveal
from tests.unit.game.generated_market import (
    BEGINS,
    ENDS,
    QUARTER,
    after,
    drawn_market,
    look_of,
    opened,
    request,
    shown,
)
from tests.unit.game.generated_market import MODELS as MODELS_OF_THE_MARKET


def prices(levels: Mapping[float, object]) -> list[Quote]:
    """BTC each quarter of an hour: from each hour on, the price stated with it."""
    found, price = [], Decimal(0)
    for slot in range(-4, 48 * 4 + 1):
        price = Decimal(str(levels.get(slot / 4, price)))
        # A second late, so that it fills what was ordered at the full quarter.
        at = after(slot / 4) + timedelta(seconds=1 if slot >= 0 else 0)
        found.append(single_price("BTC", at, price))
    return [each for each in found if each.known_at <= ENDS]


def model(account_id: str, *equities: tuple[float, int]) -> ModelCurve:
    points = tuple((after(hours), Decimal(usd)) for hours, usd in equities)
    return ModelCurve(account_id, account_id.upper(), "#123456", points)


MODELS = [
    model("up", (-1, 5_000), (24, 6_000), (47, 6_000)),
    model("down", (0, 20_000), (24, 15_000)),
    model("silent"),
]


def played(
    market: GameMarket,
    orders: Mapping[int, OrderRequest],
    *,
    is_ranked: bool = False,
) -> tuple[Game, GameRun]:
    """A game with these orders at the start of their turns, played to its end."""
    game = opened(is_ranked=is_ranked, symbols=("BTC",))
    look = look_of(game, market)
    for turn in range(len(game.setup.window.turns)):
        if turn in orders:
            game, _ = place_order(game, look, shown(look, orders[turn]))
        game = next_turn(game, turn)
    return game, run_of(game, market.feed)


def revealed(
    market: GameMarket,
    orders: Mapping[int, OrderRequest],
    *,
    is_ranked: bool = False,
) -> Reveal:
    game, run = played(market, orders, is_ranked=is_ranked)
    return reveal_game(game, run, market, look_of(game, market))


ROUND_TRIP = {0: request("in", "0.1"), 1: request("out", "-0.1")}
RISING = GameMarket(prices({-1: 100_000, 1: 110_000}), MODELS)


def differences(reveal: Reveal) -> dict[Change, Decimal]:
    return {each.change: each.difference for each in reveal.counterfactuals}


def test_the_end_says_what_was_earned_paid_and_what_everything_was() -> None:
    reveal = revealed(RISING, ROUND_TRIP, is_ranked=True)
    # 0.1 x 10,000 gained; 4 bp of 10,000 and of 11,000 are the fees.
    assert reveal.fees == Decimal("8.40")
    assert reveal.equity == Decimal("10991.60")
    assert reveal.total_return == Decimal("0.09916")
    assert reveal.symbols == {"Market A": "BTC"}
    assert set(reveal.accounts) == {"Trader 1", "Trader 2", "Trader 3"}
    assert set(reveal.accounts.values()) == {"UP", "DOWN", "SILENT"}
    assert (reveal.starts_at, reveal.ends_at) == (BEGINS, ENDS)
    assert reveal.curve[0] == (timedelta(0), Decimal(10_000))
    assert reveal.curve[-1] == (timedelta(hours=48), reveal.equity)
    # Each begins with 10,000, whatever it had; who has no equity is left out.
    assert [(each.name, int(each.equity[-1][1])) for each in reveal.models] == [
        ("DOWN", 7_500),
        ("UP", 12_000),
    ]


def test_the_player_is_ranked_among_the_models_with_an_interval() -> None:
    reveal = revealed(RISING, ROUND_TRIP)
    results = [(each.contestant, round(each.result, 5)) for each in reveal.table]
    assert results == [("up", 0.2), ("game-1", 0.09916), ("down", -0.25)]
    place = reveal.place.place
    assert place.rank == 2
    assert 1 <= place.best <= 2 <= place.worst <= 3


def test_a_table_counts_what_is_known_at_the_very_end_and_not_later() -> None:
    late = model("late", (0, 10_000), (48, 11_000), (48.25, 20_000))
    reveal = revealed(GameMarket(prices({-1: 100_000}), [late]), {})
    results = {each.contestant: round(each.result, 5) for each in reveal.table}
    assert results == {"late": 0.1, "game-1": 0}


def test_without_fees_a_game_ends_with_the_fees_more() -> None:
    assert differences(revealed(RISING, ROUND_TRIP))[Change.NO_FEES] == Decimal("8.40")


def test_without_leverage_a_fifth_is_traded_and_a_fifth_is_earned() -> None:
    # At 5x: 991.60 / 5 = 198.32, which is 793.28 less.
    reveal = revealed(RISING, ROUND_TRIP)
    assert differences(reveal)[Change.NO_LEVERAGE] == Decimal("-793.28")
    assert reveal.changed_most is not None
    assert reveal.changed_most.change is Change.NO_LEVERAGE


def test_losers_that_had_been_closed_would_have_saved_what_they_lost_later() -> None:
    market = GameMarket(prices({-1: 100_000, 1: 97_000, 4: 90_000}), MODELS)
    reveal = revealed(market, {0: request("in", "0.1")})
    # At 97,000 it has lost 300, more than 200: closed a quarter of an hour later at
    # 97,000 for a fee of 3.88, in place of 1,000 lost at the end and no fee.
    assert differences(reveal)[Change.LOSERS_CLOSED] == Decimal("696.12")


def test_a_loser_is_closed_once_and_what_is_bought_then_is_kept() -> None:
    asked_at = after(7)
    starts = [turn.start for turn in opened().setup.window.turns]
    candles = []
    for slot in range(-4, 48 * 4):
        at = after(slot / 4)
        last = 100_000 if at + QUARTER < asked_at else 97_000
        last = 107_000 if at > asked_at + QUARTER else last
        level = Decimal(last)
        candle = single_price("BTC", at + QUARTER, level, QuoteSource.CANDLE)
        candles.append(replace(candle, starts_at=at))
    market = GameMarket(candles, MODELS)
    orders = {0: request("in", "0.1"), starts.index(asked_at): request("more", "0.1")}
    reveal = revealed(market, orders)
    # The first 0.1 is closed at the price at which the second is bought, 97,000, and
    # does not gain the 1,000 a unit at the end; the second does. 3.88 is the fee.
    assert differences(reveal)[Change.LOSERS_CLOSED] == Decimal("-1003.88")


def test_an_order_that_closed_opens_nothing_where_it_is_closed_already() -> None:
    market = GameMarket(prices({-1: 100_000, 1: 97_000, 4: 90_000}), MODELS)
    game, _ = played(market, {})
    late = next(
        t for t, turn in enumerate(game.setup.window.turns) if turn.start > after(5)
    )
    orders = {0: request("in", "0.1"), late: request("out", "-0.1")}
    # As before, but that the fee of 90,000, 3.60, is saved too.
    found = differences(revealed(market, orders))
    assert found[Change.LOSERS_CLOSED] == Decimal("699.72")


def test_each_difference_leads_from_the_real_end_to_the_other_one() -> None:
    reveal = revealed(RISING, ROUND_TRIP)
    for each in reveal.counterfactuals:
        assert reveal.equity + each.difference == each.equity


def test_who_did_nothing_could_have_changed_nothing() -> None:
    reveal = revealed(RISING, {})
    assert (reveal.changed_most, reveal.earned) == (None, ())
    assert reveal.equity == 10_000


def test_a_liquidated_position_would_have_lived_without_leverage() -> None:
    market = GameMarket(prices({-1: 100_000, 1: 70_000, 2: 100_000}), MODELS)
    reveal = revealed(market, {0: request("in", "0.4")})
    # The margin of 8,000 is lost at 5x. A fifth of it at 1x costs its fee: 3.20.
    assert reveal.equity == 10_000 - 8_000 - 16
    assert differences(reveal)[Change.NO_LEVERAGE] == Decimal("8012.80")


def test_the_result_of_a_game_names_what_was_bought_in_a_volatile_market() -> None:
    # Steps of 0.6 % each quarter of an hour are 112 % a year: from 80 % on. The third
    # entry of the ledger is the fill: money and the order come first.
    for market, volatile in ((drawn_market(1), {3}), (RISING, set())):
        game, run = played(market, {0: request("in", "0.1")})
        assert game_result(game, run, market).volatile == volatile


def test_nothing_is_revealed_before_the_end() -> None:
    game = opened(symbols=("BTC",))
    run, look = run_of(game, RISING.feed), look_of(game, RISING)
    with pytest.raises(MoveError, match="not over yet"):
        reveal_game(game, run, RISING, look)
    over = finish(game)
    assert reveal_game(over, run_of(over, RISING.feed), RISING, look).table


def test_a_result_is_ranked_by_the_equity_that_is_told() -> None:
    drawn = drawn_market(5)
    game = opened()
    game, _ = place_order(game, look_of(game, drawn), request("a", "0.2"))
    game = finish(next_turn(game, 0))
    run, look = run_of(game, drawn.feed), look_of(game, drawn)
    reveal = reveal_game(game, run, drawn, look)
    assert reveal.curve[-1] == (ENDS - BEGINS, reveal.equity)
    assert reveal.place.result == pytest.approx(float(reveal.total_return))
    assert reveal.names == MODELS_OF_THE_MARKET
