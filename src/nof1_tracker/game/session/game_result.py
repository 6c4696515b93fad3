"""How a game ended, as ranks and XP are computed from it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from nof1_tracker.game.knowledge.thinned_series import SLOT
from nof1_tracker.game.progress.played_trades import GamePlayed, played_trades
from nof1_tracker.game.session.game_run import GameRun
from nof1_tracker.game.session.known_market import GameMarket
from nof1_tracker.game.session.window_table import window_table
from nof1_tracker.records.play.finished_games import GameResult
from nof1_tracker.records.play.quotes import Quote
from nof1_tracker.records.play.session.games import Game

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


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
        prices=_quarter_hours(
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


def _quarter_hours(
    quotes: Iterable[Quote],
) -> Mapping[str, Sequence[tuple[datetime, Decimal]]]:
    """The last price of each quarter of an hour, at its end, by symbol.

    Args:
        quotes: Of each symbol in the order in which they became known.
    """
    found: dict[str, dict[datetime, Decimal]] = {}
    for quote in quotes:
        found.setdefault(quote.symbol, {})[_slot_end(quote.known_at)] = quote.close
    return {symbol: list(prices.items()) for symbol, prices in found.items()}


def _slot_end(at: datetime) -> datetime:
    return _EPOCH - (_EPOCH - at) // SLOT * SLOT
