"""The account of a game, as it follows from the setup, the market and the moves. Pure."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Self

from nof1_tracker.game.engine.ledger_replay import LedgerError, replayed
from nof1_tracker.game.engine.margin import most_leverage
from nof1_tracker.game.engine.played_columns import EquityRecorder
from nof1_tracker.game.engine.trading_engine import TradingEngine
from nof1_tracker.game.engine.trading_rules import (
    TradingRules,
    latest_rate,
    measured_rate,
)
from nof1_tracker.game.knowledge.price_feed import PriceFeed
from nof1_tracker.game.session.played_levels import played_levels
from nof1_tracker.records.play.ledger import LedgerEntry
from nof1_tracker.records.play.session.games import Game, GameSetup, Move

AfterQuote = Callable[[TradingEngine, datetime], None]
"""What happens once a price is known, before the next one."""


class GameRun:
    """A game's account, brought forward move by move and never back.

    It may be kept between moves; made again from all moves it is the same.

    Attributes:
        engine: The account.
        moment: How far it has come.
        recorder: Its equity each quarter of an hour.
    """

    def __init__(
        self,
        setup: GameSetup,
        feed: PriceFeed,
        rules: TradingRules | None = None,
        after_quote: AfterQuote | None = None,
    ) -> None:
        start = setup.window.start
        self._feed = feed
        self._after_quote = after_quote
        self._order_ids: dict[str, int] = {}
        self.engine = TradingEngine(start, rules or rules_of(setup), setup.start)
        self.recorder = EquityRecorder(self.engine, start)
        self.recorder.note_now(start)
        self.moment = start
        self._mark_what_is_known()

    @classmethod
    def resumed(
        cls,
        game: Game,
        feed: PriceFeed,
        entries: Sequence[LedgerEntry],
        *,
        with_levels: bool = True,
    ) -> Self:
        """The account of a game at its moment, out of the ledger that was kept.

        It goes on from there as if it had never been away.

        Args:
            with_levels: Whether its equity so far is computed too.

        Raises:
            LedgerError: The ledger does not follow from itself.
        """
        run = cls(game.setup, feed)
        run.engine = TradingEngine.resumed(entries, run.engine.rules)
        run.moment = game.moment
        run._mark_what_is_known()
        run.recorder = EquityRecorder(run.engine, game.moment)
        if with_levels:
            run.recorder.levels += played_levels(game, feed, entries)
        run._order_ids = {
            move.client_id: move.order.order_id
            for move in game.moves
            if move.order is not None
        }
        return run

    def _mark_what_is_known(self) -> None:
        """Values the account at the last prices, and keeps the last funding rates."""
        for symbol in self._feed.symbols:
            rated = self._feed.last_rate(symbol, self.moment)
            last = self._feed.last(symbol, self.moment)
            for quote in (rated, last):
                if quote is not None:
                    self.engine.mark(quote)

    def make(self, move: Move) -> None:
        """Brings the account to the move's time, and makes it."""
        self.advance(move.at)
        if move.order is not None:
            self._order_ids[move.client_id] = move.order.order_id
            self.engine.place(move.order)
        else:
            self.engine.cancel(self._order_ids[move.client_id], move.at)

    def advance(self, moment: datetime) -> None:
        """Lets everything happen that is known by then.

        Raises:
            ValueError: The account has come further already.
        """
        if moment < self.moment:
            raise ValueError(f"the game is at {self.moment}, past {moment}")
        for quote in self._feed.between(self.moment, moment):
            self.recorder.up_to(quote.known_at)
            self.engine.observe(quote)
            if self._after_quote is not None:
                self._after_quote(self.engine, quote.known_at)
        self.recorder.up_to(moment)
        self.moment = moment

    @property
    def equity(self) -> Decimal:
        """USD, positions at the last prices that are known."""
        return self.engine.state.equity(self.engine.marks)


def rules_of(setup: GameSetup) -> TradingRules:
    """The conventions that a game is traded by.

    Blind, all symbols have the least of their maxima, and its maintenance margin: each
    one's own would show in its liquidation prices. Fees are those of most windows, as
    what was paid in earlier ones would tell when they were.
    """
    common = min(map(most_leverage, setup.symbols)) if setup.is_blind else None
    return TradingRules(
        slippage=setup.slippage,
        season_leverage=setup.season_leverage,
        common_leverage=common,
        fee_rate=latest_rate if setup.is_blind else measured_rate,
    )


def run_of(
    game: Game,
    feed: PriceFeed,
    rules: TradingRules | None = None,
    after_quote: AfterQuote | None = None,
) -> GameRun:
    """The account of a game at its moment, out of its moves."""
    run = GameRun(game.setup, feed, rules, after_quote)
    for move in game.moves:
        run.make(move)
    run.advance(game.moment)
    return run


def require_same_ledger(run: GameRun, stored: Iterable[LedgerEntry]) -> None:
    """Passes where a ledger that was kept is the one that the moves make.

    Raises:
        LedgerError: They differ, or the ledger does not follow from itself.
    """
    kept: Sequence[LedgerEntry] = list(stored)
    if replayed(kept) != run.engine.state or kept != run.engine.entries:
        raise LedgerError("the ledger is not what the moves of the game make")
