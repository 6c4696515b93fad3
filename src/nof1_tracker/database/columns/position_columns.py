"""Positions as columns: the exposure of accounts, and the plans behind it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from nof1_tracker.database.columns.numpy_columns import (
    Columns,
    of_account,
    of_best_source,
    read_columns,
)
from nof1_tracker.database.models import Position
from nof1_tracker.database.read.best_source import trust
from nof1_tracker.database.read.windows import Window
from nof1_tracker.records.account_columns import FloatArray, IntArray, TimeArray
from nof1_tracker.records.enums import TradeSide


class PositionColumns:
    """Every position observed in a season up to the window's end.

    Positions of all accounts are read, because their rows are interleaved in the
    table: fetching a few accounts by the index takes longer than reading the whole
    table in order, and one pass answers every question.
    """

    def __init__(self, session: Session, window: Window) -> None:
        self._rows = read_columns(
            session,
            select(
                Position.model_id,
                Position.timestamp,
                (Position.quantity * Position.mark_price).label("notional"),
                (Position.side == TradeSide.LONG).label("is_long"),
                Position.unrealized_pnl,
                Position.entry_oid,
                Position.stop_loss,
                Position.profit_target,
                trust(Position.source).label("trust"),
            ).where(*window.undivided(Position.timestamp)),
        )

    def by(self, model_id: int) -> "AccountPositions":
        """The positions of that account; of an instant those of the best source."""
        return AccountPositions(of_best_source(of_account(self._rows, model_id)))


class AccountPositions:
    """One account's positions, oldest first."""

    def __init__(self, rows: Columns) -> None:
        self._rows = rows

    def sums(
        self, times: TimeArray, open_positions: IntArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Gross exposure, net exposure and unrealized PnL at those times, USD.

        NaN where the number of open positions is unknown, and where one of them is
        not stored or lacks the mark price or PnL, because then the sum is unknown.
        """
        rows = self._rows
        sums = np.where(open_positions == 0, 0.0, np.full((3, len(times)), np.nan))
        instants, first = np.unique(rows["timestamp"], return_index=True)
        seen, place = _found(times, instants)
        counts = np.diff(first, append=len(rows["timestamp"]))
        is_whole = counts[place] == open_positions[seen]
        gross = rows["notional"]
        net = np.where(rows["is_long"], gross, -gross)
        for total, parts in zip(
            sums, (gross, net, rows["unrealized_pnl"]), strict=True
        ):
            of_instants = np.add.reduceat(parts, first) if len(first) else parts
            total[seen[is_whole]] = of_instants[place[is_whole]]
        return sums[0], sums[1], sums[2]

    def plans(self, entry_oids: IntArray) -> tuple[FloatArray, FloatArray]:
        """Stop loss and profit target of each entry, from its newest position."""
        newest_first = {name: column[::-1] for name, column in self._rows.items()}
        oids, newest = np.unique(newest_first["entry_oid"], return_index=True)
        seen, place = _found(entry_oids, oids)
        plans = np.full((2, len(entry_oids)), np.nan)
        for plan, name in zip(plans, ("stop_loss", "profit_target"), strict=True):
            plan[seen] = newest_first[name][newest[place]]
        return plans[0], plans[1]


def _found(wanted: NDArray[Any], ordered: NDArray[Any]) -> tuple[IntArray, IntArray]:
    """Indices of the wanted values that are in `ordered`, and their places there."""
    if not len(ordered):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    place = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    seen = np.flatnonzero(ordered[place] == wanted)
    return seen, place[seen]
