"""Two accounts side by side, and which of their differences chance cannot explain."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist

from nof1_tracker.analyzer.equity.benchmark_metrics import (
    CommonLevels,
    common_levels,
    growth_of,
)
from nof1_tracker.analyzer.equity.equity_metrics import Withheld, why_too_few
from nof1_tracker.analyzer.report.season_report import (
    ModelReport,
    ReportRules,
    SeasonReport,
)
from nof1_tracker.analyzer.uncertainty.difference import RecoveredDifference
from nof1_tracker.analyzer.uncertainty.interval import Interval
from nof1_tracker.analyzer.uncertainty.mean_trade import MeanEstimate
from nof1_tracker.analyzer.uncertainty.paired_returns import (
    PairedFigure,
    PairedReturns,
    paired_returns,
)
from nof1_tracker.records.account_columns import FloatArray


class Lead(StrEnum):
    """Which account is ahead, according to the interval of a difference."""

    FIRST = "first"
    """The first is ahead: 0 lies below the interval."""
    SECOND = "second"
    """The second is ahead: 0 lies above the interval."""
    OPEN = "open"
    """0 lies in the interval: the difference may be chance."""
    UNKNOWN = "unknown"
    """There is no interval."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of both accounts, and how certain its difference is.

    Attributes:
        name: As in a report for programs, e.g. trades.win_rate.
        interval: Of first - second; None where it is undefined.
        probability: P(the first is ahead), 0..1, ties counting half; None where it is
            undefined.
    """

    name: str
    first: float | None
    second: float | None
    interval: Interval | None
    probability: float | None

    @property
    def difference(self) -> float | None:
        """first - second; None where either is unknown."""
        if self.first is None or self.second is None:
            return None
        return self.first - self.second

    @property
    def lead(self) -> Lead:
        """Whether the two can be told apart, at the interval's level."""
        if self.interval is None:
            return Lead.UNKNOWN
        if self.interval.low > 0:
            return Lead.FIRST
        return Lead.SECOND if self.interval.high < 0 else Lead.OPEN


@dataclass(frozen=True, slots=True, eq=False)
class CommonReturns:
    """The returns that two accounts have over the same steps.

    Attributes:
        levels: The times and levels between which they run.
        first, second: Fractions.
        withheld: Why they are not compared; None where they are.
    """

    levels: CommonLevels
    first: FloatArray
    second: FloatArray
    withheld: Withheld | None

    @property
    def totals(self) -> tuple[float | None, float | None]:
        """The return of each from the first to the last of these times."""
        return growth_of(self.levels.first), growth_of(self.levels.second)


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two accounts of one report.

    Attributes:
        report: Of all accounts: how many pairs there are matters.
        differences: Mean net and win rate over trades; total return and Sharpe ratio
            over the time in which both are known.
        common: None where either has no equity curve.
        paired: None where they have too few common returns; see `CommonReturns`.
    """

    report: SeasonReport
    first: ModelReport
    second: ModelReport
    differences: tuple[Difference, ...]
    common: CommonReturns | None
    paired: PairedReturns | None

    @property
    def stands(self) -> bool:
        """True where the mean trades differ also when all pairs are tested together."""
        pair = {each.account.account_id for each in (self.first, self.second)}
        return any(set(each) == pair for each in self.report.ranking.calls.standing)


def compare_models(
    report: SeasonReport,
    first: ModelReport,
    second: ModelReport,
    *,
    across_seasons: bool = False,
) -> Comparison:
    """Both accounts, and their differences with the uncertainty of each.

    Args:
        across_seasons: They are of different seasons, and have no common returns.

    Trades of the two are treated as independent samples, returns are paired: see
    `MeanEstimate`, `ShareEstimate` and `paired_returns`.
    """
    level = report.rules.level
    common = None if across_seasons else _common(first, second)
    paired = None if common is None else _paired(common, report.rules)
    differences = (
        _mean_net(first, second, level),
        _win_rate(first, second, level),
        *_of_returns(common, paired),
    )
    return Comparison(report, first, second, differences, common, paired)


def _mean_net(first: ModelReport, second: ModelReport, level: float) -> Difference:
    ours, theirs = (_net(each) for each in (first, second))
    ahead = ours - theirs if ours and theirs else None
    return Difference(
        "trades.avg_net_pnl",
        first.trades.avg_net_pnl,
        second.trades.avg_net_pnl,
        ahead.interval(level) if ahead else None,
        ahead.probability if ahead else None,
    )


def _net(model: ModelReport) -> MeanEstimate | None:
    trades = model.uncertainty.trades
    return trades.net if trades else None


def _win_rate(first: ModelReport, second: ModelReport, level: float) -> Difference:
    ours, theirs = (each.uncertainty.trades for each in (first, second))
    figures = "trades.win_rate", first.trades.win_rate, second.trades.win_rate
    if ours is None or theirs is None:
        return Difference(*figures, None, None)
    wins = ours.wins, theirs.wins
    ahead = RecoveredDifference(
        wins[0].share, wins[1].share, wins[0].bounds, wins[1].bounds
    )
    normal = NormalDist()
    ends = ahead.bounds(normal.inv_cdf((1 + level) / 2))
    return Difference(*figures, Interval(*ends, level), normal.cdf(ahead.score()))


def _common(first: ModelReport, second: ModelReport) -> CommonReturns | None:
    if first.curve is None or second.curve is None:
        return None
    levels = common_levels(first.curve, second.curve)
    ours, theirs = levels.returns
    coverage = min(first.curve.coverage, second.curve.coverage)
    return CommonReturns(
        levels, ours, theirs, why_too_few(min(len(ours), len(theirs)), coverage)
    )


def _paired(common: CommonReturns, rules: ReportRules) -> PairedReturns | None:
    if common.withheld:
        return None
    return paired_returns(
        common.first,
        common.second,
        periods_per_year=rules.periods_per_year,
        level=rules.level,
    )


def _of_returns(
    common: CommonReturns | None, paired: PairedReturns | None
) -> Iterator[Difference]:
    totals = common.totals if common else (None, None)
    yield _of_figure(
        "equity.total_return", totals, paired.total_return if paired else None
    )
    yield _of_figure(
        "equity.sharpe_ratio", (None, None), paired.sharpe_ratio if paired else None
    )


def _of_figure(
    name: str,
    figures: tuple[float | None, float | None],
    found: PairedFigure | None,
) -> Difference:
    """The difference with its interval, or the bare figures where it has none."""
    if found is None:
        return Difference(name, *figures, None, None)
    return Difference(
        name, found.first, found.second, found.interval, found.probability
    )
