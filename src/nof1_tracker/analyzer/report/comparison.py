"""Two accounts side by side, and which of their differences chance cannot explain."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from nof1_tracker.analyzer.equity.benchmark_metrics import common_returns
from nof1_tracker.analyzer.report.season_report import (
    ModelReport,
    ReportRules,
    SeasonReport,
)
from nof1_tracker.analyzer.uncertainty.bootstrap import (
    Interval,
    ResampledMean,
    resample_share,
)
from nof1_tracker.analyzer.uncertainty.intervals import difference_interval
from nof1_tracker.analyzer.uncertainty.paired_returns import (
    PairedReturns,
    ResampledDifference,
    paired_returns,
)
from nof1_tracker.analyzer.uncertainty.ranking import probability_matrix


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
class Comparison:
    """Two accounts of one report.

    Attributes:
        differences: Mean net and win rate over trades; total return and Sharpe ratio
            over the steps in which both have a return.
        paired: None where they have too few such steps.
    """

    report: SeasonReport
    first: ModelReport
    second: ModelReport
    differences: tuple[Difference, ...]
    paired: PairedReturns | None


def compare_models(
    report: SeasonReport, first: ModelReport, second: ModelReport
) -> Comparison:
    """Both accounts, and their differences with the uncertainty of each.

    Trades of the two are treated as independent samples, returns are paired: see
    `difference_interval` and `paired_returns`.
    """
    rules = report.rules
    paired = _paired(first, second, rules)
    differences = (
        _mean_net(first, second, rules),
        _win_rate(first, second, rules),
        *_of_returns(paired),
    )
    return Comparison(report, first, second, differences, paired)


def _mean_net(
    first: ModelReport, second: ModelReport, rules: ReportRules
) -> Difference:
    ours, theirs = first.uncertainty.resampled, second.uncertainty.resampled
    return Difference(
        "trades.avg_net_pnl",
        first.trades.avg_net_pnl,
        second.trades.avg_net_pnl,
        difference_interval(ours, theirs, level=rules.level),
        _probability(ours, theirs),
    )


def _win_rate(
    first: ModelReport, second: ModelReport, rules: ReportRules
) -> Difference:
    ours, theirs = (_share(each, rules) for each in (first, second))
    return Difference(
        "trades.win_rate",
        first.trades.win_rate,
        second.trades.win_rate,
        difference_interval(ours, theirs, level=rules.level),
        _probability(ours, theirs),
    )


def _share(model: ModelReport, rules: ReportRules) -> ResampledMean | None:
    trades, stream = model.trades, model.account.account_id
    return resample_share(
        trades.wins, trades.total_trades, stream=stream, seed=rules.seed
    )


def _probability(
    first: ResampledMean | None, second: ResampledMean | None
) -> float | None:
    pair = {"first": first, "second": second}
    return probability_matrix(pair).probability("first", "second")


def _paired(
    first: ModelReport, second: ModelReport, rules: ReportRules
) -> PairedReturns | None:
    if first.curve is None or second.curve is None:
        return None
    return paired_returns(
        *common_returns(first.curve, second.curve),
        periods_per_year=rules.periods_per_year,
        level=rules.level,
        seed=rules.seed,
    )


def _of_returns(paired: PairedReturns | None) -> Iterator[Difference]:
    nothing = ResampledDifference(None, None, None, None)
    pairs = {
        "equity.total_return": paired.total_return if paired else nothing,
        "equity.sharpe_ratio": paired.sharpe_ratio if paired else nothing,
    }
    for name, each in pairs.items():
        yield Difference(name, each.first, each.second, each.interval, each.probability)
