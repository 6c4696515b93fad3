"""Equity through time as columns, with how far each account was in the market."""

from collections.abc import Collection, Mapping

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nof1_tracker.columns import EquityColumns
from nof1_tracker.database.columnar import Columns, read_columns, where
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
    positions = _read_positions(session, window)
    return {each: _equities(_of(rows, each), _of(positions, each)) for each in ids}


def _of(rows: Columns, model_id: int) -> Columns:
    """The account's rows, oldest first."""
    own = where(rows, rows["model_id"] == model_id)
    times = own["timestamp"]
    if (times[1:] >= times[:-1]).all():
        return own
    return where(own, np.argsort(times, kind="stable"))


def _read_positions(session: Session, window: Window) -> Columns:
    """What was held whenever positions were observed.

    Of all accounts: their rows lie mixed, so that a few of them by the index take
    longer than all in the order of the table.
    """
    return read_columns(
        session,
        select(
            Position.model_id,
            Position.timestamp,
            (Position.quantity * Position.mark_price).label("notional"),
            (Position.side == TradeSide.LONG).label("is_long"),
        ).where(*window.undivided(Position.timestamp)),
    )


def _equities(snapshots: Columns, positions: Columns) -> EquityColumns:
    times, held = snapshots["timestamp"], snapshots["open_positions"]
    instants, first = np.unique(positions["timestamp"], return_index=True)
    counts = np.diff(first, append=len(positions["timestamp"]))
    place = np.searchsorted(instants, times)
    gross = positions["notional"]
    net = np.where(positions["is_long"], gross, -gross)
    exposures = [np.where(held == 0, 0.0, np.nan) for _ in range(2)]
    if len(instants):
        place = np.minimum(place, len(instants) - 1)
        # Where not every open position is stored, their sum is not known.
        is_whole = (instants[place] == times) & (counts[place] == held)
        for exposure, notional in zip(exposures, (gross, net), strict=True):
            sums = np.add.reduceat(notional, first)
            exposure[is_whole] = sums[place[is_whole]]
    return EquityColumns(
        observed_at=times,
        equity=snapshots["equity"],
        open_positions=held,
        gross_exposure=exposures[0],
        net_exposure=exposures[1],
    )


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
