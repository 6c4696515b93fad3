"""Equity through time as columns, with how far each account was in the market."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from nof1_tracker.columns import EquityColumns, FloatArray
from nof1_tracker.database.columnar import Columns, number, read_columns, where
from nof1_tracker.database.models import LeaderboardSnapshot, Position, Price
from nof1_tracker.database.windows import Window
from nof1_tracker.records import EquitySource, TradeSide

_TRUSTED = tuple(source for source in EquitySource if source.trusted)
_BTC = "BTC"


def read_equities(
    session: Session, window: Window, ids: Collection[int]
) -> Mapping[int, EquityColumns]:
    """The trusted snapshots up to the window's end, oldest first, by `model_id`."""
    snapshot = LeaderboardSnapshot
    rows = read_columns(
        session,
        select(
            snapshot.model_id,
            snapshot.timestamp,
            snapshot.total_assets.label("equity"),
            snapshot.open_positions,
        ).where(
            *window.up_to_end(snapshot.season_id, snapshot.timestamp),
            snapshot.model_id.in_(ids),
            snapshot.source.in_(_TRUSTED),
        ),
    )
    held = _exposures(session, window, ids)
    return {each: _equities(_of(rows, each), _of(held, each)) for each in ids}


def _of(rows: Columns, model_id: int) -> Columns:
    """The account's rows, oldest first."""
    own = where(rows, rows["model_id"] == model_id)
    times = own["timestamp"]
    if (times[1:] >= times[:-1]).all():
        return own
    return where(own, np.argsort(times, kind="stable"))


def _exposures(session: Session, window: Window, ids: Collection[int]) -> Columns:
    """What was held at each instant that positions were observed at."""
    notional = number(Position.quantity * Position.mark_price)
    signed = case((Position.side == TradeSide.LONG, notional), else_=-notional)
    return read_columns(
        session,
        select(
            Position.model_id,
            Position.timestamp,
            func.count(Position.mark_price).label("marked"),
            func.sum(notional).label("gross"),
            func.sum(signed).label("net"),
        )
        .where(Position.model_id.in_(ids), *window.undivided(Position.timestamp))
        .group_by(Position.model_id, Position.timestamp),
    )


def _equities(snapshots: Columns, held: Columns) -> EquityColumns:
    times, open_positions = snapshots["timestamp"], snapshots["open_positions"]
    place = np.searchsorted(held["timestamp"], times)
    return EquityColumns(
        observed_at=times,
        equity=snapshots["equity"],
        open_positions=open_positions,
        gross_exposure=_exposure(held["gross"], held, place, snapshots),
        net_exposure=_exposure(held["net"], held, place, snapshots),
    )


def _exposure(
    sums: FloatArray, held: Columns, place: NDArray[Any], snapshots: Columns
) -> FloatArray:
    """The sum at each snapshot, where every open position is stored with its mark."""
    exposure = np.where(snapshots["open_positions"] == 0, 0.0, np.nan)
    if len(sums):
        nearest = np.minimum(place, len(sums) - 1)
        is_whole = (held["timestamp"][nearest] == snapshots["timestamp"]) & (
            held["marked"][nearest] == snapshots["open_positions"]
        )
        exposure[is_whole] = sums[nearest[is_whole]]
    return exposure


def read_btc_prices(session: Session, window: Window) -> EquityColumns:
    """Prices of BTC, and what positions in it were marked at; oldest first."""
    prices = [
        read_columns(session, statement)
        for statement in (
            select(Price.observed_at.label("time"), Price.price.label("price")).where(
                Price.symbol == _BTC, *window.undivided(Price.observed_at)
            ),
            select(
                Position.timestamp.label("time"),
                func.min(Position.mark_price).label("price"),
            )
            .where(
                Position.symbol == _BTC,
                Position.mark_price.is_not(None),
                *window.undivided(Position.timestamp),
            )
            .group_by(Position.timestamp),
        )
    ]
    times, levels = (
        np.concatenate([each[name] for each in prices]) for name in ("time", "price")
    )
    order = np.argsort(times, kind="stable")
    return EquityColumns(observed_at=times[order], equity=levels[order])


def no_prices() -> EquityColumns:
    """None at all."""
    return EquityColumns(observed_at=np.empty(0, "datetime64[us]"), equity=np.empty(0))
