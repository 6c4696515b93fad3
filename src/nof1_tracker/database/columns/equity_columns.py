"""Equity over time as columns, with the exposure of each account."""

from collections.abc import Collection, Mapping

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from nof1_tracker.database.columns.numpy_columns import (
    Columns,
    of_account,
    of_best_source,
    read_columns,
)
from nof1_tracker.database.columns.position_columns import (
    AccountPositions,
    PositionColumns,
)
from nof1_tracker.database.models import LeaderboardSnapshot, Position, Price
from nof1_tracker.database.read.best_source import TRUSTED, trust
from nof1_tracker.database.read.windows import Window
from nof1_tracker.records.account_columns import EquityColumns

_BTC = "BTC"


def read_equities(
    session: Session, window: Window, ids: Collection[int], held: PositionColumns
) -> Mapping[int, EquityColumns]:
    """Trusted snapshots up to the window's end, oldest first, keyed by `model_id`.

    Where two sources observed an instant, only the more trustworthy one counts.
    """
    snapshot = LeaderboardSnapshot
    rows = read_columns(
        session,
        select(
            snapshot.model_id,
            snapshot.timestamp,
            snapshot.total_assets,
            snapshot.open_positions,
            trust(snapshot.source).label("trust"),
        ).where(
            *window.levels(snapshot.season_id, snapshot.timestamp),
            snapshot.model_id.in_(ids),
            snapshot.source.in_(TRUSTED),
        ),
    )
    return {
        each: _equities(of_best_source(of_account(rows, each)), held.by(each))
        for each in ids
    }


def _equities(rows: Columns, held: AccountPositions) -> EquityColumns:
    gross, net, unrealized = held.sums(rows["timestamp"], rows["open_positions"])
    return EquityColumns(
        observed_at=rows["timestamp"],
        equity=rows["total_assets"],
        open_positions=rows["open_positions"],
        gross_exposure=gross,
        net_exposure=net,
        unrealized_pnl=unrealized,
    )


def read_btc_prices(session: Session, window: Window) -> EquityColumns:
    """Prices of BTC, including the mark prices of BTC positions; oldest first."""
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
    """Empty columns."""
    return EquityColumns(observed_at=np.empty(0, "datetime64[us]"), equity=np.empty(0))
