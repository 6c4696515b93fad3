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
    """Size, outcome and length of some legs; deviations are of the sample."""

    count: Count
    """Legs in the group."""
    avg_net_pnl: Usd | None
    """Mean of net PnL; null without legs."""
    std_net_pnl: Usd | None
    """Deviation of the sample (n - 1) of net PnL; null below two legs."""
    avg_notional: Usd | None
    """Mean of entry price x quantity; null without legs."""
    std_notional: Usd | None
    """Deviation of the sample (n - 1) of entry price x quantity; null below two legs.
    """
    avg_holding_seconds: Seconds | None
    """Mean of the time from opening to closing; null without legs."""
    std_holding_seconds: Seconds | None
    """Deviation of the sample (n - 1) of the time from opening to closing; null below
    two legs."""


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
    """Sum of the net as served."""
    gross_pnl: Usd | None
    """Sum of the gross as served; null where one is not known."""
    fees: Usd | None
    """Sum; null where one is not known."""
    profit_factor: Ratio | None
    """Sum of what was won / sum of what was lost; null without losses."""
    expectancy: Usd | None
    """Mean net PnL of a leg."""
    turnover: Usd | None
    """Notional at entry and at exit, summed."""
    avg_holding_seconds: Seconds | None
    """Mean time from opening to closing."""


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
    """Legs with a net PnL < 0."""
    breakevens: Count
    """Legs with a net PnL of exactly 0."""
    win_rate: Fraction | None
    """wins / total_trades."""
    net_pnl: Usd | None
    """Sum of the net as served, which is not always gross less fees."""
    gross_pnl: Usd | None
    """Sum of the gross as served; null where one is not known."""
    fees: Usd | None
    """Sum of entry and exit fees; null where one is not known."""
    fees_share_of_gross_profit: Fraction | None
    """All fees / the gross PnL of the legs with gross > 0; null without such."""
    avg_net_pnl: Usd | None
    """Mean net PnL; null without legs."""
    std_net_pnl: Usd | None
    """Null below two legs, as every std."""
    avg_gross_pnl: Usd | None
    """Mean gross PnL."""
    std_gross_pnl: Usd | None
    """Of gross PnL."""
    avg_fees: Usd | None
    """Mean fees of a leg."""
    std_fees: Usd | None
    """Of fees."""
    biggest_win: Usd | None
    """The largest net PnL; null without wins."""
    biggest_loss: Usd | None
    """Below 0."""
    profit_factor: Ratio | None
    """Sum of what was won / sum of what was lost."""
    payoff_ratio: Ratio | None
    """Mean win / mean loss."""
    expectancy: Usd | None
    """Per leg."""
    longest_winning_streak: Count
    """Wins in a row, in order of closing; a breakeven ends it."""
    longest_losing_streak: Count
    """Losses in a row, likewise."""
    avg_notional: Usd | None
    """Of entry price x quantity."""
    median_notional: Usd | None
    """Of entry price x quantity."""
    std_notional: Usd | None
    """Of entry price x quantity."""
    avg_holding_seconds: Seconds | None
    """From opening to closing."""
    median_holding_seconds: Seconds | None
    """From opening to closing."""
    std_holding_seconds: Seconds | None
    """From opening to closing."""
    long_share: Fraction | None
    """Longs / total_trades."""
    turnover: Usd | None
    """Notional at entry and at exit, summed."""
    avg_leverage: Ratio | None
    """As stated, over the legs of which it is known."""
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
    """Of the legs with a net PnL > 0."""
    losers: GroupFigures
    """Of the legs with a net PnL < 0."""
    longs: GroupFigures
    """Of the long legs."""
    shorts: GroupFigures
    """Of the short legs."""
    by_symbol: list[SliceFigures]
    """Of the legs of each symbol, by name."""
    by_side: list[SliceFigures]
    """Of long and short legs; a side without any is left out."""


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
    """At most 0."""
    peak_at: Time | None
    """When the deepest fall began; null where equity never fell."""
    trough_at: Time | None
    """When it was deepest; null likewise."""
    recovered_at: Time | None
    """Null where the peak was not regained."""
    duration_seconds: Seconds | None
    """From the peak to the recovery, or to the end."""
    underwater_share: Fraction | None
    """Share of the known points after the start that lie below an earlier peak."""
    longest_underwater_seconds: Seconds
    """From a peak until it was regained, or to the end; 0 where equity never fell."""


@with_config(DOCUMENTED)
class EquityFigures(TypedDict):
    """Of the equity curve on the grid that the rules state."""

    observations: Count
    """Snapshots that were used."""
    periods: Count
    """Returns that the ratios rest on."""
    excluded_periods: Count
    """Steps of the grid without a return: gaps, and after ruin."""
    gaps: Count
    """Silences longer than the rules' max_gap_seconds."""
    gap_seconds: Seconds
    """Sum of those silences."""
    initial_equity: Usd
    """At the opening of the account or the window."""
    final_equity: Usd | None
    """The newest observation; null without any."""
    final_at: Time | None
    """When that was."""
    total_return: Fraction | None
    """final_equity / initial_equity - 1."""
    annualised_return: Fraction | None
    """(final / initial equity) ^ (periods in a year / periods elapsed) - 1; null in
    debt, and where it is too large."""
    volatility: Fraction | None
    """Annualised."""
    sharpe_ratio: Ratio | None
    """Annualised; the riskless rate is taken as 0."""
    sortino_ratio: Ratio | None
    """Annualised; null where no return was below 0."""
    calmar_ratio: Ratio | None
    """annualised_return / |max_drawdown|; null where equity never fell."""
    drawdown: DrawdownFigures | None
    """Null where the first equity was not above 0."""
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
    """Likewise, shorts counted as negative."""
    ruined_at: Time | None
    """When equity first was 0 or less."""


@with_config(DOCUMENTED)
class BenchmarkFigures(TypedDict):
    """Beside the benchmark, over the steps of the grid in which both have a return."""

    periods: Count
    """Steps in which both have a return."""
    until: Time | None
    """Up to when both are known; the three returns are from the start to it."""
    total_return: Fraction | None
    """Of the account."""
    benchmark_return: Fraction | None
    """Of the benchmark."""
    excess_return: Fraction | None
    """total_return - benchmark_return."""
    beta: Ratio | None
    """Covariance with the benchmark / its variance; null where that is 0."""
    correlation: Ratio | None
    """Pearson's, -1..1; null where one of the two is flat."""
    tracking_error: Fraction | None
    """Deviation of (return - benchmark return), annualised."""
    information_ratio: Ratio | None
    """Mean / deviation of (return - benchmark return), annualised."""


@with_config(DOCUMENTED)
class IntervalFigures(TypedDict):
    """A confidence interval at the rules' level, in the unit of its figure."""

    low: float
    """Its lower end."""
    high: float
    """Its upper end."""


@with_config(DOCUMENTED)
class UncertaintyFigures(TypedDict):
    """How sure one can be; an interval is null where nothing could vary."""

    trades: Count
    """What the intervals of win_rate and expectancy rest on."""
    win_rate: Annotated[IntervalFigures, FRACTION] | None
    """Null where all or none won."""
    expectancy: Annotated[IntervalFigures, USD] | None
    """Of the mean net too: the two are one number."""
    periods: Count | None
    """What the other two rest on."""
    block_length: Ratio | None
    """Mean length of the bootstrap's blocks, in periods."""
    sharpe_ratio: Annotated[IntervalFigures, RATIO] | None
    """Annualised; null where a resample often has no variance."""
    total_return: Annotated[IntervalFigures, FRACTION] | None
    """Over all periods; null after a loss of everything."""
    probabilistic_sharpe_ratio: Fraction | None
    """P(the true Sharpe ratio is above 0)."""
