"""What a report for programs says of a model, section by section.

These types are the published contract: the JSON Schema and the units in CSV are made
of them. Their fields have the names of the metrics; where it says null is undefined.
"""

from typing import Annotated

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from nof1_tracker.analyzer.units import (
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
    """Size, outcome and length of some legs; deviations are of the sample."""

    count: Count
    avg_net_pnl: Usd | None
    std_net_pnl: Usd | None
    avg_notional: Usd | None
    std_notional: Usd | None
    avg_holding_seconds: Seconds | None
    std_holding_seconds: Seconds | None


@with_config(DOCUMENTED)
class SliceFigures(TypedDict):
    """The main figures of the legs of one symbol or one side."""

    name: str
    total_trades: Count
    wins: Count
    losses: Count
    breakevens: Count
    win_rate: Fraction | None
    net_pnl: Usd | None
    gross_pnl: Usd | None
    fees: Usd | None
    profit_factor: Ratio | None
    expectancy: Usd | None
    turnover: Usd | None
    avg_holding_seconds: Seconds | None


@with_config(DOCUMENTED)
class TradeFigures(TypedDict):
    """Of completed legs; avg is the mean, std the deviation of the sample (n - 1)."""

    total_trades: Count
    """Legs with an outcome: wins + losses + breakevens."""
    positions: Count
    """Entries; a position that closes in parts has several legs."""
    wins: Count
    """Legs with a net PnL > 0."""
    losses: Count
    breakevens: Count
    win_rate: Fraction | None
    """wins / total_trades."""
    net_pnl: Usd | None
    """Sum of the net as served, which is not always gross less fees."""
    gross_pnl: Usd | None
    fees: Usd | None
    fees_share_of_gross_profit: Fraction | None
    avg_net_pnl: Usd | None
    std_net_pnl: Usd | None
    avg_gross_pnl: Usd | None
    std_gross_pnl: Usd | None
    avg_fees: Usd | None
    std_fees: Usd | None
    biggest_win: Usd | None
    biggest_loss: Usd | None
    """Below 0."""
    profit_factor: Ratio | None
    """Sum of what was won / sum of what was lost."""
    payoff_ratio: Ratio | None
    """Mean win / mean loss."""
    expectancy: Usd | None
    """Per leg."""
    longest_winning_streak: Count
    longest_losing_streak: Count
    avg_notional: Usd | None
    """Of entry price x quantity."""
    median_notional: Usd | None
    std_notional: Usd | None
    avg_holding_seconds: Seconds | None
    median_holding_seconds: Seconds | None
    std_holding_seconds: Seconds | None
    long_share: Fraction | None
    turnover: Usd | None
    """Notional at entry and at exit, summed."""
    avg_leverage: Ratio | None
    """As stated, over the legs of which it is known."""
    leverage_known: Count
    realized_leverage: Ratio | None
    """Mean over positions of notional / equity, both at entry."""
    max_realized_leverage: Ratio | None
    trades_per_day: PerDay | None
    liquidations: Count
    winners: GroupFigures
    losers: GroupFigures
    longs: GroupFigures
    shorts: GroupFigures
    by_symbol: list[SliceFigures]
    by_side: list[SliceFigures]


@with_config(DOCUMENTED)
class DayFigures(TypedDict):
    """The return of one UTC day."""

    day: Day
    total_return: Fraction


@with_config(DOCUMENTED)
class DrawdownFigures(TypedDict):
    """The deepest fall below a peak, and the time under water."""

    max_drawdown: Fraction
    """At most 0."""
    peak_at: Time | None
    trough_at: Time | None
    recovered_at: Time | None
    """Null where the peak was not regained."""
    duration_seconds: Seconds | None
    """From the peak to the recovery, or to the end."""
    underwater_share: Fraction | None
    longest_underwater_seconds: Seconds


@with_config(DOCUMENTED)
class EquityFigures(TypedDict):
    """Of the equity curve on the grid that the rules state."""

    observations: Count
    periods: Count
    """Returns that the ratios rest on."""
    excluded_periods: Count
    """Steps of the grid without a return: gaps, and after ruin."""
    gaps: Count
    """Silences longer than the rules' max_gap_seconds."""
    gap_seconds: Seconds
    initial_equity: Usd
    final_equity: Usd | None
    final_at: Time | None
    total_return: Fraction | None
    annualised_return: Fraction | None
    volatility: Fraction | None
    """Annualised."""
    sharpe_ratio: Ratio | None
    """Annualised; the riskless rate is taken as 0."""
    sortino_ratio: Ratio | None
    calmar_ratio: Ratio | None
    drawdown: DrawdownFigures | None
    best_day: DayFigures | None
    worst_day: DayFigures | None
    exposure: Fraction | None
    """Share of the known time with an open position."""
    avg_gross_leverage: Ratio | None
    max_gross_leverage: Ratio | None
    avg_net_leverage: Ratio | None
    ruined_at: Time | None
    """When equity first was 0 or less."""


@with_config(DOCUMENTED)
class BenchmarkFigures(TypedDict):
    """Beside the benchmark, over the steps of the grid in which both have a return."""

    periods: Count
    until: Time | None
    """Up to when both are known; the three returns are from the start to it."""
    total_return: Fraction | None
    benchmark_return: Fraction | None
    excess_return: Fraction | None
    beta: Ratio | None
    correlation: Ratio | None
    tracking_error: Fraction | None
    information_ratio: Ratio | None


@with_config(DOCUMENTED)
class IntervalFigures(TypedDict):
    """A confidence interval at the rules' level, in the unit of its figure."""

    low: float
    high: float


@with_config(DOCUMENTED)
class UncertaintyFigures(TypedDict):
    """How sure one can be; an interval is null where nothing could vary."""

    trades: Count
    """What the intervals of win_rate and expectancy rest on."""
    win_rate: Annotated[IntervalFigures, FRACTION] | None
    expectancy: Annotated[IntervalFigures, USD] | None
    """Of the mean net too: the two are one number."""
    periods: Count | None
    """What the other two rest on."""
    block_length: Ratio | None
    """Mean length of the bootstrap's blocks, in periods."""
    sharpe_ratio: Annotated[IntervalFigures, RATIO] | None
    total_return: Annotated[IntervalFigures, FRACTION] | None
    probabilistic_sharpe_ratio: Fraction | None
    """P(the true Sharpe ratio is above 0)."""
