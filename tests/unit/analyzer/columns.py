"""Builders of columns: say what matters, the rest is plausible."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nof1_tracker.analyzer.equity.equity_curve import EquityCurve, Grid, equity_curve
from nof1_tracker.records.account_columns import EquityColumns, TradeColumns
from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.parsed import Leg

START = datetime(2025, 10, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
HOURS_PER_YEAR = 365 * 24


def at(hours: float) -> datetime:
    """So many hours after START."""
    return START + timedelta(hours=hours)


def times(hours: Iterable[float]) -> Any:
    """Hours after START as a column of times."""
    start = np.datetime64(START.replace(tzinfo=None), "us")
    micros = [round(hour * 3_600_000_000) for hour in hours]
    return start + np.array(micros, dtype="timedelta64[us]")


def trades(net_pnl: Sequence[float], **columns: ArrayLike) -> TradeColumns:
    """Legs with these net PnLs, one closing each hour; 100 USD of fees each."""
    n = len(net_pnl)
    net = np.array(net_pnl, dtype=np.float64)
    given: dict[str, Any] = {
        "net_pnl": net,
        "gross_pnl": net + 100,
        "fees": np.full(n, 100.0),
        "entry_price": np.full(n, 1000.0),
        "exit_price": np.full(n, 1100.0),
        "quantity": np.full(n, 2.0),
        "opened_at": times(range(n)),
        "closed_at": times(range(1, n + 1)),
        "is_long": np.ones(n, dtype=np.bool_),
        "symbol": np.full(n, "BTC", dtype=np.str_),
        "liquidated": np.zeros(n, dtype=np.bool_),
        "entry_oid": np.arange(n, dtype=np.int64),
        "leverage": np.full(n, np.nan),
    }
    given |= {name: np.asarray(column) for name, column in columns.items()}
    return TradeColumns(**given)


def trades_of(legs: Sequence[Leg]) -> TradeColumns:
    """Legs as columns, unknown values as such."""
    return TradeColumns(
        net_pnl=_floats(leg.net_pnl for leg in legs),
        gross_pnl=_floats(leg.gross_pnl for leg in legs),
        fees=_floats(leg.fees for leg in legs),
        entry_price=_floats(leg.entry_price for leg in legs),
        exit_price=_floats(leg.exit_price for leg in legs),
        quantity=_floats(leg.quantity for leg in legs),
        opened_at=_instants(leg.opened_at for leg in legs),
        closed_at=_instants(leg.closed_at for leg in legs),
        is_long=np.array([leg.side is TradeSide.LONG for leg in legs], dtype=np.bool_),
        symbol=np.array([leg.symbol for leg in legs], dtype=np.str_),
        liquidated=np.array(
            [leg.status is TradeStatus.LIQUIDATED for leg in legs], dtype=np.bool_
        ),
        entry_oid=np.array(
            [-1 if leg.entry_oid is None else leg.entry_oid for leg in legs],
            dtype=np.int64,
        ),
        leverage=np.full(len(legs), np.nan),
    )


def _floats(values: Iterable[Any]) -> Any:
    return np.array([np.nan if v is None else float(v) for v in values], np.float64)


def _instants(values: Iterable[datetime]) -> Any:
    return np.array([v.replace(tzinfo=None) for v in values], "datetime64[us]")


def snapshots(equity: Sequence[float], hours: Iterable[float] = ()) -> EquityColumns:
    """An equity each hour from the first hour on, or at those hours."""
    return EquityColumns(
        observed_at=times(hours or range(1, len(equity) + 1)),
        equity=np.array(equity, dtype=np.float64),
    )


def grid(hours: float, step: timedelta = HOUR, max_gap: timedelta = 3 * HOUR) -> Grid:
    """From START on for so many hours."""
    return Grid(START, at(hours), step, max_gap)


def hourly(equity: Sequence[float], *, initial_equity: float = 10_000) -> EquityCurve:
    """The curve of an equity each hour."""
    return equity_curve(
        snapshots(equity), grid(len(equity)), initial_equity=initial_equity
    )
