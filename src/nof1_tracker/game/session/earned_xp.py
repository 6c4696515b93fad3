"""What a game earned, line by line. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from nof1_tracker.game.knowledge.thinned_series import SLOT
from nof1_tracker.game.progress.achievements import progress_from
from nof1_tracker.game.progress.played_trades import GamePlayed, played_trades
from nof1_tracker.records.play.ledger import LedgerEntry
from nof1_tracker.records.play.quotes import Quote
from nof1_tracker.records.play.session.games import Game
from nof1_tracker.records.play.session.revealed_game import PlayerAtEnd
from nof1_tracker.records.progress.player_history import FinishedWindow
from nof1_tracker.records.progress.rank_rows import RankedContestant
from nof1_tracker.records.progress.xp_entries import XpEntry

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def earned_xp(
    player: PlayerAtEnd,
    game: Game,
    entries: Sequence[LedgerEntry],
    quotes: Iterable[Quote],
    window: FinishedWindow,
) -> tuple[XpEntry, ...]:
    """The lines of XP that the player did not have before the game, oldest first.

    Args:
        entries: The game's ledger.
        quotes: Those of the game, in the order in which they became known.
        window: The game as it ended; it counts only if it was the first play.
    """
    before = player.before
    played = GamePlayed(
        game_id=game.setup.game_id,
        season=game.setup.season_length,
        written_at=player.written_at,
        by_token={
            move.order.order_id
            for move in game.moves
            if move.order is not None and move.by_token
        },
        prices=quarter_hours(quotes),
    )
    after = replace(
        before,
        trades=(*before.trades, *played_trades(entries, played)),
        windows=(*before.windows, window) if player.is_first else before.windows,
    )
    known = progress_from(before, player.finished_at)
    keys = {each.key for each in known.entries}
    found = progress_from(after, player.finished_at, known.entries).entries
    return tuple(each for each in found if each.key not in keys)


def finished_window(
    player: PlayerAtEnd, game: Game, table: Iterable[RankedContestant]
) -> FinishedWindow:
    """The game as it ended, for the player's history."""
    lines = {each.contestant: each for each in table}
    own = lines.pop(game.setup.game_id)
    return FinishedWindow(
        window_id=game.setup.window_id,
        season=player.season,
        finished_at=player.finished_at,
        total_return=Decimal(str(own.result)),
        is_ranked=player.is_ranked,
        is_daily=player.is_daily,
        models=len(lines),
        models_beaten=sum(each.result < own.result for each in lines.values()),
    )


def quarter_hours(
    quotes: Iterable[Quote],
) -> Mapping[str, Sequence[tuple[datetime, Decimal]]]:
    """The last price of each quarter of an hour, at its end, by symbol.

    Args:
        quotes: In the order in which they became known.
    """
    found: dict[str, dict[datetime, Decimal]] = {}
    for quote in quotes:
        found.setdefault(quote.symbol, {})[_slot_end(quote.known_at)] = quote.close
    return {symbol: list(prices.items()) for symbol, prices in found.items()}


def _slot_end(at: datetime) -> datetime:
    return _EPOCH - (_EPOCH - at) // SLOT * SLOT
