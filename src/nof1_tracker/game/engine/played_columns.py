"""What an account traded, as the columns that the models are measured by."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from nof1_tracker.game.engine.trading_engine import TradingEngine
from nof1_tracker.game.engine.trading_rules import GAP
from nof1_tracker.history.hyperliquid.legs_from_fills import legs_from_fills
from nof1_tracker.records.account_columns import (
    EquityColumns,
    TimeArray,
    TradeColumns,
)
from nof1_tracker.records.enums import TradeSide
from nof1_tracker.records.history.hyperliquid import Fill, ReconstructedLeg
from nof1_tracker.records.play.ledger import EntryKind, LedgerEntry
from nof1_tracker.records.play.orders import side_of

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
SLOT = timedelta(minutes=15)
"""Equity is noted this often, at the full quarters of an hour."""


def fills_of(entries: Iterable[LedgerEntry]) -> Sequence[Fill]:
    """The fills of a ledger in the exchange's terms, as it happened."""
    return [_fill(entry) for entry in entries if entry.kind.trades]


def legs_of(entries: Iterable[LedgerEntry]) -> Sequence[ReconstructedLeg]:
    """Completed legs, cut and netted as the site does it, oldest exit first."""
    return legs_from_fills(fills_of(entries)).legs


def trade_columns(entries: Sequence[LedgerEntry]) -> TradeColumns:
    """The completed legs of a ledger, as the analyzer reads those of a model."""
    legs = legs_of(entries)
    leverages = _leverages(entries)
    return TradeColumns(
        net_pnl=_floats(leg.net_pnl for leg in legs),
        gross_pnl=_floats(leg.gross_pnl for leg in legs),
        fees=_floats(leg.fees for leg in legs),
        entry_price=_floats(leg.entry_price for leg in legs),
        exit_price=_floats(leg.exit_price for leg in legs),
        quantity=_floats(leg.quantity for leg in legs),
        opened_at=_times(leg.opened_at for leg in legs),
        closed_at=_times(leg.closed_at for leg in legs),
        is_long=np.array([leg.side is TradeSide.LONG for leg in legs], np.bool_),
        symbol=np.array([leg.symbol for leg in legs], np.object_),
        liquidated=np.array([leg.is_liquidated for leg in legs], np.bool_),
        entry_oid=np.array([leg.entry_oid for leg in legs], np.int64),
        leverage=_floats(leverages.get(leg.entry_oid) for leg in legs),
    )


class EquityLevel(NamedTuple):
    """What an account was worth at an instant, USD; exposures at the marks."""

    at: datetime
    equity: Decimal
    unrealized_pnl: Decimal
    open_positions: int
    gross_exposure: Decimal
    net_exposure: Decimal


class EquityRecorder:
    """Notes equity every quarter of an hour while the prices of all holdings are known.

    Nothing is noted over a gap: a price that was not observed is not invented.
    """

    def __init__(self, engine: TradingEngine, opened_at: datetime) -> None:
        self.levels: list[EquityLevel] = []
        self._engine = engine
        self._next = slot_after(opened_at)

    def up_to(self, at: datetime) -> None:
        """Notes the slots that end by then, from what is known before it."""
        while self._next <= at:
            if not self._note(self._next):
                self._next = slot_after(at)
                return
            self._next += SLOT

    def note_now(self, at: datetime) -> None:
        """Notes what the account is worth at that instant, where that is known."""
        self._note(at)

    def _note(self, at: datetime) -> bool:
        level = level_at(self._engine, at)
        if level is not None:
            self.levels.append(level)
        return level is not None


def level_at(engine: TradingEngine, at: datetime) -> EquityLevel | None:
    """What the account is worth then; None where a price is older than the gap."""
    positions = engine.state.positions
    for symbol in positions:
        known_at = engine.marked_at.get(symbol)
        if known_at is None or at - known_at > GAP:
            return None
    values = [each.units * engine.marks[name] for name, each in positions.items()]
    return EquityLevel(
        at=at,
        equity=engine.state.equity(engine.marks),
        unrealized_pnl=engine.state.unrealized_pnl(engine.marks),
        open_positions=len(positions),
        gross_exposure=sum(map(abs, values), Decimal(0)),
        net_exposure=sum(values, Decimal(0)),
    )


def equity_columns(levels: Sequence[EquityLevel]) -> EquityColumns:
    """Levels as the analyzer reads the snapshots of a model."""
    return EquityColumns(
        observed_at=_times(each.at for each in levels),
        equity=_floats(each.equity for each in levels),
        open_positions=np.array([each.open_positions for each in levels], np.int64),
        gross_exposure=_floats(each.gross_exposure for each in levels),
        net_exposure=_floats(each.net_exposure for each in levels),
        unrealized_pnl=_floats(each.unrealized_pnl for each in levels),
    )


def _fill(entry: LedgerEntry) -> Fill:
    is_liquidation = entry.kind is EntryKind.LIQUIDATION
    order = entry.order
    return Fill(
        symbol=entry.symbol,
        side=side_of(entry.units),
        quantity=abs(entry.units),
        price=entry.price,
        filled_at=entry.at,
        # A liquidation is an order of the exchange's own: ids below 0 are nobody's.
        oid=-entry.number if order is None else order.order_id,
        tid=entry.number,
        start_position=entry.held_before,
        direction=_direction(entry),
        closed_pnl=entry.pnl,
        fee=entry.fee,
        is_taker=entry.is_taker,
        is_liquidation=is_liquidation,
        raw={},
    )


def _direction(entry: LedgerEntry) -> str:
    """In the exchange's words."""
    closes = entry.held_before * entry.units < 0
    was_long = entry.held_before > 0 if closes else entry.units > 0
    return f"{'Close' if closes else 'Open'} {'Long' if was_long else 'Short'}"


def _leverages(entries: Iterable[LedgerEntry]) -> Mapping[int, Decimal]:
    orders = (entry.order for entry in entries if entry.order is not None)
    return {
        order.order_id: order.leverage for order in orders if order.leverage is not None
    }


def slot_after(at: datetime) -> datetime:
    """The next full quarter of an hour."""
    return at + SLOT - (at - _EPOCH) % SLOT


def _floats(
    values: Iterable[Decimal | None],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(
        [np.nan if value is None else float(value) for value in values], np.float64
    )


def _times(times: Iterable[datetime]) -> TimeArray:
    return np.array([time.replace(tzinfo=None) for time in times], "datetime64[us]")
