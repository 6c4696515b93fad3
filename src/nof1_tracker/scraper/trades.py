"""Parses completed legs (/api/trades)."""

from collections.abc import Iterator
from typing import Any

from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.parsed import Leg
from nof1_tracker.scraper.wire.payload_rows import PayloadRows, distinct
from nof1_tracker.scraper.wire.rows import TradeRow

_NOT_LIQUIDATED = frozenset({"", "null", "none", "false", "0"})


def parse_trades(payload: PayloadRows) -> tuple[Leg, ...]:
    """The legs of a trades payload; net PnL as served, never derived.

    A leg whose figures are possible but odd is kept, and says what is odd.
    """
    legs = []
    for row, account_id, raw in payload.read_accounts(TradeRow):
        side = _side(row)
        oddities = list(_oddities(payload, row, side))
        for oddity in oddities:
            payload.warn(f"a leg is stored, marked: {oddity}")
        legs.append(
            Leg(
                account_id=account_id,
                trade_id=row.id,
                symbol=row.symbol,
                side=side,
                quantity=abs(row.quantity),
                entry_price=row.entry_price,
                exit_price=row.exit_price,
                net_pnl=row.realized_net_pnl,
                gross_pnl=row.realized_gross_pnl,
                fees=row.total_commission_dollars,
                status=_status(payload, row),
                opened_at=row.entry_time,
                closed_at=row.exit_time,
                entry_oid=row.entry_oid,
                raw=raw,
                oddity="; ".join(oddities) or None,
            )
        )
    return distinct(payload, legs, key=lambda leg: leg.trade_id)


def _side(row: TradeRow) -> TradeSide:
    """The side as served; where none is, the sign of the quantity tells."""
    return row.side or row.trade_type or _signed_side(row)


def _signed_side(row: TradeRow) -> TradeSide:
    return TradeSide.SHORT if row.quantity < 0 else TradeSide.LONG


def _oddities(payload: PayloadRows, row: TradeRow, side: TradeSide) -> Iterator[str]:
    """What is implausible about a leg, in words."""
    if row.quantity == 0:
        yield "quantity is zero"
    elif side is not _signed_side(row):
        yield "side against the sign of the quantity"
    if not row.entry_price or not row.exit_price:
        yield "a price of zero"
    if row.exit_time < row.entry_time:
        yield "exit before entry"
    if payload.is_untimely(row.entry_time):
        yield "entry after it was observed"


def _status(payload: PayloadRows, row: TradeRow) -> TradeStatus:
    marks = (row.entry_liquidation, row.exit_liquidation)
    if any(_is_liquidated(payload, mark) for mark in marks):
        return TradeStatus.LIQUIDATED
    return TradeStatus.CLOSED


def _is_liquidated(payload: PayloadRows, mark: Any) -> bool:
    """True for true and for an object with content; what is not understood is told."""
    if mark is True or (isinstance(mark, dict) and mark):
        return True
    if isinstance(mark, str) and mark.strip().lower() in _NOT_LIQUIDATED:
        return False
    if mark:
        payload.warn("a liquidation mark is not understood, and is not counted as one")
    return False
