"""Three players, each with a rule, who play a whole window of a generated market."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from nof1_tracker.game.engine.ledger_replay import replayed
from nof1_tracker.game.session.game_run import GameRun, require_same_ledger, run_of
from nof1_tracker.game.session.moves import next_turn, place_order
from nof1_tracker.game.session.reveal_game import reveal_game
from nof1_tracker.records.play.session.games import Game
from tests.unit.game.generated_market import (
    after,
    chance_of,
    drawn_market,
    look_of,
    opened,
    played_at_random,
    request,
    shown,
)

MARKET = drawn_market(7)
DELAY = timedelta(hours=1)
TRADED = [
    (after(3), "0.05"),
    (after(9), "-0.05"),
    (after(20), "-0.03"),
    (after(40), "0.03"),
]
"""What a model bought and sold of BTC."""

Player = Callable[[Game, GameRun], Game]


def buys_and_holds(game: Game, run: GameRun) -> Game:
    return ordered(game, run, "all", "0.08") if game.turn == 0 else game


def copies_with_a_delay(game: Game, run: GameRun) -> Game:
    """Places what the model traded at least an hour ago, each once by its client id."""
    for number, (at, units) in enumerate(TRADED):
        if at + DELAY <= game.moment:
            game = ordered(game, run, f"copy-{number}", units)
    return game


def plays_at_random(game: Game, run: GameRun) -> Game:
    look, chance = look_of(game, MARKET), chance_of(game.turn)
    return played_at_random(game, look, run, chance)


def ordered(game: Game, run: GameRun, client_id: str, units: str) -> Game:
    look, before = look_of(game, MARKET), len(game.moves)
    asked = shown(look, request(client_id, units, leverage=Decimal(2)))
    game, move = place_order(game, look, asked)
    if len(game.moves) > before:
        run.make(move)
    return game


@pytest.mark.parametrize(
    ("player", "fills"),
    [(buys_and_holds, 1), (copies_with_a_delay, 4), (plays_at_random, 10)],
)
def test_a_whole_window_is_played_and_its_money_adds_up(
    player: Player, fills: int
) -> None:
    game = opened(is_ranked=True)
    run = GameRun(game.setup, MARKET.feed)
    while not game.is_finished:
        game = player(game, run)
        game = next_turn(game, game.turn)
        run.advance(game.moment)
        state = run.engine.state
        earned = sum((e.pnl - e.fee for e in run.engine.entries), game.setup.start)
        assert state.cash + state.margin == earned
        assert state.cash >= 0
    entries = run.engine.entries
    assert sum(each.kind.trades for each in entries) >= fills
    assert replayed(entries) == run.engine.state
    require_same_ledger(run_of(game, MARKET.feed), entries)
    reveal = reveal_game(game, run, MARKET, look_of(game, MARKET))
    assert {each.contestant for each in reveal.table} == {
        "game-1",
        "gpt-5",
        "qwen3-max",
    }
    assert reveal.fees > 0
    assert reveal.changed_most is not None
