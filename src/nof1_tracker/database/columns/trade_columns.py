"""Trades as columns: their results, and the plans behind them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from nof1_tracker.database.columns.numpy_columns import (
    Columns,
    of_account,
    place_among,
    read_columns,
    where,
)
from nof1_tracker.database.columns.position_columns import (
    AccountPositions,
    PositionColumns,
)
from nof1_tracker.database.models import LLMModel, Trade
from nof1_tracker.database.read.filters import ACCOUNT_ID, COMPLETE_BY, TRADED_AT
from nof1_tracker.database.read.windows import Window
from nof1_tracker.records.account_columns import (
    UNKNOWN,
    BoolArray,
    FloatArray,
    PlanColumns,
    TimeArray,
    TradeColumns,
)
from nof1_tracker.records.enums import TradeSide, TradeStatus
from nof1_tracker.records.stored import CLOCKS_DIFFER

_INSTANT = timedelta(microseconds=1)
_Columns = TypeVar("_Columns", TradeColumns, PlanColumns)


@dataclass(frozen=True, slots=True)
class AccountTrades:
    """One account's trades; see AccountHistory."""

    legs: TradeColumns
    plans: PlanColumns


def read_trades(
    session: Session, window: Window, ids: Collection[int], held: PositionColumns
) -> Mapping[int, AccountTrades]:
    """Trades opened before the window's end, keyed by `model_id`.

    Args:
        held: The positions that state the stops and targets.
    """
    opened = [
        *window.up_to_end(Trade.season_id, Trade.opened_at),
        Trade.model_id.in_(ids),
    ]
    symbols = session.scalars(select(Trade.symbol).distinct()).all()
    names = np.array([*symbols, None], dtype=np.object_)
    rows = read_columns(session, _trades(opened, symbols))
    rows = where({**rows, "symbol": names[rows["symbol"]]}, np.argsort(rows["id"]))
    return {
        each: _account_trades(
            of_account(rows, each, "opened_at"), held.by(each), window
        )
        for each in ids
    }


def read_completed_legs(
    session: Session, season_id: int, until: datetime
) -> Mapping[str, tuple[FloatArray, TimeArray]]:
    """Net PnL of each completed leg of the season, and when it closed, by account.

    Without benchmarks. NaN is a net, and NaT a time, that is not known or not possible.
    """
    of_account = session.execute(
        select(LLMModel.id, ACCOUNT_ID).where(LLMModel.is_benchmark.is_(False))
    )
    rows = read_columns(
        session,
        select(
            Trade.model_id,
            Trade.opened_at,
            Trade.opened_at_known,
            Trade.closed_at,
            COMPLETE_BY.label("complete_by"),
            Trade.oddity.is_not(None).label("is_odd"),
            Trade.exit_price,
            Trade.pnl.label("net_pnl"),
        ).where(
            Trade.season_id == season_id,
            Trade.exit_price.is_not(None),
            Trade.closed_at.is_not(None),
            until >= TRADED_AT,
        ),
    )
    rows = _without_wrong_times(_as_of(rows, until + _INSTANT))
    names = {row_id: name for row_id, name in of_account if row_id in rows["model_id"]}
    own = {name: rows["model_id"] == row_id for row_id, name in names.items()}
    return {
        name: (rows["net_pnl"][mask], rows["closed_at"][mask])
        for name, mask in own.items()
    }


def _trades(
    opened: Sequence[ColumnElement[bool]], symbols: Sequence[str]
) -> Select[*tuple[Any, ...]]:
    """Selects those trades; `symbol` is an index into `symbols`."""
    return select(
        Trade.id,
        Trade.model_id,
        place_among(symbols, Trade.symbol).label("symbol"),
        (Trade.side == TradeSide.LONG).label("is_long"),
        (Trade.status == TradeStatus.LIQUIDATED).label("liquidated"),
        Trade.entry_oid,
        Trade.opened_at,
        Trade.opened_at_known,
        Trade.closed_at,
        COMPLETE_BY.label("complete_by"),
        Trade.oddity.is_not(None).label("is_odd"),
        Trade.entry_price,
        Trade.exit_price,
        Trade.size.label("quantity"),
        Trade.pnl.label("net_pnl"),
        Trade.gross_pnl,
        Trade.fees,
        Trade.leverage,
        Trade.confidence,
    ).where(*opened)


def _account_trades(
    rows: Columns, held: AccountPositions, window: Window
) -> AccountTrades:
    stops, targets = held.plans(rows["entry_oid"])
    rows = {**_as_of(rows, window.until), "stop_loss": stops, "profit_target": targets}
    rows = _without_wrong_times(rows)
    legs = where(rows, np.isfinite(rows["exit_price"]))
    since = window.since
    concerned = rows if since is None else where(rows, _concerns(rows, _instant(since)))
    return AccountTrades(_columns(TradeColumns, legs), _columns(PlanColumns, concerned))


def _as_of(rows: Columns, until: datetime) -> Columns:
    """The rows as they stood at that time: what closed later was still open.

    An exit dated later than its leg was served is wrong: the leg was closed when it
    was served.
    """
    closed, complete_by = rows["closed_at"], rows["complete_by"]
    is_future = closed - complete_by > np.timedelta64(CLOCKS_DIFFER, "us")
    is_closed = np.where(is_future, complete_by, closed) < _instant(until)
    unseen: dict[str, Any] = {
        "closed_at": np.datetime64("NaT", "us"),
        "exit_price": np.nan,
        "net_pnl": np.nan,
    }
    hidden = {name: np.where(is_closed, rows[name], unseen[name]) for name in unseen}
    return {**rows, **hidden, "is_future": is_future & is_closed}


def _without_wrong_times(rows: Columns) -> Columns:
    """The rows without openings that nobody saw, and without impossible exits."""
    never = np.datetime64("NaT", "us")
    is_known, is_future = rows["opened_at_known"], rows["is_future"]
    is_reversed = is_known & (rows["closed_at"] < rows["opened_at"])
    return {
        **rows,
        "opened_at": np.where(is_known, rows["opened_at"], never),
        "closed_at": np.where(is_future | is_reversed, never, rows["closed_at"]),
        "implausible": rows["is_odd"] | is_future | is_reversed,
    }


def _concerns(rows: Columns, since: np.datetime64) -> BoolArray:
    """True for every leg of an entry that was not fully closed before `since`."""
    oids = rows["entry_oid"]
    is_late = ~(rows["closed_at"] < since)
    late_entries = oids[is_late & (oids != UNKNOWN)]
    concerned: BoolArray = is_late | np.isin(oids, late_entries)
    return concerned


def _columns(kind: type[_Columns], rows: Columns) -> _Columns:
    """An object of that type, filled from the rows' columns of the same names."""
    return kind(**{each.name: rows[each.name] for each in fields(kind)})


def _instant(time: datetime) -> np.datetime64:
    return np.datetime64(time.astimezone(UTC).replace(tzinfo=None), "us")
