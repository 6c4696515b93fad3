"""The shape of a comparison for programs; see report_shape."""

from pydantic import with_config
from typing_extensions import TypedDict

from nof1_tracker.rendering.programs.report.report_figures import (
    DOCUMENTED,
    IntervalFigures,
)
from nof1_tracker.rendering.programs.report.report_shape import (
    ModelShape,
    RulesShape,
    SeasonShape,
)
from nof1_tracker.rendering.programs.report.units import Count, Fraction, Ratio, Time


@with_config(DOCUMENTED)
class DifferenceShape(TypedDict):
    """One figure of both accounts, in the unit that it has in a report."""

    name: str
    """Its path in a report's model, such as trades.win_rate."""
    first: float | None
    """The first account's figure; equity figures cover the steps in which both have a
    return."""
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
    block_length: Ratio
    """Mean length of the bootstrap's blocks, in periods."""
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
    """First instant after the window; null: not limited."""
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
    paired: PairedShape | None
    """Null where they have too few common steps."""
