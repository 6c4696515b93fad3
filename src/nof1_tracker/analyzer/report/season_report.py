"""A season's report: every metric of every account, and how certain it is.

Pure: takes stored rows as a SeasonHistory and returns frozen objects. USD, fractions
and seconds; undefined is None.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nof1_tracker.analyzer.decisions.decision_metrics import (
    RULES,
    DecisionMetrics,
    DecisionRules,
)
from nof1_tracker.analyzer.equity.benchmark_metrics import BenchmarkMetrics
from nof1_tracker.analyzer.equity.equity_curve import EquityCurve
from nof1_tracker.analyzer.equity.equity_metrics import EquityMetrics
from nof1_tracker.analyzer.equity.exposure import Exposure
from nof1_tracker.analyzer.equity.realized_equity import RealizedGap
from nof1_tracker.analyzer.performance import Standing
from nof1_tracker.analyzer.report.reported_figures import ReportedFigures
from nof1_tracker.analyzer.trades.trade_metrics import TradeMetrics
from nof1_tracker.analyzer.uncertainty.interval import CONFIDENCE, Interval
from nof1_tracker.analyzer.uncertainty.intervals import ReturnIntervals
from nof1_tracker.analyzer.uncertainty.mean_trade import MeanTrade
from nof1_tracker.analyzer.uncertainty.ranking import (
    PairCalls,
    ProbabilityMatrix,
    RankingVerdict,
)
from nof1_tracker.records.account_columns import TradeColumns
from nof1_tracker.records.enums import Cut
from nof1_tracker.records.history.hyperliquid import ExchangeCurve
from nof1_tracker.records.history.verification import CoverageRow
from nof1_tracker.records.parsed import Account
from nof1_tracker.records.stored import OpenPosition, SeasonSpan

YEAR = timedelta(days=365)
"""Crypto trades every day of the year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRules:
    """The conventions that the figures depend on; every report states them.

    Attributes:
        step: Step of the time grid that equity metrics rest on.
        max_gap: Observations of equity further apart leave a gap: nothing is
            carried across it.
        level: Level of the confidence intervals, a fraction.
        mind: Limits for the metrics of how a model decides.
    """

    step: timedelta = timedelta(hours=1)
    max_gap: timedelta = timedelta(hours=3)
    level: float = CONFIDENCE
    mind: DecisionRules = RULES

    @property
    def periods_per_year(self) -> float:
        """Steps of the grid in a year of 365 days."""
        return YEAR / self.step


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of an account's trade history is stored.

    Attributes:
        stored: Completed legs of the season up to the report's end, regardless of
            where its window begins.
        reported: Legs that nof1 counted; None where no count was observed.
        reported_at: When nof1 counted them; None where no count was observed.
    """

    stored: int
    reported: int | None
    reported_at: datetime | None

    @property
    def share(self) -> float | None:
        """stored / reported, at most 1; None where nothing was reported."""
        return min(self.stored / self.reported, 1.0) if self.reported else None

    @property
    def is_partial(self) -> bool:
        """True where nof1 counted more: trade metrics then cover only a part."""
        return self.reported is not None and self.stored < self.reported


@dataclass(frozen=True, slots=True)
class Glitch:
    """An equity (USD) that is suspected to be a fault of the source."""

    observed_at: datetime
    equity: float


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How certain an account's figures are.

    Attributes:
        trades: Over completed legs; None where too few of them are independent.
        win_rate: Interval of the win rate; None where `trades` is.
        expectancy: Interval of the mean net PnL of a leg, USD; None where `trades` is,
            and where all nets are the same.
        returns: Over the equity curve; None where `EquityMetrics.withheld` says why.
    """

    trades: MeanTrade | None
    win_rate: Interval | None
    expectancy: Interval | None
    returns: ReturnIntervals | None

    @property
    def independent_trades(self) -> float | None:
        """How many independent trades would tell as much; None below 10."""
        return self.trades.independent if self.trades else None

    @property
    def is_dominated(self) -> bool | None:
        """True where one burst makes most of the variance of the nets."""
        return self.trades.is_dominated if self.trades else None

    @property
    def periods(self) -> int | None:
        """Number of returns behind the intervals of return and Sharpe ratio."""
        return self.returns.periods if self.returns else None

    @property
    def degrees_of_freedom(self) -> int | None:
        """Those of the errors of return and Sharpe ratio."""
        return self.returns.degrees if self.returns else None

    @property
    def sharpe_ratio(self) -> Interval | None:
        """Interval of the annualised ratio."""
        return self.returns.sharpe_ratio if self.returns else None

    @property
    def total_return(self) -> Interval | None:
        """Interval of the return, a fraction."""
        return self.returns.total_return if self.returns else None

    @property
    def probabilistic_sharpe_ratio(self) -> float | None:
        """P(the true Sharpe ratio is above 0)."""
        return self.returns.probabilistic_sharpe_ratio if self.returns else None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ModelReport:
    """Everything about one account.

    Attributes:
        account: The account.
        standing: Its place; None where none of its equity is stored.
        coverage: How much of its trade history is stored.
        reported: nof1's own figures, over all trades that it counted.
        trades: Metrics of its completed legs.
        equity: Metrics of its equity curve; None where its equity at the start is
            unknown.
        against_benchmark: None for a benchmark, and where there is no benchmark.
        mind: How the model decides.
        uncertainty: How certain the figures are.
        positions: Those that were open when it was last observed; empty where a later
            observation says that none is.
        glitches: Equities that are left out as suspected glitches, oldest first.
        curve: Its equity over time; None where `equity` is None.
        market: Its positions and leverage on the curve's grid; None where `curve` is.
        legs: The completed legs that `trades` and `uncertainty` rest on.
        realized: What legs show about each gap of the curve, oldest first.
        held: How much of it is held of the season up to the window's end, by kind and
            day; empty where that is not known.
        exchange_equity: Its equity out of the exchange's record, of each resolution. No
            figure rests on it.
    """

    account: Account
    standing: Standing | None
    coverage: Coverage
    reported: ReportedFigures | None
    trades: TradeMetrics
    equity: EquityMetrics | None
    against_benchmark: BenchmarkMetrics | None
    mind: DecisionMetrics
    uncertainty: Uncertainty
    positions: tuple[OpenPosition, ...] = ()
    glitches: tuple[Glitch, ...] = ()
    curve: EquityCurve | None = field(repr=False)
    market: Exposure | None = field(repr=False)
    legs: TradeColumns = field(repr=False)
    realized: tuple[RealizedGap, ...] = field(repr=False)
    held: tuple[CoverageRow, ...] = field(default=(), repr=False)
    exchange_equity: tuple[ExchangeCurve, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Whether the trades support the order of the accounts.

    Attributes:
        matrix: By account id, best equity first.
        verdict: Whether the trades support the leader, and which neighbours cannot
            be told apart.
        trades_needed: How many more trades each of the two needs before the leader
            can be told from the runner-up; None where the trades so far show no lead.
        calls: How many pairs look different, and how many chance alone would make.
    """

    matrix: ProbabilityMatrix
    verdict: RankingVerdict
    trades_needed: int | None
    calls: PairCalls


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SeasonReport:
    """What is known about a season, or about a window of it.

    Attributes:
        season: None where nothing is stored at all.
        at: When the report was requested.
        since: First instant of the window; None: the season's first instant.
        until: First instant after the window; None: up to `at`.
        cut: Where the figures end.
        start: Where equity and time begin to count; None where nothing is stored.
        end: The newest observation in the window; None where nothing is stored.
        rules: The conventions that the figures depend on.
        benchmark: What the accounts are compared with; None where there is nothing.
        benchmark_curve: Its equity, or its price where no account buys and holds.
        models: By rank, then unranked accounts, by equity and name.
        ranking: Whether the trades support the order.
    """

    season: SeasonSpan | None
    at: datetime
    since: datetime | None
    until: datetime | None
    start: datetime | None
    end: datetime | None
    cut: Cut = Cut.LAST
    rules: ReportRules
    benchmark: str | None
    benchmark_curve: EquityCurve | None = field(default=None, repr=False)
    models: tuple[ModelReport, ...]
    ranking: Ranking

    @property
    def competitors(self) -> tuple[ModelReport, ...]:
        """The models that are not benchmarks."""
        return tuple(each for each in self.models if not each.account.is_benchmark)

    @property
    def partial(self) -> tuple[ModelReport, ...]:
        """The models for which nof1 counted more trades than are stored."""
        return tuple(each for each in self.models if each.coverage.is_partial)
