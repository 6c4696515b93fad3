"""The figures of a model in a report for programs, section by section.

These types are the published contract: the JSON Schema and the units in CSV are
generated from them. Their fields have the names of the metrics; null means undefined.
"""

from typing import Annotated

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from nof1_tracker.rendering.programs.report.units import (
    FRACTION,
    RATIO,
    USD,
    Count,
    Day,
    Fraction,
    PerDay,
    Ratio,
    Seconds,
    Time,
    Usd,
)

DOCUMENTED = ConfigDict(use_attribute_docstrings=True)


@with_config(DOCUMENTED)
class GroupFigures(TypedDict):
    """Size, outcome and duration of some legs; deviations are sample deviations."""

    count: Count
    """Legs in the group."""
    avg_net_pnl: Usd | None
    """Mean of net PnL; null without legs."""
    std_net_pnl: Usd | None
    """Sample deviation (n - 1) of net PnL; null below two legs."""
    avg_notional: Usd | None
    """Mean of entry price x quantity; null without legs."""
    std_notional: Usd | None
    """Sample deviation (n - 1) of entry price x quantity; null below two legs."""
    avg_holding_seconds: Seconds | None
    """Mean of the time from opening to closing; null without legs."""
    std_holding_seconds: Seconds | None
    """Sample deviation (n - 1) of the time from opening to closing; null below two
    legs."""


@with_config(DOCUMENTED)
class SliceFigures(TypedDict):
    """The main figures of the legs of one symbol or one side."""

    name: str
    """The symbol, or long or short."""
    total_trades: Count
    """wins + losses + breakevens."""
    wins: Count
    """Legs with a net PnL > 0."""
    losses: Count
    """Legs with a net PnL < 0."""
    breakevens: Count
    """Legs with a net PnL of exactly 0."""
    win_rate: Fraction | None
    """wins / total_trades."""
    net_pnl: Usd | None
    """Sum of net PnL as served."""
    gross_pnl: Usd | None
    """Sum of gross PnL as served; null where one is unknown."""
    fees: Usd | None
    """Sum of fees; null where one is unknown."""
    profit_factor: Ratio | None
    """Sum of wins / sum of losses; null without losses."""
    expectancy: Usd | None
    """Mean net PnL per leg."""
    turnover: Usd | None
    """Notional at entry and at exit, summed."""
    avg_holding_seconds: Seconds | None
    """Mean time from opening to closing."""


@with_config(DOCUMENTED)
class TradeFigures(TypedDict):
    """Metrics of completed legs; avg is the mean, std the sample deviation (n - 1)."""

    total_trades: Count
    """Legs with an outcome: wins + losses + breakevens."""
    positions: Count
    """Entries; a position that closes in parts has several legs."""
    wins: Count
    """Legs with a net PnL > 0."""
    losses: Count
    """Legs with a net PnL < 0."""
    breakevens: Count
    """Legs with a net PnL of exactly 0."""
    win_rate: Fraction | None
    """wins / total_trades."""
    net_pnl: Usd | None
    """Sum of net PnL as served, which is not always gross less fees."""
    gross_pnl: Usd | None
    """Sum of gross PnL as served; null where one is unknown."""
    fees: Usd | None
    """Sum of entry and exit fees; null where one is unknown."""
    fees_share_of_gross_profit: Fraction | None
    """All fees / the gross PnL of the legs with gross > 0; null without such legs."""
    avg_net_pnl: Usd | None
    """Mean net PnL; null without legs."""
    std_net_pnl: Usd | None
    """Sample deviation of net PnL; null below two legs, like every std."""
    avg_gross_pnl: Usd | None
    """Mean gross PnL."""
    std_gross_pnl: Usd | None
    """Sample deviation of gross PnL."""
    avg_fees: Usd | None
    """Mean fees per leg."""
    std_fees: Usd | None
    """Sample deviation of fees."""
    biggest_win: Usd | None
    """The largest net PnL; null without wins."""
    biggest_loss: Usd | None
    """The smallest net PnL, below 0; null without losses."""
    profit_factor: Ratio | None
    """Sum of wins / sum of losses."""
    payoff_ratio: Ratio | None
    """Mean win / mean loss."""
    expectancy: Usd | None
    """Mean net PnL per leg."""
    longest_winning_streak: Count
    """Wins in a row, in order of closing; a breakeven ends it."""
    longest_losing_streak: Count
    """Losses in a row, in order of closing; a breakeven ends it."""
    avg_notional: Usd | None
    """Mean of entry price x quantity."""
    median_notional: Usd | None
    """Median of entry price x quantity."""
    std_notional: Usd | None
    """Sample deviation of entry price x quantity."""
    avg_holding_seconds: Seconds | None
    """Mean time from opening to closing, over the legs for which it is known."""
    median_holding_seconds: Seconds | None
    """Median time from opening to closing."""
    std_holding_seconds: Seconds | None
    """Sample deviation of the time from opening to closing."""
    holding_known: Count
    """Legs whose opening and exit are known, in that order."""
    implausible: Count
    """Legs whose figures are implausible: they count in the net, but not in the figures
    that they would spoil."""
    long_share: Fraction | None
    """Longs / total_trades."""
    turnover: Usd | None
    """Notional at entry and at exit, summed."""
    avg_leverage: Ratio | None
    """Mean stated leverage, over the legs for which it is known."""
    leverage_known: Count
    """Legs whose stated leverage is known."""
    realized_leverage: Ratio | None
    """Mean over positions of notional / equity, both at entry."""
    max_realized_leverage: Ratio | None
    """The largest of those ratios."""
    trades_per_day: PerDay | None
    """Legs per 24 hours of the report."""
    liquidations: Count
    """Legs that the exchange closed."""
    winners: GroupFigures
    """The legs with a net PnL > 0."""
    losers: GroupFigures
    """The legs with a net PnL < 0."""
    longs: GroupFigures
    """The long legs."""
    shorts: GroupFigures
    """The short legs."""
    by_symbol: list[SliceFigures]
    """The legs of each symbol, sorted by name."""
    by_side: list[SliceFigures]
    """Long and short legs; a side without legs is left out."""


@with_config(DOCUMENTED)
class DayFigures(TypedDict):
    """The return of one UTC day."""

    day: Day
    """The date."""
    total_return: Fraction
    """Equity at its end / at its beginning - 1; the first and last day may be partial.
    """


@with_config(DOCUMENTED)
class DrawdownFigures(TypedDict):
    """The deepest fall below a peak, and the time under water."""

    max_drawdown: Fraction
    """The deepest fall, as a fraction of the peak; at most 0."""
    peak_at: Time | None
    """When the deepest fall began; null where equity never fell."""
    trough_at: Time | None
    """When it was deepest; null where equity never fell."""
    recovered_at: Time | None
    """When the peak was regained; null where it was not."""
    duration_seconds: Seconds | None
    """From the peak to the recovery, or to the end."""
    underwater_share: Fraction | None
    """Share of the known points after the start that lie below an earlier peak."""
    longest_underwater_seconds: Seconds
    """From a peak until it was regained, or to the end; 0 where equity never fell."""


@with_config(DOCUMENTED)
class EquityFigures(TypedDict):
    """Metrics of the equity curve on the grid that the rules state."""

    observations: Count
    """Number of snapshots used."""
    periods: Count
    """Number of returns that the ratios rest on; across a gap it is one."""
    excluded_periods: Count
    """Steps of the grid without a return of their own: in gaps, and after ruin."""
    gaps: Count
    """Number of gaps longer than the rules' max_gap_seconds."""
    gap_seconds: Seconds
    """Total length of those gaps."""
    coverage: Fraction
    """Share of the time since the opening that does not lie in gaps."""
    initial_equity: Usd
    """Equity at the opening of the account or the window."""
    final_equity: Usd | None
    """The newest observed equity; null without any."""
    final_at: Time | None
    """When it was observed."""
    total_return: Fraction | None
    """final_equity / initial_equity - 1."""
    annualised_return: Fraction | None
    """(final / initial equity) ^ (periods in a year / periods elapsed) - 1; null for
    less than 365 days, and in debt."""
    volatility: Fraction | None
    """Sample deviation of the returns, annualised; null where `withheld` says why."""
    sharpe_ratio: Ratio | None
    """Mean / deviation of the returns, annualised; the risk-free rate is taken as 0.
    Null where `withheld` says why."""
    sortino_ratio: Ratio | None
    """Mean / downside deviation of the returns, annualised; null where `withheld` says
    why, and where no return was below 0."""
    calmar_ratio: Ratio | None
    """annualised_return / |max_drawdown|; null for less than 365 days, and where equity
    fell by less than 0.1 %."""
    return_over_drawdown: Ratio | None
    """total_return / |max_drawdown|, not annualised; null where equity fell by less
    than 0.1 %, and where less than 90 % of the time was observed."""
    withheld: str | None
    """Why there is no volatility, Sharpe or Sortino ratio: few_returns (fewer than
    100), gaps (less than 90 % of the time was observed) or flat (the returns hardly
    deviate); null where they are given."""
    drawdown: DrawdownFigures | None
    """Over every stored observation; over a gap it is at least as deep. Null where the
    first equity was not above 0."""
    grid_drawdown: DrawdownFigures | None
    """The same on the grid that all accounts share, so that who is observed more often
    does not fall deeper; null where less than 90 % of the time was observed."""
    best_day: DayFigures | None
    """The UTC day with the highest return."""
    worst_day: DayFigures | None
    """The UTC day with the lowest return."""
    exposure: Fraction | None
    """Share of the known time with an open position."""
    avg_gross_leverage: Ratio | None
    """Mean over known points of sum(quantity x mark price) / equity."""
    max_gross_leverage: Ratio | None
    """The largest of those ratios."""
    avg_net_leverage: Ratio | None
    """The same mean with shorts counted as negative."""
    ruined_at: Time | None
    """When equity was first 0 or less."""
    glitches: Count
    """Observations left out as suspected glitches."""


@with_config(DOCUMENTED)
class BenchmarkFigures(TypedDict):
    """The account against the benchmark, over the time in which both are known."""

    periods: Count
    """Returns that both have; across a gap of either it is one."""
    since: Time | None
    """First time at which both are known; the three returns run from it."""
    until: Time | None
    """Last time at which both are known; the three returns run up to it."""
    total_return: Fraction | None
    """Return of the account."""
    benchmark_return: Fraction | None
    """Return of the benchmark."""
    excess_return: Fraction | None
    """total_return - benchmark_return."""
    beta: Ratio | None
    """Covariance with the benchmark / its variance; null where `withheld` says why, and
    where the variance is 0."""
    correlation: Ratio | None
    """Pearson's r, -1..1; null where either is flat."""
    tracking_error: Fraction | None
    """Deviation of (return - benchmark return), annualised."""
    information_ratio: Ratio | None
    """Mean / deviation of (return - benchmark return), annualised."""
    withheld: str | None
    """Why beta, correlation, tracking error and information ratio are null; as under
    equity."""


@with_config(DOCUMENTED)
class IntervalFigures(TypedDict):
    """A confidence interval at the rules' level, in the unit of its figure."""

    low: float
    """Its lower end."""
    high: float
    """Its upper end."""


@with_config(DOCUMENTED)
class UncertaintyFigures(TypedDict):
    """How certain the figures are; an interval is null where too little is known."""

    independent_trades: Ratio | None
    """How many independent trades would tell as much: those that close in the same hour
    count as a burst. Null below 10, as are the two intervals."""
    is_dominated: bool | None
    """True where one burst makes at least half of the variance of the nets: the
    interval of the expectancy then holds the truth less often than it says."""
    win_rate: Annotated[IntervalFigures, FRACTION] | None
    """Interval of the win rate; null below 10 independent trades."""
    expectancy: Annotated[IntervalFigures, USD] | None
    """Interval of the mean net PnL per trade; the two are the same number."""
    periods: Count | None
    """Number of returns behind the other two intervals."""
    degrees_of_freedom: Count | None
    """Degrees of freedom of the errors of the other two: the fewer, the wider the
    intervals."""
    sharpe_ratio: Annotated[IntervalFigures, RATIO] | None
    """Interval of the annualised ratio; null where the ratio is withheld."""
    total_return: Annotated[IntervalFigures, FRACTION] | None
    """Interval of the return over all periods; null where the Sharpe ratio is withheld,
    and after a loss of everything."""
    probabilistic_sharpe_ratio: Fraction | None
    """P(the true Sharpe ratio is above 0)."""
