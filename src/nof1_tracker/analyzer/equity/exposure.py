"""How much of the time, and with how much leverage, an account was in the market."""

from dataclasses import dataclass

import numpy as np

from nof1_tracker.analyzer.equity.equity_curve import Grid, observations
from nof1_tracker.records.account_columns import EquityColumns, FloatArray, TimeArray

LEAST_EQUITY = 0.01
"""USD; a multiple of less than a cent says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """An account's positions and leverage at each instant of a grid.

    Attributes:
        times: The grid's instants; each array below has one value per instant, NaN
            where unknown.
        in_position: 1 with an open position, 0 without.
        gross_leverage: Gross exposure / equity, >= 0; NaN where equity < 0.01 USD.
        net_leverage: Net exposure / equity, < 0 when short; NaN where equity < 0.01 USD.
    """

    times: TimeArray
    in_position: FloatArray
    gross_leverage: FloatArray
    net_leverage: FloatArray


def exposure_through_time(columns: EquityColumns, grid: Grid) -> Exposure:
    """Positions and leverage on the grid, each carried forward from its observation."""
    held, equity = columns.open_positions, columns.equity
    in_position = None if held is None else np.where(held >= 0, held > 0, np.nan)
    multiples = [
        None if exposure is None else leverages(exposure, equity)
        for exposure in (columns.gross_exposure, columns.net_exposure)
    ]
    times = grid.times
    on_grid = [
        (
            np.full(len(times), np.nan)
            if values is None
            else observations(columns.observed_at, values, grid).at(times)
        )
        for values in (in_position, *multiples)
    ]
    return Exposure(
        times=times,
        in_position=on_grid[0],
        gross_leverage=on_grid[1],
        net_leverage=on_grid[2],
    )


def leverages(exposure: FloatArray, equity: FloatArray) -> FloatArray:
    """Exposure / equity; NaN where either is unknown, or less than a cent is left."""
    with np.errstate(all="ignore"):
        return np.where(equity >= LEAST_EQUITY, exposure / equity, np.nan)
