"""Metrics of an account's equity curve. USD, fractions, seconds; None: undefined.

Returns are simple, one per step of the grid; the risk-free rate is taken as 0. A
figure that would rest on too little is withheld: it is None, and `withheld` says why.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

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
LEAST_RETURNS = 100
"""Fewer returns say nothing of risk: a ratio over two of them may be any number."""
LEAST_COVERAGE = 0.9
"""An account that was observed for less of the time has unknown risk."""
LEAST_DEVIATION = 1e-6
"""A smaller deviation per step is negligible: 0.01 % a year of hours."""
LEAST_DRAWDOWN = 1e-3
"""A shallower fall divides by almost nothing."""


class Withheld(StrEnum):
    """Why a figure of risk is not given."""

    FEW_RETURNS = "few_returns"
    """There are fewer than LEAST_RETURNS returns."""
    GAPS = "gaps"
    """Less than LEAST_COVERAGE of the time was observed."""
    FLAT = "flat"
    """The returns deviate by no more than LEAST_DEVIATION, or than their mean."""


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
        periods: Number of returns that the ratios rest on; across a gap it is one.
        excluded_periods: Steps of the grid without a return of their own, from the
            opening on: in gaps and after ruin.
        gaps, gap_seconds: Number and total length of the gaps longer than the grid's
            max_gap.
        coverage: Share of the time since the opening that does not lie in gaps, 0..1.
        final_equity, final_at: The newest observation up to the grid's end. Where no
            curve is, what a source without a clock of its own states.
        total_return: final_equity / initial_equity - 1; below -1 only in debt.
        annualised_return, volatility, sharpe_ratio, sortino_ratio, calmar_ratio,
            return_over_drawdown: See the functions.
        withheld: Why there is no volatility, Sharpe or Sortino ratio; None where
            they are given.
        drawdown: The deepest of all observations, with its dates; over a gap it is at
            least as deep.
        grid_drawdown: The same on the grid, which all accounts share: who is observed
            more often does not fall deeper. None where less than LEAST_COVERAGE of the
            time was observed.
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
    coverage: float
    initial_equity: float
    final_equity: float | None
    final_at: datetime | None
    total_return: float | None
    annualised_return: float | None
    volatility: float | None
    sharpe_ratio: float | None
    sortino_ratio: float | None
    calmar_ratio: float | None
    return_over_drawdown: float | None
    withheld: Withheld | None
    drawdown: Drawdown | None
    grid_drawdown: Drawdown | None
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
    times, equity = curve.observed.times, curve.observed.values
    returns = curve.returns[np.isfinite(curve.returns)]
    is_observed = curve.observations > 0
    initial_equity, final = float(equity[0]), float(equity[-1]) if is_observed else None
    growth = quotient(final, initial_equity) if initial_equity > 0 else None
    elapsed = (times[-1] - times[0]) / np.timedelta64(step, "us")
    annualised = annualised_return(
        growth, periods=float(elapsed), periods_per_year=periods_per_year
    )
    weights = curve.observed.weights
    drawdown = drawdown_of(times, equity, weights) if is_observed else None
    withheld = why_withheld(returns, curve.coverage)
    risk = returns[:0] if withheld else returns
    worst, best = _extreme_days(curve)
    ruined = np.flatnonzero(equity <= 0)
    return EquityMetrics(
        observations=curve.observations,
        periods=len(returns),
        excluded_periods=_excluded(curve),
        gaps=curve.gaps,
        gap_seconds=curve.gap_seconds,
        coverage=curve.coverage,
        initial_equity=initial_equity,
        final_equity=final,
        final_at=as_datetime(curve.observed.times[-1]) if is_observed else None,
        total_return=None if growth is None else growth - 1,
        annualised_return=annualised,
        volatility=volatility(risk, periods_per_year=periods_per_year),
        sharpe_ratio=sharpe_ratio(risk, periods_per_year=periods_per_year),
        sortino_ratio=sortino_ratio(risk, periods_per_year=periods_per_year),
        calmar_ratio=calmar_ratio(annualised, drawdown),
        return_over_drawdown=return_over_drawdown(
            growth, drawdown, coverage=curve.coverage
        ),
        withheld=withheld,
        drawdown=drawdown,
        grid_drawdown=(
            drawdown_of(*curve.levels) if curve.coverage >= LEAST_COVERAGE else None
        ),
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

    None where growth (final / initial equity) is unknown or below 0 (debt), and for
    less than a year: a shorter span may not be extrapolated. Source: compound annual
    growth rate; empyrical; GIPS 2020 on periods of less than one year.
    """
    if growth is None or growth < 0 or periods < periods_per_year:
        return None
    return float(growth ** (periods_per_year / periods)) - 1


def why_too_few(returns: int, coverage: float) -> Withheld | None:
    """Why that many returns say nothing of risk; None where they are enough."""
    if returns < LEAST_RETURNS:
        return Withheld.FEW_RETURNS
    return Withheld.GAPS if coverage < LEAST_COVERAGE else None


def why_withheld(returns: FloatArray, coverage: float) -> Withheld | None:
    """Why these returns say nothing of risk; None where they do.

    Args:
        returns: All known.
        coverage: Share of the time that was observed, 0..1.
    """
    too_few = why_too_few(len(returns), coverage)
    if too_few:
        return too_few
    deviation = deviation_of(returns)
    if deviation is None or deviation <= max(LEAST_DEVIATION, abs(returns.mean())):
        # A straight line has a Sharpe ratio of thousands.
        return Withheld.FLAT
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

    None without a drawdown of at least LEAST_DRAWDOWN, and without an annualised
    return. Source: Young (1991), who uses 36 months.
    """
    return quotient(annualised, _depth(drawdown))


def return_over_drawdown(
    growth: float | None, drawdown: Drawdown | None, *, coverage: float
) -> float | None:
    """(growth - 1) / |max drawdown|, over the same time, not annualised; < 0 for a loss.

    None without a drawdown of at least LEAST_DRAWDOWN, and where less than
    LEAST_COVERAGE of the time was observed: a deeper fall may have been missed.
    Source: RoMaD; the Calmar ratio without extrapolation.
    """
    if growth is None or coverage < LEAST_COVERAGE:
        return None
    return quotient(growth - 1, _depth(drawdown))


def _depth(drawdown: Drawdown | None) -> float | None:
    """How deep it is, > 0; None where there is none, or a negligible one."""
    depth = 0.0 if drawdown is None else -drawdown.max_drawdown
    return depth if depth >= LEAST_DRAWDOWN else None


def _excluded(curve: EquityCurve) -> int:
    """Steps of the grid since the opening that have no return of their own."""
    since_opening = curve.equity[curve.times > curve.observed.times[0]]
    unknown = np.count_nonzero(~np.isfinite(since_opening))
    return int(unknown + np.count_nonzero(~np.isfinite(curve.returns)))


def day_returns(curve: EquityCurve) -> tuple[TimeArray, FloatArray]:
    """Each UTC day as datetime64[D], and its return as a fraction, NaN where unknown.

    Computed from the observations, so a grid that misses midnight does not matter.
    The first day begins at the start; the last one ends with the newest known equity.
    """
    first, last = curve.observed.times[[0, -1]]
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
