"""The figures of a model's equity, alone and against the benchmark; see trade_figures."""

from typing import Annotated

from pydantic import with_config
from typing_extensions import TypedDict

from nof1_tracker.rendering.report_figures.declaration import Figure, Part
from nof1_tracker.rendering.report_figures.trade_figures import DOCUMENTED
from nof1_tracker.rendering.report_figures.units import (
    Count,
    Day,
    ExactUsd,
    Fraction,
    Ratio,
    Seconds,
    Time,
    Usd,
)


@with_config(DOCUMENTED)
class StandingShape(TypedDict):
    """The newest trusted equity up to an instant."""

    equity: Annotated[ExactUsd, Figure("Equity $", "Cash plus unrealized PnL")]
    rank: Annotated[Count | None, Figure("Rank", "Rank by equity", "for a benchmark")]
    total_return: Annotated[
        Fraction | None,
        Figure("Return", "Equity / the season's initial equity - 1", signed=True),
    ]
    source: str
    """account_totals, model_chat, leaderboard or page."""
    observed_at: Time
    """When it was observed, by the source's clock."""


@with_config(DOCUMENTED)
class DayFigures(TypedDict):
    """The return of one UTC day."""

    day: Annotated[Day, Figure("Date", "The UTC day")]
    total_return: Annotated[
        Fraction,
        Figure(
            "Return",
            "Equity at its end / at its beginning - 1; the first and last day may be partial",
            signed=True,
        ),
    ]


@with_config(DOCUMENTED)
class DrawdownFigures(TypedDict):
    """The deepest fall below a peak, and the time under water."""

    max_drawdown: Annotated[
        Fraction,
        Figure("Drawdown", "The deepest fall, as a fraction of the peak; at most 0"),
    ]
    peak_at: Annotated[
        Time | None,
        Figure("Peak", "When the deepest fall began", "where equity never fell"),
    ]
    trough_at: Annotated[
        Time | None,
        Figure(
            "Trough", "When the deepest fall was deepest", "where equity never fell"
        ),
    ]
    recovered_at: Annotated[
        Time | None,
        Figure("Regained", "When the peak was regained", "where it was not"),
    ]
    duration_seconds: Annotated[
        Seconds | None,
        Figure("Time from peak", "From the peak to the recovery, or to the end"),
    ]
    underwater_share: Annotated[
        Fraction | None,
        Figure(
            "Under water",
            "Share of the known points after the start that lie below an earlier peak",
        ),
    ]
    longest_underwater_seconds: Annotated[
        Seconds,
        Figure(
            "Longest under water",
            "From a peak until it was regained, or to the end; 0 where equity never fell",
        ),
    ]


@with_config(DOCUMENTED)
class EquityFigures(TypedDict):
    """Metrics of the equity curve on the grid that the rules state."""

    observations: Annotated[
        Count, Figure("Observations", "Number of snapshots used", spans_gaps=True)
    ]
    periods: Annotated[
        Count,
        Figure(
            "Returns",
            "Number of returns that the ratios rest on; across a gap it is one",
            spans_gaps=True,
        ),
    ]
    excluded_periods: Annotated[
        Count,
        Figure(
            "Steps left out",
            "Steps of the grid without a return of their own: in gaps, and after ruin",
            needs="observations",
            spans_gaps=True,
        ),
    ]
    gaps: Annotated[
        Count,
        Figure(
            "Gaps",
            "Silences longer than the rules allow; nothing is assumed in them",
            needs="observations",
            spans_gaps=True,
        ),
    ]
    gap_seconds: Annotated[
        Seconds,
        Figure(
            "Time in gaps",
            "Total length of the gaps",
            needs="observations",
            spans_gaps=True,
        ),
    ]
    coverage: Annotated[
        Fraction,
        Figure(
            "Observed",
            "Share of the time since the opening that does not lie in gaps",
            spans_gaps=True,
        ),
    ]
    initial_equity: Annotated[
        Usd,
        Figure(
            "Start $",
            "Equity at the opening of the account or the window",
            spans_gaps=True,
        ),
    ]
    final_equity: Annotated[
        Usd | None,
        Figure("End $", "The newest observed equity", "without any", spans_gaps=True),
    ]
    final_at: Annotated[
        Time | None,
        Figure("Observed last", "When the newest equity was observed", spans_gaps=True),
    ]
    total_return: Annotated[
        Fraction | None,
        Figure("Return", "Final / initial equity - 1", signed=True, spans_gaps=True),
    ]
    annualised_return: Annotated[
        Fraction | None,
        Figure(
            "Annualised return",
            "(final / initial equity) ^ (periods in a year / periods elapsed) - 1",
            "for less than 365 days, and in debt",
            signed=True,
            is_rare=True,
        ),
    ]
    volatility: Annotated[
        Fraction | None,
        Figure(
            "Volatility",
            "Sample deviation of the returns, annualised",
            "where `withheld` says why",
        ),
    ]
    sharpe_ratio: Annotated[
        Ratio | None,
        Figure(
            "Sharpe",
            "Mean / deviation of the returns, annualised; the risk-free rate is taken as 0",
            "where `withheld` says why",
            signed=True,
        ),
    ]
    sortino_ratio: Annotated[
        Ratio | None,
        Figure(
            "Sortino",
            "Mean / downside deviation of the returns, annualised",
            "where `withheld` says why, and where no return was below 0",
            signed=True,
        ),
    ]
    calmar_ratio: Annotated[
        Ratio | None,
        Figure(
            "Calmar",
            "annualised_return / |max_drawdown|",
            "for less than 365 days, and where equity fell by less than 0.1 %",
            signed=True,
            is_rare=True,
        ),
    ]
    return_over_drawdown: Annotated[
        Ratio | None,
        Figure(
            "Return / drawdown",
            "Return / |drawdown|, not annualised",
            "where equity fell by less than 0.1 %, and where less than 90 % of the time was observed",
            signed=True,
        ),
    ]
    withheld: str | None
    """Why there is no volatility, Sharpe or Sortino ratio: few_returns (fewer than
    100), gaps (less than 90 % of the time was observed) or flat (the returns hardly
    deviate); null where they are given."""
    drawdown: DrawdownFigures | None
    """Over every stored observation; over a gap it is at least as deep. Null where the
    first equity was not above 0."""
    grid_drawdown: Annotated[DrawdownFigures | None, Part(label="{}, grid")]
    """The same on the grid that all accounts share, so that who is observed more often
    does not fall deeper; null where less than 90 % of the time was observed."""
    best_day: Annotated[DayFigures | None, Part(label="{} of the best day")]
    """The day with the highest return."""
    worst_day: Annotated[DayFigures | None, Part(label="{} of the worst day")]
    """The day with the lowest return."""
    exposure: Annotated[
        Fraction | None,
        Figure("In a position", "Share of the known time with an open position"),
    ]
    avg_gross_leverage: Annotated[
        Ratio | None,
        Figure(
            "Gross leverage",
            "Mean over known points of sum(quantity x mark price) / equity",
            is_multiple=True,
        ),
    ]
    max_gross_leverage: Annotated[
        Ratio | None,
        Figure("Most gross leverage", "The largest gross leverage", is_multiple=True),
    ]
    avg_net_leverage: Annotated[
        Ratio | None,
        Figure(
            "Net leverage",
            "The same mean as of the gross leverage, with shorts counted as negative",
            is_multiple=True,
        ),
    ]
    ruined_at: Annotated[
        Time | None, Figure("Ruined", "When equity was first 0 or less", is_rare=True)
    ]
    glitches: Annotated[
        Count,
        Figure(
            "Glitches", "Observations left out as suspected glitches", spans_gaps=True
        ),
    ]


@with_config(DOCUMENTED)
class BenchmarkFigures(TypedDict):
    """The account against the benchmark, over the time in which both are known."""

    periods: Annotated[
        Count,
        Figure(
            "Common returns",
            "Returns that both have; across a gap of either it is one",
            spans_gaps=True,
        ),
    ]
    since: Annotated[
        Time | None,
        Figure(
            "Common from",
            "First time at which both are known; the three returns run from it",
            spans_gaps=True,
        ),
    ]
    until: Annotated[
        Time | None,
        Figure(
            "Common to",
            "Last time at which both are known; the three returns run up to it",
            spans_gaps=True,
        ),
    ]
    total_return: Annotated[
        Fraction | None,
        Figure(
            "Return in common time",
            "Return of the account",
            signed=True,
            spans_gaps=True,
        ),
    ]
    benchmark_return: Annotated[
        Fraction | None,
        Figure(
            "Benchmark return", "Return of the benchmark", signed=True, spans_gaps=True
        ),
    ]
    excess_return: Annotated[
        Fraction | None,
        Figure(
            "Excess return",
            "Return - return of the benchmark over the same time",
            signed=True,
        ),
    ]
    beta: Annotated[
        Ratio | None,
        Figure(
            "Beta",
            "Covariance with the benchmark / its variance",
            "where `withheld` says why, and where the variance is 0",
            signed=True,
        ),
    ]
    correlation: Annotated[
        Ratio | None,
        Figure(
            "Correlation", "Pearson's r, -1..1", "where either is flat", signed=True
        ),
    ]
    tracking_error: Annotated[
        Fraction | None,
        Figure(
            "Tracking error", "Deviation of (return - benchmark return), annualised"
        ),
    ]
    information_ratio: Annotated[
        Ratio | None,
        Figure(
            "Information ratio",
            "Mean / deviation of (return - benchmark return), annualised",
            signed=True,
        ),
    ]
    withheld: str | None
    """Why beta, correlation, tracking error and information ratio are null; as under
    equity."""
