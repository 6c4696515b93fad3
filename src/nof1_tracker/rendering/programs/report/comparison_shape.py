"""The shape of a comparison for programs; see report_shape."""

from typing import Annotated

from pydantic import with_config
from typing_extensions import TypedDict

from nof1_tracker.rendering.programs.report.report_shape import (
    ModelShape,
    RulesShape,
    SeasonShape,
)
from nof1_tracker.rendering.report_figures.trade_figures import DOCUMENTED
from nof1_tracker.rendering.report_figures.uncertainty_figures import IntervalFigures
from nof1_tracker.rendering.report_figures.units import (
    COUNT,
    Count,
    Fraction,
    Ratio,
    Time,
)


@with_config(DOCUMENTED)
class DifferenceShape(TypedDict):
    """One figure of both accounts, in the unit that it has in a report."""

    name: str
    """Its path in a report's model, such as trades.win_rate."""
    first: float | None
    """The first account's figure; equity figures cover the time in which both are
    known."""
    second: float | None
    """The second account's figure, as for `first`."""
    difference: float | None
    """first - second."""
    interval: IntervalFigures | None
    """Interval of the difference, at the rules' level."""
    probability: Fraction | None
    """P(the first is ahead)."""
    telling: str
    """first or second: that one is ahead; open: it may be chance; unknown."""


@with_config(DOCUMENTED)
class PairedShape(TypedDict):
    """The steps of the grid in which both have a return."""

    periods: Count
    """Steps in which both have a return."""
    degrees_of_freedom: Count
    """Degrees of freedom of the errors of the differences."""
    correlation: Ratio | None
    """Correlation of their returns, -1..1; null where either is flat."""


@with_config(DOCUMENTED)
class ComparisonShape(TypedDict):
    """Two accounts side by side, with the uncertainty of each difference."""

    schema_version: int
    """Version of this schema."""
    season: SeasonShape | None
    """Null where nothing is stored at all."""
    at: Time
    """When the comparison was requested."""
    since: Time | None
    """First instant of the window; null: not limited."""
    until: Time | None
    """End of the window; see report. Null: not limited."""
    start: Time | None
    """Where equity and time begin to count."""
    end: Time | None
    """The newest observation in the window."""
    cut: str
    """Where the figures end; see report."""
    rules: RulesShape
    """What the figures depend on."""
    first: ModelShape
    """The first account; a positive difference means that it has more."""
    second: ModelShape
    """The second account."""
    differences: list[DifferenceShape]
    """Mean net, win rate, total return and Sharpe ratio."""
    pairs: Count
    """How many pairs of the season's models can be compared by their trades."""
    pairs_called_by_chance: Annotated[float, COUNT]
    """How many of them would look different among as many equal models."""
    stands: bool
    """True where the mean trades of these two differ also when all pairs are tested
    together by Holm's method."""
    paired: PairedShape | None
    """Null where they have fewer than 100 common returns, or less than 90 % of the time
    of either was observed."""
