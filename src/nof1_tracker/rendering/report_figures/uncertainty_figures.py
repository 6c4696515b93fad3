"""How certain a model's figures are; see trade_figures."""

from typing import Annotated

from pydantic import with_config
from typing_extensions import TypedDict

from nof1_tracker.rendering.report_figures.declaration import Figure, IntervalOf
from nof1_tracker.rendering.report_figures.trade_figures import DOCUMENTED
from nof1_tracker.rendering.report_figures.units import (
    COUNT,
    FRACTION,
    RATIO,
    USD,
    Count,
    Fraction,
)


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

    independent_trades: Annotated[
        Annotated[float, COUNT] | None,
        Figure(
            "Independent trades",
            "How many independent trades would tell as much: those that close in the same hour count as a burst",
            "below 10, and then there is no interval over trades",
        ),
    ]
    is_dominated: bool | None
    """True where one burst makes at least half of the variance of the nets: the
    interval of the expectancy then holds the truth less often than it says."""
    win_rate: Annotated[IntervalFigures | None, FRACTION, IntervalOf("trades.win_rate")]
    """Interval of the win rate; null below 10 independent trades."""
    expectancy: Annotated[IntervalFigures | None, USD, IntervalOf("trades.avg_net_pnl")]
    """Interval of the mean net PnL per trade; the two are the same number."""
    periods: Annotated[
        Count | None,
        Figure(
            "Returns used",
            "Number of returns behind the intervals of return and Sharpe",
        ),
    ]
    degrees_of_freedom: Annotated[
        Count | None,
        Figure(
            "Degrees of freedom",
            "Those of the errors of return and Sharpe; the fewer there are, the wider the intervals",
        ),
    ]
    sharpe_ratio: Annotated[
        IntervalFigures | None, RATIO, IntervalOf("equity.sharpe_ratio")
    ]
    """Interval of the annualised ratio; null where the ratio is withheld."""
    total_return: Annotated[
        IntervalFigures | None, FRACTION, IntervalOf("equity.total_return")
    ]
    """Interval of the return over all periods; null where the Sharpe ratio is withheld,
    and after a loss of everything."""
    probabilistic_sharpe_ratio: Annotated[
        Fraction | None,
        Figure(
            "P(Sharpe > 0)",
            "Probability that the true Sharpe ratio is above 0",
            is_chance=True,
        ),
    ]
