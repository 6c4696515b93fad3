"""The equity of a base model: the mean of its accounts, as the site's Aggregate Index is."""

from collections.abc import Sequence

import numpy as np

from nof1_tracker.analyzer.equity.equity_curve import EquityCurve, Series
from nof1_tracker.records.account_columns import FloatArray, TimeArray


def aggregate_curve(curves: Sequence[EquityCurve]) -> EquityCurve | None:
    """The mean of curves on one grid, USD, known where each of them is.

    It ends with the mean of their newest observations where these are within the grid's
    max_gap of each other. None where at no instant all are known.

    Args:
        curves: At least one.
    """
    equity = np.mean([each.equity for each in curves], axis=0)
    is_known = np.isfinite(equity)
    if not is_known.any():
        return None
    times, values = curves[0].times[is_known], equity[is_known]
    newest, mean = _newest(curves)
    if newest > times[-1] and np.isfinite(mean):
        times, values = np.append(times, newest), np.append(values, mean)
    ends, gap = curves[0].observed.ends_at, curves[0].observed.max_gap
    return EquityCurve(curves[0].times, equity, Series(times, values, ends, gap))


def _newest(curves: Sequence[EquityCurve]) -> tuple[np.datetime64, float]:
    """When the newest of all was observed, and the mean of each one's newest equity.

    The mean is NaN where one of them was not observed by then.
    """
    times: TimeArray = np.array([each.observed.times[-1] for each in curves])
    values: FloatArray = np.array([each.observed.values[-1] for each in curves])
    newest = times.max()
    is_one_time = newest - times.min() <= curves[0].observed.max_gap
    return newest, float(values.mean()) if is_one_time else float("nan")
