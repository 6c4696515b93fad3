"""What an account was worth each quarter of an hour, out of its ledger. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from nof1_tracker.game.engine.ledger_replay import NOTHING, applied
from nof1_tracker.game.engine.played_columns import EquityLevel, slot_after
from nof1_tracker.game.engine.trading_rules import GAP
from nof1_tracker.game.knowledge.price_feed import PriceFeed
from nof1_tracker.game.knowledge.thinned_series import SLOT
from nof1_tracker.records.play.account_state import AccountState
from nof1_tracker.records.play.ledger import LedgerEntry
from nof1_tracker.records.play.session.games import Game

_NONE = Decimal(0)


def played_levels(
    game: Game, feed: PriceFeed, entries: Sequence[LedgerEntry]
) -> Iterator[EquityLevel]:
    """The levels that an `EquityRecorder` noted up to the game's moment.

    Each is of what was known before its time. A level is left out where a price of what
    was held is older than a gap.

    Raises:
        LedgerError: The ledger does not follow from itself.
    """
    begins = game.setup.window.start
    yield EquityLevel(begins, entries[0].cash, _NONE, 0, _NONE, _NONE)
    state, place, at = NOTHING, 0, slot_after(begins)
    while at <= game.moment:
        while place < len(entries) and entries[place].at < at:
            state, place = applied(state, entries[place]), place + 1
        level = _level(state, feed, at)
        if level is not None:
            yield level
        at += SLOT


def _level(state: AccountState, feed: PriceFeed, at: datetime) -> EquityLevel | None:
    quotes = {symbol: feed.last_before(symbol, at) for symbol in state.positions}
    marks = {
        symbol: quote.close
        for symbol, quote in quotes.items()
        if quote is not None and at - quote.known_at <= GAP
    }
    if len(marks) < len(quotes):
        return None
    values = [held.units * marks[name] for name, held in state.positions.items()]
    return EquityLevel(
        at=at,
        equity=state.equity(marks),
        unrealized_pnl=state.unrealized_pnl(marks),
        open_positions=len(values),
        gross_exposure=sum(map(abs, values), _NONE),
        net_exposure=sum(values, _NONE),
    )
