"""A season's report: every metric of every account, and how sure one can be.

Pure: what the tables say comes in as a SeasonHistory, frozen objects go out. USD,
fractions and seconds; undefined is None.
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
from nof1_tracker.analyzer.performance import Standing
from nof1_tracker.analyzer.report.reported_figures import ReportedFigures
from nof1_tracker.analyzer.trades.trade_metrics import TradeMetrics
from nof1_tracker.analyzer.uncertainty.bootstrap import CONFIDENCE, SEED, ResampledMean
from nof1_tracker.analyzer.uncertainty.intervals import ReturnIntervals, TradeIntervals
from nof1_tracker.analyzer.uncertainty.ranking import ProbabilityMatrix, RankingVerdict
from nof1_tracker.records.account_columns import TradeColumns
from nof1_tracker.records.parsed import Account
from nof1_tracker.records.stored import SeasonSpan

YEAR = timedelta(days=365)
"""Crypto trades on every day of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRules:
    """The conventions that the figures depend on; a report states them.

    Attributes:
        step: Of the grid of time that equity metrics rest on.
        max_gap: Observations of equity further apart leave a gap: nothing is
            carried through it.
        level: Of the confidence intervals.
        seed: Of every resampling.
        mind: Limits of the section on the mind.
    """

    step: timedelta = timedelta(hours=1)
    max_gap: timedelta = timedelta(hours=3)
    level: float = CONFIDENCE
    seed: int = SEED
    mind: DecisionRules = RULES

    @property
    def periods_per_year(self) -> float:
        """Steps of the grid in a year of 365 days."""
        return YEAR / self.step


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of an account's history of trades is stored.

    Attributes:
        stored: Completed legs of the season up to the report's end, whatever its
            window.
        reported: Legs that nof1 counted; None where it was not seen to count.
        reported_at: When it counted them; None likewise.
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
        """True where nof1 counted more: metrics of trades are then of a part only."""
        return self.reported is not None and self.stored < self.reported


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How sure one can be of an account's figures.

    Attributes:
        trades: Intervals over completed legs.
        returns: None where the returns of the grid do not vary.
        probabilistic_sharpe_ratio: P(true Sharpe ratio > 0), 0..1.
        resampled: The bootstrap of its mean trade; None below two different nets.
    """

    trades: TradeIntervals
    returns: ReturnIntervals | None
    probabilistic_sharpe_ratio: float | None
    resampled: ResampledMean | None = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class ModelReport:
    """Everything about one account.

    Attributes:
        account: Who it is.
        standing: None where no equity of it is stored.
        coverage: How much of its trades is stored.
        reported: nof1's own figures, over all trades that it counted.
        trades: What its completed legs say.
        equity: None where its equity at the start is not known.
        against_benchmark: None for a benchmark, and where there is none.
        mind: How it decides.
        uncertainty: How sure one can be.
        curve: Its equity through time; None as for `equity`.
        legs: The completed legs that `trades` and `uncertainty` rest on.
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
    curve: EquityCurve | None = field(repr=False)
    legs: TradeColumns = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Whether the trades support the order of the accounts.

    Attributes:
        matrix: Of account ids, best equity first.
        verdict: Whether the leader leads, and which neighbours cannot be told apart.
        trades_needed: More trades of each, until the leader can be told from the
            runner-up; None where the trades so far show no lead.
    """

    matrix: ProbabilityMatrix
    verdict: RankingVerdict
    trades_needed: int | None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SeasonReport:
    """What is known of a season, or of a window of it.

    Attributes:
        season: None where nothing is stored at all.
        at: When the report was asked for.
        since: First instant of the window; None: that of the season.
        until: First instant after the window; None: up to `at`.
        start: From where equity and time are counted; None where nothing is stored.
        end: The newest observation in the window; None likewise.
        rules: What the figures depend on.
        benchmark: What the accounts are held against; None where there is nothing.
        benchmark_curve: Its equity, or its price where no account buys and holds.
        models: By rank; then what is not ranked, by name.
        ranking: Whether the trades support the order.
    """

    season: SeasonSpan | None
    at: datetime
    since: datetime | None
    until: datetime | None
    start: datetime | None
    end: datetime | None
    rules: ReportRules
    benchmark: str | None
    benchmark_curve: EquityCurve | None = field(default=None, repr=False)
    models: tuple[ModelReport, ...]
    ranking: Ranking

    @property
    def competitors(self) -> tuple[ModelReport, ...]:
        """The models that are no benchmark."""
        return tuple(each for each in self.models if not each.account.is_benchmark)

    @property
    def partial(self) -> tuple[ModelReport, ...]:
        """The models of which nof1 counted more trades than are stored."""
        return tuple(each for each in self.models if each.coverage.is_partial)
