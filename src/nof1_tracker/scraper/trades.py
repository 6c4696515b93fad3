"""Parses completed legs (/api/trades)."""

from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.parsed import Leg
from nof1_tracker.scraper.wire.payload_rows import PayloadRows, latest
from nof1_tracker.scraper.wire.rows import TradeRow


def parse_trades(payload: PayloadRows) -> tuple[Leg, ...]:
    """The legs of a trades payload; net PnL as served, never derived."""
    legs = []
    for row, account_id, raw in payload.read_accounts(TradeRow):
        if row.quantity == 0:
            payload.reject("quantity is zero", raw)
            continue
        legs.append(
            Leg(
                account_id=account_id,
                trade_id=row.id,
                symbol=row.symbol,
                side=_side(payload, row),
                quantity=abs(row.quantity),
                entry_price=row.entry_price,
                exit_price=row.exit_price,
                net_pnl=row.realized_net_pnl,
                gross_pnl=row.realized_gross_pnl,
                fees=row.total_commission_dollars,
                status=_status(row),
                opened_at=row.entry_time,
                closed_at=row.exit_time,
                entry_oid=row.entry_oid,
                raw=raw,
            )
        )
    return latest(legs, key=lambda leg: leg.trade_id)


def _side(payload: PayloadRows, row: TradeRow) -> TradeSide:
    """The side as served; if not served, it follows from the sign of the quantity."""
    signed = TradeSide.LONG if row.quantity > 0 else TradeSide.SHORT
    served = row.side or row.trade_type
    if served and served is not signed:
        payload.warn(f"a {served} leg has a quantity of the opposite sign")
    return served or signed


def _status(row: TradeRow) -> TradeStatus:
    marks = (row.entry_liquidation, row.exit_liquidation)
    liquidated = any(mark is not None and mark is not False for mark in marks)
    return TradeStatus.LIQUIDATED if liquidated else TradeStatus.CLOSED
