"""Trades as rows for programs."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from nof1_tracker.records.enums import RowKind
from nof1_tracker.records.stored import StoredTrade
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
    "opened_not_earlier_than",
    "opened_not_later_than",
    "implausible",
    "source",
    "observed_at",
)


def trade_rows(trades: Iterable[StoredTrade]) -> list[dict[str, Any]]:
    """One row per trade, keys as in COLUMNS; confidence is 0..100.

    Where nobody saw it opened, `opened_at` is null, and the two bounds say what is known.
    `implausible` says in words what is wrong with it, and is null where nothing is.
    `source` says whether it was served as a completed leg or as a position, and
    `observed_at` when the leg was first served, or the position last.
    """
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
            "opened_at": iso(trade.opened_at) if trade.opened_at_known else None,
            "closed_at": iso(trade.closed_at),
            "entry_oid": trade.entry_oid,
            "last_observed_at": iso(trade.last_observed_at),
            **_bounds(trade),
            "implausible": trade.implausible,
            "source": _source(trade).value,
            "observed_at": iso(_observed_at(trade)),
        }
        for trade in trades
    ]


def _bounds(trade: StoredTrade) -> dict[str, str | None]:
    """Between which times it was opened, where the time itself is not known."""
    earliest, latest = trade.opened_not_earlier_than, trade.opened_at
    is_open_question = not trade.opened_at_known
    return {
        "opened_not_earlier_than": iso(earliest) if is_open_question else None,
        "opened_not_later_than": iso(latest) if is_open_question else None,
    }


def _source(trade: StoredTrade) -> RowKind:
    return RowKind.POSITIONS if trade.exit_price is None else RowKind.TRADES


def _observed_at(trade: StoredTrade) -> datetime | None:
    return trade.last_observed_at or trade.complete_by
