"""How a game ended, as ranks and XP are computed from it. Pure."""

from nof1_tracker.game.progress.played_trades import GamePlayed, played_trades
from nof1_tracker.game.session.earned_xp import quarter_hours
from nof1_tracker.game.session.game_run import GameRun
from nof1_tracker.game.session.known_market import GameMarket
from nof1_tracker.game.session.window_table import window_table
from nof1_tracker.records.play.finished_games import GameResult
from nof1_tracker.records.play.session.games import Game


def game_result(game: Game, run: GameRun, market: GameMarket) -> GameResult:
    """The result of a game that is over.

    Args:
        run: The game's account at the end.
    """
    setup, entries = game.setup, run.engine.entries
    end = setup.window.end
    # Total returns depend on both ends alone, not on the way between them.
    curve = ((end - setup.window.start, run.equity),)
    table = window_table(setup, curve, market.known_by(end).models)
    totals = {each.contestant: each.result for each in table}
    own = totals.pop(setup.game_id)
    played = GamePlayed(
        game_id=setup.game_id,
        season=setup.season_length,
        written_at={each.number: each.at for each in entries},
        prices=quarter_hours(
            quote
            for symbol in {each.symbol for each in entries if each.symbol}
            for quote in market.feed.of_symbol(symbol)
            if quote.known_at <= end
        ),
    )
    return GameResult(
        total_return=own,
        model_returns=totals,
        volatile=frozenset(
            each.opened_by
            for each in played_trades(entries, played)
            if each.is_volatile
        ),
        season_length=setup.season_length,
    )
