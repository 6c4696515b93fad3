"""Trades as rows for programs."""

from typing import Any

from nof1_tracker.analyzer.performance import TradeList
from nof1_tracker.rendering.programs.output import exact, iso

COLUMNS = (
    "trade_id",
    "model_id",
    "name",
    "symbol",
    "side",
    "status",
    "quantity",
    "entry_price",
    "exit_price",
    "net_pnl",
    "gross_pnl",
    "fees",
    "leverage",
    "confidence",
    "opened_at",
    "closed_at",
    "entry_oid",
    "last_observed_at",
)


def trade_rows(report: TradeList) -> list[dict[str, Any]]:
    """One row per trade, keys as in COLUMNS; confidence is 0..100."""
    return [
        {
            "trade_id": trade.trade_id,
            "model_id": trade.account_id,
            "name": trade.name,
            "symbol": trade.symbol,
            "side": trade.side.value,
            "status": trade.status.value,
            "quantity": exact(trade.quantity),
            "entry_price": exact(trade.entry_price),
            "exit_price": exact(trade.exit_price),
            "net_pnl": exact(trade.net_pnl),
            "gross_pnl": exact(trade.gross_pnl),
            "fees": exact(trade.fees),
            "leverage": exact(trade.leverage),
            "confidence": exact(trade.confidence),
            "opened_at": iso(trade.opened_at),
            "closed_at": iso(trade.closed_at),
            "entry_oid": trade.entry_oid,
            "last_observed_at": iso(trade.last_observed_at),
        }
        for trade in report.rows
    ]
