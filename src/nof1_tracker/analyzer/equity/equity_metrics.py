"""Metrics of an account's equity curve. USD, fractions, seconds; None: undefined.

Returns are simple, one per step of the grid; the risk-free rate is taken as 0.
A flat curve has no Sharpe ratio; a curve that never falls has no Sortino or Calmar
ratio.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from nof1_tracker.analyzer.equity.drawdown import Drawdown, drawdown_of
from nof1_tracker.analyzer.equity.equity_curve import (
    EquityCurve,
    Grid,
    as_datetime,
    changes,
    equity_curve,
)
from nof1_tracker.analyzer.equity.exposure import Exposure, exposure_through_time
from nof1_tracker.analyzer.metrics import quotient
from nof1_tracker.records.account_columns import EquityColumns, FloatArray, TimeArray

NOISE = 1e-14
"""Returns are quotients near 1 and carry rounding errors of 1e-16: a deviation
below this is not risk, and dividing by it would give an artefact."""


@dataclass(frozen=True, slots=True)
class DayReturn:
    """The return of one UTC day, a fraction; the first and last may be partial."""

    day: date
    total_return: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EquityMetrics:
    """All metrics of an account's snapshots. Without snapshots, figures are None.

    Attributes:
        observations: Number of snapshots used.
        glitches: Snapshots left out as suspected glitches.
        periods: Number of returns that the ratios rest on.
        excluded_periods: Steps of the grid without a return, from the opening on:
            in gaps and after ruin.
        gaps, gap_seconds: Number and total length of the gaps longer than the grid's
            max_gap.
        final_equity, final_at: The newest observation up to the grid's end.
        total_return: final_equity / initial_equity - 1; below -1 only in debt.
        annualised_return, volatility, sharpe_ratio, sortino_ratio, calmar_ratio:
            See the functions.
        drawdown: The deepest one, with its dates, and the time under water.
        best_day, worst_day: Among the UTC days whose equity is known at both ends.
        exposure: Share of the known time with an open position, 0..1.
        avg_gross_leverage, max_gross_leverage, avg_net_leverage: Over the known
            points of the grid.
        ruined_at: First known time with equity <= 0; None if there was none.
    """

    observations: int
    periods: int
    excluded_periods: int
    gaps: int
    gap_seconds: float
    initial_equity: float
    final_equity: float | None
    final_at: datetime | None
    total_return: float | None
    annualised_return: float | None
    volatility: float | None
    sharpe_ratio: float | None
    sortino_ratio: float | None
    calmar_ratio: float | None
    drawdown: Drawdown | None
    best_day: DayReturn | None
    worst_day: DayReturn | None
    exposure: float | None
    avg_gross_leverage: float | None
    max_gross_leverage: float | None
    avg_net_leverage: float | None
    ruined_at: datetime | None
    glitches: int = 0


def equity_metrics(
    columns: EquityColumns,
    grid: Grid,
    *,
    initial_equity: float,
    periods_per_year: float,
    opened_at: datetime | None = None,
) -> EquityMetrics:
    """All metrics of an account's snapshots on that grid.

    Args:
        initial_equity: USD at the opening.
        periods_per_year: Steps of the grid in a year (hourly, all year: 8760).
        opened_at: An instant of the grid; None: its start.
    """
    curve = equity_curve(
        columns, grid, initial_equity=initial_equity, opened_at=opened_at
    )
    return curve_metrics(
        curve,
        exposure_through_time(columns, grid),
        step=grid.step,
        periods_per_year=periods_per_year,
    )


def curve_metrics(
    curve: EquityCurve,
    market: Exposure,
    *,
    step: timedelta,
    periods_per_year: float,
    glitches: int = 0,
) -> EquityMetrics:
    """All metrics of an equity curve; `step` is the grid's. See equity_metrics."""
    initial_equity = float(curve.observed.values[0])
    opening = int(np.searchsorted(curve.times, curve.observed.times[0]))
    every_return = curve.returns[opening:]
    returns = every_return[np.isfinite(every_return)]
    times, equity = curve.levels
    is_observed = curve.observations > 0
    final = float(equity[-1]) if is_observed else None
    growth = quotient(final, initial_equity) if initial_equity > 0 else None
    elapsed = (times[-1] - times[0]) / np.timedelta64(step, "us")
    annualised = annualised_return(
        growth, periods=float(elapsed), periods_per_year=periods_per_year
    )
    drawdown = drawdown_of(times, equity) if is_observed else None
    worst, best = _extreme_days(curve)
    ruined = np.flatnonzero(equity <= 0)
    return EquityMetrics(
        observations=curve.observations,
        periods=len(returns),
        excluded_periods=len(every_return) - len(returns),
        gaps=curve.gaps,
        gap_seconds=curve.gap_seconds,
        initial_equity=initial_equity,
        final_equity=final,
        final_at=as_datetime(curve.observed.times[-1]) if is_observed else None,
        total_return=None if growth is None else growth - 1,
        annualised_return=annualised,
        volatility=volatility(returns, periods_per_year=periods_per_year),
        sharpe_ratio=sharpe_ratio(returns, periods_per_year=periods_per_year),
        sortino_ratio=sortino_ratio(returns, periods_per_year=periods_per_year),
        calmar_ratio=calmar_ratio(annualised, drawdown),
        drawdown=drawdown,
        best_day=best,
        worst_day=worst,
        exposure=_mean(market.in_position),
        avg_gross_leverage=_mean(market.gross_leverage),
        max_gross_leverage=_max(market.gross_leverage),
        avg_net_leverage=_mean(market.net_leverage),
        ruined_at=as_datetime(times[ruined[0]]) if len(ruined) else None,
        glitches=glitches,
    )


def annualised_return(
    growth: float | None, *, periods: float, periods_per_year: float
) -> float | None:
    """growth ** (periods_per_year / periods) - 1, a fraction >= -1.

    None where growth (final / initial equity) is unknown or below 0 (debt), where no
    time has passed, and where a short time makes the result overflow. Over a few days
    it means little, because the exponent is large. Source: compound annual growth
    rate; empyrical.
    """
    if growth is None or growth < 0 or periods <= 0:
        return None
    try:
        return float(growth ** (periods_per_year / periods)) - 1
    except OverflowError:
        return None


def volatility(returns: FloatArray, *, periods_per_year: float) -> float | None:
    """Sample std of the returns * sqrt(periods per year), a fraction >= 0.

    None for fewer than 2 returns. Source: empyrical annual_volatility.
    """
    deviation = deviation_of(returns)
    return None if deviation is None else deviation * math.sqrt(periods_per_year)


def sharpe_ratio(returns: FloatArray, *, periods_per_year: float) -> float | None:
    """Mean / sample std of the returns * sqrt(periods per year); < 0 for a loss.

    None for fewer than 2 returns, and where they do not deviate. Source: Sharpe (1994).
    """
    deviation = deviation_of(returns)
    if not deviation:
        return None
    return float(returns.mean()) / deviation * math.sqrt(periods_per_year)


def sortino_ratio(returns: FloatArray, *, periods_per_year: float) -> float | None:
    """Mean / downside deviation of the returns * sqrt(periods per year).

    Downside deviation = sqrt(sum(min(r, 0)^2) / n) over ALL n returns, target 0.
    None for fewer than 2 returns, and where no return is below 0.
    Source: Sortino and Price (1994).
    """
    if len(returns) < 2:
        return None
    downside = root_mean_square(np.minimum(returns, 0))
    with np.errstate(over="ignore"):
        average = float(returns.mean())
    if downside <= NOISE or not math.isfinite(average):
        return None
    ratio = average / downside * math.sqrt(periods_per_year)
    return ratio if math.isfinite(ratio) else None


def calmar_ratio(annualised: float | None, drawdown: Drawdown | None) -> float | None:
    """Annualised return / |max drawdown| over the whole span; < 0 for a loss.

    None without a drawdown. Source: Young (1991), who uses 36 months.
    """
    return quotient(annualised, None if drawdown is None else -drawdown.max_drawdown)


def day_returns(curve: EquityCurve) -> tuple[TimeArray, FloatArray]:
    """Each UTC day as datetime64[D], and its return as a fraction, NaN where unknown.

    Computed from the observations, so a grid that misses midnight does not matter.
    The first day begins at the start; the last one ends with the newest known equity.
    """
    times, _ = curve.levels
    first, last = times[0], times[-1]
    day = np.timedelta64(1, "D")
    midnights = np.arange(
        first.astype("datetime64[D]") + day, last.astype("datetime64[D]") + day, day
    ).astype("datetime64[us]")
    if len(midnights) and midnights[-1] == last:
        midnights = midnights[:-1]
    edges = np.concatenate(([first], midnights, [last]))
    return edges[:-1].astype("datetime64[D]"), changes(curve.observed.at(edges))


def _extreme_days(curve: EquityCurve) -> tuple[DayReturn | None, DayReturn | None]:
    """The worst and the best day; the earliest of equal days."""
    days, returns = day_returns(curve)
    if curve.observations == 0 or not np.isfinite(returns).any():
        return None, None
    worst, best = (
        DayReturn(days[at].item(), float(returns[at]))
        for at in (np.nanargmin(returns), np.nanargmax(returns))
    )
    return worst, best


def root_mean_square(values: FloatArray) -> float:
    """sqrt(sum(x^2) / n), where no square is too large for a float."""
    largest = float(np.abs(values).max())
    if not largest:
        return 0.0
    # A power of two leaves every digit as it is.
    scale = math.ldexp(1.0, math.frexp(largest)[1] - 1)
    return float(np.sqrt(np.mean((values / scale) ** 2))) * scale


def deviation_of(returns: FloatArray) -> float | None:
    """Sample std; None for fewer than 2 returns, exactly 0 for rounding noise."""
    if len(returns) < 2:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        deviation = float(returns.std(ddof=1))
    if not math.isfinite(deviation):
        return None
    return deviation if deviation > NOISE else 0.0


def _mean(values: FloatArray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _max(values: FloatArray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.max()) if len(known) else None
