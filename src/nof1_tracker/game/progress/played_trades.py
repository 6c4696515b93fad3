"""The trades of a game as XP counts them, out of the game's ledger."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from nof1_tracker.game.engine.ledger_replay import NOTHING, applied
from nof1_tracker.game.progress.favoured_trades import (
    is_diversified,
    is_volatile,
    realised_volatility,
)
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.play.account_state import AccountState
from nof1_tracker.records.play.ledger import EntryKind, LedgerEntry
from nof1_tracker.records.play.orders import OrderKind
from nof1_tracker.records.progress.player_history import PlannedExit, PlayedTrade

_EXITS = {
    OrderKind.STOP: PlannedExit.STOP,
    OrderKind.TAKE_PROFIT: PlannedExit.TARGET,
}


@dataclass(frozen=True, slots=True)
class GamePlayed:
    """What belongs to a game beside its ledger.

    Attributes:
        season: How long the season of its prices lasted.
        written_at: When each entry of the ledger was written, real time, by number.
        by_token: Ids of the orders that a program placed.
        prices: Prices 15 minutes apart with their times in the game, by symbol, USD per
            unit; see `realised_volatility`.
    """

    game_id: str
    season: timedelta
    written_at: Mapping[int, datetime]
    by_token: Collection[int] = ()
    prices: Mapping[str, Iterable[tuple[datetime, Decimal]]] = field(
        default_factory=dict
    )


def played_trades(
    entries: Iterable[LedgerEntry], game: GamePlayed
) -> tuple[PlayedTrade, ...]:
    """Each position from where it was opened to where nothing of it was left.

    Its size is that of the fill that opened it, relative to cash and margin before it:
    so it follows from the ledger alone. Its net PnL is all that was closed, less fees,
    with funding.

    Raises:
        LedgerError: The ledger is not an account's own.
    """
    state, held = NOTHING, dict[str, _Held]()
    trades: list[PlayedTrade] = []
    for entry in entries:
        before, state = state, applied(state, entry)
        if entry.kind.trades and not entry.held_before:
            held[entry.symbol] = _opened(entry, before, state, game)
        if entry.symbol in held and _is_of_position(entry):
            one = held[entry.symbol]
            one.net += entry.pnl - entry.fee
            if entry.symbol not in state.positions:
                trades.append(_closed(held.pop(entry.symbol), entry, game))
    still_open = (one.trade for one in held.values())
    return tuple(sorted((*trades, *still_open), key=lambda each: each.trade_id))


@dataclass(slots=True)
class _Held:
    """A trade while it is open; `net` is USD so far, `since` game time."""

    trade: PlayedTrade
    since: datetime
    net: Decimal = Decimal(0)


def _is_of_position(entry: LedgerEntry) -> bool:
    return entry.kind.trades or entry.kind is EntryKind.FUNDING


def _opened(
    entry: LedgerEntry, before: AccountState, after: AccountState, game: GamePlayed
) -> _Held:
    equity = before.cash + before.margin
    order = entry.order
    prices = game.prices.get(entry.symbol, ())
    trade = PlayedTrade(
        # Numbers of one width, so that ids are in the order of the ledger.
        trade_id=f"{game.game_id}:{entry.number:06}",
        symbol=entry.symbol,
        side=TradeSide.LONG if entry.units > 0 else TradeSide.SHORT,
        opened_at=game.written_at[entry.number],
        size=abs(entry.entry_value) / equity if equity > 0 else Decimal(0),
        season=game.season,
        is_volatile=is_volatile(realised_volatility(prices, entry.at)),
        is_diversified=is_diversified(dict(_notionals(after))),
        by_token=order is not None and order.order_id in game.by_token,
        by_limit=order is not None and order.kind is OrderKind.LIMIT,
    )
    return _Held(trade, entry.at)


def _notionals(state: AccountState) -> Iterator[tuple[str, Decimal]]:
    """At entry prices, which the ledger knows."""
    for symbol, position in state.positions.items():
        yield symbol, position.entry_value


def _closed(held: _Held, entry: LedgerEntry, game: GamePlayed) -> PlayedTrade:
    order, was_liquidated = entry.order, entry.kind is EntryKind.LIQUIDATION
    return replace(
        held.trade,
        closed_at=game.written_at[entry.number],
        held=entry.at - held.since,
        net_pnl=held.net,
        planned_exit=_EXITS.get(order.kind) if order and not was_liquidated else None,
        was_liquidated=was_liquidated,
    )
